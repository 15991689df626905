"""Settings, Firm Profile: what clients see of the firm, and the clock it lives by."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from casehug.audit.services import record
from casehug.intake import normal
from casehug.intake.errors import BadInput
from casehug.tenancy.services import update_firm
from casehug.web.integrations import TABS, settings_tabs
from casehug.web.shell import ADMINS, FirmRequest, firm_page

USUAL_ZONES = {
    "America/New_York": "Eastern (New York)",
    "America/Chicago": "Central (Chicago)",
    "America/Denver": "Mountain (Denver)",
    "America/Phoenix": "Arizona (Phoenix)",
    "America/Los_Angeles": "Pacific (Los Angeles)",
    "America/Anchorage": "Alaska (Anchorage)",
    "Pacific/Honolulu": "Hawaii (Honolulu)",
    "America/Puerto_Rico": "Atlantic (Puerto Rico)",
}


def zone_choices() -> list[tuple[str, Any]]:
    others = sorted(zone for zone in zoneinfo.available_timezones() - set(USUAL_ZONES) if "/" in zone or zone == "UTC")
    return [
        ("United States", list(USUAL_ZONES.items())),
        ("Elsewhere", [(zone, zone.replace("_", " ")) for zone in others]),
    ]


class FirmForm(forms.Form):
    name = forms.CharField(
        label="Firm name",
        max_length=150,
        help_text="Clients see it on their page and in every message.",
        error_messages={
            "required": "Enter the firm's name.",
            "max_length": "The name is too long: at most 150 characters.",
        },
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        help_text="Times are shown in it, and quiet hours follow it.",
        error_messages={"required": "Choose a time zone.", "invalid_choice": "Choose a time zone from the list."},
    )
    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=32,
        help_text="Where clients call with questions.",
        error_messages={"max_length": "This is longer than a phone number can be."},
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        help_text="Replies of clients to our messages go there.",
        error_messages={"invalid": "Enter an e-mail address like office@firm.com."},
    )
    address = forms.CharField(
        label="Address",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "The address is too long: at most 300 characters."},
    )

    def clean_name(self) -> str:
        try:
            return normal.clean_name(self.cleaned_data["name"], field="name", label="firm's name", limit=150)
        except BadInput as problem:
            raise ValidationError(problem.sentence) from problem

    def clean_phone(self) -> str:
        try:
            return normal.clean_phone(self.cleaned_data["phone"])
        except BadInput as problem:
            raise ValidationError(problem.sentence) from problem


@require_safe
@firm_page(roles=ADMINS)
def settings_page(request: FirmRequest) -> HttpResponse:
    """The settings as a place: whoever may see them begins at the first tab."""
    return redirect(TABS[0][1])


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def firm_profile(request: FirmRequest) -> HttpResponse:
    firm = request.firm
    known = {name: getattr(firm, name) for name in FirmForm.base_fields}
    form = FirmForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_bound and form.is_valid():
        update_firm(request.actor, **form.cleaned_data)
        record(request.actor, action="firm.changed", subject="firm", fields=", ".join(form.changed_data))
        messages.success(request, "Saved.")
        return redirect("firm_profile")
    context = {"tabs": settings_tabs("firm_profile"), "form": form}
    return render(request, "web/firm_profile.html", context, status=422 if form.is_bound else 200)
