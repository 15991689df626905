"""Settings, Notifications: reminders, quiet hours, text messages, and what the staff is told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from casehug.notify import sms
from casehug.notify.models import Wishes
from casehug.notify.queries import wishes
from casehug.notify.services import save_wishes
from casehug.ui.forms import Toggle
from casehug.web.integrations import settings_tabs
from casehug.web.shell import ADMINS, FirmRequest, firm_page

LAST_DAY, MOST_REMINDERS = 60, 5


def hours() -> list[tuple[int, str]]:
    return [(hour, f"{hour % 12 or 12}:00 {'AM' if hour < 12 else 'PM'}") for hour in range(24)]


class WishesForm(forms.Form):
    remind = forms.BooleanField(label="Remind clients who have not finished", required=False, widget=Toggle())
    reminder_days = forms.CharField(
        label="Days after the link was sent",
        help_text="Up to five, with commas. Reminders stop once the client is done.",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    quiet_from = forms.TypedChoiceField(label="Quiet from", choices=hours, coerce=int)
    quiet_until = forms.TypedChoiceField(label="Quiet until", choices=hours, coerce=int)
    text_messages = forms.BooleanField(label="Also send text messages", required=False, widget=Toggle())
    tell_submitted = forms.BooleanField(label="A client has handed in the intake", required=False, widget=Toggle())
    tell_completed = forms.BooleanField(label="Every required document is approved", required=False, widget=Toggle())
    tell_link_expiring = forms.BooleanField(
        label="A link of an unfinished intake expires in 7 days", required=False, widget=Toggle()
    )

    def __init__(self, data: Any = None, *, kept: Wishes) -> None:
        known = {name: getattr(kept, name) for name in self.base_fields}
        super().__init__(data, initial={**known, "reminder_days": ", ".join(map(str, kept.reminder_days))})
        texts = self.fields["text_messages"]
        texts.disabled = not sms.can_send()
        texts.help_text = (
            "Whoever runs this server has not set up text messages."
            if texts.disabled
            else "The link goes by both ways, codes by text message where there is a phone number."
        )

    def clean_reminder_days(self) -> list[int]:
        pieces = [piece.strip() for piece in self.cleaned_data["reminder_days"].split(",") if piece.strip()]
        if not all(piece.isascii() and piece.isdigit() and 1 <= int(piece) <= LAST_DAY for piece in pieces):
            raise ValidationError(f"Write days from 1 to {LAST_DAY} with commas between, like 3, 7, 14.")
        days = sorted({int(piece) for piece in pieces})
        if len(days) > MOST_REMINDERS:
            raise ValidationError(f"Choose at most {MOST_REMINDERS} days: more reminders annoy more than they help.")
        if not days and self.cleaned_data.get("remind"):
            raise ValidationError("Write at least one day, or switch reminders off.")
        return days


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def notifications(request: FirmRequest) -> HttpResponse:
    form = WishesForm(request.POST if request.method == "POST" else None, kept=wishes())
    if form.is_bound and form.is_valid():
        save_wishes(request.actor, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("notifications")
    context = {"tabs": settings_tabs("notifications"), "form": form, "time_zone": request.firm.time_zone}
    return render(request, "web/notifications.html", context, status=422 if form.is_bound else 200)
