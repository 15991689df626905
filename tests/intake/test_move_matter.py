"""The status: only along the allowed ways, and only from where the matter really stands."""

import pytest

from casehug.intake.errors import NotAllowed
from casehug.intake.models import Matter, MatterStatus
from casehug.intake.services.matters import move_matter
from casehug.tenancy.scope import firm_scope
from tests import cast
from tests.cast import Cast
from tests.intake.conftest import AtOnce

ALLOWED = {
    "new": {"intake", "review", "active", "declined", "archived"},
    "intake": {"review", "active", "declined", "archived"},
    "review": {"intake", "active", "declined", "archived"},
    "active": {"closed", "declined", "archived"},
    "closed": {"active", "archived"},
    "declined": {"new", "active", "archived"},
    "archived": {"new", "active", "closed"},
}
WAYS = [(start, end) for start in MatterStatus for end in MatterStatus]


@pytest.mark.parametrize(("start", "end"), WAYS)
def test_it_goes_the_allowed_ways_only(people: Cast, start: MatterStatus, end: MatterStatus) -> None:
    matter = cast.open_dana(people.bob, client=None)
    with firm_scope(people.firm_id):
        Matter.objects.update(status=start)
        matter.refresh_from_db()
        if end in ALLOWED[start]:
            move_matter(people.bob, matter=matter, to=end)
        else:
            with pytest.raises(NotAllowed) as refused:
                move_matter(people.bob, matter=matter, to=end)
            assert refused.value.sentence == (
                f"A matter that is {start.label.lower()} cannot become {end.label.lower()}."
            )
        assert Matter.objects.get().status == (end if end in ALLOWED[start] else start)


def test_it_does_not_move_what_somebody_else_has_just_moved(people: Cast) -> None:
    matter = cast.open_dana(people.bob, client=None)
    with firm_scope(people.firm_id):
        Matter.objects.update(status=MatterStatus.DECLINED)
    with firm_scope(people.firm_id), pytest.raises(NotAllowed, match="Somebody else"):
        move_matter(people.bob, matter=matter, to=MatterStatus.ACTIVE)
    with firm_scope(people.firm_id):
        assert Matter.objects.get().status == MatterStatus.DECLINED


def test_it_lets_one_of_several_at_once_win(people: Cast, at_once: AtOnce) -> None:
    matter = cast.open_dana(people.bob, client=None)

    def move(to: MatterStatus) -> None:
        with firm_scope(people.firm_id):
            move_matter(people.bob, matter=Matter(id=matter.id, status=MatterStatus.NEW), to=to)

    ways = [MatterStatus.ACTIVE, MatterStatus.DECLINED, MatterStatus.ARCHIVED, MatterStatus.REVIEW]
    outcomes = at_once([lambda to=to: move(to) for to in ways])  # type: ignore[misc]
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [NotAllowed] * 3
    with firm_scope(people.firm_id):
        assert Matter.objects.get().status == ways[outcomes.index(None)]


def test_it_moves_no_matter_of_another_firm(people: Cast) -> None:
    matter = cast.open_dana(people.bob, client=None)
    with firm_scope(people.other_firm_id), pytest.raises(NotAllowed):
        move_matter(people.charlie, matter=matter, to=MatterStatus.ACTIVE)
    with firm_scope(people.firm_id):
        assert Matter.objects.get().status == MatterStatus.NEW
