"""The town: several firms, their records and tokens, in memory behind one lock, served by one process."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sandbox.clock import Clock, system_clock
from sandbox.cupboard import Cupboard
from sandbox.faults import Faults
from sandbox.ratelimit import RateLimiter
from sandbox.records import (
    Activity,
    Automation,
    Company,
    Contact,
    ContactPoint,
    ContactType,
    CustomField,
    Email,
    File,
    Folder,
    Form,
    FormEntry,
    Matter,
    Note,
    Pipeline,
    PracticeArea,
    Stage,
    SubStatus,
    Tag,
    User,
)
from sandbox.table import Table

# Different starts per kind: an id used for the wrong kind finds nothing instead of somebody else.
FIRST_IDS = {
    "firm": 21,
    "user": 111,
    "contact": 1001,
    "company": 1501,
    "matter": 5001,
    "note": 7001,
    "activity": 90001,
    "pipeline": 31,
    "stage": 301,
    "practice_area": 901,
    "sub_status": 401,
    "custom_field": 4701,
    "list_option": 51,
    "tag": 601,
    "email_address": 2001,
    "phone_number": 3001,
    "custom_contact_type": 81,
    "form": 711,
    "form_entry": 7501,
    "folder": 8001,
    "file": 8501,
    "automation": 171,
    "email": 9501,
}
REQUESTS_KEPT = 10_000
_TIMES = ("created_at", "updated_at")
_MATTER_GROUPS = ("contact_id", "stage_id", "practice_area_id", "sub_status_id")


@dataclass
class FirmOptions:
    expiring_tokens: bool = False  # off: today's documented tokens, which never expire
    revocation: bool = False  # off: today's 404 on /oauth/revoke
    stages_move: bool = True  # off: stage_id is accepted and ignored, as a third party reports
    foreign_requests: int = 0  # of the budget, taken every minute by another app of the firm


@dataclass
class DeveloperApp:
    name: str
    client_id: str
    client_secret: str
    redirect_uris: set[str] = field(default_factory=set)


@dataclass
class Code:
    client_id: str
    redirect_uri: str
    firm: str
    user_id: int
    expires_at: datetime
    spent_on: str | None = None


@dataclass
class Token:
    access_token: str
    firm: str
    user_id: int
    client_id: str
    created_at: datetime
    expires_at: datetime | None = None
    refresh_token: str | None = None


@dataclass(frozen=True)
class LoggedRequest:
    """Never holds a body or a header: a rehearsal may run on real names."""

    number: int
    at: datetime
    method: str
    path: str
    query: str
    status: int  # 0: no answer was sent
    firm: str | None
    ms: float
    fault: str | None = None


@dataclass(frozen=True)
class Late:
    """A request whose caller has given up, and which is carried out all the same when its time comes."""

    due: datetime
    firm: str
    method: str
    path: str
    commit: Callable[[datetime], object]


def _matters() -> Table[Matter]:
    return Table(ordered=(*_TIMES, "case_title", "case_number"), grouped=_MATTER_GROUPS)


@dataclass
class Firm:
    id: int
    slug: str
    name: str
    timezone: ZoneInfo
    app: DeveloperApp
    options: FirmOptions = field(default_factory=FirmOptions)
    users: Table[User] = field(default_factory=Table)
    contacts: Table[Contact] = field(default_factory=partial(Table, ordered=(*_TIMES, "email")))
    companies: Table[Company] = field(default_factory=Table)
    matters: Table[Matter] = field(default_factory=_matters)
    notes: Table[Note] = field(default_factory=partial(Table, ordered=_TIMES, grouped=("notable",)))
    activities: Table[Activity] = field(default_factory=partial(Table, ordered=_TIMES, grouped=("recipient",)))
    pipelines: Table[Pipeline] = field(default_factory=Table)
    stages: Table[Stage] = field(default_factory=Table)
    practice_areas: Table[PracticeArea] = field(default_factory=Table)
    sub_statuses: Table[SubStatus] = field(default_factory=Table)
    custom_fields: Table[CustomField] = field(default_factory=Table)
    tags: Table[Tag] = field(default_factory=Table)
    email_addresses: Table[ContactPoint] = field(default_factory=partial(Table, grouped=("owner",)))
    phone_numbers: Table[ContactPoint] = field(default_factory=partial(Table, grouped=("owner",)))
    contact_types: Table[ContactType] = field(default_factory=Table)
    forms: Table[Form] = field(default_factory=Table)
    form_entries: Table[FormEntry] = field(default_factory=partial(Table, grouped=("form_id",)))
    folders: Table[Folder] = field(default_factory=partial(Table, grouped=("documentable",)))
    files: Table[File] = field(default_factory=partial(Table, ordered=_TIMES, grouped=("documentable",)))
    automations: Table[Automation] = field(default_factory=Table)
    emails: Table[Email] = field(default_factory=partial(Table, grouped=("matter_id",)))

    @property
    def admin(self) -> User:
        return self.users[min(self.users)]

    def stage_named(self, name: str) -> Stage:
        return next(stage for stage in self.stages.values() if stage.name == name)

    def practice_area_named(self, name: str) -> PracticeArea:
        return next(area for area in self.practice_areas.values() if area.name == name)

    def custom_field_named(self, name: str) -> CustomField:
        return next(row for row in self.custom_fields.values() if row.name == name)


class Town:
    """Everything the sandbox knows. Hold `lock` while you read or write several records."""

    def __init__(self, clock: Clock = system_clock, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.clock = clock
        self.sleep = sleep
        self.lock = threading.RLock()
        self.firms: dict[str, Firm] = {}
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, Token] = {}
        self.requests: list[LoggedRequest] = []
        self.faults = Faults()
        # 50 a minute by the API docs, 150 by the help centre; None switches it off.
        self.rate_limit: int | None = 50
        self.rates = RateLimiter()
        self.later: list[Late] = []
        self.cupboard = Cupboard()
        self._ids = dict(FIRST_IDS)
        self._logged = 0

    def firm(self, slug: str) -> Firm:
        self.settle()
        return self.firms[slug]

    def settle(self) -> None:
        """Carry out the late commits whose time has come, each at its own time."""
        if not self.later:
            return
        with self.lock:
            now = self.clock()
            due = sorted((late for late in self.later if late.due <= now), key=lambda late: late.due)
            self.later = [late for late in self.later if late.due > now]
            for late in due:
                late.commit(late.due)

    def next_id(self, kind: str) -> int:
        with self.lock:
            number = self._ids[kind]
            self._ids[kind] = number + 1
            return number

    def count_from(self, number: int, *kinds: str) -> None:
        """Give the next record of these kinds (of every kind, if none is named) this id."""
        with self.lock:
            for kind in kinds or list(self._ids):
                self._ids[kind] = number

    def issue_token(
        self,
        slug: str,
        *,
        user_id: int | None = None,
        client_id: str | None = None,
        expires_in: int | None = None,
        refresh: bool = False,
    ) -> str:
        """A bearer token for the firm, as if its admin had allowed the app. `expires_in` in seconds."""
        now = self.clock()
        firm = self.firm(slug)
        token = Token(
            access_token=secrets.token_urlsafe(30),
            firm=slug,
            user_id=user_id or firm.admin.id,
            client_id=client_id or firm.app.client_id,
            created_at=now,
            expires_at=now + timedelta(seconds=expires_in) if expires_in is not None else None,
            refresh_token=secrets.token_urlsafe(30) if refresh else None,
        )
        with self.lock:
            self.tokens[token.access_token] = token
        return token.access_token

    def revoke_tokens(self, slug: str) -> int:
        """What removing the app inside Lawmatics does: every token of the firm answers 401 from now on."""
        with self.lock:
            gone = [key for key, token in self.tokens.items() if token.firm == slug]
            for key in gone:
                del self.tokens[key]
        return len(gone)

    def live_token(self, access_token: str) -> Token | None:
        token = self.tokens.get(access_token)
        if token is None or (token.expires_at is not None and token.expires_at <= self.clock()):
            return None
        return token

    def log(
        self, *, method: str, path: str, query: str, status: int, firm: str | None, ms: float, fault: str | None
    ) -> None:
        with self.lock:
            self._logged += 1
            row = LoggedRequest(self._logged, self.clock(), method, path, query, status, firm, ms, fault)
            self.requests.append(row)
            if len(self.requests) > REQUESTS_KEPT * 1.1:
                del self.requests[:-REQUESTS_KEPT]
