"""Opening a matter and moving it along."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from casehug.audit.services import record
from casehug.events.bus import publish
from casehug.events.catalogue import MatterCreated
from casehug.intake import normal
from casehug.intake.case_types import all_case_types
from casehug.intake.errors import BadInput, NotAllowed
from casehug.intake.models import ChecklistItem, Client, Matter, MatterStatus, MatterWord
from casehug.intake.models.matter import TRANSITIONS
from casehug.intake.services.clients import add_client
from casehug.intake.us_states import US_STATES
from casehug.tenancy.actor import Actor


@dataclass(frozen=True)
class NewClient:
    """The client fields of the new-matter form, as typed."""

    first_name: str
    last_name: str
    email: str = ""
    phone: str = ""


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
    template = all_case_types().get(case_type)
    if template is None:
        raise BadInput("Choose a case type from the list.", field="case_type")
    if state not in US_STATES:
        raise BadInput("Choose the state whose law applies.", field="state")
    matter = Matter(
        title=normal.clean_name(title, field="title", label="title", limit=200),
        case_type=template.key,
        case_type_name=template.name,
        practice_area=template.practice_area,
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
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            matter=matter,
            key=item.key,
            name=item.name,
            why=item.why,
            category=item.category,
            required=item.required,
            position=position,
        )
        for position, item in enumerate(template.checklist)
    )
    index_matter(matter)
    publish(MatterCreated(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id))
    return matter


def index_matter(matter: Matter) -> None:
    """Write down the words by which this matter is found, in place of those before."""
    texts = [matter.title]
    if matter.client:
        texts += [matter.client.first_name, matter.client.last_name, matter.client.email]
    MatterWord.objects.filter(matter=matter).delete()
    MatterWord.objects.bulk_create(MatterWord(matter=matter, word=word) for word in normal.search_words(*texts))


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


def note_delivery(*, matter_id: UUID, state: str) -> None:
    """Keep the word of whoever delivers matters elsewhere, so that lists can be filtered by it."""
    Matter.objects.filter(id=matter_id).exclude(delivery_state=state).update(delivery_state=state)
