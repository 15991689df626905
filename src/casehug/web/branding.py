"""Settings, Branding: the firm's logo and colour, as clients see them in the portal and in mails."""

from __future__ import annotations

import base64

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casehug.audit.services import record
from casehug.notify.letters import OUR_ACCENT
from casehug.tenancy.branding import contrast_with_white
from casehug.tenancy.services import remove_logo, set_accent, set_logo
from casehug.ui.forms import DropZone
from casehug.web.integrations import settings_tabs
from casehug.web.shell import ADMINS, FirmRequest, firm_page


class AccentForm(forms.Form):
    accent = forms.CharField(
        label="Colour",
        required=False,
        max_length=20,
        help_text="# and six digits, like #1f5d63. Empty: CaseHug’s own. White text on it must be easy to read.",
        error_messages={"max_length": "Write the colour as # and six digits, like #1f5d63."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-colour": ""}),
    )


class LogoForm(forms.Form):
    logo = forms.FileField(
        label="Logo",
        help_text="PNG, JPEG or WebP, up to 2 MB. It is made to fit 600 x 200 points.",
        error_messages={"required": "Choose a picture first.", "empty": "The file is empty. Choose another one."},
        widget=DropZone(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def branding(request: FirmRequest) -> HttpResponse:
    """The page; its form keeps the colour."""
    form = AccentForm(request.POST if request.method == "POST" else None, initial={"accent": request.firm.accent})
    if form.is_bound and form.is_valid():
        try:
            set_accent(request.actor, accent=form.cleaned_data["accent"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            record(request.actor, action="firm.accent_changed", subject="firm")
            messages.success(request, "Saved.")
            return redirect("branding")
    return _page(request, form=form, status=422 if form.is_bound else 200)


@require_POST
@firm_page(roles=ADMINS)
def save_logo(request: FirmRequest) -> HttpResponse:
    logo = LogoForm(request.POST, request.FILES)
    # Empty because it was cut on the way in: what counts is the size it had.
    upload = request.FILES.get("logo")
    if logo.is_valid() or (upload is not None and upload.size):
        assert upload is not None
        try:
            set_logo(request.actor, file=upload.file or upload, size=upload.size or 0)
        except ValidationError as refusal:
            logo.add_error(None, refusal)
        else:
            record(request.actor, action="firm.logo_changed", subject="firm")
            messages.success(request, "The logo is saved.")
            return redirect("branding")
    return _page(request, logo=logo, status=422)


@require_POST
@firm_page(roles=ADMINS)
def delete_logo(request: FirmRequest) -> HttpResponse:
    remove_logo(request.actor)
    record(request.actor, action="firm.logo_removed", subject="firm")
    messages.success(request, "The logo is gone. Clients see the firm's name.")
    return redirect("branding")


@require_safe
@firm_page(roles=ADMINS)
def accent_styles(request: FirmRequest) -> HttpResponse:
    """The preview's colour. A stylesheet of its own, because the pages allow no style attributes."""
    accent = request.firm.accent or OUR_ACCENT
    return HttpResponse(f".brand-preview {{ --brand: {accent}; }}\n", content_type="text/css")


def _page(
    request: FirmRequest, *, form: AccentForm | None = None, logo: LogoForm | None = None, status: int = 200
) -> HttpResponse:
    accent = request.firm.accent
    context = {
        "tabs": settings_tabs("branding"),
        "form": form or AccentForm(initial={"accent": accent}),
        "logo_form": logo or LogoForm(),
        "accent": accent or OUR_ACCENT,
        "contrast": f"{contrast_with_white(accent or OUR_ACCENT):.1f}",
        "logo": base64.b64encode(bytes(request.firm.logo)).decode() if request.firm.logo else "",
    }
    return render(request, "web/branding.html", context, status=status)
