"""How states read on every page: one word and one tone per state."""

from casehug.connections.models import ConnectionState
from casehug.intake.models import DocumentState, MatterStatus

MATTER_TONES: dict[str, str] = {
    MatterStatus.NEW: "neutral",
    MatterStatus.INTAKE: "info",
    MatterStatus.REVIEW: "warning",
    MatterStatus.ACTIVE: "success",
}

# The word that sync keeps on a matter, and the states of its card.
DELIVERY: dict[str, tuple[str, str]] = {
    "": ("Not linked", "neutral"),
    "off": ("Not connected", "neutral"),
    "not_linked": ("Not linked", "neutral"),
    "waiting": ("Waiting", "info"),
    "held": ("Needs attention", "danger"),
    "linked": ("Linked", "success"),
}

ITEM: dict[str, tuple[str, str]] = {
    "missing": ("Missing", "neutral"),
    DocumentState.UPLOADED: ("To review", "warning"),
    DocumentState.APPROVED: ("Approved", "success"),
    DocumentState.REJECTED: ("Rejected", "danger"),
}

# The client's private link.
LINK: dict[str, tuple[str, str]] = {
    "none": ("Not sent", "neutral"),
    "unsent": ("Not sent", "neutral"),
    "sent": ("Sent", "info"),
    "opened": ("Opened", "success"),
    "expired": ("Expired", "warning"),
    "revoked": ("Revoked", "danger"),
}

CONNECTION: dict[str, tuple[str, str]] = {
    "": ("Not connected", "neutral"),
    ConnectionState.DRAFT: ("Not connected", "neutral"),
    ConnectionState.CONNECTED: ("Connected", "success"),
    ConnectionState.BROKEN: ("Needs reconnecting", "danger"),
    ConnectionState.OTHER_ACCOUNT: ("Another account: decide", "danger"),
    ConnectionState.ENDED: ("Disconnected", "neutral"),
}

# Short names for the filters of what needs attention; the sentences stand in sync/policy.py.
PROBLEMS: dict[str, str] = {
    "reconnect": "Reconnect",
    "not_connected": "Not connected",
    "key_lost": "Key lost",
    "gone": "Gone from Lawmatics",
    "invalid": "Values refused",
    "server_error": "Error in Lawmatics",
    "unreachable": "Not reachable",
    "timeout": "No answer",
    "cut": "Answer broke off",
    "outcome_unknown": "Outcome unknown",
    "other_person": "Which person?",
    "which_value": "Which value?",
    "edited_since": "Edited since",
    "drift": "Choose again",
    "no_client": "No client",
    "taken_id": "Record taken",
    "other_number": "Another number",
    "note_unknown": "Note unknown",
}


def problem_name(code: str) -> str:
    return PROBLEMS.get(code) or code.replace("_", " ").capitalize() or "Waiting"


SUPPORT = "support@lawmatics.com"
API_QUESTIONS = "api@lawmatics.com"


def letter_to_support(firm_name: str, person: str) -> tuple[str, str]:
    """Subject and text of the e-mail that asks Lawmatics to switch on the developer settings."""
    return (
        f"Please enable developer settings for {firm_name}",
        f"Hello,\n\n"
        f"please enable the developer settings (API access) for our Lawmatics account, {firm_name}. "
        f"We run our own client intake, CaseHug, and would like to connect it over your API with OAuth 2.0. "
        f"We will create the app ourselves once the settings are there.\n\n"
        f"Thank you,\n{person}\n{firm_name}",
    )
