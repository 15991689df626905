"""Settings, Integrations, Lawmatics: where case types go, and which intake fields fill which fields there."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.html import escape
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casehug.connections.queries import connection_of
from casehug.intake.errors import BadInput, NotFound
from casehug.intake.queries.matters import recent_matters, titles_of
from casehug.sync import choices
from casehug.sync.mapping import Choice, Reference
from casehug.sync.models import Rule
from casehug.sync.queries.mappings import (
    CaseTypeRow,
    case_type_row,
    case_type_rows,
    field_rows,
    preview,
    settings_of,
    source_choices,
    stage_label,
    target_choices,
    untaken_stages,
)
from casehug.web import reading
from casehug.web.integrations import settings_tabs
from casehug.web.shell import ADMINS, FirmRequest, firm_page

NONE = "None"
# The matters that the preview offers.
OFFERED = 50


class PlaceForm(forms.Form):
    """Three fields with suggestions. Empty means the default, "None" nothing of the kind."""

    stage = forms.CharField(label="Pipeline stage", required=False, max_length=300)
    sub_status = forms.CharField(label="Sub status", required=False, max_length=300)
    practice_area = forms.CharField(label="Practice area", required=False, max_length=300)

    def __init__(self, data: QueryDict | None, *, row: CaseTypeRow, there: Reference) -> None:
        chosen, self.options = row.choice, _options(there)
        super().__init__(
            data,
            initial={
                "stage": self._label("stage", chosen.stage_id),
                "sub_status": self._label("sub_status", chosen.sub_status_id),
                "practice_area": self._label("practice_area", chosen.practice_area_id),
            },
        )
        defaults = {"stage": row.default_stage, "practice_area": row.default_practice_area}
        for name, field in self.fields.items():
            field.widget.attrs |= {"list": f"{name}-options", "autocomplete": "off"}
            default = f"“{escape(defaults[name])}”" if defaults.get(name) else "nothing is sent"
            field.help_text = f"Empty: the default, {default}. “{NONE}”: never send one."
        self.fields[
            "sub_status"
        ].help_text = (
            f"Empty: one named like the stage, and only if Lawmatics does not take the stage. “{NONE}”: never send one."
        )

    def choice(self) -> Choice:
        """What was typed, as ids. Raises BadInput for something that is not in the list."""
        return Choice(
            stage_id=self._id("stage"),
            sub_status_id=self._id("sub_status"),
            practice_area_id=self._id("practice_area"),
        )

    def _id(self, name: str) -> str | None:
        typed = " ".join(str(self.cleaned_data[name]).split())
        if not typed:
            return None
        if typed.casefold() == NONE.casefold():
            return ""
        found = [key for key, label in self.options[name] if " ".join(label.split()).casefold() == typed.casefold()]
        if not found:
            raise BadInput("Choose one from the list, or leave it empty for the default.", field=name)
        return found[0]

    def _label(self, name: str, chosen: str | None) -> str:
        if chosen is None:
            return ""
        return dict(self.options[name]).get(chosen, "") if chosen else NONE


def _options(there: Reference) -> dict[str, list[tuple[str, str]]]:
    found = {
        "stage": [(stage.id, stage_label(stage.name, stage.pipeline)) for stage in there.stages],
        "sub_status": [(one.id, one.name) for one in there.sub_statuses],
        "practice_area": [(area.id, area.name) for area in there.practice_areas],
    }
    return {name: _told_apart(options) for name, options in found.items()}


def _told_apart(options: list[tuple[str, str]]) -> list[tuple[str, str]]:
    labels = [label for _, label in options]
    return [(key, f"{label} #{key}" if labels.count(label) > 1 else label) for key, label in options]


class FieldForm(forms.Form):
    """One more field to fill."""

    source = forms.ChoiceField(label="Intake field", error_messages={"required": "Choose an intake field."})
    target = forms.ChoiceField(label="Lawmatics field", error_messages={"required": "Choose a Lawmatics field."})
    rule = forms.ChoiceField(
        label="If the field is filled already",
        choices=[
            (Rule.BLANKS, "Leave it: fill blanks only"),
            (Rule.OURS, "The intake wins"),
            (Rule.ASK, "Ask each time"),
        ],
        initial=Rule.BLANKS,
    )

    def __init__(self, data: QueryDict | None, *, request: FirmRequest) -> None:
        super().__init__(data)
        found = source_choices(request.actor)
        self._choices("source", [(one.group, one.key, one.name) for one in found])
        targets = target_choices(settings_of(request.actor).there)
        self._choices(
            "target", [(one.group, one.value, f"{one.name} ({one.type_words})") for one in targets if not one.refused]
        )
        self.refused = [one for one in targets if one.refused]

    def _choices(self, name: str, options: list[tuple[str, str, str]]) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for group, value, label in options:
            groups.setdefault(group, []).append((value, label))
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose…"), *groups.items()]


@require_safe
@firm_page(roles=ADMINS)
def lawmatics_case_types(request: FirmRequest) -> HttpResponse:
    untaken = untaken_stages(request.actor)
    titles = titles_of([matter_id for matter_id, _ in untaken])
    context = {
        **_frame(request),
        "rows": case_type_rows(request.actor),
        "untaken": [(matter_id, titles.get(matter_id, "A matter"), notice) for matter_id, notice in untaken],
    }
    return render(request, "web/lawmatics_case_types.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def lawmatics_case_type(request: FirmRequest, case_type: str) -> HttpResponse:
    row = case_type_row(request.actor, case_type)
    if row is None:
        raise NotFound
    there = settings_of(request.actor).there or Reference()
    form = PlaceForm(request.POST if request.method == "POST" else None, row=row, there=there)
    if form.is_bound and form.is_valid():
        try:
            choices.choose_place(request.actor, case_type=case_type, choice=form.choice())
        except BadInput as problem:
            form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
        else:
            messages.success(request, f"Saved where matters of “{row.template.name}” go.")
            return redirect("lawmatics_case_types")
    context = {**_frame(request), "row": row, "form": form, "options": form.options, "none": NONE}
    return render(request, "web/lawmatics_case_type.html", context, status=422 if form.is_bound else 200)


@require_POST
@firm_page(roles=ADMINS)
def lawmatics_case_type_default(request: FirmRequest, case_type: str) -> HttpResponse:
    choices.default_place(request.actor, case_type=case_type)
    messages.success(request, "Back to the default.")
    return redirect("lawmatics_case_types")


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def lawmatics_fields(request: FirmRequest) -> HttpResponse:
    form = FieldForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_bound and form.is_valid():
        entity, _, target = form.cleaned_data["target"].partition("|")
        try:
            choices.map_field(
                request.actor,
                entity=entity,
                target=target,
                source=form.cleaned_data["source"],
                rule=form.cleaned_data["rule"],
            )
        except BadInput as problem:
            form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
        else:
            messages.success(request, "Saved. Look at the preview below on a matter you know.")
            return redirect("lawmatics_fields")
    context = {**_frame(request), "rows": field_rows(request.actor), "form": form, **_preview(request)}
    return render(request, "web/lawmatics_fields.html", context, status=422 if form.is_bound else 200)


@require_POST
@firm_page(roles=ADMINS)
def remove_field_mapping(request: FirmRequest, mapping_id: UUID) -> HttpResponse:
    choices.unmap_field(request.actor, mapping_id=mapping_id)
    messages.success(request, "Removed. What stands in Lawmatics stays there.")
    return redirect("lawmatics_fields")


@require_POST
@firm_page(roles=ADMINS)
def refresh_lawmatics_settings(request: FirmRequest) -> HttpResponse:
    """A job of the firm's own lane, so that it takes from the same budget as everything else."""
    connection = connection_of(request.actor)
    if connection is None or not connection.is_connected:
        messages.warning(request, "Lawmatics is not connected, so nothing can be read. Connect it first.")
    else:
        choices.refresh_settings(request.actor)
    return redirect("lawmatics_fields" if request.POST.get("page") == "fields" else "lawmatics_case_types")


def _frame(request: FirmRequest) -> dict[str, Any]:
    connection = connection_of(request.actor)
    kept = settings_of(request.actor)
    connected = bool(connection and connection.is_connected)
    return {
        "tabs": settings_tabs(),
        "kept": kept,
        "connected": connected,
        "polls": connected and (kept.reading or kept.there is None),
    }


def _preview(request: FirmRequest) -> dict[str, Any]:
    matter_id = reading.record_id(request, "matter")
    return {
        "matters": [row.matter for row in recent_matters(request.actor, OFFERED)],
        "previewed": matter_id,
        "preview": preview(request.actor, matter_id) if matter_id else [],
    }
