"""casehug sync --firm NAME --all | --matter ID [--dry-run]: bring matters to Lawmatics, and watch it happen.

The work is done by the running worker; this command asks for it and shows how far it is. Ctrl-C only stops watching.
"""

import sys
import time
from typing import Any
from uuid import UUID

import click
from django.core.management.base import BaseCommand, CommandError, CommandParser

from casehug.intake.errors import NotAllowed, NotFound
from casehug.ops.firms import firm_called
from casehug.sync import bulk
from casehug.sync.models import OPEN_STATES, BulkItem, BulkRun, Change, ItemResult, RunState
from casehug.sync.outbox import request_sync
from casehug.sync.queries.runs import minutes_for
from casehug.sync.rehearsal import rehearse
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope

LOOK_SECONDS = 0.3
# A run that does not move for so long has no worker.
PATIENCE_SECONDS = 180.0
COUNTED = {"create": "new", "link": "linked to a contact there", "update": "updated", "unchanged": "unchanged"}


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--firm", required=True, help="the firm's id, or a part of its name")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--all", action="store_true", help="every matter of the firm")
        which.add_argument("--matter", type=UUID, help="one matter, by its id (it stands in its address)")
        parser.add_argument("--dry-run", action="store_true", help="tell what would be done, and send nothing")
        parser.add_argument(
            "--enter-stages",
            action="store_true",
            help="with --all: put new matters into their pipeline stage too, which may e-mail clients",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        firm_id, name = firm_called(options["firm"])
        try:
            if options["all"]:
                self._all(firm_id, name, dry=options["dry_run"], quiet=not options["enter_stages"])
            else:
                self._one(firm_id, options["matter"], dry=options["dry_run"])
        except NotFound as error:
            raise CommandError("This firm has no matter with that id.") from error
        except NotAllowed as error:
            raise CommandError(str(error)) from error

    # --- one matter -----------------------------------------------------------------------------------------------

    def _one(self, firm_id: UUID, matter_id: UUID, *, dry: bool) -> None:
        if dry:
            for step in rehearse(firm_id, matter_id) or []:
                self.stdout.write(f"{step.words}  {step.request}".rstrip())
            return
        with firm_scope(firm_id):
            request_sync(Actor.system(firm_id), matter_id=matter_id)
        begun = time.monotonic()
        while (change := _open_change(firm_id, matter_id)) is not None and change.state == "waiting":
            if change.failures and change.problem_text:
                raise CommandError(f"It failed and will be tried again: {change.problem_text}")
            if time.monotonic() - begun > PATIENCE_SECONDS:
                raise CommandError("It still waits. Does the worker run? Try: casehug doctor")
            time.sleep(LOOK_SECONDS)
        if change is not None:
            raise CommandError(f"It needs attention: {change.problem_text}")
        self.stdout.write("The matter is in Lawmatics as it stands here.")

    # --- all of them ----------------------------------------------------------------------------------------------

    def _all(self, firm_id: UUID, name: str, *, dry: bool, quiet: bool) -> None:
        actor = Actor.system(firm_id)
        with firm_scope(firm_id):
            run_id = bulk.preview(actor).id
        run = self._watch(firm_id, run_id, "Counting", {RunState.PREVIEWING})
        if run.state != RunState.PREVIEWED:
            raise CommandError(run.problem_text or "The counting was cancelled.")
        with firm_scope(firm_id):
            minutes = minutes_for(run.calls, actor)
        counts = ", ".join(f"{run.counts.get(fate, 0)} {words}" for fate, words in COUNTED.items())
        self.stdout.write(f"{name}: {run.total} matters: {counts}, {run.counts.get('held', 0)} would need a person.")
        self.stdout.write(f"{run.calls} requests, about {minutes} minutes at the present budget.")
        if not quiet:
            self.stdout.write(f"{run.enter_stage} matters enter a stage, whose automations may e-mail their clients.")
        if dry:
            with firm_scope(firm_id):
                bulk.cancel(actor, run_id)
            return
        with firm_scope(firm_id):
            bulk.start(actor, run_id, quiet=quiet)
        self._watch(firm_id, run_id, "Sending", {RunState.RUNNING, RunState.PAUSED})
        done, held = _results(firm_id, run_id)
        self.stdout.write(f"{done} done, {held} need attention.")
        if held:
            sys.exit(1)

    def _watch(self, firm_id: UUID, run_id: UUID, label: str, while_in: set[RunState]) -> BulkRun:
        """Show the run's progress until it leaves these states. Raises CommandError if nothing moves."""
        run, far, moved = _run(firm_id, run_id), 0, time.monotonic()
        with click.progressbar(length=max(1, run.total), label=label, file=sys.stderr) as bar:
            while run.state in while_in:
                bar.length = max(1, run.total)
                now = run.previewed if run.state == RunState.PREVIEWING else sum(_results(firm_id, run_id))
                if now != far:
                    bar.update(now - far)
                    far, moved = now, time.monotonic()
                elif time.monotonic() - moved > PATIENCE_SECONDS and run.state != RunState.PAUSED:
                    raise CommandError("Nothing moves. Does the worker run? Try: casehug doctor")
                time.sleep(LOOK_SECONDS)
                run = _run(firm_id, run_id)
            bar.update(max(1, run.total) - far)
        return run


def _open_change(firm_id: UUID, matter_id: UUID) -> Change | None:
    with firm_scope(firm_id):
        return Change.objects.filter(matter_id=matter_id, state__in=OPEN_STATES).first()


def _run(firm_id: UUID, run_id: UUID) -> BulkRun:
    with firm_scope(firm_id):
        return BulkRun.objects.get(id=run_id)


def _results(firm_id: UUID, run_id: UUID) -> tuple[int, int]:
    """How many of the run's matters are done, and how many need attention."""
    with firm_scope(firm_id):
        items = BulkItem.objects.filter(run_id=run_id)
        return items.filter(result=ItemResult.DONE).count(), items.filter(result=ItemResult.HELD).count()
