"""The firm scope: the only way to reach a firm's rows.

A scope is one database transaction that tells PostgreSQL, for its own length only, which firm is speaking; the row
policies do the rest. It is always the outermost transaction: a setting made inside a savepoint would survive the
savepoint, so a nested scope could leak the inner firm to the outer one. A query on a firm-owned table without a scope
raises here, because to PostgreSQL it would look like an empty firm.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


class NestedFirmScope(RuntimeError):
    """A scope was opened inside another scope or transaction. Services join the scope; they never open one."""


class OutsideFirmScope(RuntimeError):
    """A firm's table was touched without saying for which firm."""


_firm: ContextVar[UUID | None] = ContextVar("firm", default=None)
_person: ContextVar[UUID | None] = ContextVar("person", default=None)


@contextmanager
def firm_scope(firm_id: UUID) -> Iterator[None]:
    """Open a transaction in which exactly this firm's rows exist. Any exception rolls it back.

    Raises NestedFirmScope when one is open already.
    """
    with _scope(_firm, "casehug.firm_id", firm_id):
        yield


@contextmanager
def person_scope(user_id: UUID) -> Iterator[None]:
    """Open a transaction that sees only this person's own memberships: how a sign-in finds its firm."""
    with _scope(_person, "casehug.user_id", user_id):
        yield


@contextmanager
def _scope(variable: ContextVar[UUID | None], setting: str, value: UUID) -> Iterator[None]:
    if _firm.get() is not None or _person.get() is not None or connection.in_atomic_block:
        raise NestedFirmScope("a firm scope or transaction is open already; join it")
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [setting, str(value)])
        token = variable.set(value)
        try:
            yield
        finally:
            variable.reset(token)


def current_firm_id() -> UUID:
    """The firm of the open scope; raises OutsideFirmScope without one."""
    if (firm_id := _firm.get()) is None:
        raise OutsideFirmScope("open firm_scope(firm_id) first")
    return firm_id


def in_firm_scope() -> bool:
    return _firm.get() is not None


@cache
def _firm_tables() -> re.Pattern[str]:
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if getattr(model, "firm_owned", False)
    ]
    return re.compile(r"\b(?:" + "|".join(map(re.escape, tables)) + r")\b", re.IGNORECASE)


def refuse_unscoped(
    execute: Callable[[str, Any, bool, dict[str, Any]], Any],
    sql: str,
    params: Any,
    many: bool,
    context: dict[str, Any],
) -> Any:
    """Execute wrapper on every connection: a firm's table outside a scope is a mistake of ours, so say so."""
    if _firm.get() is None and _person.get() is None and (touched := _firm_tables().search(sql)):
        raise OutsideFirmScope(f"{touched.group()} was queried outside a firm scope")
    return execute(sql, params, many, context)


def watch(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Receiver of connection_created: installs the wrapper once per connection.

    The migrating owner is left alone: schema changes name every table, and under FORCE it sees no row anyway.
    """
    user = connection.settings_dict["USER"]
    if user != "casehug_owner" and refuse_unscoped not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_unscoped)
