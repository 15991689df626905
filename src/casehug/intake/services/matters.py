"""Opening a matter and moving it along."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from casehug.audit.services import record
from casehug.events.bus import publish
from casehug.events.catalogue import Fact, MatterArchived, MatterCreated, MatterUpdated
from casehug.intake import normal
from casehug.intake.errors import BadInput, NotAllowed, NotFound
from casehug.intake.models import ChecklistItem, Client, Matter, MatterStatus, TemplateVersion
from casehug.intake.models.matter import TRANSITIONS
from casehug.intake.services.clients import add_client
from casehug.intake.services.templates import current_version
from casehug.intake.services.words import index_matter
from casehug.intake.templates import Template
from casehug.intake.us_states import US_STATES
from casehug.kit import clock
from casehug.tenancy.actor import Actor
from casehug.tenancy.models import Membership


@dataclass(frozen=True)
class NewClient:
    """The client fields of the new-matter form, as typed."""

    first_name: str
    last_name: str
    email: str = ""
    phone: str = ""
    language: str = "en"


def open_matter(
    actor: Actor,
    *,
    title: str,
    case_type: str,
    state: str,
    request_key: UUID,
    county: str = "",
    client: Client | NewClient | None = None,
) -> Matter:
    """Open a matter with its checklist; a second call with the same `request_key` answers the first one's matter.

    Raises BadInput with the field's name.
    """
    if opened := Matter.objects.filter(request_key=request_key).first():
        return opened
    version, template = _chosen(case_type)
    if state not in US_STATES:
        raise BadInput("Choose the state whose law applies.", field="state")
    title = normal.clean_name(title, field="title", label="title", limit=200)
    matter = Matter(
        title=title,
        title_key=normal.title_key(title),
        case_type=template.key,
        case_type_name=template.name,
        practice_area=template.practice_area,
        template=version,
        state=state,
        county=normal.clean_county(county),
        created_by_id=actor.user_id,
        request_key=request_key,
    )
    try:
        with transaction.atomic():
            matter.client = add_client(actor, **vars(client)) if isinstance(client, NewClient) else client
            matter.save(force_insert=True)
    except IntegrityError:
        # The same form arrived twice at once and the other was first: theirs is the matter.
        return Matter.objects.get(request_key=request_key)
    _ask_for(matter, template)
    index_matter(matter)
    publish(MatterCreated(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id))
    return matter


def _ask_for(matter: Matter, template: Template) -> None:
    """Copy the documents of the matter's state, in both languages: the checklist never follows later edits."""
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            matter=matter,
            key=asked.key,
            name=asked.name.en,
            name_es=asked.name.es,
            why=asked.why.en,
            why_es=asked.why.es,
            category=asked.category,
            required=asked.required,
            position=position,
        )
        for position, asked in enumerate(template.asked_in(matter.state))
    )


def _chosen(case_type: str) -> tuple[TemplateVersion, Template]:
    """The current version of a case type that is offered, and what it asks. Raises BadInput."""
    try:
        version = current_version(case_type)
    except NotFound as error:
        raise BadInput("Choose a case type from the list.", field="case_type") from error
    template = Template.from_json(version.content)
    if template.hidden:
        raise BadInput("Your firm no longer offers this case type. Choose another one.", field="case_type")
    return version, template


def move_matter(actor: Actor, *, matter: Matter, to: MatterStatus) -> None:
    """Change the status, guarded by the one it has in the database now. Raises NotAllowed."""
    if to not in TRANSITIONS[matter.status]:
        raise NotAllowed(f"A matter that is {matter.get_status_display().lower()} cannot become {to.label.lower()}.")
    if not Matter.objects.filter(id=matter.id, status=matter.status).update(status=to):
        raise NotAllowed("Somebody else has just changed this matter. Reload the page and look again.")
    record(
        actor,
        action="matter.status_changed",
        subject="matter",
        subject_id=matter.id,
        before=matter.status,
        after=to.value,
    )
    matter.status = to
    if to == MatterStatus.ARCHIVED:
        publish(MatterArchived(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id))
    else:
        _tell_updated(actor, matter)


def archive_matter(actor: Actor, *, matter: Matter) -> None:
    """Put a matter away; it stays readable and can be brought back. A second time changes nothing."""
    if matter.status != MatterStatus.ARCHIVED:
        move_matter(actor, matter=matter, to=MatterStatus.ARCHIVED)


def retitle_matter(actor: Actor, *, matter: Matter, title: str) -> None:
    """Give the matter another title. Raises BadInput (field "title")."""
    title = normal.clean_name(title, field="title", label="title", limit=200)
    if title == matter.title:
        return
    matter.title, matter.title_key = title, normal.title_key(title)
    matter.save(update_fields=["title", "title_key"])
    index_matter(matter)
    record(actor, action="matter.retitled", subject="matter", subject_id=matter.id)
    _tell_updated(actor, matter)


def assign_attorney(actor: Actor, *, matter: Matter, attorney_id: UUID | None) -> None:
    """Say which member is responsible, or nobody (None). Raises BadInput (field "attorney") for a non-member."""
    if attorney_id == matter.attorney_id:
        return
    active = Membership.objects.filter(firm_id=actor.firm_id, user__is_active=True)
    if attorney_id and not active.filter(user_id=attorney_id).exists():
        raise BadInput("Choose somebody of the firm from the list.", field="attorney")
    matter.attorney_id = attorney_id
    matter.save(update_fields=["attorney_id"])
    record(
        actor,
        action="matter.attorney_assigned",
        subject="matter",
        subject_id=matter.id,
        attorney=str(attorney_id or ""),
    )
    _tell_updated(actor, matter)


def attach_client(actor: Actor, *, matter: Matter, client: Client | NewClient) -> None:
    """Give a client to a matter that has none. Raises BadInput for a new client's fields, NotAllowed if it has one."""
    kept = Matter.objects.select_for_update().get(id=matter.id)
    if kept.client_id is not None:
        raise NotAllowed("This matter has a client already. Reload the page to see who it is.")
    kept.client = add_client(actor, **vars(client)) if isinstance(client, NewClient) else client
    kept.save(update_fields=["client"])
    index_matter(kept)
    matter.client = kept.client
    record(actor, action="matter.client_attached", subject="matter", subject_id=matter.id)
    _tell_updated(actor, matter)


def _tell_updated(actor: Actor, matter: Matter) -> None:
    publish(MatterUpdated(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id))


def note_delivery(*, matter_id: UUID, state: str) -> None:
    """Keep the word of whoever delivers matters elsewhere, so that lists can be filtered by it."""
    Matter.objects.filter(id=matter_id).exclude(delivery_state=state).update(delivery_state=state)


def note_change(fact: Fact) -> None:
    """Subscriber of every fact: remember when the matter that it is about last changed."""
    if matter_id := getattr(fact, "matter_id", None):
        Matter.objects.filter(id=matter_id).update(changed_at=clock.now())
