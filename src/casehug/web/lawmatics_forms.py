"""Lawmatics forms: which intake fields fill them (firm admins), and submitting one for a matter (everyone)."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casehug.connections.queries import connection_of
from casehug.intake import access
from casehug.intake.errors import BadInput, NotAllowed
from casehug.sync import form_choices
from casehug.sync.queries.forms import ComponentRow, FormPage, form_page, form_rows, forms_read, offered_forms
from casehug.ui.forms import Toggle
from casehug.web import reading
from casehug.web.integrations import settings_tabs
from casehug.web.shell import ADMINS, FirmRequest, firm_page

ASKED = "The form is on its way to Lawmatics. The history of the matter shows how it went."


class MappingForm(forms.Form):
    """One choice of an intake field for each thing that the form asks, and whether it goes by itself."""

    def __init__(self, data: QueryDict | None, *, page: FormPage) -> None:
        super().__init__(data)
        self.page = page
        for number, row in enumerate(page.rows):
            if row.choices:
                self.fields[_name(number)] = _choice(row)
        self.fields["on_completion"] = forms.BooleanField(
            label="Submit when the intake is complete",
            required=False,
            initial=page.mapping.on_completion if page.mapping else False,
            widget=Toggle(),
            help_text="Once for each matter, from now on. What the form starts in Lawmatics may write to the client.",
        )

    def components(self) -> list[forms.BoundField]:
        return [self[_name(number)] for number, row in enumerate(self.page.rows) if row.choices]

    def answers(self) -> dict[str, str]:
        filled = self.cleaned_data
        return {row.component.id: filled.get(_name(number), "") for number, row in enumerate(self.page.rows)}

    def tell(self, problem: BadInput) -> None:
        ids = [row.component.id for row in self.page.rows]
        named = _name(ids.index(problem.field)) if problem.field in ids else None
        self.add_error(named if named in self.fields else None, problem.sentence)


def _name(number: int) -> str:
    return f"component-{number}"


def _choice(row: ComponentRow) -> forms.ChoiceField:
    groups: dict[str, list[tuple[str, str]]] = {}
    for source in row.choices:
        groups.setdefault(source.group, []).append((source.key, source.name))
    return forms.ChoiceField(
        label=row.component.label,
        required=row.component.required,
        choices=[("", "Nothing"), *groups.items()],
        initial=row.source,
        help_text="" if not row.component.required else "Required by the form in Lawmatics.",
        error_messages={"required": "The form requires this. Choose an intake field."},
    )


@require_safe
@firm_page(roles=ADMINS)
def lawmatics_forms(request: FirmRequest) -> HttpResponse:
    read, connection = forms_read(request.actor), connection_of(request.actor)
    connected = bool(connection and connection.is_connected)
    context = {
        "tabs": settings_tabs(),
        "read": read,
        "connected": connected,
        "polls": connected and read.reading,
        "rows": form_rows(request.actor),
    }
    return render(request, "web/lawmatics_forms.html", context)


@require_POST
@firm_page(roles=ADMINS)
def refresh_lawmatics_forms(request: FirmRequest) -> HttpResponse:
    try:
        form_choices.ask(request.actor)
    except NotAllowed as problem:
        messages.warning(request, problem.sentence)
    return redirect("lawmatics_forms")


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def lawmatics_form(request: FirmRequest, form_id: str) -> HttpResponse:
    """What a form asks and what fills it; for one case type, or for all."""
    page = form_page(request.actor, form_id, case_type=request.GET.get("case_type", ""))
    form = MappingForm(request.POST if request.method == "POST" else None, page=page)
    if form.is_bound and form.is_valid():
        try:
            form_choices.map_form(
                request.actor,
                form_id=form_id,
                case_type=page.case_type,
                answers=form.answers(),
                on_completion=form.cleaned_data["on_completion"],
            )
        except BadInput as problem:
            form.tell(problem)
        else:
            messages.success(request, f"Saved what fills “{page.form.name}”.")
            return redirect("lawmatics_forms")
    context = {
        "tabs": settings_tabs(),
        "page": page,
        "form": form,
        "unfilled": [row.component for row in page.rows if not row.choices],
        "address": reverse("lawmatics_form", args=[form_id]) + reading.query(case_type=page.case_type),
    }
    return render(request, "web/lawmatics_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@firm_page(roles=ADMINS)
def remove_form_mapping(request: FirmRequest, mapping_id: UUID) -> HttpResponse:
    mapping = form_choices.unmap_form(request.actor, mapping_id=mapping_id)
    messages.success(request, f"“{mapping.form_name}” is submitted no more. What was submitted stays in Lawmatics.")
    return redirect("lawmatics_forms")


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page()
def matter_forms(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    """The forms that can be submitted for a matter; posted is the one to submit, with the number that was shown."""
    matter = access.matter(request.actor, matter_id)
    if request.method == "POST":
        return _submitted(request, matter.id)
    context: dict[str, Any] = {"matter": matter, "offered": offered_forms(request.actor, matter.id)}
    connection = connection_of(request.actor)
    context["connected"] = bool(connection and connection.is_connected)
    return render(request, "web/matter_forms.html", context)


def _submitted(request: FirmRequest, matter_id: UUID) -> HttpResponse:
    number = request.POST.get("number", "")
    try:
        form_choices.request_form(
            request.actor,
            matter_id=matter_id,
            form_id=request.POST.get("form", ""),
            number=int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0,
        )
    except NotAllowed as problem:
        messages.warning(request, problem.sentence)
        return redirect("matter_forms", matter_id)
    messages.info(request, ASKED)
    return redirect(reverse("matter", args=[matter_id]) + "#lawmatics")
