"""The client's contact: search, link, create."""

from dataclasses import replace

from casehug.sync import contact_list, policy
from casehug.sync.errand import Errand
from casehug.sync.lookup import CREATE_CONTACT
from casehug.sync.models import RecordKind
from casehug.sync.planner import AskWhichPerson, Create, FindContact, Found, Known, KnownLink, LinkContact, name_digest
from casehug.sync.policy import NeedsPerson
from casehug.sync.steps.records import contact_write, found_contact
from lawmatics import Contact

STANDARD = ("first_name", "last_name", "email", "phone")


def find(errand: Errand, step: FindContact) -> Known:
    errand.action = "contact.search"
    if contact_list.nobody_has(errand, step.email):
        return _with_candidates(errand.known, ())
    # Oldest first.
    contacts = errand.client.contacts.with_email(step.email)
    return _with_candidates(errand.known, tuple(found_contact(contact) for contact in contacts))


def _with_candidates(known: Known, found: tuple[Found, ...]) -> Known:
    return replace(known, candidates=found)


def link(errand: Errand, step: LinkContact) -> Known:
    errand.action = "contact.link"
    new = KnownLink(lawmatics_id=step.found.lawmatics_id, sent={}, digest="")
    notice = (
        f"{step.others + 1} contacts in Lawmatics have this e-mail address; the oldest that fits was linked."
        if step.others
        else ""
    )

    def remember() -> None:
        errand.save_link(RecordKind.CONTACT, new, notice=notice, new=True)
        errand.log("contact.link", lawmatics_id=step.found.lawmatics_id, text=notice)

    errand.later(remember)
    return errand.known.having_linked(RecordKind.CONTACT, new).having_read(RecordKind.CONTACT, step.found)


def create(errand: Errand, step: Create) -> Known:
    def remember(answer: Contact) -> None:
        errand.save_link(RecordKind.CONTACT, errand.link_to(RecordKind.CONTACT, answer.id), new=True)
        if errand.rules.lists_contacts:
            contact_list.remember(answer, errand.rules.account_id)

    contact = errand.write(
        CREATE_CONTACT,
        intended={"fields": dict(step.fields), "client_id": str(errand.wanted.client_id)},
        call=lambda: errand.client.contacts.create(contact_write(step.fields)),
        remember=remember,
    )
    return errand.known.having_linked(RecordKind.CONTACT, errand.link_to(RecordKind.CONTACT, contact.id))


def ask_which(errand: Errand, step: AskWhichPerson) -> Known:
    errand.action = "contact.search"
    about = ",".join(found.lawmatics_id for found in step.found)
    names = {found.lawmatics_id: name_digest(found) for found in step.found}
    raise NeedsPerson(policy.OTHER_PERSON, _which_person(step.found), asked_about=about, asked_names=names)


def _which_person(found: tuple[Found, ...]) -> str:
    first, *others = (f"“{_name_of(contact)}”" for contact in found)
    also = f", and also {' and '.join(others)}" if others else ""
    return f"Lawmatics has {first} under this e-mail address{also}. Decide whether {first} is the same person."


def _name_of(found: Found) -> str:
    return f"{found.fields.get('first_name', '')} {found.fields.get('last_name', '')}".strip() or "somebody unnamed"
