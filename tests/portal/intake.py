"""A case type that asks one question of every kind, and what a client does in the portal, in a few words."""

from typing import Any
from uuid import UUID

from django.test import Client

from casehug.intake.models import Answer, Matter
from casehug.intake.templates import Condition, DocumentAsk, Kind, Option, Question, Section, Template, Text
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope


def _text(words: str) -> Text:
    return Text(words, f"{words} (es)")


def _ask(key: str, kind: Kind, **more: Any) -> Question:
    return Question(key=key, kind=kind, label=_text(f"Ask {key}"), **more)


OPTIONS = tuple(Option(key, _text(key.title())) for key in ("red", "green", "blue"))
MANY = tuple(Option(f"o{n}", _text(f"Option {n}")) for n in range(9))

TEMPLATE = Template(
    key="every-kind",
    name="Every Kind",
    practice_area="Family",
    minutes=12,
    sections=(
        Section(
            "about",
            _text("Basics"),
            (
                _ask("full-name", Kind.SHORT, required=True, hint=_text("As in your passport")),
                _ask("story", Kind.LONG),
                _ask("children-count", Kind.NUMBER),
                _ask("income", Kind.MONEY),
                _ask("born", Kind.DATE),
                _ask("married", Kind.YES_NO, required=True),
                _ask("spouse", Kind.SHORT, required=True, show_if=Condition("married", ("yes",))),
                _ask("spouse-work", Kind.SHORT, show_if=Condition("spouse", ("Sam",))),
            ),
        ),
        Section(
            "more",
            _text("Details"),
            (
                _ask("colour", Kind.CHOICE, options=OPTIONS),
                _ask("county", Kind.CHOICE, options=MANY),
                _ask("colours", Kind.CHOICES, options=OPTIONS),
                _ask("home", Kind.ADDRESS),
                _ask("mobile", Kind.PHONE),
                _ask("mail", Kind.EMAIL),
                _ask("ssn", Kind.SECRET),
                _ask(
                    "children",
                    Kind.GROUP,
                    fields=(
                        _ask("name", Kind.SHORT),
                        _ask("dob", Kind.DATE),
                        _ask("lives-here", Kind.YES_NO),
                        _ask("where", Kind.SHORT, show_if=Condition("lives-here", ("no",))),
                    ),
                ),
                _ask("secret-plan", Kind.SHORT, hidden=True),
            ),
        ),
    ),
    documents=(DocumentAsk("photo-id", _text("Photo ID"), _text("To know you"), "Identification", True),),
)


def open_link(browser: Client, token: str) -> None:
    """Follow the link from the message and press the button."""
    browser.get(f"/i/{token}")
    browser.post("/portal/open/")


def page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return " ".join(answer.content.decode().split())


def save(browser: Client, question: str, revision: int = 0, **inputs: object) -> Any:
    """What the portal's script sends as soon as something was typed."""
    name = f"q-{question}"
    data = {f"{name}-revision": revision}
    for key, value in inputs.items():
        data[name if key == "value" else f"{name}-{key.replace('_', '-')}"] = value  # type: ignore[assignment]
    return browser.post(f"/portal/answers/{question}/", data, headers={"Accept": "application/json"})


def answer_of(actor: Actor, matter: Matter, question: str) -> Answer | None:
    with firm_scope(actor.firm_id):
        return Answer.objects.filter(matter=matter, question=question).first()


def value_of(actor: Actor, matter: Matter, question: str) -> Any:
    answer = answer_of(actor, matter, question)
    return answer.value if answer else None


def item_id(actor: Actor, matter: Matter, key: str = "") -> UUID:
    with firm_scope(actor.firm_id):
        items = matter.checklist.order_by("position")  # type: ignore[attr-defined]
        return UUID(str((items.get(key=key) if key else items[0]).id))
