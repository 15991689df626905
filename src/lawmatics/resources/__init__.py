"""One noun per file, each thin: which path, which fields, which filter. How to ask is in `base`."""

from lawmatics.resources.activities import Activities
from lawmatics.resources.contacts import Contacts
from lawmatics.resources.files import Files
from lawmatics.resources.forms import Forms
from lawmatics.resources.matters import Matters
from lawmatics.resources.notes import Notes
from lawmatics.resources.reference import Reference
from lawmatics.resources.users import Users

__all__ = ["Activities", "Contacts", "Files", "Forms", "Matters", "Notes", "Reference", "Users"]
