"""What is asked and what came of it: the two small records handed to `before` and `after`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lawmatics.errors import LawmaticsError

_SAFE_ID = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, before it is sent.

    `template` (`/v1/contacts/:id`) is fit for logs and error texts; `path` (`/v1/contacts/74`) names a
    person's record and therefore stays out of the repr. The query string is in neither: it may hold an e-mail
    address. `writes` is False when asking again can do no harm. `body` is the exact JSON that leaves; None for
    a request without one, and for forms and files.
    """

    method: str
    path: str = field(repr=False)
    template: str
    writes: bool
    body: bytes | None = field(default=None, repr=False)

    @classmethod
    def to(cls, method: str, template: str, record_id: str | None = None) -> Call:
        """Builds the call; `record_id` replaces `:id`. An id that would change the path raises ValueError."""
        path = template
        if ":id" in template:
            # An empty id would turn "read one record" into "list them all", a slash would leave it.
            if record_id is None or not _SAFE_ID.fullmatch(record_id):
                raise ValueError(f"{method} {template} needs a record id made of letters, digits, '-' and '_'")
            path = template.replace(":id", record_id)
        return cls(method, path, template, writes=method != "GET")

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request, after it ended, well or not.

    `status` is None when no reply arrived; `duration` is in seconds; `remote_date` is the remote's own clock
    (its `Date` header, aware UTC); `error` is what the caller is about to be given, or None.
    """

    call: Call
    status: int | None
    duration: float
    remote_date: datetime | None
    error: LawmaticsError | None


Before: TypeAlias = Callable[[Call], object]
After: TypeAlias = Callable[[Exchange], object]
