"""What a case type asks, to be read: as the client sees it now, and its earlier versions."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from casehug.intake.queries.templates import current_template, kept_version, version_rows
from casehug.intake.services.templates import return_to_version
from casehug.intake.template_rules import values_of
from casehug.intake.templates import Question, Template
from casehug.intake.us_states import US_STATES
from casehug.tenancy.queries import member_names
from casehug.web import reading
from casehug.web.shell import ADMINS, FirmRequest, firm_page
from casehug.web.template_editor import do_at_once, frame, number_of, question_rows


@require_safe
@firm_page(roles=ADMINS)
def template_preview(request: FirmRequest, case_type: str) -> HttpResponse:
    current = current_template(case_type)
    context = {**frame(request, current, part="preview"), **_as_the_client_sees(request, current.template)}
    return render(request, "web/template_preview.html", context)


@require_safe
@firm_page(roles=ADMINS)
def template_versions(request: FirmRequest, case_type: str) -> HttpResponse:
    current = current_template(case_type)
    before = request.GET.get("before", "")
    asked = int(before) if before.isascii() and before.isdigit() and len(before) < 9 else None
    rows, older = version_rows(request.actor, case_type, before=asked)
    context = {
        **frame(request, current, part="versions"),
        "rows": rows,
        "names": member_names(request.actor),
        "older": reading.query(before=older) if older else "",
        "newest": "?" if asked else "",
    }
    return render(request, "web/template_versions.html", context)


@require_safe
@firm_page(roles=ADMINS)
def template_version(request: FirmRequest, case_type: str, number: int) -> HttpResponse:
    current, kept = current_template(case_type), kept_version(case_type, number)
    context = {
        **frame(request, current, part="versions"),
        **_as_the_client_sees(request, kept.template),
        "row": kept.row,
        "kept": kept.template,
        "names": member_names(request.actor),
    }
    return render(request, "web/template_version.html", context)


@require_POST
@firm_page(roles=ADMINS)
def return_to_template_version(request: FirmRequest, case_type: str, number: int) -> HttpResponse:
    kept_version(case_type, number)
    do_at_once(
        request,
        lambda: return_to_version(request.actor, case_type=case_type, number=number, started_from=number_of(request)),
    )
    return redirect("template_versions", case_type)


def _as_the_client_sees(request: FirmRequest, there: Template) -> dict[str, Any]:
    """In the language and state that the address names."""
    language = reading.one_of(request, "language", ("es",)) or "en"
    state = reading.one_of(request, "state", US_STATES)
    return {
        "language": language,
        "state": state,
        "states": US_STATES,
        "languages": [
            {"label": label, "url": reading.query(language=code, state=state), "current": language == code}
            for code, label in (("en", "English"), ("es", "Español"))
        ],
        "documents": [
            {"name": ask.name.in_language(language), "why": ask.why.in_language(language), "ask": ask}
            for ask in (there.asked_in(state) if state else there.documents)
            if not ask.hidden
        ],
        "sections": [
            (section.title.in_language(language), _as_asked(section.questions, there, language))
            for section in there.sections
        ],
    }


def _as_asked(questions: tuple[Question, ...], there: Template, language: str) -> list[dict[str, Any]]:
    return [
        {
            "label": row.question.label.in_language(language),
            "hint": row.question.hint.in_language(language),
            "kind": row.question.kind,
            "required": row.question.required,
            "options": [words.in_language(language) for words in values_of(row.question).values()],
            "condition": row.condition,
            "fields": _as_asked(row.question.fields, there, language),
        }
        for row in question_rows(questions, there)
        if not row.question.hidden
    ]
