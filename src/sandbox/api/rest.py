"""One mechanism for every noun: list, get, create, update, delete."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Generic

from werkzeug import Request, Response
from werkzeug.routing import Rule

from sandbox.envelope import ApiError, R, Scene, Shape, not_found
from sandbox.hand import Hand
from sandbox.listing import list_answer
from sandbox.records import User
from sandbox.store import Firm, Town
from sandbox.table import Table

Answer = tuple[int, dict[str, Any]]
Handler = Callable[..., "Answer | Response"]


@dataclass
class Call:
    """One authorised request to the API. `ignored` keys of the body are passed over without a word."""

    town: Town
    firm: Firm
    user: User
    request: Request
    ignored: tuple[str, ...] = ()
    at: datetime | None = None  # when it is carried out, if that is not now

    @cached_property
    def hand(self) -> Hand:
        return Hand(self.town, self.firm, self.user, self.at or self.town.clock())

    @cached_property
    def scene(self) -> Scene:
        return Scene(self.firm, self.hand.at)

    @cached_property
    def args(self) -> Mapping[str, str]:
        return self.request.args.to_dict()

    @cached_property
    def body(self) -> dict[str, Any]:
        return {key: value for key, value in self._sent().items() if key not in self.ignored}

    def _sent(self) -> dict[str, Any]:
        """JSON or form data, as both stand in the documented examples."""
        if self.request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
            return dict(self.request.form.to_dict())
        raw = self.request.get_data()
        if not raw.strip():
            return {}
        try:
            body = json.loads(raw, parse_constant=_no_number)
            json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except ValueError as problem:
            raise ApiError(400, "Bad Request", "The request body is not valid JSON.") from problem
        if not isinstance(body, dict):
            raise ApiError(400, "Bad Request", "The request body must be a JSON object.")
        return body


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")  # Python would take NaN and Infinity


@dataclass(frozen=True)
class Resource(Generic[R]):
    """A noun and what may be done with it; a missing function means the path does not exist."""

    path: str
    shape: Shape[R]
    rows: Callable[[Firm], Table[R]]
    create: Callable[[Call], R] | None = None
    update: Callable[[Call, R], None] | None = None
    delete: Callable[[Call, R], None] | None = None
    # A few endpoints answer 201 where one expects 200 (API docs, Practice Areas and Tags).
    statuses: Mapping[str, int] = field(default_factory=dict)
    # Attributes that a DELETE answers as null, as their records went first (API docs, Delete Contact).
    gone: tuple[str, ...] = ()

    def rules(self) -> Iterator[Rule]:
        yield Rule(f"/v1/{self.path}", methods=["GET"], endpoint=self.list)
        yield Rule(f"/v1/{self.path}/<key>", methods=["GET"], endpoint=self.get)
        if self.create:
            yield Rule(f"/v1/{self.path}", methods=["POST"], endpoint=self.post)
        if self.update:
            # API docs: "PATCH works for this endpoint as well as PUT".
            yield Rule(f"/v1/{self.path}/<key>", methods=["PUT", "PATCH"], endpoint=self.put)
        if self.delete:
            yield Rule(f"/v1/{self.path}/<key>", methods=["DELETE"], endpoint=self.remove)

    def find(self, firm: Firm, key: str) -> R:
        row = self.rows(firm).get(int(key)) if key.isascii() and key.isdigit() else None
        if row is None:
            raise not_found(self.shape.noun, key)
        return row

    def one(self, call: Call, row: R, status: int = 200, *, written: bool = False) -> Answer:
        usual = self.shape.write_defaults if written else self.shape.defaults
        fields = self.shape.select(call.args.get("fields"), usual)
        return status, {"data": self.shape.render(call.scene, row, fields, written=written)}

    def list(self, call: Call) -> Answer:
        return 200, list_answer(call.scene, self.shape, self.rows(call.firm), call.args)

    def get(self, call: Call, key: str) -> Answer:
        return self.one(call, self.find(call.firm, key))

    def post(self, call: Call) -> Answer:
        assert self.create
        return self.one(call, self.create(call), self.statuses.get("POST", 201), written=True)

    def put(self, call: Call, key: str) -> Answer:
        assert self.update
        row = self.find(call.firm, key)
        self.update(call, row)
        return self.one(call, row, self.statuses.get("PUT", 200), written=True)

    def remove(self, call: Call, key: str) -> Answer:
        assert self.delete
        row = self.find(call.firm, key)
        # Rendered first: the answer shows the record as it was.
        fields = self.shape.select(call.args.get("fields"), self.shape.defaults)
        data = self.shape.render(call.scene, row, fields, written=True)
        data["attributes"].update((name, None) for name in self.gone if name in data["attributes"])
        self.delete(call, row)
        return self.statuses.get("DELETE", 200), {"data": data}
