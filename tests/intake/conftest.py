"""Two threads at once, each with its own database connection, as two clicks in two browsers are."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.databases import hang_up

AtOnce = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def at_once() -> Iterator[AtOnce]:
    """Runs the steps at the same moment; an exception is answered as a value."""

    def run(steps: list[Callable[[], Any]]) -> list[Any]:
        ready = Barrier(len(steps), timeout=10)

        def one(step: Callable[[], Any]) -> Any:
            try:
                ready.wait()
                return step()
            except Exception as error:
                return error
            finally:
                hang_up()

        with ThreadPoolExecutor(len(steps)) as pool:
            return list(pool.map(one, steps))

    yield run
