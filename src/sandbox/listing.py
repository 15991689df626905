"""Lists: one filter, one sort, pages of 25 (API docs, Param Guide)."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.envelope import Attribute, R, Scene, Shape, invalid
from sandbox.records import Record, Ref

PAGE_SIZE = 25  # fixed: no parameter changes it

# API docs, Filtering: the presence operators need no value and have aliases.
ABSENT = {"null", "empty", "blank"}
PRESENT = {"not_null", "present"}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


def list_answer(scene: Scene, shape: Shape[R], rows: Iterable[R], args: Mapping[str, str]) -> dict[str, Any]:
    found = _sorted(scene, shape, _filtered(scene, shape, list(rows), args), args)
    page = _page_number(args.get("page"))
    # An empty list still has one page, as in the paging library whose words the envelope uses.
    pages = max(1, math.ceil(len(found) / PAGE_SIZE))
    fields = shape.select(args.get("fields"), shape.list_defaults)
    window = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return {
        "data": [shape.render(scene, row, fields) for row in window],
        "meta": {"total_pages": pages, "limit_per_page": PAGE_SIZE, "total_entries": len(found)},
        "links": _links(shape, page, pages),
    }


def _links(shape: Shape[R], page: int, pages: int) -> dict[str, str]:
    # API docs, Filtering Examples: the links name the record type and lose fields, filter and sort.
    # Whoever follows `next` pages through everything, so a client counts pages itself.
    def link(number: int) -> str:
        return f"/v1/{shape.type}?page={number}"

    links = {"self": link(page)}
    if page < pages:
        links["next"] = link(page + 1)
    if page > 1:
        links["prev"] = link(page - 1)
    return links


def _page_number(text: str | None) -> int:
    return max(1, int(text)) if text and text.isascii() and text.isdigit() else 1


def _sorted(scene: Scene, shape: Shape[R], rows: list[R], args: Mapping[str, str]) -> list[R]:
    """API docs, Sorting: by id, biggest first, unless told otherwise. Ties fall back to id descending."""
    order = args.get("sort_order") or ("asc" if args.get("sort_by") else "desc")
    if order not in ("asc", "desc"):
        raise invalid("'sort_order' must be asc or desc.", "Sort Order Parameter Not Available")
    column = args.get("sort_by") or "id"
    value = _column(shape, column)
    if value is None or column in shape.filters:
        raise invalid(f"'{column}' can't be sorted by.", "Sort By Parameter Not Available")
    keyed = [(value(scene, row), row) for row in sorted(rows, key=lambda row: row.id, reverse=True)]
    filled = [pair for pair in keyed if pair[0] is not None]
    blank = [row for key, row in keyed if key is None]
    try:
        filled.sort(key=lambda pair: _fold(pair[0]), reverse=order == "desc")
    except TypeError as problem:
        raise invalid(f"'{column}' can't be sorted by.", "Sort By Parameter Not Available") from problem
    ordered = [row for _, row in filled]
    # PostgreSQL puts nulls last when ascending and first when descending.
    return ordered + blank if order == "asc" else blank + ordered


def _fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _column(shape: Shape[R], name: str) -> Attribute | None:
    if name == "id":
        return lambda _, row: row.id
    if name in shape.filters:
        return shape.filters[name]
    if name in shape.attributes:
        return shape.attributes[name]
    # API docs, Filtering: "Association attributes require _id to be appended".
    if name.endswith("_id") and name.removesuffix("_id") in shape.relationships:
        relationship = shape.relationships[name.removesuffix("_id")]

        def pointed_at(scene: Scene, row: Record) -> Any:
            target = relationship(scene, row)
            if target is None or isinstance(target, Ref):
                return target.id if target else None
            return tuple(ref.id for ref in target)

        return pointed_at
    return None


def _filtered(scene: Scene, shape: Shape[R], rows: list[R], args: Mapping[str, str]) -> list[R]:
    by = args.get("filter_by") or args.get("filter_field")
    on = args.get("filter_on", args.get("filter_value"))
    # A raw `+` or trailing newline in the documented examples reads as blank space.
    operator = (args.get("filter_with") or args.get("filter_operator") or "").strip() or None
    if by is None:
        if on is None and operator is None:
            return rows
        raise _bad_filter("When applying filters, a valid 'filter_by' parameter is required.")
    column = _column(shape, by)
    if column is None:
        raise _bad_filter("When applying filters, a valid 'filter_by' parameter is required.")
    if operator is not None and operator not in {*COMPARE, *ABSENT, *PRESENT, "like", "ilike"}:
        raise invalid(f"'{operator}' is not a filter operator.", "Filter With Parameter Not Available")
    if operator in ABSENT or operator in PRESENT:
        return [row for row in rows if _blank(column(scene, row)) == (operator in ABSENT)]
    if on is None:
        raise _bad_filter("When applying filters, a 'filter_on' parameter is required.")
    return [row for row in rows if _matches(column(scene, row), operator, on)]


def _bad_filter(detail: str) -> Exception:
    return invalid(detail, "Filter By Parameter Not Available")


def _blank(value: Any) -> bool:
    return value is None or value == "" or value == () or value == []


def _matches(value: Any, operator: str | None, on: str) -> bool:
    if value is None:
        return False  # SQL: a comparison with NULL is never true, not even `!=`
    if isinstance(value, tuple):
        return any(_matches(one, operator, on) for one in value)
    if isinstance(value, str) and operator in (None, "ilike", "like"):
        # API docs, Filtering: ilike is the default on strings. So `_` and `%` in a value are wildcards.
        return like(on, value, ignore_case=operator != "like")
    if operator in ("like", "ilike"):
        return like(on, str(value), ignore_case=operator == "ilike")
    return COMPARE[operator or "="](value, _cast(value, on))


def _cast(value: Any, on: str) -> Any:
    """The filter's text as the type of the column."""
    try:
        if isinstance(value, bool):
            return on.casefold() in ("true", "t", "1")
        if isinstance(value, int | float):
            return float(on)
        if isinstance(value, datetime):
            moment = datetime.fromisoformat(on)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError as problem:
        raise invalid(f"'{on}' does not fit the field being filtered.", "Filter On Parameter Not Valid") from problem
    return on


def like(pattern: str, text: str, *, ignore_case: bool) -> bool:
    """SQL LIKE: `%` any run, `_` any one character, a backslash takes the next character as it is."""
    parts: list[str] = []
    letters = iter(pattern)
    for letter in letters:
        if letter == "%":
            parts.append(".*")
        elif letter == "_":
            parts.append(".")
        else:
            parts.append(re.escape(next(letters, "\\") if letter == "\\" else letter))
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.fullmatch("".join(parts), text, flags) is not None
