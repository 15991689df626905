"""A client library for the Lawmatics Open API (v1.21). It needs Python and httpx2, and knows of nothing else.

                                     your code
                  ┌──────────────────────┼───────────────────────┐
                  │                      │                       │
           OAuth, Token              Lawmatics              signing.verify
        auth.py: code, refresh,    client.py: the one     signing.py: is this
        revoke                     request method         webhook genuine?
                  │                  │          │
                  │             resources/   paging.py
                  │         one noun a file   walks listings
                  │                  │          │
                  │            types.py     envelope.py        shapes in: parsed once, frozen, typed
                  │            writes.py                       shapes out: exact bodies
                  └───────┬──────────┘
                     replies.py    what a status and a body mean        errors.py: did it happen?
                          │
                    transport.py   one request, one reply; nothing retried, followed or remembered
                          │
                       httpx2

Three ideas carry it. A vendor's dict ends at the edge: inside there are only typed shapes. Every error
answers "did it happen?" (`error.outcome`), because the API has no idempotency keys and a blind repeat makes a
second record. And nothing that a client of a law firm typed, no token and no address with a query gets into
an error text or a log line.
"""

from lawmatics import errors, signing
from lawmatics.auth import OAuth, Token
from lawmatics.calls import Call, Exchange
from lawmatics.client import Lawmatics
from lawmatics.envelope import Page, Ref
from lawmatics.errors import LawmaticsError, Outcome
from lawmatics.transport import LONGEST_TIMEOUT_SECONDS, VERSION, open_http
from lawmatics.types import (
    Activity,
    Contact,
    CustomField,
    CustomValue,
    File,
    Form,
    FormComponent,
    FormEntry,
    ListOption,
    Matter,
    Note,
    Pipeline,
    PracticeArea,
    Stage,
    SubStatus,
    User,
)
from lawmatics.writes import UNSET, ContactWrite, MatterWrite

__version__ = VERSION

__all__ = [
    "LONGEST_TIMEOUT_SECONDS",
    "UNSET",
    "Activity",
    "Call",
    "Contact",
    "ContactWrite",
    "CustomField",
    "CustomValue",
    "Exchange",
    "File",
    "Form",
    "FormComponent",
    "FormEntry",
    "Lawmatics",
    "LawmaticsError",
    "ListOption",
    "Matter",
    "MatterWrite",
    "Note",
    "OAuth",
    "Outcome",
    "Page",
    "Pipeline",
    "PracticeArea",
    "Ref",
    "Stage",
    "SubStatus",
    "Token",
    "User",
    "errors",
    "open_http",
    "signing",
]
