"""The jobs: a drain of one firm's lane, and the tick that finds lanes nobody woke."""

from uuid import UUID

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from casehug.kit.wakeup import start
from casehug.sync import attention, lanes, reference
from casehug.sync.bulk import PREVIEW
from casehug.sync.bulk_preview import preview_on
from casehug.sync.drain import drain
from casehug.sync.outbox import DRAIN
from casehug.tenancy.scope import firm_scope

# A worker without a heartbeat for so long is dead; it beats every ten seconds.
DEAD_SECONDS = 120.0


@app.task(name=DRAIN, queue="sync")
def drain_firm(firm_id: str) -> None:
    drain(UUID(firm_id))


@app.task(name=PREVIEW, queue="sync")
def preview_run(firm_id: str) -> None:
    """Count to the end: it needs no request, so it waits for no budget."""
    while preview_on(UUID(firm_id)):
        pass


@app.periodic(cron="* * * * * */2")
@app.task(name="sync.tick", queue="sync", queueing_lock="sync.tick")
def tick(timestamp: int) -> None:
    """Start a drain for every lane that is due: lost wake-ups, ended pauses, retries, leases of dead workers."""
    for firm_id in lanes.due_firms():
        start(DRAIN, lock=f"drain:{firm_id}", firm_id=str(firm_id))


@app.periodic(cron="*/5 * * * *")
@app.task(name="sync.sweep_jobs", queue="sync", queueing_lock="sync.sweep_jobs", pass_context=True)
async def sweep_jobs(context: JobContext, timestamp: int) -> None:
    """Forget the jobs of dead workers. Nothing is lost by it: what they were about stands in lanes and outboxes, where
    a lease that ran out or a due row starts the next job."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_SECONDS):
        if job.id is not None:
            await manager.finish_job_by_id_async(job_id=job.id, status=Status.FAILED, delete_job=True)
    await manager.prune_stalled_workers(DEAD_SECONDS)


@app.periodic(cron="17 3 * * *")
@app.task(name="sync.settings", queue="sync", queueing_lock="sync.settings")
def read_settings(timestamp: int) -> None:
    """Every night: what was renamed or deleted in Lawmatics is noticed before a matter meets it."""
    for firm_id in lanes.all_firms():
        with firm_scope(firm_id):
            reference.forget()
        start(DRAIN, lock=f"drain:{firm_id}", firm_id=str(firm_id))


# On the queue of the mail worker, whose login knows the firm's people.
@app.task(name=attention.WATCH, queue="notify")
def watch_firm(firm_id: str) -> None:
    attention.look(UUID(firm_id))


@app.periodic(cron="* * * * *")
@app.task(name="sync.watch", queue="notify", queueing_lock="sync.watch")
def watch(timestamp: int) -> None:
    """Look after the firms in which something is held or failing."""
    for firm_id in attention.firms_to_look_at():
        start(attention.WATCH, lock=f"watch:{firm_id}", firm_id=str(firm_id))
