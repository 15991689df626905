"""Forms of the case type editor: one piece at a time. What makes a piece fit is for the rules of the intake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.http import QueryDict

from casehug.intake.errors import IntakeError
from casehug.intake.template_edits import fresh_key
from casehug.intake.template_rules import (
    LONGEST_CATEGORY,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_WHY,
    MOST,
    NOT_IN_GROUPS,
    WITH_OPTIONS,
    values_of,
)
from casehug.intake.templates import Condition, DocumentAsk, Kind, Option, Question, Section, Template, Text
from casehug.intake.us_states import US_STATES

KINDS: dict[Kind, tuple[str, str]] = {
    Kind.SHORT: ("Short text", "A name, a place, one line."),
    Kind.LONG: ("Long text", "A few sentences in the client's own words."),
    Kind.YES_NO: ("Yes or no", "Other questions can depend on it."),
    Kind.CHOICE: ("One of several", "The client picks one option. Other questions can depend on it."),
    Kind.CHOICES: ("Any of several", "The client ticks what applies. Other questions can depend on it."),
    Kind.NUMBER: ("Number", "A count, an age, a distance."),
    Kind.MONEY: ("Amount of money", "Dollars and cents."),
    Kind.DATE: ("Date", "Day, month and year."),
    Kind.ADDRESS: ("Address", "Street, city, state and ZIP code."),
    Kind.PHONE: ("Phone number", "Checked and stored in one form."),
    Kind.EMAIL: ("E-mail address", "Checked."),
    Kind.SECRET: (
        "Social security number",
        "Stored encrypted, masked for your staff, shown to no client again.",
    ),
    Kind.GROUP: ("Repeated group", "The same few questions for each child, asset, vehicle, …"),
}
IN_GROUPS = [kind for kind in KINDS if kind not in NOT_IN_GROUPS]


class Words(forms.CharField):
    """A text on one line: line breaks and double spaces become one space."""

    def __init__(
        self,
        label: str,
        limit: int,
        *,
        missing: str = "",
        wide: bool = False,
        spanish: bool = False,
        **options: Any,
    ) -> None:
        attrs = {"autocomplete": "off"} | ({"lang": "es"} if spanish else {}) | ({"rows": "2"} if wide else {})
        widget = forms.Textarea(attrs=attrs) if wide else forms.TextInput(attrs=attrs)
        errors = {
            "required": missing or f"Enter the {label[0].lower()}{label[1:]}.",
            "max_length": f"This is too long: at most {limit} characters.",
        }
        super().__init__(label=label, max_length=limit, widget=widget, error_messages=errors, **options)

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value) or "").split())


class PieceForm(forms.Form):
    """Base: takes a refusal of the services to the field it belongs to."""

    def refuse(self, problem: IntakeError, *, place: str = "") -> None:
        """`place` is the path of the piece that this form is about; a refusal of another piece is about the whole."""
        inside = not place or problem.field.startswith(f"{place}.")
        name = problem.field.removeprefix(f"{place}.") if inside else ""
        self.add_error(name if name in self.fields else None, problem.sentence)

    def text(self, name: str) -> Text:
        return Text(self.cleaned_data[f"{name}_en"], self.cleaned_data[f"{name}_es"])


class DocumentForm(PieceForm):
    name_en = Words("Name", LONGEST_NAME)
    name_es = Words("Name in Spanish", LONGEST_NAME, spanish=True)
    why_en = Words("Why it is needed", LONGEST_WHY, wide=True, missing="Say why it is needed.")
    why_es = Words("Why, in Spanish", LONGEST_WHY, wide=True, spanish=True, missing="Say it in Spanish as well.")
    category = Words("Category", LONGEST_CATEGORY, help_text="Documents of one category stand together.")
    states = forms.CharField(
        label="Only in these states",
        required=False,
        max_length=300,
        help_text="Postal codes, like CO, TX. Left empty, it is asked for everywhere.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    required = forms.BooleanField(
        label="Required",
        required=False,
        help_text="The intake is complete once every required document is approved.",
    )

    def __init__(self, data: QueryDict | None = None, *, document: DocumentAsk | None = None) -> None:
        super().__init__(data, initial=_document_as_typed(document) if document else {"required": True})
        # What is used so far is offered while typing; the page holds the list.
        self.fields["category"].widget.attrs["list"] = "categories"

    def clean_states(self) -> tuple[str, ...]:
        codes = self.cleaned_data["states"].upper().replace(",", " ").split()
        if unknown := [code for code in codes if code not in US_STATES]:
            raise ValidationError(f"{unknown[0][:20]} is no state. Use postal codes like CO, TX.")
        return tuple(sorted(set(codes)))

    def document(self, *, key: str, hidden: bool = False) -> DocumentAsk:
        fields = {name: self.cleaned_data[name] for name in ("category", "states", "required")}
        return DocumentAsk(key=key, name=self.text("name"), why=self.text("why"), hidden=hidden, **fields)


def _document_as_typed(document: DocumentAsk) -> dict[str, Any]:
    return {
        "name_en": document.name.en,
        "name_es": document.name.es,
        "why_en": document.why.en,
        "why_es": document.why.es,
        "category": document.category,
        "states": ", ".join(document.states),
        "required": document.required,
    }


class SectionForm(PieceForm):
    title_en = Words("Title", LONGEST_NAME)
    title_es = Words("Title in Spanish", LONGEST_NAME, spanish=True)

    def __init__(self, data: QueryDict | None = None, *, section: Section | None = None) -> None:
        title = {"title_en": section.title.en, "title_es": section.title.es} if section else {}
        super().__init__(data, initial=title)


class QuestionForm(PieceForm):
    """A question of a given kind. `deciding` are those before it on which it can depend."""

    label_en = Words("Question", LONGEST_LABEL, wide=True)
    label_es = Words("Question in Spanish", LONGEST_LABEL, wide=True, spanish=True)
    hint_en = Words("Hint", LONGEST_LABEL, required=False)
    hint_es = Words("Hint in Spanish", LONGEST_LABEL, required=False, spanish=True)
    required = forms.BooleanField(
        label="Required", required=False, help_text="The client is asked to answer it before finishing."
    )
    section = forms.ChoiceField(
        label="Section",
        help_text="In another section it comes last.",
        error_messages={"invalid_choice": "Choose a section from the list."},
    )
    show_if = forms.MultipleChoiceField(
        label="Ask only if",
        required=False,
        help_text="Tick the answers that make this question appear. Nothing ticked: it is always asked.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose answers from the list."},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        kind: Kind,
        deciding: Sequence[Question],
        question: Question | None = None,
        sections: Sequence[Section] = (),
        section: str = "",
    ) -> None:
        """`sections`: where it can stand, if it can be moved from `section`."""
        super().__init__(data, initial=_question_as_typed(question) | {"section": section} if question else {})
        self.kind, self.question = kind, question
        if len(sections) > 1:
            place = self.fields["section"]
            assert isinstance(place, forms.ChoiceField)
            place.choices = [(there.key, there.title.en) for there in sections]
        else:
            del self.fields["section"]
        if deciding:
            condition = self.fields["show_if"]
            assert isinstance(condition, forms.MultipleChoiceField)
            condition.choices = [(asked.label.en, _answers(asked)) for asked in deciding]
        else:
            del self.fields["show_if"]
        if kind == Kind.GROUP:
            del self.fields["required"]
            if question is None or question.kind != Kind.GROUP:
                self.fields |= _first_of_group()

    def clean_show_if(self) -> Condition | None:
        pairs = [value.split("=", 1) for value in self.cleaned_data["show_if"]]
        if len({key for key, _ in pairs}) > 1:
            raise ValidationError("Tick answers of one question only.")
        return Condition(pairs[0][0], tuple(value for _, value in pairs)) if pairs else None

    def clean(self) -> dict[str, Any]:
        given = {name for name in ("hint_en", "hint_es") if self.cleaned_data.get(name)}
        if len(given) == 1 and not self.errors:
            missing = ({"hint_en", "hint_es"} - given).pop()
            self.add_error(missing, "Write the hint in both languages, or in none.")
        return self.cleaned_data

    def asked(self, *, key: str, options: tuple[Option, ...]) -> Question:
        """The question as it was typed; what this form does not ask about stays as it was."""
        before = self.question
        was_group = before is not None and before.kind == Kind.GROUP
        fields = before.fields if before and self.kind == Kind.GROUP else ()
        if "first_en" in self.fields:
            kind = Kind(self.cleaned_data["first_kind"])
            first = self.text("first")
            fields = (Question(fresh_key(first.en, (), fallback="question"), kind, first),)
        return Question(
            key=key,
            kind=self.kind,
            label=self.text("label"),
            hint=self.text("hint"),
            required=self.cleaned_data.get("required", before.required if before and was_group else False),
            options=options,
            show_if=self.cleaned_data.get("show_if"),
            fields=fields,
            hidden=before.hidden if before else False,
        )


def _answers(asked: Question) -> list[tuple[str, str]]:
    return [(f"{asked.key}={value}", words.en) for value, words in values_of(asked).items()]


def _first_of_group() -> dict[str, forms.Field]:
    plain = [(kind, KINDS[kind][0]) for kind in IN_GROUPS if kind not in WITH_OPTIONS]
    return {
        "first_en": Words("First question of each entry", LONGEST_LABEL, help_text="More can be added afterwards."),
        "first_es": Words("First question in Spanish", LONGEST_LABEL, spanish=True),
        "first_kind": forms.ChoiceField(label="Its kind", choices=plain),
    }


def _question_as_typed(question: Question) -> dict[str, Any]:
    condition = question.show_if
    return {
        "label_en": question.label.en,
        "label_es": question.label.es,
        "hint_en": question.hint.en,
        "hint_es": question.hint.es,
        "required": question.required,
        "show_if": [f"{condition.question}={value}" for value in condition.equals] if condition else [],
    }


class OptionForm(forms.Form):
    """One line of a choice. Emptied in both languages, the option goes."""

    key = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    en = Words("Option", LONGEST_NAME, required=False)
    es = Words("Option in Spanish", LONGEST_NAME, required=False, spanish=True)

    def clean(self) -> dict[str, Any]:
        given = {name for name in ("en", "es") if self.cleaned_data.get(name)}
        if len(given) == 1 and not self.errors:
            self.add_error(({"en", "es"} - given).pop(), "Write the option in both languages.")
        return self.cleaned_data


def option_lines(data: QueryDict | None, question: Question | None) -> BaseFormSet[OptionForm]:
    """The options of a question, and empty lines for more."""
    options = question.options if question else ()
    blank = 2 if options else 4
    lines = forms.formset_factory(OptionForm, extra=blank, max_num=MOST["options"], absolute_max=MOST["options"] + 10)
    initial = [{"key": option.key, "en": option.label.en, "es": option.label.es} for option in options]
    made = lines(data, initial=initial, prefix="options")
    for number, line in enumerate(made, start=1):
        line.fields["en"].label, line.fields["es"].label = f"Option {number}", f"Option {number} in Spanish"
    return made


def options_of(lines: BaseFormSet[OptionForm], question: Question | None) -> tuple[Option, ...]:
    """What the lines say. A line keeps its option's key, so that answers and conditions still mean it."""
    known = {option.key for option in question.options} if question else set()
    rows = [row.cleaned_data for row in lines if row.cleaned_data.get("en")]
    taken = {row["key"] for row in rows if row["key"] in known}
    found = []
    for row in rows:
        key = row["key"]
        if key not in known:
            key = fresh_key(row["en"], taken, fallback="option")
            taken.add(key)
        found.append(Option(key, Text(row["en"], row["es"])))
    return tuple(found)


class AboutForm(PieceForm):
    name = Words("Name", LONGEST_NAME, help_text="Your staff sees it, and Lawmatics does. The client does not.")
    practice_area = forms.ChoiceField(
        label="Practice area", error_messages={"invalid_choice": "Choose a practice area from the list."}
    )
    minutes = forms.IntegerField(
        label="Minutes it takes",
        min_value=1,
        max_value=240,
        help_text="What the welcome page tells the client to expect.",
        error_messages={
            "required": "Say how long it takes.",
            "invalid": "Enter a whole number of minutes.",
            "min_value": "Say how long it takes, from 1 to 240 minutes.",
            "max_value": "Say how long it takes, from 1 to 240 minutes.",
        },
    )

    def __init__(self, data: QueryDict | None = None, *, template: Template, areas: list[str]) -> None:
        initial = {"name": template.name, "practice_area": template.practice_area, "minutes": template.minutes}
        super().__init__(data, initial=initial)
        choice = self.fields["practice_area"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(area, area) for area in areas]


class CopyForm(PieceForm):
    # The other form of its page has a "name" as well.
    prefix = "copy"
    name = Words("Name of the copy", LONGEST_NAME)
