"""The life of a client's private link, its tokens, devices and codes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from casehug.audit.models import Entry
from casehug.events.bus import subscribe
from casehug.events.catalogue import IntakeLinkLocked, IntakeLinkSent
from casehug.intake.errors import NotAllowed
from casehug.intake.models import DeviceCode, IntakeLink, Matter, MatterStatus, PortalKey
from casehug.intake.services import links
from casehug.intake.services.links import CodeVerdict
from casehug.intake.services.matters import move_matter
from casehug.kit.clock import ManualClock
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.intake.conftest import AtOnce

_told: list[tuple[str, UUID]] = []


def _tell(fact: IntakeLinkSent | IntakeLinkLocked) -> None:
    _told.append((fact.name, fact.matter_id))


subscribe(IntakeLinkSent, _tell)
subscribe(IntakeLinkLocked, _tell)


@pytest.fixture
def matter(people: Cast) -> Matter:
    return cast.open_dana(people.alice)


@pytest.fixture
def link(people: Cast, matter: Matter) -> IntakeLink:
    with firm_scope(people.firm_id):
        return links.send_link(people.alice, matter=matter)


def facts_of(matter: Matter) -> list[str]:
    return [name for name, matter_id in _told if matter_id == matter.id]


def other_than(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def test_it_sends_a_link_for_ninety_days_and_moves_the_matter(time: ManualClock, people: Cast, matter: Matter) -> None:
    with firm_scope(people.firm_id):
        link = links.send_link(people.alice, matter=matter)
    assert link.expires_at == time.now() + timedelta(days=90)
    assert link.sent_at == time.now()
    assert matter.status == MatterStatus.INTAKE
    assert facts_of(matter) == ["intake.link.sent"]


def test_a_matter_has_one_link(people: Cast, matter: Matter, link: IntakeLink) -> None:
    with firm_scope(people.firm_id):
        assert links.send_link(people.alice, matter=matter).id == link.id
        assert IntakeLink.objects.filter(matter=matter).count() == 1


@pytest.mark.parametrize("why", ["no client", "no address", "archived"])
def test_it_sends_nothing_where_nobody_can_be_asked(people: Cast, why: str) -> None:
    changes: dict[str, Any] = {"no client": {"client": None}}.get(why, {})
    if why == "no address":
        changes = {"client": cast.NewClient("Dana", "Johnson")}
    matter = cast.open_dana(people.alice, **changes)
    with firm_scope(people.firm_id):
        if why == "archived":
            move_matter(people.alice, matter=matter, to=MatterStatus.ARCHIVED)
        with pytest.raises(NotAllowed):
            links.send_link(people.alice, matter=matter)
        assert not IntakeLink.objects.filter(matter=matter).exists()


def test_it_finds_the_link_by_any_of_its_tokens_and_keeps_only_hashes(people: Cast, link: IntakeLink) -> None:
    with firm_scope(people.firm_id):
        tokens = [links.new_token(link) for _ in range(2)]
    assert [links.find_by_token(token) for token in tokens] == [(people.firm_id, link.id)] * 2
    assert all(len(token) == 43 for token in tokens)
    assert not PortalKey.objects.filter(hash__in=tokens).exists()


def test_a_token_is_no_cookie_and_a_cookie_no_token(people: Cast, link: IntakeLink) -> None:
    with firm_scope(people.firm_id):
        token, secret = links.new_token(link), links.register_device(people.alice, link=link)
    assert (links.find_by_cookie(token), links.find_by_token(secret)) == (None, None)


@pytest.mark.parametrize("token", ["", "short", "x" * 43, "é" * 43, "x" * 5000])
def test_it_finds_nothing_by_a_made_up_token(database: object, token: str) -> None:
    assert links.find_by_token(token) is None


def test_an_expired_link_works_again_once_it_is_sent_again(
    time: ManualClock, people: Cast, matter: Matter, link: IntakeLink
) -> None:
    time.advance(timedelta(days=90).total_seconds())
    with firm_scope(people.firm_id):
        assert links.working_link(link.id) is None
        links.send_link(people.alice, matter=matter)
        assert links.working_link(link.id) is not None


def test_revoking_shuts_out_tokens_and_devices_for_good(people: Cast, matter: Matter, link: IntakeLink) -> None:
    with firm_scope(people.firm_id):
        token, secret = links.new_token(link), links.open_on_first_device(people.alice, link=link)
        links.revoke_link(people.alice, link=link)
        links.send_link(people.alice, matter=matter)
    assert secret is not None
    assert (links.find_by_token(token), links.find_by_cookie(secret)) == (None, None)


def test_the_link_of_another_firm_is_out_of_reach(people: Cast, link: IntakeLink) -> None:
    with firm_scope(people.other_firm_id):
        assert links.working_link(link.id) is None


def test_of_two_devices_at_once_one_is_let_in(people: Cast, link: IntakeLink, at_once: AtOnce) -> None:
    def open_it() -> str | None:
        with firm_scope(people.firm_id):
            return links.open_on_first_device(people.alice, link=link)

    secrets = at_once([open_it, open_it])
    assert sorted(secret is None for secret in secrets) == [False, True]


def test_a_right_code_is_good_once(people: Cast, link: IntakeLink) -> None:
    with firm_scope(people.firm_id):
        code = links.request_code(link)
        assert code is not None
        assert code not in str(DeviceCode.objects.get(link=link).code_hash)
        verdicts = [links.check_code(people.alice, link=link, code=code) for _ in range(2)]
    assert verdicts == [CodeVerdict.RIGHT, CodeVerdict.EXPIRED]


def test_a_code_is_good_for_fifteen_minutes(time: ManualClock, people: Cast, link: IntakeLink) -> None:
    with firm_scope(people.firm_id):
        code = links.request_code(link)
        time.advance(15 * 60)
        assert links.check_code(people.alice, link=link, code=str(code)) == CodeVerdict.EXPIRED


def test_it_makes_at_most_one_code_a_minute(time: ManualClock, people: Cast, link: IntakeLink) -> None:
    with firm_scope(people.firm_id):
        first, at_once_again = links.request_code(link), links.request_code(link)
        time.advance(61)
        later = links.request_code(link)
        assert first is not None
        assert at_once_again is None
        assert links.check_code(people.alice, link=link, code=str(later)) == CodeVerdict.RIGHT


def test_the_tries_are_counted_across_connections(people: Cast, link: IntakeLink, at_once: AtOnce) -> None:
    with firm_scope(people.firm_id):
        code = str(links.request_code(link))

    def wrong() -> CodeVerdict:
        with firm_scope(people.firm_id):
            return links.check_code(people.alice, link=link, code=other_than(code))

    steps: list[Callable[[], Any]] = [wrong, wrong]
    verdicts = at_once(steps) + at_once(steps) + at_once(steps)
    assert verdicts[:4] == [CodeVerdict.WRONG] * 4
    assert verdicts[4:] == [CodeVerdict.LOCKED] * 2
    with firm_scope(people.firm_id):
        assert DeviceCode.objects.get(link=link).tries == 5
        assert links.check_code(people.alice, link=link, code=code) == CodeVerdict.LOCKED


def test_a_new_code_brings_no_new_tries(time: ManualClock, people: Cast, link: IntakeLink, matter: Matter) -> None:
    verdicts = []
    with firm_scope(people.firm_id):
        for _ in range(5):
            code = str(links.request_code(link))
            verdicts.append(links.check_code(people.alice, link=link, code=other_than(code)))
            time.advance(61)
        assert verdicts[-2:] == [CodeVerdict.WRONG, CodeVerdict.LOCKED]
        assert links.is_locked(link)
        assert links.request_code(link) is None
        time.advance(30 * 60)
        assert not links.is_locked(link)
        assert links.request_code(link) is not None
    assert facts_of(matter) == ["intake.link.sent", "intake.link.locked"]


def test_it_notes_the_last_use_at_most_once_an_hour(time: ManualClock, people: Cast, link: IntakeLink) -> None:
    used = []
    with firm_scope(people.firm_id):
        for _ in range(3):
            links.note_use(IntakeLink.objects.get(id=link.id))
            used.append(IntakeLink.objects.get(id=link.id).last_used_at)
            time.advance(31 * 60)
    assert used[0] == used[1] != used[2]


def test_every_step_is_recorded_without_a_secret(people: Cast, matter: Matter, link: IntakeLink) -> None:
    with firm_scope(people.firm_id):
        token, secret = links.new_token(link), links.register_device(people.alice, link=link)
        links.revoke_link(people.alice, link=link)
        links.renew_link(people.alice, link=link)
        entries = list(Entry.objects.filter(subject_id=matter.id))
    steps = {entry.action.removeprefix("intake.link.") for entry in entries}
    assert {"created", "sent", "device_let_in", "revoked", "renewed"} <= steps
    assert not any(hidden in str(entry.details) for entry in entries for hidden in (token, secret))
