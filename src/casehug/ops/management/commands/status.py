"""casehug status: each connected firm's queue and lane, one line each. Exits 1 if something needs attention."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from casehug.kit import clock
from casehug.ops.firms import firm_called, named_firms
from casehug.sync.queries import health
from casehug.tenancy.actor import Actor, current_firm
from casehug.tenancy.scope import firm_scope


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--firm", help="a firm's id, or a part of its name; all of them without")

    def handle(self, *args: Any, **options: Any) -> None:
        firms = [firm_called(options["firm"])] if options["firm"] else list(named_firms())
        if not firms:
            self.stdout.write("No firm has been connected to Lawmatics yet.")
        troubled = False
        for firm_id, name in firms:
            with firm_scope(firm_id):
                found = health(Actor.system(firm_id), time_zone=current_firm().time_zone)
            waiting = f"{found.waiting} waiting"
            if found.oldest_waiting:
                waiting += f" (oldest {_ago((clock.now() - found.oldest_waiting).total_seconds())})"
            until = found.paused_until
            pause = f", paused until {until:%H:%M:%S} UTC: {found.pause_reason}" if until else ""
            last = f"last sync {found.last_sync:%Y-%m-%d %H:%M} UTC" if found.last_sync else "nothing sent yet"
            self.stdout.write(
                f"{name} ({firm_id}): {found.connection or 'no connection'}, {waiting}, {found.held} need attention,"
                f" {found.budget_used} of {found.budget} requests this minute, {last}{pause}"
            )
            troubled = troubled or bool(found.held) or found.connection == "broken"
        if troubled:
            sys.exit(1)


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s ago"
    return f"{seconds / 60:.0f} min ago" if seconds < 7200 else f"{seconds / 3600:.0f} h ago"
