"""casehug doctor: looks at everything that has to be right, says what is not, and exits 1 then.

Nothing is changed. With --remote each connected firm's Lawmatics is asked who we are, which costs one request.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import connection

from casehug.config.env import Misconfigured
from casehug.config.startup import problems
from casehug.connections.models import Connection
from casehug.kit import clock
from casehug.kit.encryption import CannotOpen
from casehug.ops.firms import named_firms
from casehug.sync import probe
from casehug.sync.queries.mappings import drifts
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope

# The worker defers it every two seconds.
SYNC_TICK, ALIVE_SECONDS = "sync.tick", 60.0


@dataclass(frozen=True)
class Finding:
    """`well` None: it could not be looked at, or need not be."""

    well: bool | None
    what: str


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remote", action="store_true", help="ask Lawmatics too, with one request for each firm")

    def handle(self, *args: Any, **options: Any) -> None:
        sick = False
        for finding in examine(remote=options["remote"]):
            mark = {True: "ok  ", False: "BAD ", None: "-   "}[finding.well]
            self.stdout.write(f"{mark} {finding.what}")
            sick = sick or finding.well is False
        if sick:
            sys.exit(1)


def examine(*, remote: bool) -> Iterator[Finding]:
    """Everything in turn. Opens its own scopes."""
    yield from _settings()
    yield from _worker()
    yield from _files()
    yield from _firms(remote=remote)


def _settings() -> Iterator[Finding]:
    """Settings, keys, the database login, row security, migrations: what a start would refuse."""
    try:
        found: list[Misconfigured] = list(problems())
    except DatabaseError:
        yield Finding(False, "The database cannot be reached with DATABASE_URL (or DATABASE_SYNC_URL for the worker).")
        return
    for problem in found:
        yield Finding(False, str(problem))
    if not found:
        yield Finding(True, "Settings, keys, database login, row security and migrations are as they must be")


def _worker() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(defer_timestamp) FROM procrastinate_periodic_defers WHERE task_name = %s", [SYNC_TICK]
        )
        (ticked,) = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [ALIVE_SECONDS],
        )
        (alive,) = cursor.fetchone()
    age = datetime.now(clock.now().tzinfo).timestamp() - ticked if ticked else None
    if age is None or age > ALIVE_SECONDS:
        since = f"for {age / 60:.0f} min" if age else "ever"
        yield Finding(
            False,
            f"The Lawmatics worker has not ticked {since}: nothing is sent. Start: CASEHUG_PROCESS=sync casehug worker",
        )
    else:
        yield Finding(True, f"The Lawmatics worker ticked {age:.0f} s ago; {alive} worker processes are alive")


def _files() -> Iterator[Finding]:
    name = ".doctor-looks-for-this"
    try:
        default_storage.exists(name)
    except Exception as error:  # a storage of any kind may raise anything
        yield Finding(False, f"The store of documents cannot be reached ({type(error).__name__}): see CASEHUG_STORAGE.")
    else:
        yield Finding(True, "The store of documents answers")


def _firms(*, remote: bool) -> Iterator[Finding]:
    for firm_id, name in named_firms():
        with firm_scope(firm_id):
            found = Connection.objects.first()
            drift = drifts(Actor.system(firm_id)) if found and found.is_connected else ()
        if found is None or not found.is_connected:
            yield Finding(None, f"{name}: Lawmatics is {found.get_state_display().lower() if found else 'not set up'}")
            continue
        try:
            found.reveal("access_token_sealed")
        except CannotOpen:
            yield Finding(False, f"{name}: the access to Lawmatics cannot be decrypted with CASEHUG_ENCRYPTION_KEYS.")
            continue
        yield Finding(True, f"{name}: connected, and its access can be decrypted")
        for one in drift:
            yield Finding(False, f"{name}: {one.sentence}")
        if remote:
            worked, sentence = probe.test_access(firm_id)
            yield Finding(worked, f"{name}: {sentence}")
    if not remote:
        yield Finding(None, f"{settings.LAWMATICS_API_URL} was not asked; --remote does")
