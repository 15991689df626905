"""Settings, Templates: the firm's case types, and one of them with everything it asks. Firm admins only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casehug.intake.errors import IntakeError
from casehug.intake.models import TemplateVersion
from casehug.intake.queries.templates import (
    CurrentTemplate,
    case_type_rows,
    current_template,
    current_templates,
    matters_using,
)
from casehug.intake.services.templates import (
    copy_template,
    hide_template,
    restore_shipped,
    save_version,
    show_template,
)
from casehug.intake.template_rules import values_of
from casehug.intake.templates import Question, Template
from casehug.tenancy.queries import member_names
from casehug.web.integrations import settings_tabs
from casehug.web.shell import ADMINS, FirmRequest, firm_page
from casehug.web.template_forms import KINDS, AboutForm, CopyForm, PieceForm

TAB = "templates"


@require_safe
@firm_page(roles=ADMINS)
def templates(request: FirmRequest) -> HttpResponse:
    rows = case_type_rows(request.actor)
    context = {"tabs": settings_tabs(TAB), "rows": rows, "names": member_names(request.actor)}
    return render(request, "web/templates.html", context)


@require_safe
@firm_page(roles=ADMINS)
def template(request: FirmRequest, case_type: str) -> HttpResponse:
    context = frame(request, current_template(case_type), part="documents")
    return render(request, "web/template_documents.html", context)


@require_safe
@firm_page(roles=ADMINS)
def template_questions(request: FirmRequest, case_type: str) -> HttpResponse:
    current = current_template(case_type)
    sections = [(section, question_rows(section.questions, current.template)) for section in current.template.sections]
    context = {**frame(request, current, part="questions"), "sections": sections}
    return render(request, "web/template_questions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def template_about(request: FirmRequest, case_type: str) -> HttpResponse:
    current = current_template(case_type)
    areas = list(dict.fromkeys(other.template.practice_area for other in current_templates(request.actor)))
    data = request.POST if request.method == "POST" else None
    form = AboutForm(data, template=current.template, areas=areas)
    if form.is_valid() and save(request, replace(current.template, **form.cleaned_data), form=form):
        return redirect("template_about", case_type)
    return _about(request, current, form=form, copy=CopyForm())


def _about(request: FirmRequest, current: CurrentTemplate, *, form: AboutForm, copy: CopyForm) -> HttpResponse:
    context = {
        # Read again: after a refusal the next save starts from what is there now.
        **frame(request, current_template(current.template.key), part="about"),
        "form": form,
        "copy": copy,
    }
    return render(request, "web/template_about.html", context, status=422 if form.errors or copy.errors else 200)


@require_POST
@firm_page(roles=ADMINS)
def copy_template_page(request: FirmRequest, case_type: str) -> HttpResponse:
    current, copy = current_template(case_type), CopyForm(request.POST)
    if copy.is_valid():
        try:
            made = copy_template(request.actor, case_type=case_type, name=copy.cleaned_data["name"])
        except IntakeError as problem:
            copy.refuse(problem)
        else:
            messages.success(request, "The copy is your own. Change in it what you like.")
            return redirect("template", made.case_type)
    form = AboutForm(template=current.template, areas=[current.template.practice_area])
    return _about(request, current, form=form, copy=copy)


@require_POST
@firm_page(roles=ADMINS)
def offer_template(request: FirmRequest, case_type: str) -> HttpResponse:
    step = show_template if request.POST.get("do") == "show" else hide_template
    do_at_once(request, lambda: step(request.actor, case_type=case_type, started_from=number_of(request)))
    return redirect("template_about", case_type)


@require_POST
@firm_page(roles=ADMINS)
def restore_template(request: FirmRequest, case_type: str) -> HttpResponse:
    do_at_once(request, lambda: restore_shipped(request.actor, case_type=case_type, started_from=number_of(request)))
    return redirect("template_about", case_type)


# What the pages of the pieces share


@dataclass(frozen=True)
class QuestionRow:
    """A question as the editor lists it. `condition` says in words when it is asked, "" for always."""

    question: Question
    address: str
    kind: str
    condition: str


def question_rows(questions: tuple[Question, ...], there: Template, *, group: str = "") -> list[QuestionRow]:
    level = questions if group else tuple(q for section in there.sections for q in section.questions)
    asked = {question.key: question for question in (*level, *questions)}
    return [
        QuestionRow(
            question=question,
            address=f"{group}.{question.key}" if group else question.key,
            kind=KINDS[question.kind][0],
            condition=_condition(question, asked),
        )
        for question in questions
    ]


def _condition(question: Question, asked: dict[str, Question]) -> str:
    condition = question.show_if
    decides = asked.get(condition.question) if condition else None
    if condition is None or decides is None:
        return ""
    words = values_of(decides)
    answers = " or ".join(words[value].en for value in condition.equals if value in words)
    return f"if “{decides.label.en}” is {answers}"


def frame(request: FirmRequest, current: CurrentTemplate, *, part: str) -> dict[str, Any]:
    """What every page about one case type shows around its part."""
    key = current.template.key
    parts = [
        ("documents", "Documents", "template", len(current.template.documents)),
        ("questions", "Questions", "template_questions", sum(len(s.questions) for s in current.template.sections)),
        ("about", "Name and use", "template_about", None),
        ("preview", "Preview", "template_preview", None),
        ("versions", "Versions", "template_versions", None),
    ]
    return {
        "tabs": settings_tabs(TAB),
        "current": current,
        "template": current.template,
        "saved_by": member_names(request.actor).get(current.saved_by_id, "a former member")
        if current.saved_by_id
        else "",
        "matters": matters_using(request.actor, key),
        "parts": [
            {"label": label, "url": reverse(name, args=[key]), "current": part == word, "count": count}
            for word, label, name, count in parts
        ],
    }


def number_of(request: FirmRequest) -> int:
    """The version that the sent form started from; 0, which no version has, if it does not say."""
    text = request.POST.get("number", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def save(request: FirmRequest, changed: Template, *, form: PieceForm, place: str = "") -> bool:
    """Save the changed case type and say so, or put what stands against it next to the form's field."""
    number = number_of(request)
    try:
        version = save_version(request.actor, template=changed, started_from=number)
    except IntakeError as problem:
        form.refuse(problem, place=place)
        return False
    _tell(request, version, number)
    return True


def save_at_once(request: FirmRequest, changed: Template) -> None:
    """The same for a button without a form: what stands against it is told on the next page."""
    do_at_once(request, lambda: save_version(request.actor, template=changed, started_from=number_of(request)))


def do_at_once(request: FirmRequest, step: Callable[[], TemplateVersion]) -> None:
    try:
        version = step()
    except IntakeError as problem:
        messages.error(request, problem.sentence)
    else:
        _tell(request, version, number_of(request))


def _tell(request: FirmRequest, version: TemplateVersion, started_from: int) -> None:
    if version.number == started_from:
        messages.info(request, "Nothing changed, so there is no new version.")
    else:
        messages.success(request, f"Saved as version {version.number}; matters that are open keep theirs.")
