"""The client's private link: sending, renewing and revoking it, and letting devices in.

Of every secret only a hash is kept, in the PortalKey directory. A link has many tokens, since each message carries one
of its own, and one secret per device that was let in. Codes for new devices are counted per link in the database, so
the limit holds across all processes.
"""

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from casehug.audit.services import record
from casehug.events.bus import publish
from casehug.events.catalogue import IntakeLinkLocked, IntakeLinkSent
from casehug.intake.errors import NotAllowed
from casehug.intake.models import Device, DeviceCode, IntakeLink, Matter, MatterStatus, PortalKey, PortalKeyKind
from casehug.intake.services.matters import move_matter
from casehug.kit import clock
from casehug.kit.ids import new_secret
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import current_firm_id

SECRET_LENGTH = 43
# A forwarded link must not become a way to flood the client with codes.
BETWEEN_CODES = timedelta(minutes=1)
USED_EVERY = timedelta(hours=1)
CODES_KEPT = timedelta(days=1)
AT_WORK = frozenset({MatterStatus.NEW, MatterStatus.INTAKE, MatterStatus.REVIEW, MatterStatus.ACTIVE})


class CodeVerdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


def send_link(actor: Actor, *, matter: Matter) -> IntakeLink:
    """Ask for the link to be sent to the client; whoever delivers it calls new_token. Raises NotAllowed."""
    client = matter.client
    if client is None:
        raise NotAllowed("Add the client first: there is nobody to send the link to.")
    if not (client.email or client.phone):
        raise NotAllowed("The client has no e-mail address and no phone number. Add one of them first.")
    link = prepare_link(actor, matter=matter)
    link.sent_at, link.reminders, link.reminded_at = clock.now(), 0, None
    link.save(update_fields=["sent_at", "reminders", "reminded_at"])
    if matter.status == MatterStatus.NEW:
        move_matter(actor, matter=matter, to=MatterStatus.INTAKE)
    publish(IntakeLinkSent(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=matter.id))
    return link


def prepare_link(actor: Actor, *, matter: Matter) -> IntakeLink:
    """The matter's link, working: made if there is none, renewed if it expired or was revoked. Nothing is sent."""
    if matter.status not in AT_WORK:
        raise NotAllowed("This matter is not open, so its client cannot be asked for anything.")
    now = clock.now()
    link, made = IntakeLink.objects.get_or_create(
        matter=matter, defaults={"expires_at": now + IntakeLink.LIFETIME, "created_by_id": actor.user_id}
    )
    if made:
        _record(actor, link, "created")
    elif link.revoked_at or link.expires_at <= now:
        renew_link(actor, link=link)
    return link


def renew_link(actor: Actor, *, link: IntakeLink) -> IntakeLink:
    """Let the link live for another ninety days from now, also after it expired or was revoked."""
    link.expires_at, link.revoked_at = clock.now() + IntakeLink.LIFETIME, None
    link.save(update_fields=["expires_at", "revoked_at"])
    _record(actor, link, "renewed")
    return link


def revoke_link(actor: Actor, *, link: IntakeLink) -> None:
    """Shut out every message's token and every device at once.

    The first device that opens a later, renewed link is let in again: no old secret leads to it.
    """
    PortalKey.objects.filter(link_id=link.id).delete()
    link.revoked_at, link.opened_at = clock.now(), None
    link.save(update_fields=["revoked_at", "opened_at"])
    _record(actor, link, "revoked")


def new_token(link: IntakeLink) -> str:
    """A fresh token of the link. Its address is <base address>/i/<token>; it cannot be read again later."""
    return _new_key(link, PortalKeyKind.TOKEN)


def find_by_token(token: str) -> tuple[UUID, UUID] | None:
    """Firm and link of a message's token. Needs no firm scope; says nothing about whether the link still works."""
    return _find(token, PortalKeyKind.TOKEN)


def find_by_cookie(secret: str) -> tuple[UUID, UUID] | None:
    """Firm and link of a device's secret."""
    return _find(secret, PortalKeyKind.DEVICE)


def working_link(link_id: UUID) -> IntakeLink | None:
    """The link with its matter, client and template; None if it expired, was revoked, or the matter was archived."""
    links = IntakeLink.objects.select_related("matter__client", "matter__template")
    link = links.filter(id=link_id, revoked_at=None, expires_at__gt=clock.now()).first()
    return None if link is None or link.matter.status == MatterStatus.ARCHIVED else link


def note_use(link: IntakeLink) -> None:
    """Remember that the client was here; one write an hour is enough for that."""
    now = clock.now()
    if link.last_used_at is None or link.last_used_at <= now - USED_EVERY:
        IntakeLink.objects.filter(id=link.id).update(last_used_at=now)


def open_on_first_device(actor: Actor, *, link: IntakeLink) -> str | None:
    """The secret for the first device that opens the link; None for every later one, which needs a code."""
    if not IntakeLink.objects.filter(id=link.id, opened_at=None).update(opened_at=clock.now()):
        return None
    return register_device(actor, link=link)


def register_device(actor: Actor, *, link: IntakeLink) -> str:
    """Let a device in; answers the secret for its cookie."""
    now = clock.now()
    Device.objects.create(link=link, verified_at=now, last_used_at=now)
    _record(actor, link, "device_let_in")
    return _new_key(link, PortalKeyKind.DEVICE)


def forget_device(secret: str) -> None:
    """The secret of a device stops working."""
    PortalKey.objects.filter(hash=_hash(secret), kind=PortalKeyKind.DEVICE).delete()


def forget_old_devices(actor: Actor) -> int:
    """Clear away devices whose cookie has run out, and codes that nobody can enter any more. How many devices."""
    now = clock.now()
    over = now - IntakeLink.LIFETIME
    PortalKey.objects.filter(firm_id=actor.firm_id, kind=PortalKeyKind.DEVICE, created_at__lt=over).delete()
    DeviceCode.objects.filter(firm_id=actor.firm_id, created_at__lt=now - CODES_KEPT).delete()
    forgotten, _ = Device.objects.filter(firm_id=actor.firm_id, created_at__lt=over).delete()
    return forgotten


def request_code(link: IntakeLink) -> str | None:
    """Six digits for a new device, to be sent to the client; None while one was just made, or the link is locked."""
    _hold(link)
    now, last = clock.now(), _last_code(link)
    if last and not last.used_at and (_is_locked(last) or last.created_at > now - BETWEEN_CODES):
        return None
    # A new code does not bring new tries: only a right one, or time, does.
    tries = last.tries if last and not last.used_at and last.created_at > now - DeviceCode.LOCK else 0
    code = f"{secrets.randbelow(1_000_000):06}"
    DeviceCode.objects.create(
        link=link, code_hash=_code_hash(link, code), tries=0 if tries >= DeviceCode.TRIES else tries, created_at=now
    )
    return code


def check_code(actor: Actor, *, link: IntakeLink, code: str) -> CodeVerdict:
    """Judge a code. The fifth wrong one locks the link for new devices and tells the firm; let the scope commit."""
    _hold(link)
    last = _last_code(link)
    if last is None or last.used_at or (last.created_at <= clock.now() - DeviceCode.LIFETIME and not _is_locked(last)):
        return CodeVerdict.EXPIRED
    if _is_locked(last):
        return CodeVerdict.LOCKED
    if constant_time_compare(last.code_hash, _code_hash(link, code.strip().replace(" ", ""))):
        DeviceCode.objects.filter(id=last.id, used_at=None).update(used_at=clock.now())
        return CodeVerdict.RIGHT
    return _count_wrong_try(actor, link, last)


def _count_wrong_try(actor: Actor, link: IntakeLink, last: DeviceCode) -> CodeVerdict:
    changes: dict[str, object] = {"tries": last.tries + 1}
    if last.tries + 1 >= DeviceCode.TRIES:
        changes["created_at"] = clock.now()  # the lock counts from here
    DeviceCode.objects.filter(id=last.id, tries=last.tries).update(**changes)
    if last.tries + 1 < DeviceCode.TRIES:
        return CodeVerdict.WRONG
    publish(IntakeLinkLocked(firm_id=actor.firm_id, actor_id=actor.user_id, matter_id=link.matter_id))
    return CodeVerdict.LOCKED


def is_locked(link: IntakeLink) -> bool:
    """Whether new devices are shut out for now."""
    last = _last_code(link)
    return last is not None and not last.used_at and _is_locked(last)


def _is_locked(code: DeviceCode) -> bool:
    return code.tries >= DeviceCode.TRIES and code.created_at > clock.now() - DeviceCode.LOCK


def _last_code(link: IntakeLink) -> DeviceCode | None:
    return DeviceCode.objects.filter(link=link).order_by("-id").first()


def _hold(link: IntakeLink) -> None:
    """One code request or check of a link at a time, whichever process it reached."""
    IntakeLink.objects.select_for_update().get(id=link.id)


def _new_key(link: IntakeLink, kind: PortalKeyKind) -> str:
    secret = new_secret()
    PortalKey.objects.create(hash=_hash(secret), kind=kind, firm_id=current_firm_id(), link_id=link.id)
    return secret


def _find(secret: str, kind: PortalKeyKind) -> tuple[UUID, UUID] | None:
    if len(secret) != SECRET_LENGTH:
        return None
    return PortalKey.objects.filter(hash=_hash(secret), kind=kind).values_list("firm_id", "link_id").first()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _code_hash(link: IntakeLink, code: str) -> str:
    """Keyed: a bare hash of six digits would be read back in a second by whoever sees the table."""
    return salted_hmac(f"intake-code:{link.id}", code, algorithm="sha256").hexdigest()


def _record(actor: Actor, link: IntakeLink, step: str) -> None:
    record(actor, action=f"intake.link.{step}", subject="matter", subject_id=link.matter_id)
