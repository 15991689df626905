"""The firm's automations: what they would e-mail to clients, written to a log instead of sent."""

from collections.abc import Iterable

from sandbox.hand import Hand
from sandbox.records import Automation, Email, Matter
from sandbox.store import Firm

Trigger = tuple[str, int | None]


def run(hand: Hand, matter: Matter, triggers: Iterable[Trigger]) -> None:
    """Log the e-mails of every automation that one of these triggers starts."""
    met = set(triggers)
    for automation in hand.firm.automations.values():
        if (automation.trigger, automation.trigger_id) in met:
            _write(hand, matter, automation)


def _write(hand: Hand, matter: Matter, automation: Automation) -> None:
    firm = hand.firm
    before = firm.emails.group("matter_id", matter.id)
    if automation.once and any(email.automation_id == automation.id for email in before):
        return  # the vendor's default: once per matter
    contact = firm.contacts[matter.contact_id]
    email = Email(
        **hand.new("email"), automation_id=automation.id, campaign=automation.campaign,
        because=because(firm, automation), matter_id=matter.id, contact_id=contact.id, to_name=contact.name,
        to_address=contact.email,
    )  # fmt: skip
    firm.emails[email.id] = email


def because(firm: Firm, automation: Automation) -> str:
    """The trigger in words, to be read after "the matter"."""
    match automation.trigger:
        case "stage":
            stage = firm.stages.get(automation.trigger_id)
            return f"entered the stage {stage.name}" if stage else "entered a stage that is gone"
        case "form":
            form = firm.forms.get(automation.trigger_id)
            return f"came from the form {form.name}" if form else "came from a form that is gone"
    field = firm.custom_fields.get(automation.trigger_id)
    return f"got a value in {field.name}" if field else "got a value in a field that is gone"


def in_words(email: Email) -> str:
    to = f"{email.to_name} <{email.to_address}>" if email.to_address else f"{email.to_name}, who has no address"
    return f"would e-mail {to}: {email.campaign}"
