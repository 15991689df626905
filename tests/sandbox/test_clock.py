"""The town's time: moved by hand, made faster, shared through a file."""

import json
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox.app import create_app
from sandbox.clock import ManualClock, VirtualClock
from sandbox.seed import seed_town
from sandbox.store import Town


def test_it_is_the_system_s_time_without_a_file(tmp_path: Path) -> None:
    assert abs(VirtualClock(tmp_path / "none")().timestamp() - time.time()) < 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"base_real": 1}', '{"base_real": "x"}'])
def test_it_is_the_system_s_time_with_a_broken_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "clock"
    file.write_text(text)
    assert abs(VirtualClock(file)().timestamp() - time.time()) < 1


def test_it_reads_one_line_of_json(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text('{"base_real": 0, "base_virtual": 1000, "scale": 0}\n')
    assert VirtualClock(file)().timestamp() == 1000


def test_it_runs_as_fast_as_told(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text(json.dumps({"base_real": time.time() - 10, "base_virtual": 0, "scale": 3600}))
    assert 36_000 <= VirtualClock(file)().timestamp() < 36_000 + 3600 * 5


def test_it_follows_a_clock_that_another_moves(tmp_path: Path) -> None:
    mine, other = VirtualClock(tmp_path / "clock"), VirtualClock(tmp_path / "clock")
    before = mine()
    other.advance(7200)
    assert 7200 <= (mine() - before).total_seconds() < 7210


def test_it_does_not_jump_when_its_speed_changes() -> None:
    clock = VirtualClock()
    clock.set(seconds=500, scale=0)
    before = clock()
    clock.set(scale=2)
    assert 0 <= (clock() - before).total_seconds() < 5


def test_it_moves_by_json(web: httpx2.Client, town: Town, clock: ManualClock) -> None:
    before = clock.now
    answer = web.post("/console/clock.json", json={"advance": 3600})
    assert answer.json()["now"] == "2026-03-02T18:00:00+00:00"
    assert (clock.now - before).total_seconds() == 3600


@pytest.mark.parametrize("body", [{"advance": -1}, {"scale": -1}, {"advance": "x"}, {"jump": 1}, []])
def test_it_refuses_a_move_that_makes_no_sense(body: Any) -> None:
    client = httpx2.Client(
        transport=httpx2.WSGITransport(app=create_app(seed_town(VirtualClock()))), base_url="http://sandbox.test"
    )
    assert client.post("/console/clock.json", json=body).status_code == 422


def test_it_moves_by_the_console(web: httpx2.Client, clock: ManualClock) -> None:
    before = clock.now
    web.post("/console/hartwell/clock", data={"advance": "90", "scale": ""})
    assert (clock.now - before).total_seconds() == 90


def test_it_stores_what_is_due_when_the_clock_is_moved(api: httpx2.Client, web: httpx2.Client, town: Town) -> None:
    web.post("/console/faults.json", json={"kind": "late", "seconds": 20})
    with pytest.raises(ConnectionResetError):
        api.post("/v1/contacts", json={"first_name": "Late"})
    assert len(web.get("/console/state/hartwell.json").json()["late"]) == 1
    web.post("/console/clock.json", json={"advance": 21})
    assert web.get("/console/state/hartwell.json").json()["contacts"][-1]["first_name"] == "Late"
