"""The questions, one section at a time, and the autosave of a single one."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casehug.intake.answer_values import BadAnswer
from casehug.intake.errors import IntakeError, NotFound
from casehug.intake.queries import portal as queries
from casehug.intake.queries.portal import AskedSection
from casehug.intake.services.answers import ChangedElsewhere, save_answer
from casehug.intake.templates import Kind, Question
from casehug.portal import fields
from casehug.portal.fields import Typed, field_of
from casehug.portal.shell import PortalRequest, portal_page, show


@require_safe
@portal_page
def questions(request: PortalRequest) -> HttpResponse:
    """To the first section that is not complete."""
    sections = queries.sections_of(request.client_actor, request.matter)
    first = next((section for section in sections if not section.complete), sections[0] if sections else None)
    return redirect("portal_section", first.section.key) if first else redirect("portal_documents")


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def section(request: PortalRequest, key: str) -> HttpResponse:
    found, sections = queries.section_of(request.client_actor, request.matter, key)
    if request.method != "POST":
        return _page(request, found, sections, Typed())
    typed = _save_all(request, found)
    if typed.errors or typed.theirs:
        found, sections = queries.section_of(request.client_actor, request.matter, key)
        return _page(request, found, sections, typed, status=409 if typed.theirs else 422)
    return redirect(_where_next(request, found))


@require_POST
@portal_page
def autosave(request: PortalRequest, question: str) -> HttpResponse:
    """Keep one answer as soon as it was typed. Answers in JSON, to the portal's script."""
    asked = _question(request, question)
    try:
        answer = save_answer(
            request.client_actor,
            matter=request.matter,
            question=question,
            value=fields.read(asked, request.POST, f"q-{question}"),
            revision=fields.revision(asked, request.POST),
            language=request.language,
        )
    except ChangedElsewhere as changed:
        theirs = fields.in_words(asked, changed.answer.value, request.language)
        conflict = {"error": changed.sentence, "theirs": theirs, "revision": changed.answer.revision}
        return JsonResponse(conflict, status=409)
    except IntakeError as problem:
        return JsonResponse({"error": problem.sentence, "field": f"q-{problem.field}"}, status=422)
    return JsonResponse({"revision": answer.revision, "secret": asked.kind == Kind.SECRET and bool(answer.sealed)})


def _save_all(request: PortalRequest, found: AskedSection) -> Typed:
    """Keep every answer of the form that can be kept; what cannot does not hold up the others."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for asked in found.questions:
        question = asked.question
        if not fields.was_asked(question, request.POST):
            continue
        value = _without_removed(request, question, fields.read(question, request.POST, f"q-{question.key}"))
        try:
            save_answer(
                request.client_actor,
                matter=request.matter,
                question=question.key,
                value=value,
                revision=fields.revision(question, request.POST),
                language=request.language,
            )
        except ChangedElsewhere as changed:
            values[question.key], errors[question.key] = value, changed.sentence
            theirs[question.key] = fields.in_words(question, changed.answer.value, request.language)
        except (BadAnswer, IntakeError) as problem:
            values[question.key], errors[problem.field] = value, problem.sentence
    return Typed(values, errors, theirs)


def _without_removed(request: PortalRequest, question: Question, value: Any) -> Any:
    """A group without the entry whose "remove" button sent the form."""
    key, _, number = request.POST.get("remove", "").partition(":")
    if key != question.key or question.kind != Kind.GROUP or not number.isdecimal():
        return value
    return [entry for position, entry in enumerate(value) if position != int(number)]


def _where_next(request: PortalRequest, before: AskedSection) -> str:
    key = before.section.key
    here = reverse("portal_section", args=[key])
    keys_here = {asked.question.key for asked in before.questions}
    if (group := request.POST.get("add")) in keys_here:
        return f"{here}?more={group}#ask-{group}"
    if (removed := request.POST.get("remove", "").partition(":")[0]) in keys_here:
        return f"{here}#ask-{removed}"
    after, sections = queries.section_of(request.client_actor, request.matter, key)
    seen = {asked.question.key for asked in before.shown}
    appeared = [a for a in after.shown if a.question.key not in seen and not fields.was_asked(a.question, request.POST)]
    if appeared:
        # An answer brought up a further question, which a page without scripts has not shown yet.
        return f"{here}#ask-{appeared[0].question.key}"
    keys = [section.section.key for section in sections]
    later = keys[keys.index(key) + 1 :]
    return reverse("portal_section", args=[later[0]]) if later else reverse("portal_documents")


def _question(request: PortalRequest, key: str) -> Question:
    template = queries.template_of(request.matter)
    question = template.question(key) if template else None
    if question is None:
        raise NotFound
    return question


def _page(
    request: PortalRequest, found: AskedSection, sections: list[AskedSection], typed: Typed, status: int = 200
) -> HttpResponse:
    more = request.GET.get("more", "")
    keys = [section.section.key for section in sections]
    number = keys.index(found.section.key)
    context = {
        "section": found.section,
        "fields": [
            field_of(asked, request.language, typed=typed, blank_entry=asked.question.key == more)
            for asked in found.questions
        ],
        "problems": bool(typed.errors),
        "number": number + 1,
        "total": len(sections),
        "previous": keys[number - 1] if number else "",
        "last": number + 1 == len(keys),
    }
    return show(request, "section.html", context, status=status)
