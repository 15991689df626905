"""Reminders: on the firm's days, never in quiet hours, never twice, and none once the client is done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from casehug.intake.models import Client, IntakeLink, Matter
from casehug.intake.services.links import renew_link, revoke_link, send_link
from casehug.kit import clock
from casehug.kit.clock import ManualClock
from casehug.notify.models import Message, Wishes
from casehug.notify.reminders import remind
from casehug.notify.services import after_quiet
from casehug.tenancy.models import Firm
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.databases import hang_up
from tests.notify.conftest import Deliver
from tests.notify.test_messages import reject

DAY = 24 * 3600


def reminded(people: Cast, deliver: Deliver) -> int:
    remind(people.firm_id)
    return len([message for message in deliver(people.firm_id) if "still waiting" in message.body])


def test_it_reminds_on_day_3_7_and_14_and_no_more(
    people: Cast, sent: Matter, time: ManualClock, deliver: Deliver
) -> None:
    days = []
    for day in range(1, 31):
        time.advance(DAY)
        days += [day] * reminded(people, deliver)
    assert days == [3, 7, 14]


def test_it_follows_the_firms_days(people: Cast, sent: Matter, time: ManualClock, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Wishes.objects.create(reminder_days=[2])
    time.advance(2 * DAY)
    assert (reminded(people, deliver), reminded(people, deliver)) == (1, 0)


def test_it_does_not_remind_when_switched_off(people: Cast, sent: Matter, time: ManualClock, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Wishes.objects.create(remind=False)
    time.advance(8 * DAY)
    assert reminded(people, deliver) == 0


def test_after_a_long_stop_there_is_one_reminder_not_three(
    people: Cast, sent: Matter, time: ManualClock, deliver: Deliver
) -> None:
    time.advance(20 * DAY)
    assert (reminded(people, deliver), reminded(people, deliver)) == (1, 0)


def done(people: Cast, matter: Matter) -> None:
    Matter.objects.filter(id=matter.id).update(submitted_at=clock.now())


def complete(people: Cast, matter: Matter) -> None:
    Matter.objects.filter(id=matter.id).update(submitted_at=clock.now(), intake_completed_at=clock.now())


def archive(people: Cast, matter: Matter) -> None:
    Matter.objects.filter(id=matter.id).update(status="archived")


def revoke(people: Cast, matter: Matter) -> None:
    revoke_link(people.alice, link=IntakeLink.objects.get(matter=matter))


def forget(people: Cast, matter: Matter) -> None:
    Client.objects.update(email="")


STOPS = [done, complete, archive, revoke, forget]


@pytest.mark.parametrize("stop", STOPS)
def test_it_stops(
    people: Cast, sent: Matter, time: ManualClock, deliver: Deliver, stop: Callable[[Cast, Matter], None]
) -> None:
    with firm_scope(people.firm_id):
        stop(people, sent)
    time.advance(3 * DAY)
    assert reminded(people, deliver) == 0


@pytest.mark.parametrize("stop", STOPS)
def test_it_stops_also_between_choosing_and_sending(
    people: Cast, sent: Matter, time: ManualClock, deliver: Deliver, stop: Callable[[Cast, Matter], None]
) -> None:
    time.advance(3 * DAY)
    assert remind(people.firm_id) == 1
    with firm_scope(people.firm_id):
        stop(people, sent)
    assert deliver(people.firm_id) == []


def test_it_reminds_of_a_rejected_document_after_handing_in(
    people: Cast, sent: Matter, time: ManualClock, deliver: Deliver
) -> None:
    with firm_scope(people.firm_id):
        done(people, sent)
    reject(people, sent, "photo-id", "Too dark.")
    deliver(people.firm_id)
    time.advance(3 * DAY)
    assert reminded(people, deliver) == 1


def test_a_link_sent_again_starts_anew(people: Cast, sent: Matter, time: ManualClock, deliver: Deliver) -> None:
    time.advance(3 * DAY)
    reminded(people, deliver)
    with firm_scope(people.firm_id):
        send_link(people.alice, matter=Matter.objects.select_related("client").get())
    deliver(people.firm_id)
    time.advance(3 * DAY)
    assert reminded(people, deliver) == 1


def test_a_reminder_chosen_at_night_waits(people: Cast, sent: Matter, time: ManualClock, deliver: Deliver) -> None:
    time.advance(3 * DAY + 14 * 3600)  # two in the morning in New York
    assert reminded(people, deliver) == 0
    time.advance(6 * 3600)
    assert len(deliver(people.firm_id)) == 1


def test_choosing_at_once_chooses_once(people: Cast, sent: Matter, time: ManualClock) -> None:
    for _ in range(5):
        other = cast.open_dana(people.alice)
        with firm_scope(people.firm_id):
            send_link(people.alice, matter=other)
    time.advance(3 * DAY)
    ready = Barrier(4, timeout=10)

    def one(_: int) -> int:
        try:
            ready.wait()
            return remind(people.firm_id)
        finally:
            hang_up()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 6
    with firm_scope(people.firm_id):
        assert Message.objects.filter(kind="reminder").count() == 6


def test_the_staff_is_warned_once_before_a_link_expires(
    people: Cast, sent: Matter, time: ManualClock, deliver: Deliver
) -> None:
    with firm_scope(people.firm_id):
        Wishes.objects.create(remind=False)
    warned = []
    for day in range(1, 91):
        time.advance(DAY)
        remind(people.firm_id)
        warned += [day for message in deliver(people.firm_id) if "expires" in message.subject]
    assert warned == [83, 83, 83]


def test_a_renewed_link_is_warned_of_again(people: Cast, sent: Matter, time: ManualClock, deliver: Deliver) -> None:
    with firm_scope(people.firm_id):
        Wishes.objects.create(remind=False)
    time.advance(84 * DAY)
    remind(people.firm_id)
    with firm_scope(people.firm_id):
        renew_link(people.alice, link=IntakeLink.objects.get())
    time.advance(84 * DAY)
    remind(people.firm_id)
    with firm_scope(people.firm_id):
        assert Message.objects.filter(kind="expiring").count() == 6


def test_another_firms_links_are_left_alone(people: Cast, sent: Matter, time: ManualClock) -> None:
    time.advance(3 * DAY)
    assert remind(people.other_firm_id) == 0


@pytest.mark.parametrize(
    ("moment", "zone", "quiet", "until"),
    [
        ("2027-03-02T12:00Z", "UTC", (20, 8), "2027-03-02T12:00Z"),
        ("2027-03-02T19:59Z", "UTC", (20, 8), "2027-03-02T19:59Z"),
        ("2027-03-02T20:00Z", "UTC", (20, 8), "2027-03-03T08:00Z"),
        ("2027-03-03T07:59Z", "UTC", (20, 8), "2027-03-03T08:00Z"),
        ("2027-03-03T08:00Z", "UTC", (20, 8), "2027-03-03T08:00Z"),
        ("2027-03-03T02:00Z", "UTC", (1, 6), "2027-03-03T06:00Z"),
        ("2027-03-03T02:00Z", "America/Denver", (1, 6), "2027-03-03T02:00Z"),
        ("2027-03-03T04:00Z", "America/Denver", (20, 8), "2027-03-03T15:00Z"),
        ("2027-03-03T04:00Z", "UTC", (8, 8), "2027-03-03T04:00Z"),
        # The night in which clocks go forward in Denver: eight o'clock there is an hour earlier than the day before.
        ("2027-03-14T04:00Z", "America/Denver", (20, 8), "2027-03-14T14:00Z"),
    ],
)
def test_quiet_hours_follow_the_firms_clock(moment: str, zone: str, quiet: tuple[int, int], until: str) -> None:
    def parse(text: str) -> datetime:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)

    firm, wanted = Firm(time_zone=zone), Wishes(firm_id=None, quiet_from=quiet[0], quiet_until=quiet[1])
    assert after_quiet(parse(moment), firm=firm, wanted=wanted) == parse(until)
