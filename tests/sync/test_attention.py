"""Nothing is forgotten: every change has one fate, whoever must know is told once, and told when it is over."""

from collections import Counter
from collections.abc import Iterable
from random import Random

import httpx2
import pytest

from casehug.audit.models import Entry
from casehug.connections.models import Connection, ConnectionState
from casehug.intake.models import Matter
from casehug.intake.services.matters import NewClient
from casehug.kit.clock import ManualClock
from casehug.notify.models import Message
from casehug.sync import attention, lanes, outbox, policy
from casehug.sync.lookup import QUARANTINE
from casehug.sync.models import Change, ChangeState, Lane, Link
from casehug.sync.policy import Button, button_for
from casehug.tenancy.scope import firm_scope
from sandbox.faults import Fault
from sandbox.store import Firm, Town
from tests import cast
from tests.cast import Cast
from tests.lawmatics_town import connect
from tests.sync.engine import Drain, click, contacts_named, matters_titled, only_change

TITLE = "Johnson v. Johnson — Divorce"
CONTACTS, MATTERS = r"^/v1/contacts$", r"^/v1/prospects$"
PAST_QUARANTINE = QUARANTINE.total_seconds() + 1


def watch() -> None:
    """The minute's look, as the mail worker takes it."""
    for firm_id in list(attention.firms_to_look_at()):
        attention.look(firm_id)


def told(people: Cast) -> list[str]:
    with firm_scope(people.firm_id):
        return list(Message.objects.filter(kind__startswith="sync_").order_by("id").values_list("kind", flat=True))


def refuse(town: Town, run: Drain, people: Cast) -> Matter:
    town.faults.add(Fault(kind="status", method="POST", path=MATTERS, status=422))
    matter = cast.open_dana(people.bob)
    run(people.firm_id)
    return matter


def test_it_tells_the_admins_once_when_something_is_held_too_long(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    refuse(town, run, connected)
    watch()
    assert told(connected) == []
    for _ in range(45):
        time.advance(60)
        watch()
    assert told(connected) == ["sync_trouble"]
    with firm_scope(connected.firm_id):
        message = Message.objects.get(kind="sync_trouble")
    assert message.user_id == connected.alice.user_id


def test_it_tells_once_more_when_it_is_over(time: ManualClock, connected: Cast, run: Drain, town: Town) -> None:
    matter = refuse(town, run, connected)
    time.advance(31 * 60)
    watch()
    click(connected.bob, matter)
    run(connected.firm_id)
    for _ in range(3):
        time.advance(60)
        watch()
    assert told(connected) == ["sync_trouble", "sync_recovered"]
    assert Lane.objects.get(firm_id=connected.firm_id).watch_at is None


def test_it_tells_after_so_many_failures_however_quick(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    with firm_scope(connected.firm_id):
        attention.save_alerts(connected.alice, minutes=600, failures=3)
    town.faults.add(Fault(kind="status", method="GET", path=CONTACTS, status=500, times=3))
    cast.open_dana(connected.bob)
    heard = []
    for _ in range(3):
        run(connected.firm_id)
        time.advance(60)
        watch()
        heard.append(told(connected))
    assert heard == [[], [], ["sync_trouble"]]


def test_it_says_nothing_about_trouble_that_passed(time: ManualClock, connected: Cast, run: Drain, town: Town) -> None:
    town.faults.add(Fault(kind="status", method="GET", path=CONTACTS, status=500))
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    time.advance(60)
    run(connected.firm_id)
    for _ in range(40):
        time.advance(60)
        watch()
    assert told(connected) == []


def test_it_opens_the_scope_of_no_firm_without_trouble(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    cast.open_dana(connected.bob)
    run(connected.firm_id)
    assert connected.firm_id not in list(attention.firms_to_look_at())
    cast.open_dana(connected.bob, title="Second", client=NewClient("Eve", "Stone", "eve@example.com"))
    town.faults.add(Fault(kind="status", method="POST", path=MATTERS, status=422))
    run(connected.firm_id)
    assert connected.firm_id in list(attention.firms_to_look_at())


def test_a_refused_token_is_told_once_and_nothing_is_lost_or_sent_twice(
    time: ManualClock, connected: Cast, run: Drain, town: Town, http: httpx2.Client
) -> None:
    """Promise E8."""
    hartwell = town.firm("hartwell")
    titles = [f"Matter {number}" for number in range(6)]
    matters = [
        cast.open_dana(connected.bob, title=title, client=NewClient("Ida", f"Cole{at}", f"c{at}@example.com"))
        for at, title in enumerate(titles)
    ]
    town.faults.add(Fault(kind="revoke", nth=8))
    run(connected.firm_id)
    with firm_scope(connected.firm_id):
        assert Connection.objects.get().state == ConnectionState.BROKEN
    asked = len(town.requests)
    for _ in range(50):
        time.advance(60)
        run(connected.firm_id)
        watch()
    assert len(town.requests) == asked, "the lane is paused"
    assert told(connected) == ["sync_broken"], "once, and at once"
    town.faults.clear()
    connect(connected.alice, http)
    for _ in range(4):
        time.advance(PAST_QUARANTINE)
        run(connected.firm_id)
        watch()
    assert told(connected) == ["sync_broken", "sync_recovered"]
    assert {only_change(connected.firm_id, matter).state for matter in matters} == {ChangeState.DELIVERED}
    assert sorted(matter.case_title or "" for matter in matters_titled(hartwell, *titles)) == titles


def test_a_second_break_is_told_although_something_is_held(
    time: ManualClock, connected: Cast, run: Drain, town: Town, http: httpx2.Client
) -> None:
    refuse(town, run, connected)
    time.advance(31 * 60)
    watch()
    for _ in range(2):
        town.revoke_tokens("hartwell")
        cast.open_dana(connected.bob, title="Next", client=NewClient("Eve", "Stone", "eve@example.com"))
        run(connected.firm_id)
        watch()
        connect(connected.alice, http)
        run(connected.firm_id)
        time.advance(60)
        watch()
    assert told(connected) == ["sync_trouble", "sync_broken", "sync_broken"]


def test_somebody_looks_after_it_and_the_record_tells(connected: Cast, run: Drain, town: Town) -> None:
    matter = refuse(town, run, connected)
    with firm_scope(connected.firm_id):
        attention.assign(connected.alice, change=Change.objects.get(), owner=connected.ann)
        entry = Entry.objects.get(action="sync.assigned")
    assert only_change(connected.firm_id, matter).owner_id == connected.ann.user_id
    assert entry.details == {"owner": str(connected.ann.user_id)}


def rulings() -> list[policy.Ruling]:
    return [ruling for _, ruling in policy.RULINGS] + [
        found for found in vars(policy).values() if isinstance(found, policy.Ruling)
    ]


@pytest.mark.parametrize("ruling", rulings(), ids=lambda ruling: str(ruling.code))
def test_every_error_has_the_button_that_its_advice_names(ruling: policy.Ruling) -> None:
    assert button_for(ruling.code) == ruling.button
    if "Retry" in ruling.advice:
        assert ruling.button == Button.RETRY
    if "connect" in ruling.advice:
        assert ruling.button == Button.RECONNECT


# --- conservation -----------------------------------------------------------------------------------------------------

STORM = [
    "drop",
    "drop_before",
    "down",
    "status",
    "status_after_commit",
    "cut",
    "html",
    "html_after_commit",
    "late",
    "slowdown",
    "unprocessable",
    "revoke",
]


def fault(dice: Random) -> Fault:
    method = dice.choice(["POST", "POST", "GET", "PUT"])
    kind = dice.choice(STORM)
    place = {"method": method, "path": dice.choice([r"^/v1/contacts", r"^/v1/prospects"]), "nth": dice.randint(1, 3)}
    match kind:
        case "slowdown":
            return Fault(kind="status", status=429, retry_after="60", **place)
        case "unprocessable":
            return Fault(kind="status", status=422, **place)
        case "late":
            return Fault(kind="late", seconds=20, **place)
        case _:
            return Fault(kind=kind, **place)  # type: ignore[arg-type]


def unaccounted(people: Cast, hartwell: Firm, matters: Iterable[Matter]) -> list[str]:
    """What promise A10 forbids: matters whose change is in no fate, in two, or in one without its proof."""
    titles = Counter(matter.case_title for matter in hartwell.matters.values())
    wrong = []
    with firm_scope(people.firm_id):
        connected = Connection.objects.get().is_connected
        lane = Lane.objects.get(firm_id=people.firm_id)
        found = bool(lane.due_at or lane.paused_until) or lanes.is_due(people.firm_id)
        for matter in matters:
            changes = list(Change.objects.filter(matter_id=matter.id))
            if len(changes) != 1:
                wrong.append(f"{matter.title}: {len(changes)} changes")
                continue
            [change] = changes
            fates = {
                ChangeState.WAITING: found or not connected,
                ChangeState.HELD: bool(change.problem and change.problem_text),
                ChangeState.DELIVERED: titles[matter.title] == 1
                and Link.objects.filter(kind="matter", record_id=matter.id).count() == 1,
                ChangeState.DISMISSED: Entry.objects.filter(action="sync.dismissed", subject_id=matter.id)
                .exclude(actor_id=None)
                .exists(),
            }
            if not fates[ChangeState(change.state)]:
                wrong.append(f"{matter.title}: {change.state} without its proof")
            if titles[matter.title] > 1:
                wrong.append(f"{matter.title}: in Lawmatics twice")
    return wrong


@pytest.mark.parametrize("seed", range(6))
def test_after_a_storm_every_change_has_exactly_one_fate(
    time: ManualClock, connected: Cast, run: Drain, town: Town, http: httpx2.Client, seed: int
) -> None:
    """Promise A10."""
    dice, hartwell = Random(seed), town.firm("hartwell")
    matters = []
    for number in range(5):
        client = NewClient("Ida", f"Cole {seed} {number}", f"c{number}@example.com" if number else "")
        matters.append(cast.open_dana(connected.bob, title=f"Storm {number}", client=client, case_type="other"))
    for _ in range(8):
        for _ in range(dice.randint(1, 3)):
            town.faults.add(fault(dice))
        run(connected.firm_id)
        assert unaccounted(connected, hartwell, matters) == []
        one = dice.choice(matters)
        with firm_scope(connected.firm_id):
            change = Change.objects.get(matter_id=one.id)
            broken = not Connection.objects.get().is_connected
            if change.state == ChangeState.HELD and dice.random() < 0.3:
                outbox.dismiss(connected.alice, change=change)
        if change.state in {ChangeState.WAITING, ChangeState.HELD} and dice.random() < 0.5:
            with firm_scope(connected.firm_id):
                still_open = Change.objects.filter(id=change.id, state__in=["waiting", "held"]).exists()
            if still_open:
                click(connected.bob, one)
        if broken and dice.random() < 0.5:
            connect(connected.alice, http)
        time.advance(dice.choice([5, 61, PAST_QUARANTINE]))
    # The storm is over: whoever still waits arrives.
    town.faults.clear()
    with firm_scope(connected.firm_id):
        broken = not Connection.objects.get().is_connected
    if broken:
        connect(connected.alice, http)
    for _ in range(6):
        with firm_scope(connected.firm_id):
            held = set(Change.objects.filter(state=ChangeState.HELD).values_list("matter_id", flat=True))
        for matter in matters:
            if matter.id in held:
                click(connected.bob, matter)
        time.advance(PAST_QUARANTINE)
        run(connected.firm_id)
    assert unaccounted(connected, hartwell, matters) == []
    with firm_scope(connected.firm_id):
        assert set(Change.objects.values_list("state", flat=True)) <= {ChangeState.DELIVERED, ChangeState.DISMISSED}
    for number in range(5):
        assert len(contacts_named(hartwell, f"Ida Cole {seed} {number}")) <= 1


def test_the_accounts_notice_what_they_are_to_notice(
    time: ManualClock, connected: Cast, run: Drain, town: Town
) -> None:
    hartwell = town.firm("hartwell")
    matter = refuse(town, run, connected)
    assert unaccounted(connected, hartwell, [matter]) == []
    with firm_scope(connected.firm_id):
        Change.objects.update(problem_text="")
    assert unaccounted(connected, hartwell, [matter]) == [f"{TITLE}: held without its proof"]
    for state in (ChangeState.DELIVERED, ChangeState.DISMISSED):
        with firm_scope(connected.firm_id):
            Change.objects.update(state=state)
        assert unaccounted(connected, hartwell, [matter]) == [f"{TITLE}: {state} without its proof"]
