"""Pull Matters: how the firm's matters here and those in Lawmatics compare. It counts and imports nothing."""

from casehug.audit.services import record
from casehug.kit import clock
from casehug.sync import lanes
from casehug.sync.bulk import need_connection
from casehug.sync.contact_list import READING, is_last, steps_back
from casehug.sync.lanes import Lease
from casehug.sync.models import JobState, Link, PullReport, RecordKind
from casehug.sync.outbox import wake
from casehug.sync.readers import reading
from casehug.sync.rules import FirmRules
from casehug.tenancy.actor import Actor
from lawmatics import Lawmatics, Matter
from lawmatics.envelope import Page


def ask(actor: Actor) -> None:
    """Have the matters compared, by the firm's lane. One comparison at a time. Raises NotAllowed. Joins a scope."""
    need_connection()
    report, created = PullReport.objects.get_or_create()
    if created or PullReport.objects.filter(id=report.id).exclude(state__in=READING).update(
        state=JobState.WAITING, problem_text=""
    ):
        record(actor, action="pull.started", subject="pull_report", subject_id=report.id)
        wake(actor.firm_id)


def read_on(lease: Lease, client: Lawmatics, rules: FirmRules) -> bool:
    """Read the next page of matters, if somebody asked. False if there is nothing to read. One request.

    Raises LawmaticsError for what passes by itself, BudgetSpent and LaneLost.
    """
    with lanes.held(lease):
        report = _under_way(rules.account_id)
    if report is None:
        return False
    with reading(lease, report):
        page = client.matters.page(report.pages_read + 1)
        with lanes.held(lease):
            _count_page(report, page)
    return True


def _under_way(account_id: str) -> PullReport | None:
    report = PullReport.objects.filter(state__in=READING).first()
    if report is None or (report.state == JobState.RUNNING and report.account_id == account_id):
        return report
    report.state, report.account_id, report.started_at = JobState.RUNNING, account_id, clock.now()
    report.pages_read = report.pages = report.entries = 0
    report.seen = []
    report.save()
    return report


def _count_page(report: PullReport, page: Page[Matter]) -> None:
    before = set(report.seen)
    new = [matter.id for matter in page if matter.id not in before]
    report.seen += new
    behind = steps_back(report.entries, page)
    report.pages = page.total_pages or max(report.pages, page.number)
    report.entries = page.total_entries or 0
    if behind:
        report.pages_read = max(0, page.number - behind - 1)
    elif is_last(page):
        _complete(report)
    elif not new and page.total_pages is None:
        _stop(report, "Lawmatics repeated a page of its matters, so they could not be read to the end.")
        return
    else:
        report.pages_read = page.number
    report.save()


def _complete(report: PullReport) -> None:
    # A link that came while the pages were read may stand on one of them or not; it is counted the next time.
    links = Link.objects.filter(kind=RecordKind.MATTER, created_at__lt=report.started_at).order_by("record_id")
    seen = set(report.seen)
    ours = dict(links.values_list("record_id", "lawmatics_id"))
    report.missing = [str(record_id) for record_id, lawmatics_id in ours.items() if lawmatics_id not in seen]
    report.total = len(seen)
    report.linked = len(seen.intersection(ours.values()))
    report.not_linked_here = report.total - report.linked
    report.state, report.read_at, report.pages_read = JobState.DONE, clock.now(), report.pages
    report.seen, report.problem_text = [], ""


def _stop(report: PullReport, why: str) -> None:
    PullReport.objects.filter(id=report.id).update(state=JobState.FAILED, problem_text=why, seen=[])
