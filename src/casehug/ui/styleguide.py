"""The style guide: every component in every state, with invented data. Mounted only in development."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casehug.ui.forms import DropZone, Toggle
from casehug.ui.icons import ICONS


class SampleForm(forms.Form):
    title = forms.CharField(label="Matter title", help_text="Shown in Lawmatics. The client doesn’t see it.")
    email = forms.EmailField(label="Client’s e-mail")
    phone = forms.CharField(required=False)
    case_type = forms.ChoiceField(choices=[("", "Choose…"), ("d", "Divorce — Standard"), ("c", "Custody Only")])
    delivery = forms.ChoiceField(
        label="Send the link by", widget=forms.RadioSelect, choices=[("e", "E-mail"), ("s", "Text message")]
    )
    note = forms.CharField(
        label="Internal note",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="Privileged: never leaves.",
    )
    scan = forms.FileField(label="Signed agreement", widget=DropZone(), help_text="PDF or photo, up to 25 MB.")
    remind = forms.BooleanField(label="Remind the client after 3 days", required=False)
    active = forms.BooleanField(label="Link is active", required=False, widget=Toggle())


def styleguide(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    bad = SampleForm(
        {"title": "Johnson v. Johnson — Divorce", "email": "dana@", "phone": "", "delivery": "e"},
        auto_id="bad_%s",
    )
    context = {
        "now": now,
        "form": SampleForm(initial={"title": "Johnson v. Johnson — Divorce", "delivery": "e", "active": True}),
        "bad_form": bad,
        "icon_names": list(ICONS),
        "tabs": [
            {"label": "Checklist", "url": "#checklist", "current": True, "count": 7},
            {"label": "Answers", "url": "#answers"},
            {"label": "Notes", "url": "#notes", "count": 2},
            {"label": "Activity", "url": "#activity"},
        ],
        "chips": [
            {"label": "All", "url": "?", "current": True, "count": 42},
            {"label": "Intake", "url": "?status=intake", "count": 12},
            {"label": "Review", "url": "?status=review", "count": 3},
        ],
        "rows": [
            _row(
                "Johnson v. Johnson — Divorce",
                "Review",
                "warning",
                4,
                7,
                "Linked",
                "success",
                now - timedelta(minutes=3),
            ),
            _row("Estate of Whitfield", "Intake", "info", 0, 9, "Waiting", "info", now - timedelta(hours=5)),
            _row("Ortiz — Custody", "New", "neutral", 0, 6, "Not linked", "neutral", now - timedelta(days=2)),
            _row(
                "Okafor — I-130 petition",
                "Active",
                "success",
                8,
                8,
                "Held",
                "danger",
                now - timedelta(days=40),
            ),
        ],
        "steps": [
            {"label": "Developer settings", "state": "done", "hint": "Access granted"},
            {"label": "Credentials", "state": "failed", "hint": "Secret not accepted"},
            {"label": "Allow access", "state": "current", "hint": "In Lawmatics"},
            {"label": "Test", "state": "todo"},
        ],
        "history": [
            {
                "title": "Synced to Lawmatics",
                "at": now,
                "icon": "check",
                "tone": "success",
                "by": "after approval",
            },
            {
                "title": "Held: same e-mail, other name",
                "detail": "“Dan Johnson” exists with this address.",
                "at": now - timedelta(minutes=40),
                "icon": "alert",
                "tone": "warning",
            },
            {
                "title": "Client linked",
                "at": now - timedelta(days=1),
                "icon": "link",
                "by": "Alice Park",
                "url": "#x",
            },
        ],
        "bars": [("Mon", 12), ("Tue", 18), ("Wed", 9), ("Thu", 24), ("Fri", 31), ("Sat", 0), ("Sun", 3)],
    }
    return render(request, "ui/styleguide.html", context, status=200)


def _row(
    title: str, status: str, tone: str, done: int, total: int, sync: str, sync_tone: str, at: object
) -> dict[str, object]:
    return {
        "title": title, "status": status, "tone": tone, "done": done, "all": total, "sync": sync,
        "sync_tone": sync_tone, "at": at, "client": "Dana Johnson", "case_type": "Divorce — Standard",
    }  # fmt: skip
