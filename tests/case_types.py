"""A firm's own case type, small enough to know by heart."""

from dataclasses import replace

from casehug.intake.services.templates import copy_template, save_version
from casehug.intake.templates import Condition, Kind, Question, Section, Template, Text
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope

BOATS = "own-boats"


def both(words: str) -> Text:
    return Text(words, f"{words} (es)")


def boats(actor: Actor) -> str:
    """Open a case type "Boats": the documents of a divorce, and one section with three questions. Answers its key."""
    owns = Question("owns", Kind.YES_NO, both("Do you own a boat?"))
    fleet = Question(
        "fleet",
        Kind.GROUP,
        both("Your boats"),
        show_if=Condition("owns", ("yes",)),
        fields=(Question("name", Kind.SHORT, both("Name of the boat")),),
    )
    harbour = Question("harbour", Kind.SHORT, both("Home harbour"))
    with firm_scope(actor.firm_id):
        copy = copy_template(actor, case_type="divorce-standard", name="Boats")
        sections = (Section("boats", both("Boats"), (owns, fleet, harbour)),)
        save_version(actor, template=replace(Template.from_json(copy.content), sections=sections), started_from=1)
    return copy.case_type
