"""Who writes, where and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.records import User
from sandbox.store import Firm, Town


@dataclass(frozen=True)
class Hand:
    town: Town
    firm: Firm
    user: User
    at: datetime

    def new(self, kind: str) -> dict[str, Any]:
        return {"id": self.town.next_id(kind), "created_at": self.at, "updated_at": self.at}
