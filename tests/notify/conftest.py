"""The mail worker's turn, and what lies in the mailbox afterwards."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import override_settings

from casehug.intake.models import Matter
from casehug.intake.services.links import send_link
from casehug.kit import clock
from casehug.notify.delivery import run_round
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast

Deliver = Callable[[UUID], list[EmailMultiAlternatives]]


@pytest.fixture
def time() -> Iterator[clock.ManualClock]:
    """A Tuesday noon in New York: far from everybody's quiet hours."""
    with clock.using(clock.ManualClock(datetime(2027, 3, 2, 17, tzinfo=UTC))) as manual:
        assert isinstance(manual, clock.ManualClock)
        yield manual


@pytest.fixture
def deliver(database: object) -> Iterator[Deliver]:
    """Run a round for a firm; answers what was sent by it."""
    mail.outbox = []

    def deliver(firm_id: UUID) -> list[EmailMultiAlternatives]:
        before = len(mail.outbox)
        run_round(firm_id)
        sent = mail.outbox[before:]
        assert all(isinstance(message, EmailMultiAlternatives) for message in sent)
        return sent  # type: ignore[return-value]

    yield deliver


@pytest.fixture
def texts(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """The text messages that were written to the folder of the demo's adapter."""
    with override_settings(EMAIL_FILE_PATH=tmp_path):
        yield lambda: [file.read_text() for file in sorted(tmp_path.glob("*.sms"))]


@pytest.fixture
def matter(people: Cast, time: clock.ManualClock) -> Matter:
    return cast.open_dana(people.alice)


@pytest.fixture
def sent(people: Cast, matter: Matter, deliver: Deliver) -> Matter:
    """A matter whose link has gone out, with that mail out of the way."""
    with firm_scope(people.firm_id):
        send_link(people.alice, matter=matter)
    deliver(people.firm_id)
    return matter
