"""Users. Source: Lawmatics API docs v1.21, Users."""

from __future__ import annotations

from lawmatics.calls import Call
from lawmatics.envelope import Record
from lawmatics.resources.base import Resource, present
from lawmatics.types import User


class Users(Resource[User]):
    path = "/v1/users"
    # The account hangs on the relationship `current_firm`, which is documented with `all` only.
    fields = "all"

    def parse(self, record: Record) -> User:
        return User.parse(record)

    def me(self) -> User:
        """Who the token belongs to: the cheapest health check. `firm_id` is None; `get` can fill it."""
        return self.parse(self._door.request(Call.to("GET", f"{self.path}/me"), present))

    def get(self, user_id: str) -> User:
        """One user with all fields; `firm_id` is the account it is signed in to, or None."""
        return self._read(user_id)
