"""The cast: Alice (admin), Ann (attorney) and Bob (staff) of one firm, Charlie (admin) of another, Dana the client.

Every call founds fresh firms, so tests never meet each other's rows.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.db import transaction

from casehug.accounts.models import User
from casehug.intake.models import Matter
from casehug.intake.services.matters import NewClient, open_matter
from casehug.tenancy.actor import Actor
from casehug.tenancy.models import Role
from casehug.tenancy.scope import firm_scope
from casehug.tenancy.services import add_member, found_firm

PASSWORD = "correct horse battery staple"
DANA = NewClient(first_name="Dana", last_name="Johnson", email="dana@example.com", phone="(303) 555-0134")


@dataclass(frozen=True)
class Cast:
    firm_id: UUID
    alice: Actor
    ann: Actor
    bob: Actor
    other_firm_id: UUID
    charlie: Actor


def assemble() -> Cast:
    """Found two firms with their people."""
    firm_id, other_firm_id = found_firm(name="Hartwell Family Law"), found_firm(name="Nakamura & Osei LLP")
    return Cast(
        firm_id=firm_id,
        alice=hire(firm_id, "Alice Hartwell", Role.ADMIN),
        ann=hire(firm_id, "Ann Park", Role.ATTORNEY),
        bob=hire(firm_id, "Bob Reyes", Role.STAFF),
        other_firm_id=other_firm_id,
        charlie=hire(other_firm_id, "Charlie Osei", Role.ADMIN),
    )


def hire(firm_id: UUID, name: str, role: Role, *, email: str = "") -> Actor:
    """A new person with a verified e-mail address and a place in the firm."""
    email = email or f"{name.split()[0].lower()}-{uuid4().hex[:12]}@example.com"
    with transaction.atomic():
        user = User.objects.create_user(email=email, password=PASSWORD, name=name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    with firm_scope(firm_id):
        add_member(user=user, role=role)
        actor = Actor.member(user.id)
    assert actor is not None
    return actor


def open_dana(actor: Actor, **changes: object) -> Matter:
    """Dana's divorce: the matter that most tests are about. `client=None` and other fields may be changed."""
    fields: dict[str, object] = {
        "title": "Johnson v. Johnson — Divorce",
        "case_type": "divorce-standard",
        "state": "CO",
        "client": DANA,
        "request_key": uuid4(),
        **changes,
    }
    with firm_scope(actor.firm_id):
        return open_matter(actor, **fields)  # type: ignore[arg-type]
