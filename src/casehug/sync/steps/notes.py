"""The note that tells how the intake stands."""

from dataclasses import replace

from casehug.kit.ids import new_marker
from casehug.sync import ledger
from casehug.sync.errand import Errand
from casehug.sync.lookup import ADD_NOTE
from casehug.sync.models import RecordKind
from casehug.sync.note import note_body, note_name
from casehug.sync.planner import AddNote, Known, KnownLink, digest
from casehug.tenancy.scope import firm_scope


def add(errand: Errand, step: AddNote) -> Known:
    contact_id = errand.known.links[RecordKind.CONTACT].lawmatics_id
    with firm_scope(errand.lease.firm_id):
        marker = ledger.marker_of_absent(errand.change.matter_id, ADD_NOTE) or new_marker()
    intake = errand.disclosure.intake
    name = note_name(intake, marker)
    body = note_body(intake, matter_id=errand.change.matter_id, time_zone=errand.rules.time_zone)
    link = KnownLink(lawmatics_id="", sent=step.facts, digest=digest(step.facts))
    errand.write(
        ADD_NOTE,
        intended={"name": name, "marker": marker, "contact_id": contact_id, "facts": dict(step.facts)},
        call=lambda: errand.client.contacts.add_note(contact_id, name=name, body=body),
        remember=lambda _answer: errand.save_link(RecordKind.NOTE, link),
        record_of=lambda _answer: contact_id,
    )
    errand.wanted = replace(errand.wanted, note=None)
    return errand.known.having_linked(RecordKind.NOTE, link)
