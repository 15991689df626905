"""The closed table of errors: every line is reached, by an error of its kind or by a place that raises it."""

import ast
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError

from casehug.connections.errors import NotConnected
from casehug.kit import clock
from casehug.kit.encryption import CannotOpen
from casehug.sync import policy
from casehug.sync.limits import BudgetSpent
from casehug.sync.policy import Ruling
from lawmatics import Call, errors

CALL = Call.to("POST", "/v1/contacts")
MADE: dict[type[Exception], Exception] = {
    BudgetSpent: BudgetSpent(clock.now()),
    NotConnected: NotConnected("x"),
    CannotOpen: CannotOpen("x"),
    OperationalError: OperationalError("x"),
    InterfaceError: InterfaceError("x"),
    errors.RateLimited: errors.RateLimited(CALL, 429, retry_after=None),
    errors.OAuthError: errors.OAuthError(code="invalid_request"),
    errors.InsecureAddress: errors.InsecureAddress(),
    errors.PagingLoop: errors.PagingLoop(CALL),
    errors.NotSent: errors.NotSent(CALL, reason=errors.NoConnection.DNS),
}
SYNC = Path(policy.__file__).parent


def made(kind: type[Exception]) -> Exception:
    if kind in MADE:
        return MADE[kind]
    assert issubclass(kind, errors.LawmaticsError)
    return kind(CALL, 400)


@pytest.mark.parametrize(("kind", "ruling"), policy.RULINGS, ids=[kind.__name__ for kind, _ in policy.RULINGS])
def test_no_line_is_hidden_by_one_before_it(kind: type[Exception], ruling: Ruling) -> None:
    assert policy.rule(made(kind)) is ruling


def raised_by_name() -> dict[str, Ruling]:
    in_table = {id(ruling) for _, ruling in policy.RULINGS}
    return {
        name: value for name, value in vars(policy).items() if isinstance(value, Ruling) and id(value) not in in_table
    }


@pytest.mark.parametrize("name", raised_by_name())
def test_every_other_ruling_is_used_by_the_engine(name: str) -> None:
    used = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for file in SYNC.rglob("*.py")
        if file.name != "policy.py" or name == "UNLISTED"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert name in used
