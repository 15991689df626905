"""Home: what needs me, how the intake stands, how Lawmatics is doing."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from casehug.intake.models import MatterStatus
from casehug.intake.queries.matters import (
    COUNTED,
    WAITING_COUNTED,
    awaiting_review,
    count_by_status,
    recent_matters,
    titles_of,
)
from casehug.notify.queries import count_failed
from casehug.sync.queries import health, held
from casehug.web.reading import query
from casehug.web.shell import FirmRequest, firm_page

HELD_SHOWN = 6
FUNNEL = (MatterStatus.NEW, MatterStatus.INTAKE, MatterStatus.REVIEW, MatterStatus.ACTIVE)


@dataclass(frozen=True)
class FunnelStep:
    label: str
    count: int
    counted: str
    share: int
    url: str


@require_safe
@firm_page()
def home(request: FirmRequest) -> HttpResponse:
    actor = request.actor
    lawmatics = health(actor, time_zone=request.firm.time_zone)
    to_review, to_review_count = awaiting_review(actor)
    context = {
        "to_review": to_review,
        "to_review_count": to_review_count,
        "to_review_counted": counted(to_review_count, WAITING_COUNTED),
        "held": held(actor, titles_of, limit=HELD_SHOWN) if lawmatics.held else [],
        "funnel": _funnel(count_by_status(actor, FUNNEL)),
        "health": lawmatics,
        "recent": recent_matters(actor),
        "undelivered": count_failed(actor),
    }
    return render(request, "web/home.html", context)


def counted(count: int, most: int) -> str:
    """The figure, or that it is at least so much where the counting stopped."""
    return f"{count:,}+" if count >= most else f"{count:,}"


def _funnel(counts: dict[str, int]) -> list[FunnelStep]:
    most = max(counts.values()) or 1
    return [
        FunnelStep(
            label=status.label,
            count=counts[status],
            counted=counted(counts[status], COUNTED),
            share=round(counts[status] / most * 100),
            url=reverse("matters") + query(status=status.value),
        )
        for status in FUNNEL
    ]
