"""The client against the vendor's documented contract: shapes parse, calls and keys are in it."""

import dataclasses
import re
from datetime import UTC, datetime

import httpx2
import pytest

from lawmatics import ContactWrite, MatterWrite, types
from lawmatics.envelope import many, one

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SHAPES = {
    "user": types.User,
    "contact": types.Contact,
    "prospect": types.Matter,
    "note": types.Note,
    "timeline_activity": types.Activity,
    "pipeline": types.Pipeline,
    "stage": types.Stage,
    "practice_area": types.PracticeArea,
    "sub_status": types.SubStatus,
    "custom_field": types.CustomField,
    "custom_form": types.Form,
    "custom_form_entry": types.FormEntry,
    "file": types.File,
}
SAMPLES = {
    "string": "text",
    "number": 3,
    "boolean": True,
    "datetime": "2026-11-24T12:00:00.000Z",
    "null": None,
    "array": [],
    "object": {},
}
# Not among the documented examples, but named as writable in the documented list of matter fields.
MATTER_KEYS = {
    "case_title",
    "case_number",
    "case_blurb",
    "contact_id",
    "practice_area_id",
    "stage_id",
    "sub_status_id",
    "source_id",
    "campaign_id",
    "estimated_value_cents",
    "actual_value_cents",
    "owned_by_id",
    "lead_attorney_id",
    "originating_attorney_id",
    "assigned_staff_ids",
    "tags",
    "custom_fields",
}
CONTACT_KEYS = {"first_name", "last_name", "email", "phone", "custom_fields"}
FORBIDDEN_ON_A_MATTER = {"first_name", "last_name", "email", "phone", "match_contact_by", "notes"}


def record(endpoint, kind, pick):
    """A record of exactly the endpoint's shape; `pick` chooses among the types a value may have."""
    links = {}
    for name, kinds in endpoint["relationships"].items():
        targets = [k for k in kinds if k not in ("many", "null")]
        pointer = {"id": "5", "type": pick(targets)} if targets else None
        links[name] = {"data": [pointer] * bool(pointer) if "many" in kinds else pointer}
    attributes = {name: SAMPLES[pick(kinds)] for name, kinds in endpoint["attributes"].items()}
    return {"id": "1", "type": kind, "attributes": attributes, "relationships": links}


def cases(contract):
    for endpoint in contract:
        for kind in endpoint["type"]:
            if kind in SHAPES:
                for pick in (lambda kinds: kinds[0], lambda kinds: kinds[-1]):
                    yield endpoint, kind, record(endpoint, kind, pick)


def test_it_knows_every_documented_shape_it_offers(contract):
    assert set(SHAPES) <= {kind for endpoint in contract for kind in endpoint["type"]}


def test_it_parses_a_record_of_every_endpoint(contract):
    for _, kind, value in cases(contract):
        assert SHAPES[kind].parse(one({"data": value})).id == "1"
        (listed,) = many({"data": [value], "meta": {}, "links": {}})
        assert listed.id == "1"


# Where one of our fields has another name in the docs.
DOCUMENTED_AS = {"size": "file_size", "options": "list_options", "components": "rows", "answers": "body"}
# Never in the reduced examples, but documented in the prose.
PROSE_ONLY = {("prospect", "case_number"), ("custom_field", "lookup_type"), ("prospect", "stage_name")}


def test_it_fills_every_field_from_a_documented_name(contract):
    documented = {}
    for endpoint in contract:
        for kind in endpoint["type"]:
            documented.setdefault(kind, set()).update(endpoint["attributes"], endpoint["relationships"])
    for kind, shape in SHAPES.items():
        for field in dataclasses.fields(shape):
            name = DOCUMENTED_AS.get(field.name, field.name)
            names = {name, re.sub("_ids$", "s", name), re.sub("_(id|type)$", "", name)}
            names |= {"current_firm"} if name == "firm_id" else set()
            known = field.name == "id" or names & documented[kind] or (kind, field.name) in PROSE_ONLY
            assert known, f"{kind}.{field.name}"


def test_it_reads_the_documented_values_of_a_matter(contract):
    (endpoint,) = (e for e in contract if e["name"].endswith("/Matter With All Fields"))
    matter = types.Matter.parse(one({"data": record(endpoint, "prospect", lambda kinds: kinds[0])}))
    assert (matter.stage_id, matter.practice_area_id, matter.case_title) == ("5", "5", "text")
    assert matter.created_at == NOW


def every_call(client):
    """Calls everything the client offers that talks to the API."""
    whole = MatterWrite(**dict.fromkeys(("contact_id", "stage_id", "case_title", "case_number"), "1"))
    client.users.me()
    client.users.get("1")
    client.contacts.with_email("dana@example.test")
    client.contacts.get("1")
    client.contacts.create(ContactWrite(first_name="a", last_name="b", email="c", phone="d"))
    client.contacts.update("1", ContactWrite(first_name="a", last_name="b", email="c", phone="d"))
    list(client.contacts.newest_first(NOW))
    list(client.contacts.pages())
    client.contacts.count()
    client.contacts.add_note("1", name="a", body="b")
    client.matters.get("1")
    client.matters.create(whole)
    client.matters.update("1", whole)
    list(client.matters.newest_first(NOW))
    list(client.matters.changed_since(NOW))
    client.notes.get("1")
    client.notes.create("a", "b", "Prospect", "1")
    list(client.notes.newest_first(NOW))
    list(client.activities.of_contact("1"))
    list(client.activities.of_matter("1"))
    for listing in ("pipelines", "stages", "practice_areas", "sub_statuses", "custom_fields"):
        getattr(client.reference, listing)()
    list(client.forms.all())
    client.forms.get("u-1")
    list(client.forms.entries("u-1", NOW))
    client.forms.submit("u-1", {"first_name": "a"})
    client.files.get("1")
    list(client.files.newest_first(NOW))
    client.files.upload(documentable_type="matter", documentable_id="1", name="a", content=b"", media_type="text/plain")


@pytest.fixture
def calls(play):
    """The calls made, with the request each became."""
    made = []

    def handler(request):
        is_listing = request.method == "GET" and "page" in request.url.params
        return httpx2.Response(200, json={"data": [] if is_listing else {"id": "1"}})

    stage = play(handler, before=made.append)
    every_call(stage.client)
    return list(zip(made, stage.requests, strict=True))


def test_it_calls_documented_endpoints_only(contract, calls):
    def pattern(path):
        return re.sub(r":[a-z_]+", ":id", path)

    documented = {(endpoint["method"], pattern(endpoint["path"])) for endpoint in contract}
    assert {(call.method, call.template) for call, _ in calls} <= documented


def test_it_never_calls_a_fuzzy_finder(calls):
    assert not [call for call, _ in calls if "find_by" in call.path]


def test_it_deletes_nothing(calls):
    assert {call.method for call, _ in calls} == {"GET", "POST", "PUT"}


def test_it_asks_for_documented_fields_only(contract, calls):
    documented = {}
    for endpoint in contract:
        path = re.sub(r":[a-z_]+", ":id", re.sub(r"/:[a-z_]+$", "", endpoint["path"]))
        documented.setdefault(path, set()).update(endpoint["attributes"], endpoint["relationships"])
    for call, request in calls:
        wanted = set(request.url.params.get("fields", "all").split(",")) - {"all", "case_number"}
        path = call.template.removesuffix("/:id")
        assert wanted <= documented.get(path, set()), (call, wanted - documented.get(path, set()))


@pytest.mark.parametrize(("write", "keys"), [(ContactWrite, CONTACT_KEYS), (MatterWrite, MATTER_KEYS)])
def test_it_can_send_documented_keys_only(write, keys):
    assert {field.name for field in dataclasses.fields(write)} == keys


def test_it_sends_a_person_with_contacts_only(calls):
    for call, request in calls:
        if call.template.startswith("/v1/prospects") and call.writes:
            body = request.content.decode()
            assert not [key for key in FORBIDDEN_ON_A_MATTER if f'"{key}"' in body]
