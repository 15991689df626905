"""The jobs of the app worker: clearing away what was left behind, firm by firm, once an hour."""

from uuid import UUID

from procrastinate.contrib.django import app

from casehug.intake import arrival
from casehug.intake.models import FirmWithFiles, PortalKey
from casehug.intake.services import links
from casehug.kit.wakeup import start
from casehug.tenancy.actor import Actor
from casehug.tenancy.scope import firm_scope

SWEEP = "intake.sweep"


@app.task(name=SWEEP, queue="notify")
def sweep_firm(firm_id: str) -> None:
    actor = Actor.system(UUID(firm_id))
    arrival.sweep(actor)
    with firm_scope(actor.firm_id):
        links.forget_old_devices(actor)


@app.periodic(cron="37 * * * *")
@app.task(name="intake.hour", queue="notify", queueing_lock="intake.hour")
def hour(timestamp: int) -> None:
    """Sweep every firm that has ever stored a file or sent a link."""
    stored = set(FirmWithFiles.objects.values_list("firm_id", flat=True))
    for firm_id in stored | set(PortalKey.objects.values_list("firm_id", flat=True).distinct()):
        start(SWEEP, lock=f"sweep:{firm_id}", firm_id=str(firm_id))
