"""The contacts that Lawmatics has, read once, page by page, so that a bulk sync need not search for each client.

The list only ever answers "nobody has this address". An address that is in it is searched for like any other, so a
stale list can link nobody wrongly and bring back no value that the firm has changed. What a stale list can do is to
miss somebody, and then a second contact is made. That needs one of these, in words on purpose:

- a person typed the client in after the last top-up: TOP_UP_AFTER at most, and the client's own turn in between;
- a person gave an old contact the client's address after the list was read: a top-up sees new contacts only;
- between two top-ups one contact went and another came, so that their number is the same, and the new one is no longer
  among the newest 25.

A search has the same hole, as wide as the moment between its answer and the create. So a click always searches.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import F

from casehug.kit import clock
from casehug.sync import lanes
from casehug.sync.errand import Errand
from casehug.sync.lanes import Lease
from casehug.sync.lookup import CREATE_CONTACT
from casehug.sync.models import UNRESOLVED, Attempt, ContactList, JobState, Priority, RemoteContact
from casehug.sync.readers import reading
from casehug.sync.rules import FirmRules
from casehug.tenancy.scope import firm_scope
from lawmatics import Contact, Lawmatics
from lawmatics.envelope import Page
from lawmatics.paging import PAGE_SIZE

# A list that is older answers nothing any more.
KEEP = timedelta(hours=12)
# A bulk sync that starts with an older one has it read anew, if that is worth it.
FRESH = timedelta(hours=1)
TOP_UP_AFTER = timedelta(minutes=2)
# The remote's clock is only known to the second, and a record may be dated before it can be seen.
MARGIN = timedelta(minutes=1)

READING = (JobState.WAITING, JobState.RUNNING)


def folded(email: str) -> str:
    """Equal for equal addresses, as the search has it."""
    return email.strip().casefold()[:254]


def ask(*, worth_pages: int | None = None) -> None:
    """Have the list read, by the firm's lane; with `worth_pages`, only if it has no more of them. Joins a scope."""
    kept, created = ContactList.objects.get_or_create(defaults={"worth_pages": worth_pages})
    if created:
        return
    if kept.state in READING:
        # Somebody who asks for the list itself gets it, whatever a bulk sync thinks of its price.
        if worth_pages is None:
            ContactList.objects.filter(id=kept.id).update(worth_pages=None)
        return
    ContactList.objects.filter(id=kept.id).update(state=JobState.WAITING, worth_pages=worth_pages, problem_text="")


def usable(account_id: str, *, within: timedelta = KEEP) -> ContactList | None:
    """The list, if it was read completely from this account and not too long ago. Joins a scope."""
    return ContactList.objects.filter(account_id=account_id, read_at__gt=clock.now() - within).first()


# --- reading it ---------------------------------------------------------------------------------------------------


def read_on(lease: Lease, client: Lawmatics, rules: FirmRules) -> bool:
    """Read the next page, if somebody asked for the list. False if there is nothing to read. One request.

    Where it is stands in the database: whoever holds the lane next goes on from there. Raises LawmaticsError for what
    passes by itself, BudgetSpent and LaneLost.
    """
    with lanes.held(lease):
        kept = _under_way(rules.account_id)
    if kept is None:
        return False
    with reading(lease, kept):
        page = client.contacts.page(kept.pages_read + 1)
        with lanes.held(lease):
            _keep_page(kept, page)
    return True


def _under_way(account_id: str) -> ContactList | None:
    kept = ContactList.objects.filter(state__in=READING).first()
    if kept is None or (kept.state == JobState.RUNNING and kept.account_id == account_id):
        return kept
    if kept.account_id != account_id:
        RemoteContact.objects.all().delete()
        kept.read_at = kept.topped_up_at = None
    kept.state, kept.account_id, kept.started_at = JobState.RUNNING, account_id, clock.now()
    kept.pages_read = kept.pages = kept.entries = 0
    kept.save()
    return kept


def _keep_page(kept: ContactList, page: Page[Contact]) -> None:
    assert kept.started_at is not None
    ids = [contact.id for contact in page]
    repeated = RemoteContact.objects.filter(lawmatics_id__in=ids, seen_at__gte=kept.started_at).count() == len(ids)
    keep(page)
    behind = steps_back(kept.entries, page)
    kept.pages = page.total_pages or max(kept.pages, page.number)
    kept.entries = page.total_entries or 0
    if kept.worth_pages is not None and kept.pages > kept.worth_pages:
        _stop(kept, f"Not read: it has {kept.pages} pages, and searching for each client takes fewer requests.")
        return
    if behind:
        kept.pages_read = max(0, page.number - behind - 1)
    elif is_last(page):
        _complete(kept)
        return
    elif repeated and page.total_pages is None:
        _stop(kept, "Lawmatics repeated a page of its contacts, so the list could not be read to its end.")
        return
    else:
        kept.pages_read = page.number
    kept.save(update_fields=["pages", "entries", "pages_read"])


def steps_back(entries: int, page: Page[Any]) -> int:
    """How many pages a walk has to go back, because `entries` became fewer: those behind slipped onto pages already
    read. What is added comes in front and only makes records show up again."""
    gone = entries - page.total_entries if entries and page.total_entries is not None else 0
    return -(-gone // PAGE_SIZE) if gone > 0 and page.number > 1 else 0


def is_last(page: Page[Any]) -> bool:
    if not page.records:
        return True
    return page.number >= page.total_pages if page.total_pages is not None else len(page.records) < PAGE_SIZE


def _complete(kept: ContactList) -> None:
    RemoteContact.objects.filter(seen_at__lt=kept.started_at).delete()
    kept.state, kept.pages_read, kept.problem_text = JobState.DONE, kept.pages, ""
    kept.read_at = kept.topped_up_at = kept.started_at
    kept.entries = RemoteContact.objects.count()
    kept.save()


def _stop(kept: ContactList, why: str) -> None:
    ContactList.objects.filter(id=kept.id).update(
        state=JobState.FAILED, problem_text=why, pages=kept.pages, pages_read=kept.pages_read
    )


def keep(contacts: Iterable[Contact]) -> None:
    """Take contacts into the list, or what is new about them. Joins a scope."""
    now = clock.now()
    rows = {
        contact.id: RemoteContact(
            lawmatics_id=contact.id,
            email=folded(contact.email or ""),
            first_name=(contact.first_name or "")[:200],
            last_name=(contact.last_name or "")[:200],
            phone=(contact.phone or "")[:60],
            created_at=contact.created_at,
            seen_at=now,
        )
        for contact in contacts
    }
    RemoteContact.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["firm", "lawmatics_id"],
        update_fields=["email", "first_name", "last_name", "phone", "created_at", "seen_at"],
    )


# --- asking it ----------------------------------------------------------------------------------------------------


def nobody_has(errand: Errand, email: str) -> bool:
    """Whether a bulk sync may take it that no contact has this address. False means: search.

    Tops the list up first if that is due (one request, more only if there is much news). Raises what the client raises.
    """
    change = errand.change
    if change.run_id is None or change.priority != Priority.BACKFILL:
        return False
    with firm_scope(errand.lease.firm_id):
        kept = usable(errand.rules.account_id)
        if kept is None or kept.topped_up_at is None:
            return False
        if clock.now() - kept.topped_up_at <= TOP_UP_AFTER:
            return _is_absent(email, kept.account_id)
    _top_up(errand, kept)
    with firm_scope(errand.lease.firm_id):
        return _is_absent(email, kept.account_id)


def _is_absent(email: str, account_id: str) -> bool:
    # A contact that may or may not have been made is in no list. Nobody knows yet whose address it has.
    unsure = Attempt.objects.filter(action=CREATE_CONTACT, state__in=UNRESOLVED, account_id__in=[account_id, ""])
    return not unsure.exists() and not RemoteContact.objects.filter(email=folded(email)).exists()


def remember(contact: Contact, account_id: str) -> None:
    """CaseHug has made a contact: the next client with its address shall find it. Joins a scope.

    A list that is only being read is told too: the page that would show it may have been read before.
    """
    known = RemoteContact.objects.filter(lawmatics_id=contact.id).exists()
    if ContactList.objects.filter(account_id=account_id).update(entries=F("entries") + int(not known)):
        keep([contact])


def _top_up(errand: Errand, kept: ContactList) -> None:
    """Add the contacts that were made since the last look. If their number is what it must be, one page is enough."""
    assert kept.topped_up_at is not None
    began, firm_id = clock.now(), errand.lease.firm_id
    since = kept.topped_up_at + timedelta(seconds=errand.meter.clock_offset) - MARGIN
    number, total = 1, None
    while True:
        page = errand.client.contacts.page(number, newest_first=True)
        total = page.total_entries if number == 1 else total
        with lanes.held(errand.lease):
            settled = kept.state == JobState.DONE and _all_known(page) and page.total_entries == kept.entries
            keep(page)
        born = [contact.created_at for contact in page if contact.created_at]
        if settled or is_last(page) or (born and born[-1] < since):
            break
        number += 1
    with firm_scope(firm_id):
        known = {"entries": total} if total is not None and kept.state == JobState.DONE else {}
        ContactList.objects.filter(id=kept.id, read_at=kept.read_at).update(topped_up_at=began, **known)


def _all_known(page: Page[Contact]) -> bool:
    ids = {contact.id for contact in page}
    return RemoteContact.objects.filter(lawmatics_id__in=ids).count() == len(ids)


def matches(emails: Iterable[str]) -> dict[str, list[RemoteContact]]:
    """Who is in the list by folded address, oldest first. Joins a scope."""
    found: dict[str, list[RemoteContact]] = {}
    rows = RemoteContact.objects.filter(email__in={folded(email) for email in emails} - {""})
    for contact in sorted(rows, key=lambda one: (one.created_at is None, one.created_at, one.lawmatics_id)):
        found.setdefault(contact.email, []).append(contact)
    return found
