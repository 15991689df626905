"""The note that tells Lawmatics about an intake. Its facts come from IntakeDisclosure and from nowhere else."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from casehug.intake.disclosure import IntakeDisclosure


def note_name(intake: IntakeDisclosure, marker: str) -> str:
    """`marker` is random and ours: by it the note is found again if Lawmatics' answer was lost."""
    what = "Intake completed" if intake.completed_at else "Intake in progress"
    return f"{what}: {intake.case_type} (CaseHug {marker})"


def note_body(intake: IntakeDisclosure, *, matter_id: UUID, time_zone: str) -> str:
    approved = "\n".join(f"  - {name}" for name in intake.approved)
    return "\n".join(
        [
            f"Case type: {intake.case_type}",
            f"State: {intake.state}",
            f"Intake completed: {_moment(intake.completed_at, time_zone)}",
            f"Documents approved: {len(intake.approved)} of {intake.asked}",
            *([approved] if approved else []),
            f"Open in CaseHug (firm sign-in needed): {settings.BASE_URL}/matters/{matter_id}/",
        ]
    )


def _moment(moment: datetime | None, time_zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(time_zone)):%B %-d, %Y at %-I:%M %p %Z}" if moment else "not yet"
