"""Databases for tests: a template migrated once, copied for each pytest process."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections

from casehug.config import env
from casehug.ops import database, local_postgres
from casehug.ops.processes import DidNotStart, alone_in

ADMIN = "CASEHUG_TEST_ADMIN_URL"
TEMPLATE = "CASEHUG_TEST_TEMPLATE"
PASSWORDS = {"owner": "owner-of-tests", "app": "app-of-tests", "sync": "sync-of-tests"}
FOLDERS = Path(".data")


@contextmanager
def server_for_the_run() -> Iterator[None]:
    """Start (or use) a PostgreSQL and make sure that the migrated template is there. Workers inherit the address."""
    if given := os.environ.get("DATABASE_ADMIN_URL"):
        os.environ[ADMIN] = given
        os.environ[TEMPLATE] = database.migrated_template(given, passwords=PASSWORDS)
        yield
        return
    with (
        own_folder("test-postgres") as folder,
        local_postgres.running(folder, settings=local_postgres.FAST_AND_LOSSY) as server,
    ):
        os.environ[ADMIN] = server.admin_url
        os.environ[TEMPLATE] = database.migrated_template(server.admin_url, passwords=PASSWORDS)
        yield


@contextmanager
def own_folder(name: str) -> Iterator[Path]:
    """The first folder of this name that no other run of the tests is using: each run stops its own servers."""
    for number in count(1):
        folder = FOLDERS / f"{name}-{number}"
        with ExitStack() as held:
            try:
                held.enter_context(alone_in(folder))
            except DidNotStart:
                continue
            yield folder
            return


@dataclass(frozen=True)
class TestDatabase:
    """The addresses of this process's database by login: admin, owner, app, sync."""

    __test__ = False

    addresses: dict[str, str]

    def connect(self, login: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.addresses[login], autocommit=True)

    def log_in_as_sync(self) -> None:
        """Give this thread's Django connection the sync login."""
        connection = connections["default"]
        connection.close()
        connection.settings_dict = {**connection.settings_dict, **env.database(self.addresses["sync"])}


@contextmanager
def for_this_process() -> Iterator[TestDatabase]:
    admin_url, template = os.environ[ADMIN], os.environ[TEMPLATE]
    name = f"{template}_{os.getpid()}"
    database.copy_template(admin_url, template, name=name)
    addresses = database.addresses(admin_url, name=name, passwords=PASSWORDS)
    addresses["admin"] = database.with_name(admin_url, name)
    connections["default"].settings_dict.update(env.database(addresses["app"]))
    try:
        yield TestDatabase(addresses)
    finally:
        connections.close_all()
        with psycopg.connect(admin_url, autocommit=True) as connection:
            database.drop(connection, name)


def hang_up() -> None:
    connections.close_all()
