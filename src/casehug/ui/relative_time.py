"""Relative times such as "3 min ago", and the exact time. Pure: clock and zone are passed in."""

from __future__ import annotations

from datetime import datetime, tzinfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, ngettext

MINUTE, HOUR = 60, 3600
JUST_NOW_SECONDS = 45


def ago(value: datetime, *, now: datetime, zone: tzinfo) -> str:
    """How long before (or after) `now` the aware `value` lies, in a few words.

    Within a day it counts seconds; beyond, calendar days as the firm's `zone` sees them, since "yesterday"
    depends on where one stands; after a week it gives the date.
    """
    seconds = (now - value).total_seconds()
    future = seconds < 0
    seconds = abs(seconds)
    if seconds < JUST_NOW_SECONDS:
        return gettext("in a moment") if future else gettext("just now")

    local_value, local_now = value.astimezone(zone), now.astimezone(zone)
    days = abs((local_now.date() - local_value.date()).days)
    if seconds < HOUR:
        minutes = max(1, round(seconds / MINUTE))
        if minutes < MINUTE:
            return _in_words(gettext("%d min") % minutes, future=future)
    if days == 0 or seconds < 6 * HOUR:
        return _in_words(gettext("%d h") % max(1, round(seconds / HOUR)), future=future)
    if days <= 1:
        return gettext("tomorrow") if future else gettext("yesterday")
    if days < 7:
        return _in_words(ngettext("%d day", "%d days", days) % days, future=future)
    return format_date(local_value, "M j" if local_value.year == local_now.year else "M j, Y")


def exact(value: datetime, *, zone: tzinfo) -> str:
    """The full local time, for example "Mar 4, 2026, 3:07 PM EST"."""
    return format_date(value.astimezone(zone), "M j, Y, g:i A T")


def _in_words(span: str, *, future: bool) -> str:
    return (gettext("in %s") if future else gettext("%s ago")) % span
