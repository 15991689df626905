"""The sections and questions of a case type: add, change, put in order, hide."""

from collections.abc import Collection
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from casehug.intake import template_edits as edits
from casehug.intake.queries.templates import current_template
from casehug.intake.template_rules import WITH_OPTIONS, deciding_before, kinds_for
from casehug.intake.templates import Kind, Question, Section, Template
from casehug.web import reading
from casehug.web.shell import ADMINS, FirmRequest, firm_page
from casehug.web.template_editor import frame, question_rows, save, save_at_once
from casehug.web.template_forms import IN_GROUPS, KINDS, QuestionForm, SectionForm, option_lines, options_of


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def new_section(request: FirmRequest, case_type: str) -> HttpResponse:
    return _section_page(request, case_type, None)


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def template_section(request: FirmRequest, case_type: str, section: str) -> HttpResponse:
    return _section_page(request, case_type, edits.find(current_template(case_type).template.sections, section))


@require_POST
@firm_page(roles=ADMINS)
def arrange_section(request: FirmRequest, case_type: str, section: str) -> HttpResponse:
    there = current_template(case_type).template
    found = edits.find(there.sections, section)
    if request.POST.get("do") == "remove":
        if found.questions:
            messages.error(request, "Only an empty section can be removed. Hide its questions instead.")
        else:
            save_at_once(request, replace(there, sections=tuple(s for s in there.sections if s != found)))
    else:
        by = {"up": -1, "down": 1}.get(request.POST.get("do", ""), 0)
        save_at_once(request, replace(there, sections=edits.move(there.sections, section, by)))
    return redirect(f"{reverse('template_questions', args=[case_type])}#section-{section}")


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def new_question(request: FirmRequest, case_type: str, section: str) -> HttpResponse:
    edits.find(current_template(case_type).template.sections, section)
    kind = _kind(request, KINDS)
    if kind is None:
        return _kinds_page(request, case_type, list(KINDS))
    return _question_page(request, case_type, kind=kind, section=section)


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def new_group_question(request: FirmRequest, case_type: str, question: str) -> HttpResponse:
    there = current_template(case_type).template
    group = edits.group_at(there, question)
    kind = _kind(request, IN_GROUPS)
    if kind is None:
        return _kinds_page(request, case_type, IN_GROUPS)
    section = edits.section_of(there, group.key).key
    return _question_page(request, case_type, kind=kind, section=section, group=group.key)


@require_http_methods(["GET", "HEAD", "POST"])
@firm_page(roles=ADMINS)
def template_question(request: FirmRequest, case_type: str, question: str) -> HttpResponse:
    there = current_template(case_type).template
    found = edits.question_at(there, question)
    key, _, inner = question.partition(".")
    offered = kinds_for(found, in_group=bool(inner))
    kind = _kind(request, offered)
    if kind is None and "kind" in request.GET:
        return _kinds_page(request, case_type, offered, question=found)
    section = edits.section_of(there, key).key
    group = key if inner else ""
    return _question_page(request, case_type, kind=kind or found.kind, section=section, group=group, question=found)


@require_POST
@firm_page(roles=ADMINS)
def arrange_question(request: FirmRequest, case_type: str, question: str) -> HttpResponse:
    there = current_template(case_type).template
    key, _, inner = question.partition(".")
    do = request.POST.get("do", "")
    save_at_once(
        request,
        edits.at_question(there, question, lambda questions: edits.arranged(questions, inner or key, do)),
    )
    return redirect(_beside(case_type, inner or key, group=key if inner else ""))


def _section_page(request: FirmRequest, case_type: str, section: Section | None) -> HttpResponse:
    form = SectionForm(request.POST if request.method == "POST" else None, section=section)
    if form.is_valid():
        there = current_template(case_type).template
        taken = {other.key for other in there.sections}
        key = section.key if section else edits.fresh_key(form.cleaned_data["title_en"], taken, fallback="section")
        questions = edits.find(there.sections, key).questions if section else ()
        changed = replace(there, sections=edits.put(there.sections, Section(key, form.text("title"), questions)))
        if save(request, changed, form=form, place=f"sections.{key}"):
            return redirect(f"{reverse('template_questions', args=[case_type])}#section-{key}")
    context = {**frame(request, current_template(case_type), part="questions"), "form": form, "section": section}
    return render(request, "web/template_section.html", context, status=422 if form.errors else 200)


def _kinds_page(
    request: FirmRequest, case_type: str, kinds: Collection[Kind], *, question: Question | None = None
) -> HttpResponse:
    """What a new question can be, or what this one can become."""
    context = {
        **frame(request, current_template(case_type), part="questions"),
        "kinds": [(kind.value, *words) for kind, words in KINDS.items() if kind in kinds],
        "question": question,
        "stays": question is not None and len(kinds) < 2,
    }
    return render(request, "web/template_kinds.html", context, status=422 if request.method == "POST" else 200)


def _question_page(
    request: FirmRequest,
    case_type: str,
    *,
    kind: Kind,
    section: str,
    group: str = "",
    question: Question | None = None,
) -> HttpResponse:
    there = current_template(case_type).template
    data = request.POST if request.method == "POST" else None
    deciding = _deciding(there, section=section, group=group, key=question.key if question else "")
    sections = there.sections if question and not group else ()
    form = QuestionForm(data, kind=kind, deciding=deciding, question=question, sections=sections, section=section)
    lines = option_lines(data, question) if kind in WITH_OPTIONS else None
    # Both are judged before either is: all that is wrong is told at once.
    fit = [form.is_valid(), lines is None or lines.is_valid()] if data is not None else [False]
    if all(fit):
        taken = {other.key for other in edits.level_of(there, group)}
        key = question.key if question else edits.fresh_key(form.cleaned_data["label_en"], taken, fallback="question")
        typed = form.asked(key=key, options=options_of(lines, question) if lines else ())
        changed = edits.with_questions(there, section=section, group=group, change=lambda all_: edits.put(all_, typed))
        if to := form.cleaned_data.get("section"):
            changed = edits.into_section(changed, key, to)
        place = f"questions.{group}.fields.{key}" if group else f"questions.{key}"
        if save(request, changed, form=form, place=place):
            # A new group goes on with its questions.
            stays = "first_en" in form.fields
            return redirect("template_question", case_type, key) if stays else redirect(_beside(case_type, key, group))
    context = {
        **frame(request, current_template(case_type), part="questions"),
        "form": form,
        "lines": lines,
        "kind": KINDS[kind],
        "question": question,
        "group": edits.question_at(there, group) if group else None,
        "fields": question_rows(question.fields, there, group=question.key) if question else [],
        "becomes": question is not None and question.kind != kind,
        "can_become": question is not None and len(kinds_for(question, in_group=bool(group))) > 1,
        "back": _beside(case_type, question.key if question else "", group),
    }
    return render(request, "web/template_question.html", context, status=422 if data is not None else 200)


def _deciding(there: Template, *, section: str, group: str, key: str) -> list[Question]:
    """On what the question can depend: what stands before it. A new one comes last in its section."""
    if group or key:
        return list(deciding_before(edits.level_of(there, group), key))
    found: list[Question] = []
    for other in there.sections:
        found += deciding_before(other.questions, "")
        if other.key == section:
            break
    return found


def _kind(request: FirmRequest, offered: Collection[Kind]) -> Kind | None:
    word = reading.one_of(request, "kind", offered)
    return Kind(word) if word else None


def _beside(case_type: str, key: str, group: str = "") -> str:
    """The page that lists the question, scrolled to it."""
    if group:
        return f"{reverse('template_question', args=[case_type, group])}#question-{key}"
    return f"{reverse('template_questions', args=[case_type])}#question-{key}"
