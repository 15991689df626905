"""Tags, attached to matters by name (API docs, Tags)."""

from werkzeug.routing import Rule

from sandbox import parse, writes
from sandbox.api import prospects
from sandbox.api.attributes import plain, plains
from sandbox.api.rest import Answer, Call, Resource
from sandbox.envelope import Shape, invalid
from sandbox.records import Matter, Tag

SHAPE: Shape[Tag] = Shape(
    type="tag",
    noun="Tag",
    attributes={
        **plains("name", "description", "color", "created_at", "updated_at"),
        "title": plain("name"),
    },
    defaults=("name", "description", "color", "created_at", "updated_at"),
    list_defaults=("name", "description", "color", "created_at", "updated_at", "title"),
    write_defaults=("name", "color"),
)


def _create(call: Call) -> Tag:
    tag = Tag(**call.hand.new("tag"), name=parse.required_text(call.body, "name"))
    call.firm.tags[tag.id] = tag
    _update(call, tag)
    return tag


def _update(call: Call, tag: Tag) -> None:
    if "name" in call.body:
        tag.name = parse.required_text(call.body, "name")
    tag.color = parse.text(call.body, "color") or tag.color
    if "description" in call.body:
        tag.description = parse.text(call.body, "description")
    writes.touch(call.hand, tag)


def _delete(call: Call, tag: Tag) -> None:
    del call.firm.tags[tag.id]
    for matter in call.firm.matters.values():
        matter.tag_ids = [number for number in matter.tag_ids if number != tag.id]


def _asked(call: Call) -> tuple[Matter, list[str]]:
    number = parse.known_id(call.body, "matter_id", call.firm.matters, "Prospect")
    if number is None:
        raise invalid("matter_id can't be blank")
    return call.firm.matters[number], parse.names(call.body, "tags")


def _attach(call: Call) -> Answer:
    matter, names = _asked(call)
    writes.change_matter(call.hand, matter, {}, tags=names)
    return prospects.RESOURCE.one(call, matter)


def _detach(call: Call) -> Answer:
    matter, names = _asked(call)
    gone = {tag.id for tag in call.firm.tags.values() if tag.name in names}
    matter.tag_ids = [number for number in matter.tag_ids if number not in gone]
    writes.touch(call.hand, matter)
    return prospects.RESOURCE.one(call, matter)


RULES = [
    Rule("/v1/tags/attach", methods=["POST"], endpoint=_attach),
    Rule("/v1/tags/detach", methods=["POST"], endpoint=_detach),
]
RESOURCE: Resource[Tag] = Resource(
    path="tags", shape=SHAPE, rows=lambda firm: firm.tags, create=_create, update=_update, delete=_delete,
    statuses={"PUT": 201, "DELETE": 201},
)  # fmt: skip
