"""The jobs: a drain of one firm's lane, and the tick that finds lanes nobody woke."""

from uuid import UUID

from procrastinate.contrib.django import app

from casehug.kit.wakeup import start
from casehug.sync import lanes
from casehug.sync.drain import drain
from casehug.sync.outbox import DRAIN


@app.task(name=DRAIN, queue="sync")
def drain_firm(firm_id: str) -> None:
    drain(UUID(firm_id))


@app.periodic(cron="* * * * * */2")
@app.task(name="sync.tick", queue="sync", queueing_lock="sync.tick")
def tick(timestamp: int) -> None:
    """Start a drain for every lane that is due: lost wake-ups, ended pauses, retries, leases of dead workers."""
    for firm_id in lanes.due_firms():
        start(DRAIN, lock=f"drain:{firm_id}", firm_id=str(firm_id))
