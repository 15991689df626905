"""The timeline. Read only: entries appear when something happens (API docs, Timeline Activities)."""

from sandbox.api.attributes import plain, plains
from sandbox.api.rest import Resource
from sandbox.envelope import Scene, Shape
from sandbox.records import Activity


def _matter_id(_: Scene, row: Activity) -> int | None:
    return row.recipient.id if row.recipient.type == "prospect" else None


def _contact_id(scene: Scene, row: Activity) -> int | None:
    if row.recipient.type == "contact":
        return row.recipient.id
    matter = scene.firm.matters.get(row.recipient.id) if row.recipient.type == "prospect" else None
    return matter.contact_id if matter else None


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
    defaults=(
        "key", "type", "detail_keys", "parent_id", "created_at", "updated_at",
        "owner", "tracked", "recipient",
    ),
)  # fmt: skip

RESOURCE: Resource[Activity] = Resource(path="activities", shape=SHAPE, rows=lambda firm: firm.activities)
