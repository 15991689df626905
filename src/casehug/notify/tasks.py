"""The jobs of the mail worker: a round of one firm, the tick that finds due firms, the hourly look for reminders."""

from uuid import UUID

from procrastinate.contrib.django import app

from casehug.kit.wakeup import start
from casehug.notify import delivery, reminders
from casehug.notify.models import MailRound
from casehug.notify.services import ROUND

REMIND = "notify.remind"


@app.task(name=ROUND, queue="notify")
def send_round(firm_id: str) -> None:
    delivery.run_round(UUID(firm_id))


@app.task(name=REMIND, queue="notify")
def remind_firm(firm_id: str) -> None:
    reminders.remind(UUID(firm_id))


@app.periodic(cron="* * * * * */15")
@app.task(name="notify.tick", queue="notify", queueing_lock="notify.tick")
def tick(timestamp: int) -> None:
    """Start a round for every firm that is due: lost wake-ups, ended pauses, mornings after quiet hours."""
    for firm_id in delivery.due_firms():
        start(ROUND, lock=f"notify:{firm_id}", firm_id=str(firm_id))


@app.periodic(cron="7 * * * *")
@app.task(name="notify.hour", queue="notify", queueing_lock="notify.hour")
def hour(timestamp: int) -> None:
    """Look for reminders in every firm that has ever sent a link."""
    for firm_id in MailRound.objects.values_list("firm_id", flat=True).iterator():
        start(REMIND, lock=f"remind:{firm_id}", firm_id=str(firm_id))
