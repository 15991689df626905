"""Handing a device's code to whoever delivers messages."""

from casehug.intake.models import IntakeLink
from casehug.notify.services import send_code
from casehug.tenancy.actor import Actor


def deliver(actor: Actor, *, link: IntakeLink, code: str) -> bool:
    """Send the six digits to the client. False if the firm knows no way to reach them."""
    return send_code(actor, link=link, code=code)
