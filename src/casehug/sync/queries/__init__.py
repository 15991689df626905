"""What pages ask about the engine. Reads only, inside the open firm scope."""

from casehug.sync.queries.attention import (
    Troubled,
    TroublePage,
    change_of,
    count_troubled,
    held,
    trouble_counts,
    trouble_page,
    troubled,
)
from casehug.sync.queries.card import MatterCard, card_of
from casehug.sync.queries.health import Health, health
from casehug.sync.queries.log import LogLine, LogPage, TitlesOf, log_page
from casehug.sync.queries.places import PlacedCaseType, placements

__all__ = [
    "Health",
    "LogLine",
    "LogPage",
    "MatterCard",
    "PlacedCaseType",
    "TitlesOf",
    "TroublePage",
    "Troubled",
    "card_of",
    "change_of",
    "count_troubled",
    "health",
    "held",
    "log_page",
    "placements",
    "trouble_counts",
    "trouble_page",
    "troubled",
]
