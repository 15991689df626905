"""Each trial tells what it counted; `make torture` prints it as a table."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.databases import TestDatabase
from tests.torture.rig import Rig, join, rigged

Count = Callable[[str, str, object], None]


@pytest.fixture(scope="module")
def rig(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rigged(database, Path(tmp_path_factory.mktemp("torture"))) as made:
        yield made


@pytest.fixture
def connected(rig: Rig, people: Cast) -> Cast:
    rig.faults()
    join(rig, people.alice)
    return people


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Count:
    """Note a line of the table: the promise, what was tried, and what came of it."""

    def note(promise: str, tried: str, found: object) -> None:
        record_property("torture", (promise, tried, str(found)))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = {
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "torture"
    }
    if lines and terminalreporter.config.getoption("verbose") > 0:
        terminalreporter.section("torture")
        for promise, tried, found in sorted(map(tuple, lines)):
            terminalreporter.write_line(f"{promise:<5} {tried:<72} {found}")
