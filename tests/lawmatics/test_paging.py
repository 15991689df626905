"""Walking listings: all of it, once, and to an end."""

from datetime import UTC, datetime, timedelta
from itertools import count

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lawmatics import errors
from lawmatics.envelope import Page, Record
from lawmatics.paging import MAX_STEPS_BACK, walk

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rows(total):
    return [{"id": total - i} for i in range(total)]


def stamped(minutes):
    """Records, newest first by id; `minutes` before noon each, None for no time."""
    top = len(minutes)
    return [
        {"id": top - i, "created_at": None if m is None else (NOON - timedelta(minutes=m)).isoformat()}
        for i, m in enumerate(minutes)
    ]


@pytest.mark.parametrize(("total", "requests"), [(0, 1), (1, 1), (25, 1), (26, 2), (60, 3)])
def test_it_reads_each_page_once(play, listing, total, requests):
    stage = play(listing(rows(total)))
    found = [contact.id for page in stage.client.contacts.pages() for contact in page]
    assert (len(found), len(stage.requests)) == (total, requests)


def test_it_tells_before_of_every_page(play, listing):
    calls = []
    stage = play(listing(rows(60)), before=calls.append)
    list(stage.client.contacts.pages())
    assert [str(call) for call in calls] == ["GET /v1/contacts"] * 3


def test_it_yields_a_record_once_when_new_ones_push_it_to_the_next_page(play, page):
    town = rows(50)

    def handler(request):
        reply = httpx2.Response(200, json=page(town, int(request.url.params["page"])))
        town.insert(0, {"id": 100 + len(town)})
        return reply

    found = [c.id for p in play(handler).client.contacts.pages() for c in p]
    assert sorted(map(int, found)) == list(range(1, 51))


def test_it_yields_a_record_once_that_stands_twice_on_a_page(play, listing):
    stage = play(listing([{"id": 2}, {"id": 2}, {"id": 1}]))
    assert [c.id for p in stage.client.contacts.pages() for c in p] == ["2", "1"]


def test_it_goes_back_when_deleted_records_pull_others_to_the_page_before(play, page):
    town = rows(60)

    def handler(request):
        number = int(request.url.params["page"])
        if number == 2:
            del town[:3]
        return httpx2.Response(200, json=page(town, number))

    town_before = {str(row["id"]) for row in town[3:]}
    found = {c.id for p in play(handler).client.contacts.pages() for c in p}
    assert town_before <= found


def test_it_comes_to_an_end_in_a_listing_that_keeps_shrinking(play, page):
    town = rows(3000)

    def handler(request):
        del town[:1]
        return httpx2.Response(200, json=page(town, int(request.url.params["page"])))

    stage = play(handler)
    list(stage.client.contacts.pages())
    assert len(stage.requests) <= 120 + 2 * MAX_STEPS_BACK


def test_it_notices_a_remote_that_repeats_its_page(play, page):
    stage = play(lambda _: httpx2.Response(200, json=page(rows(60), 1)))
    with pytest.raises(errors.PagingLoop) as caught:
        list(stage.client.contacts.pages())
    assert (caught.value.call.template, caught.value.outcome) == ("/v1/contacts", errors.Outcome.DEFINITE)
    assert caught.value.__context__ is None


def test_it_notices_a_next_link_that_does_not_advance(play, page):
    def handler(request):
        reply = page(rows(60), int(request.url.params["page"]))
        reply["links"]["next"] = "/v1/x?page=1"
        return httpx2.Response(200, json=reply)

    with pytest.raises(errors.PagingLoop):
        list(play(handler).client.contacts.pages())


def test_it_never_follows_a_link(play, page):
    def handler(request):
        reply = page(rows(26), int(request.url.params["page"]))
        reply["links"]["next"] = "https://elsewhere.test/v1/x?page=2"
        return httpx2.Response(200, json=reply)

    stage = play(handler)
    list(stage.client.contacts.pages())
    assert {request.url.host for request in stage.requests} == {"lawmatics.test"}


@pytest.mark.parametrize("lost", [("meta",), ("meta", "links")])
def test_it_reads_on_without_totals(play, page, lost):
    def handler(request):
        reply = page(rows(55), int(request.url.params["page"]))
        return httpx2.Response(200, json={k: v for k, v in reply.items() if k not in lost})

    assert sum(len(p.records) for p in play(handler).client.contacts.pages()) == 55


def test_it_stops_at_an_empty_page_whatever_the_totals_say(play, page):
    def handler(request):
        reply = page(rows(25), int(request.url.params["page"]))
        reply["meta"]["total_pages"] = 99
        return httpx2.Response(200, json=reply)

    stage = play(handler)
    list(stage.client.contacts.pages())
    assert len(stage.requests) == 2


def test_it_counts_in_one_request(play, listing):
    stage = play(listing(rows(60), "prospect"))
    assert (stage.client.matters.count(), len(stage.requests)) == (60, 1)


def test_it_walks_back_to_a_point_in_time_and_no_further(play, listing):
    stage = play(listing(stamped(range(100))))
    found = list(stage.client.contacts.newest_first(NOON - timedelta(minutes=30)))
    assert [c.id for c in found] == [str(i) for i in range(100, 69, -1)]
    assert len(stage.requests) == 2


def test_it_asks_for_newest_first(play, listing):
    stage = play(listing([]))
    list(stage.client.notes.newest_first(NOON))
    assert (stage.params["sort_by"], stage.params["sort_order"]) == ("created_at", "desc")


def test_it_does_not_let_a_backdated_record_hide_others(play, listing):
    stage = play(listing(stamped([0, 5000, *[1] * 28, 90])))
    found = list(stage.client.contacts.newest_first(NOON - timedelta(minutes=2)))
    assert len(found) == 29


def test_it_includes_records_without_a_time(play, listing):
    stage = play(listing(stamped([0, None, 1, 90])))
    assert [c.id for c in stage.client.matters.newest_first(NOON - timedelta(minutes=5))] == ["4", "3", "2"]


def test_it_refuses_a_time_without_a_zone(play, listing):
    with pytest.raises(ValueError, match="time zone"):
        list(play(listing([])).client.contacts.newest_first(datetime(2026, 1, 1)))  # noqa: DTZ001


def test_it_asks_for_changes_from_the_whole_second_on(play, listing):
    stage = play(listing([]))
    moment = datetime(2026, 11, 24, 13, 0, 0, 999_999, tzinfo=UTC)
    list(stage.client.matters.changed_since(moment))
    assert stage.params["filter_by"] == "updated_at"
    assert (stage.params["filter_with"], stage.params["filter_on"]) == (">=", "2026-11-24T13:00:00Z")
    assert (stage.params["sort_by"], stage.params["sort_order"]) == ("updated_at", "desc")


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["add", "delete", "wait"]), st.integers(0, 10_000)), max_size=30))
def test_it_misses_no_record_that_was_there_all_along(changes):
    town = [Record(str(i), "contact", {}, {}) for i in range(90, 0, -1)]
    stayed = {record.id for record in town}
    script, new_ids = iter(changes), count(1000)

    def fetch(number):
        action, at = next(script, ("wait", 0))
        if action == "add":
            town.insert(0, Record(str(next(new_ids)), "contact", {}, {}))
        elif action == "delete" and town:
            stayed.discard(town.pop(at % len(town)).id)
        pages = max(1, -(-len(town) // 25))
        return Page(tuple(town[(number - 1) * 25 : number * 25]), number, pages, len(town))

    found = [record.id for page in walk(fetch) for record in page]
    assert stayed <= set(found)
    assert len(found) == len(set(found))
