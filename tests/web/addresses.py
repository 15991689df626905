"""Every staff page with the verb it takes and the record it is about. A test holds the table against the URL list."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from casehug.intake.models import Matter
from casehug.intake.services.notes import add_note
from casehug.notify.models import Message
from casehug.sync.models import BulkRun, FieldMapping, FormList, FormMapping
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope
from tests import documents
from tests.case_types import boats
from tests.web.walks import first_item

ADMIN_PREFIX = "settings/"


@dataclass(frozen=True)
class Address:
    verb: str
    record: str = ""
    # What the address names after the record.
    more: tuple[object, ...] = ()


ADDRESSES: dict[str, Address] = {
    "home": Address("get"),
    "matters": Address("get"),
    "new_matter": Address("get"),
    "matter": Address("get", "matter"),
    "matter_answers": Address("get", "matter"),
    "show_secret": Address("post", "matter", ("ssn",)),
    "matter_client": Address("get", "matter"),
    "save_matter_client": Address("post", "matter"),
    "attach_client": Address("post", "matter"),
    "matter_notes": Address("get", "matter"),
    "add_note": Address("post", "matter"),
    "delete_note": Address("post", "note"),
    "matter_activity": Address("get", "matter"),
    "approve_all": Address("post", "matter"),
    "send_link": Address("post", "matter"),
    "renew_link": Address("post", "matter"),
    "revoke_link": Address("post", "matter"),
    "copy_link": Address("post", "matter"),
    "retitle_matter": Address("post", "matter"),
    "assign_attorney": Address("post", "matter"),
    "change_status": Address("post", "matter"),
    "archive_matter": Address("post", "matter"),
    "clients": Address("get"),
    "client": Address("get", "client"),
    "save_client": Address("post", "client"),
    "reject_document": Address("post", "document"),
    "reopen_document": Address("post", "document"),
    "document_page": Address("get", "document", (1,)),
    "document_thumbnail": Address("get", "document"),
    "lawmatics_card": Address("get", "matter"),
    "sync_matter": Address("post", "matter"),
    "undo_update": Address("post", "matter", (UUID(int=1),)),
    "find_clients": Address("get"),
    "upload_document": Address("post", "item"),
    "document": Address("get", "document"),
    "approve_document": Address("post", "document"),
    "integrations": Address("get"),
    "lawmatics": Address("get"),
    "lawmatics_credentials": Address("post"),
    "lawmatics_connect": Address("post"),
    "lawmatics_callback": Address("get"),
    "test_lawmatics": Address("post"),
    "lawmatics_switches": Address("post"),
    "disconnect_lawmatics": Address("post"),
    "switch_lawmatics_account": Address("post"),
    "sync_log": Address("get"),
    "bulk_sync": Address("get"),
    "preview_bulk_sync": Address("post"),
    "read_contact_list": Address("post"),
    "start_bulk_sync": Address("post", "run"),
    "pause_bulk_sync": Address("post", "run"),
    "resume_bulk_sync": Address("post", "run"),
    "cancel_bulk_sync": Address("post", "run"),
    "bulk_sync_results": Address("get", "run"),
    "pull_matters": Address("get"),
    "compare_matters": Address("post"),
    "lawmatics_case_types": Address("get"),
    "lawmatics_case_type": Address("get", "case_type"),
    "lawmatics_case_type_default": Address("post", "case_type"),
    "lawmatics_fields": Address("get"),
    "remove_field_mapping": Address("post", "field_mapping"),
    "refresh_lawmatics_settings": Address("post"),
    "retry_change": Address("post", "change"),
    "dismiss_change": Address("post", "change"),
    "assign_change": Address("post", "change"),
    "lawmatics_attention": Address("get"),
    "sent_bodies": Address("get", "matter"),
    "export_sent": Address("get", "matter"),
    "lawmatics_preview": Address("get", "matter"),
    "lawmatics_forms": Address("get"),
    "refresh_lawmatics_forms": Address("post"),
    "lawmatics_form": Address("get", "form"),
    "remove_form_mapping": Address("post", "form_mapping"),
    "matter_forms": Address("get", "matter"),
    "templates": Address("get"),
    "template": Address("get", "case_type"),
    "template_questions": Address("get", "case_type"),
    "template_about": Address("get", "case_type"),
    "template_preview": Address("get", "case_type"),
    "template_versions": Address("get", "case_type"),
    "template_version": Address("get", "case_type", (1,)),
    "return_to_template_version": Address("post", "case_type", (1,)),
    "copy_template": Address("post", "case_type"),
    "offer_template": Address("post", "case_type"),
    "restore_template": Address("post", "case_type"),
    "new_document": Address("get", "case_type"),
    "template_document": Address("get", "case_type", ("photo-id",)),
    "arrange_document": Address("post", "case_type", ("photo-id",)),
    "new_section": Address("get", "case_type"),
    "template_section": Address("get", "case_type", ("boats",)),
    "arrange_section": Address("post", "case_type", ("boats",)),
    "new_question": Address("get", "case_type", ("boats",)),
    "template_question": Address("get", "case_type", ("fleet.name",)),
    "arrange_question": Address("post", "case_type", ("fleet.name",)),
    "new_group_question": Address("get", "case_type", ("fleet",)),
    "outbox": Address("get"),
    "messages": Address("get"),
    "send_message_again": Address("post", "message"),
    "set_message_aside": Address("post", "message"),
    "settings": Address("get"),
    "firm_profile": Address("get"),
    "notifications": Address("get"),
    "team": Address("get"),
    "invite_member_again": Address("post", "member"),
    "change_member_role": Address("post", "member"),
    "disable_team_member": Address("post", "member"),
    "enable_team_member": Address("post", "member"),
    "branding": Address("get"),
    "accent_styles": Address("get"),
    "save_logo": Address("post"),
    "delete_logo": Address("post"),
}

# Pages whose form is sent to their own address, and forms that say what is missing when nothing was filled in.
ALSO_POST = {"lawmatics_attention", "new_matter", "firm_profile", "notifications", "team", "branding"} | {
    "template_about",
    "new_document",
    "template_document",
    "new_section",
    "template_section",
    "new_question",
    "template_question",
    "new_group_question",
    "lawmatics_case_type",
    "lawmatics_fields",
    "lawmatics_form",
    "matter_forms",
}
REFUSES_NOTHING = {"lawmatics_credentials", "save_logo", "copy_template"}

# Forms on the pages of a matter that say what is missing when nothing was filled in, or when there is no link yet.
ASKS_FOR_MORE = {
    "upload_document",
    "reject_document",
    "reopen_document",
    "add_note",
    "save_client",
    "save_matter_client",
    "attach_client",
    "renew_link",
    "revoke_link",
}
# Not for staff: a test of its own says who may.
FOR_LAWYERS = {"show_secret"}
FILES = {"bulk_sync_results", "export_sent", "document", "document_page", "document_thumbnail"}

OF_A_RECORD = [name for name, address in ADDRESSES.items() if address.record]


def named_pages() -> dict[str, str]:
    """Name and route of every address of casehug.web."""
    return {
        pattern.name: route
        for pattern, route in _walk(get_resolver().url_patterns, "")
        if pattern.name and pattern.lookup_str.startswith("casehug.web.")
    }


def for_admins() -> list[str]:
    return sorted(name for name, route in named_pages().items() if route.startswith(ADMIN_PREFIX))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[URLPattern, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield pattern, route


def records_of(actor: Actor, matter: Matter) -> dict[str, UUID | str]:
    """One record of every kind that the table names, except a change: there is none without a connection."""
    with firm_scope(actor.firm_id):
        document = documents.hand_in(actor, matter, key="photo-id")
        # By somebody who left, so that nobody who asks may delete it.
        note = add_note(replace(actor, user_id=uuid4()), matter=matter, text="Conflict check is clear.")
        message = Message.objects.create(
            kind="link", recipient="dana@example.com", matter_id=matter.id, state="failed", problem="No such address."
        )
        mapping = FieldMapping.objects.create(entity="contact", source="client.email", target="email", rule="ours")
        run = BulkRun.objects.create()
        FormList.objects.create(content=[{"id": "a-form", "name": "Intake", "components": [], "blocks": []}])
        form = FormMapping.objects.create(form_id="a-form", form_name="Intake")
    found = {"matter": matter.id, "item": first_item(actor, matter).id, "document": document.id, "note": note.id}
    found["message"], found["field_mapping"], found["run"] = message.id, mapping.id, run.id
    found["form_mapping"] = form.id
    return {**found, **_people(actor), **_client(matter), "case_type": boats(actor), "form": form.form_id}


def _people(actor: Actor) -> dict[str, UUID]:
    return {"member": actor.user_id} if actor.user_id else {}


def _client(matter: Matter) -> dict[str, UUID]:
    return {"client": matter.client_id} if matter.client_id else {}


def url(name: str, record_id: UUID | str | None = None) -> str:
    return reverse(name, args=[record_id, *ADDRESSES[name].more] if record_id else [])
