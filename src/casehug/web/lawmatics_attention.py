"""Needs attention: every change that is held or keeps failing, with its cause and the button that mends it."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from casehug.connections.models import Connection
from casehug.connections.queries import connection_of
from casehug.intake.errors import BadInput
from casehug.intake.queries.matters import titles_of
from casehug.sync import attention, outbox
from casehug.sync.queries import change_of, trouble_counts, trouble_page
from casehug.tenancy.actor import Actor
from casehug.tenancy.queries import members
from casehug.web import reading, wording
from casehug.web.integrations import settings_tabs
from casehug.web.lawmatics_card import OTHER_QUESTION, decision_of
from casehug.web.shell import ADMINS, FirmRequest, firm_page


class AlertsForm(forms.Form):
    minutes = forms.IntegerField(
        label="Minutes", min_value=1, max_value=attention.MOST_MINUTES, help_text="held or failing"
    )
    failures = forms.IntegerField(
        label="Failures in a row", min_value=1, max_value=attention.MOST_FAILURES, help_text="whichever comes first"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def lawmatics_attention(request: FirmRequest) -> HttpResponse:
    """The list; what is posted is when to tell the admins."""
    actor = request.actor
    connection = connection_of(actor)
    form = _alerts(request, connection)
    if connection and form.is_bound and form.is_valid() and _saved(actor, form):
        messages.success(request, "Saved.")
        return redirect("lawmatics_attention")
    counts = trouble_counts(actor)
    problem = reading.one_of(request, "problem", [code for code, _ in counts])
    whose = reading.one_of(request, "whose", ("mine",))
    page = trouble_page(
        actor,
        titles_of,
        problem=problem,
        owner=actor.user_id if whose else None,
        before=reading.record_id(request, "before"),
        after=reading.record_id(request, "after"),
    )
    people = members(actor)
    kept = {"problem": problem, "whose": whose}
    context = {
        "tabs": settings_tabs(),
        "connection": connection,
        "form": form,
        "troubled": page.items,
        "filtered": bool(problem or whose),
        "in_all": sum(count for _, count in counts),
        "people": [(one.user_id, str(one.user)) for one in people if one.user.is_active],
        "names": {one.user_id: str(one.user) for one in people},
        "whose_chips": _chips(kept, "whose", [("", "Everybody’s"), ("mine", "Mine")]),
        "problem_chips": _chips(
            kept, "problem", [("", "All problems")] + [(code, wording.problem_name(code)) for code, _ in counts], counts
        ),
        "newer": reading.query(**kept, after=page.newer) if page.newer else "",
        "older": reading.query(**kept, before=page.older) if page.older else "",
    }
    return render(request, "web/lawmatics_attention.html", context, status=422 if form.is_bound else 200)


def _alerts(request: FirmRequest, connection: Connection | None) -> AlertsForm:
    now = connection or Connection()
    initial = {"minutes": now.alert_after_minutes, "failures": now.alert_after_failures}
    return AlertsForm(request.POST if request.method == "POST" else None, initial=initial)


def _saved(actor: Actor, form: AlertsForm) -> bool:
    try:
        attention.save_alerts(actor, **form.cleaned_data)
    except BadInput as problem:
        form.add_error(problem.field or None, problem.sentence)
        return False
    return True


def _chips(
    kept: dict[str, str], name: str, choices: list[tuple[str, str]], counts: list[tuple[str, int]] | None = None
) -> list[dict[str, object]]:
    numbers = dict(counts or [])
    return [
        {
            "label": label,
            "url": reading.query(**{**kept, name: value}),
            "current": kept[name] == value,
            **({"count": numbers[value]} if value in numbers else {}),
        }
        for value, label in choices
    ]


@require_POST
@firm_page(roles=ADMINS)
def assign_change(request: FirmRequest, change_id: UUID) -> HttpResponse:
    change = change_of(request.actor, change_id)
    wanted = request.POST.get("owner", "")
    owner = Actor.member(reading.as_id(wanted)) if wanted else None
    if wanted and owner is None:
        messages.error(request, "Choose somebody who works in the firm.")
    else:
        attention.assign(request.actor, change=change, owner=owner)
        messages.success(request, f"{owner.name} looks after it now." if owner else "Nobody looks after it now.")
    return redirect(reverse("lawmatics_attention") + f"#change-{change.id}")


@require_POST
@firm_page(roles=ADMINS)
def retry_change(request: FirmRequest, change_id: UUID) -> HttpResponse:
    change = change_of(request.actor, change_id)
    if outbox.request_sync(request.actor, matter_id=change.matter_id, **decision_of(request)):
        messages.info(request, "CaseHug tries again now. What still needs attention stands here again in a moment.")
    else:
        messages.warning(request, OTHER_QUESTION)
    return redirect("lawmatics_attention")


@require_POST
@firm_page(roles=ADMINS)
def dismiss_change(request: FirmRequest, change_id: UUID) -> HttpResponse:
    if outbox.dismiss(request.actor, change=change_of(request.actor, change_id)):
        messages.success(request, "Dismissed. The matter stays as it is in Lawmatics until it is synced again.")
    else:
        messages.info(request, "This was not waiting for anybody any more, so nothing was dismissed.")
    return redirect("lawmatics_attention")
