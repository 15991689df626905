"""Versions of case types: written down at first use, saved by editors, never changed afterwards."""

from dataclasses import replace

from django.db import IntegrityError, transaction

from casehug.audit.services import record
from casehug.intake import normal
from casehug.intake.errors import BadInput, NotAllowed
from casehug.intake.models import TemplateVersion
from casehug.intake.queries.templates import current_template, current_templates, kept_version, latest_version
from casehug.intake.shipped import shipped_templates
from casehug.intake.template_edits import fresh_key
from casehug.intake.template_rules import LONGEST_NAME, check_template
from casehug.intake.templates import Template
from casehug.tenancy.actor import Actor

# No key that ships, today or later, begins like this.
OWN_PREFIX = "own-"

OVERTAKEN = (
    "Somebody else saved this case type while you were editing. Nothing of yours is lost: look at what is here now, "
    "then save again."
)


def current_version(case_type: str) -> TemplateVersion:
    """The version that a matter opened now gets; written down first if it is only shipped yet. Raises NotFound."""
    current = current_template(case_type)
    latest = latest_version(case_type)
    if latest is not None and latest.number == current.number:
        return latest
    return _written(current.template, number=current.number, actor=None) or _of_the_winner(case_type)


def available_templates(actor: Actor) -> list[Template]:
    """What a matter can be opened as: shipped and the firm's own, without the hidden ones."""
    return [current.template for current in current_templates(actor) if not current.template.hidden]


def save_version(actor: Actor, *, template: Template, started_from: int) -> TemplateVersion:
    """Make this the current version of its case type; open matters keep theirs.

    `started_from` is the number of the version that was edited. Raises BadInput for a template that cannot be asked,
    NotAllowed if there is a newer version by now, NotFound for a case type that does not exist. A template that says
    what the current one says saves nothing and answers the current one.
    """
    current = current_version(template.key)
    if current.number != started_from:
        raise NotAllowed(OVERTAKEN)
    before = Template.from_json(current.content)
    if template == before:
        return current
    check_template(template)
    if normal.fold(template.name) != normal.fold(before.name):
        _refuse_taken_name(actor, template.name)
    # What says the same as the shipped one follows it again.
    by = None if template == shipped_templates().get(template.key) else actor
    saved = _written(template, number=started_from + 1, actor=by)
    if saved is None:
        raise NotAllowed(OVERTAKEN)
    _audit(actor, "template.saved", saved)
    return saved


def copy_template(actor: Actor, *, case_type: str, name: str) -> TemplateVersion:
    """A case type of the firm's own that asks what this one asks. Raises BadInput, NotFound."""
    original = current_template(case_type).template
    name = normal.clean_name(name, field="name", label="name of the new case type", limit=LONGEST_NAME)
    _refuse_taken_name(actor, name)
    taken = {current.template.key.removeprefix(OWN_PREFIX) for current in current_templates(actor)}
    key = OWN_PREFIX + fresh_key(name[:50], taken, fallback="case-type")
    copy = replace(original, key=key, name=name, hidden=False)
    check_template(copy)
    saved = _written(copy, number=1, actor=actor)
    if saved is None:
        raise _taken()
    _audit(actor, "template.copied", saved)
    return saved


def hide_template(actor: Actor, *, case_type: str, started_from: int) -> TemplateVersion:
    """Offer the case type no longer to new matters."""
    template = current_template(case_type).template
    return save_version(actor, template=replace(template, hidden=True), started_from=started_from)


def show_template(actor: Actor, *, case_type: str, started_from: int) -> TemplateVersion:
    template = current_template(case_type).template
    return save_version(actor, template=replace(template, hidden=False), started_from=started_from)


def restore_shipped(actor: Actor, *, case_type: str, started_from: int) -> TemplateVersion:
    """Back to what ships with CaseHug, as a new version. Raises NotAllowed for a case type of the firm's own."""
    current_template(case_type)
    shipped = shipped_templates().get(case_type)
    if shipped is None:
        raise NotAllowed("This case type is your own, so there is no shipped version to go back to.")
    return save_version(actor, template=shipped, started_from=started_from)


def return_to_version(actor: Actor, *, case_type: str, number: int, started_from: int) -> TemplateVersion:
    """What an earlier version asked, as a new version. Raises NotFound, and what save_version raises.

    Whether the case type is offered is about today, so it stays as it is.
    """
    hidden = current_template(case_type).template.hidden
    earlier = kept_version(case_type, number).template
    return save_version(actor, template=replace(earlier, hidden=hidden), started_from=started_from)


def _written(template: Template, *, number: int, actor: Actor | None) -> TemplateVersion | None:
    """The new row, or None if somebody else wrote this number first."""
    version = TemplateVersion(
        case_type=template.key,
        number=number,
        content=template.to_json(),
        created_by_id=actor.user_id if actor else None,
    )
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError:
        return None
    # As the database gives it back: lists where the template has tuples.
    version.refresh_from_db(fields=["content"])
    return version


def _of_the_winner(case_type: str) -> TemplateVersion:
    winner = latest_version(case_type)
    assert winner is not None
    return winner


def _refuse_taken_name(actor: Actor, name: str) -> None:
    if normal.fold(name) in {normal.fold(current.template.name) for current in current_templates(actor)}:
        raise _taken()


def _taken() -> BadInput:
    return BadInput("There is a case type of this name already. Choose another name.", field="name")


def _audit(actor: Actor, action: str, version: TemplateVersion) -> None:
    record(
        actor,
        action=action,
        subject="template",
        subject_id=version.id,
        case_type=version.case_type,
        number=version.number,
    )
