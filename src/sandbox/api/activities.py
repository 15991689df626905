"""The timeline. Read only: entries appear when something happens (API docs, Timeline Activities)."""

from sandbox.api.attributes import plain, plains
from sandbox.api.rest import Resource
from sandbox.envelope import Scene, Shape
from sandbox.records import Activity, Ref
from sandbox.store import Firm


def _matter_id(_: Scene, row: Activity) -> int | None:
    return row.recipient.id if row.recipient.type == "prospect" else None


def _contact_id(scene: Scene, row: Activity) -> int | None:
    if row.recipient.type == "contact":
        return row.recipient.id
    matter = scene.firm.matters.get(row.recipient.id) if row.recipient.type == "prospect" else None
    return matter.contact_id if matter else None


def _of_matter(firm: Firm, on: str) -> list[Activity]:
    return firm.activities.group("recipient", Ref("prospect", int(on)))


def _of_contact(firm: Firm, on: str) -> list[Activity]:
    own = firm.activities.group("recipient", Ref("contact", int(on)))
    matters = firm.matters.group("contact_id", int(on))
    return [*own, *(row for matter in matters for row in _of_matter(firm, str(matter.id)))]


SHAPE: Shape[Activity] = Shape(
    type="timeline_activity",
    noun="Activity",
    attributes=plains("key", "type", "detail_keys", "parent_id", "created_at", "updated_at"),
    relationships={"owner": plain("owner"), "tracked": plain("tracked"), "recipient": plain("recipient")},
    filters={
        "matter_id": _matter_id,
        "contact_id": _contact_id,
        # Both `note.create` and `create` find it: the documents don't say which they mean.
        "event": lambda _, row: (row.key, row.key.split(".")[-1]),
    },
    narrow={"matter_id": _of_matter, "contact_id": _of_contact},
    defaults=(
        "key", "type", "detail_keys", "parent_id", "created_at", "updated_at",
        "owner", "tracked", "recipient",
    ),
)  # fmt: skip

RESOURCE: Resource[Activity] = Resource(path="activities", shape=SHAPE, rows=lambda firm: firm.activities)
