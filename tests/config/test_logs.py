"""What a log tells of an error: its kind and its place, and nothing that anybody typed."""

import logging
import sys

from casehug.config import logs


def line_about(error: Exception) -> str:
    try:
        try:
            raise error
        except Exception as cause:
            raise ValueError("Key (email)=(dana@example.com) already exists") from cause
    except ValueError:
        record = logging.LogRecord("web", logging.ERROR, __file__, 1, "page failed", None, sys.exc_info())
    # As logging does with a record from elsewhere.
    return logs.line_formatter().format(record)


def test_it_tells_kind_and_place_of_an_error_and_of_its_cause() -> None:
    line = line_about(KeyError("x"))
    assert "builtins.ValueError from builtins.KeyError" in line
    assert "test_logs.py" in line


def test_it_tells_no_text_of_an_error() -> None:
    assert "dana" not in line_about(KeyError("dana@example.com"))


def test_it_leaves_a_line_without_an_error_alone() -> None:
    assert logs.bare_traceback(None, "info", {"event": "sync.done", "firm_id": "1"}) == {
        "event": "sync.done",
        "firm_id": "1",
    }
