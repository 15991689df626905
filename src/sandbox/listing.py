"""Lists: one filter, one sort, pages of 25 (API docs, Param Guide)."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sandbox.envelope import Attribute, R, Scene, Shape, invalid
from sandbox.records import Record, Ref
from sandbox.table import Table, fold

PAGE_SIZE = 25  # fixed: no parameter changes it

MOMENTS = ("created_at", "updated_at")

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


class Filter(NamedTuple):
    by: str
    column: Attribute
    operator: str | None
    on: str


class Order(NamedTuple):
    by: str
    column: Attribute
    descending: bool


def list_answer(scene: Scene, shape: Shape[R], rows: Table[R] | list[R], args: Mapping[str, str]) -> dict[str, Any]:
    wanted, order = _asked_filter(shape, args), _asked_order(shape, args)
    page = _page_number(args.get("page"))
    first = (page - 1) * PAGE_SIZE
    paged = _from_index(rows, wanted, order, first) if isinstance(rows, Table) else None
    window, total = paged or _from_scan(scene, shape, rows, wanted, order, first)
    # An empty list still has one page, as in the paging library whose words the envelope uses.
    pages = max(1, math.ceil(total / PAGE_SIZE))
    fields = shape.select(args.get("fields"), shape.list_defaults)
    return {
        "data": [shape.render(scene, row, fields) for row in window],
        "meta": {"total_pages": pages, "limit_per_page": PAGE_SIZE, "total_entries": total},
        "links": _links(shape, page, pages),
    }


def _from_index(rows: Table[R], wanted: Filter | None, order: Order, first: int) -> tuple[Sequence[R], int] | None:
    """The page straight from an index, if filter and order stand on the same one; None if they don't."""
    if wanted is None and order.by == "id" and order.descending:
        return rows.newest(first, PAGE_SIZE), len(rows)
    if not rows.is_ordered(order.by) or rows.has_blanks(order.by):
        return None
    if wanted is None:
        span: tuple[int, int] | None = rows.everything(order.by)
    elif wanted.by == order.by:
        span = _moment_span(rows, wanted)
    else:
        span = None
    if span is None:
        return None
    return rows.window(order.by, span, first, PAGE_SIZE, descending=order.descending), span[1] - span[0]


def _from_scan(
    scene: Scene, shape: Shape[R], rows: Table[R] | list[R], wanted: Filter | None, order: Order, first: int
) -> tuple[Sequence[R], int]:
    found: Sequence[R]
    if wanted is None:
        found = rows if isinstance(rows, list) else list(rows.values())
    else:
        matches = _matcher(wanted)
        candidates = _candidates(scene, shape, rows, wanted) if isinstance(rows, Table) else rows
        found = [row for row in candidates if matches(wanted.column(scene, row))]
    found = _sorted(scene, found, order)
    return found[first : first + PAGE_SIZE], len(found)


def _moment_span(rows: Table[R], wanted: Filter) -> tuple[int, int] | None:
    """A comparison of a moment, such as `updated_at >=`, as a stretch of the index."""
    operator = wanted.operator or "="
    if wanted.by not in MOMENTS or operator not in ("=", "<", "<=", ">", ">="):
        return None
    return rows.span(wanted.by, operator, _cast(datetime.now(UTC), wanted.on))


def _candidates(scene: Scene, shape: Shape[R], rows: Table[R], wanted: Filter) -> Sequence[R]:
    """A part of the rows that holds all that match; each is checked afterwards."""
    by, operator, on = wanted.by, wanted.operator, wanted.on
    if on.isascii() and on.isdigit() and operator in (None, "="):
        if by in shape.narrow:
            return shape.narrow[by](scene.firm, on)
        if by.endswith("_id") and rows.is_grouped(by):
            return rows.group(by, int(on))
    if rows.is_ordered(by):
        span = _moment_span(rows, wanted)
        if by not in MOMENTS and operator in (None, "=", "like", "ilike"):
            span = rows.prefix_span(by, on if operator == "=" else literal_start(on))
        if span is not None:
            return rows.spanned(by, span)
    return list(rows.values())


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


def _asked_order(shape: Shape[R], args: Mapping[str, str]) -> Order:
    """API docs, Sorting: by id, biggest first, unless told otherwise."""
    order = args.get("sort_order") or ("asc" if args.get("sort_by") else "desc")
    if order not in ("asc", "desc"):
        raise invalid("'sort_order' must be asc or desc.", "Sort Order Parameter Not Available")
    by = args.get("sort_by") or "id"
    column = _column(shape, by)
    if column is None or by in shape.filters:
        raise invalid(f"'{by}' can't be sorted by.", "Sort By Parameter Not Available")
    return Order(by, column, order == "desc")


def _sorted(scene: Scene, rows: Sequence[R], order: Order) -> Sequence[R]:
    """Ties fall back to id descending."""
    by_id = sorted(rows, key=lambda row: row.id, reverse=True)
    if order.by == "id":
        return by_id if order.descending else by_id[::-1]
    keyed = [(order.column(scene, row), row) for row in by_id]
    filled = [pair for pair in keyed if pair[0] is not None]
    blank = [row for key, row in keyed if key is None]
    try:
        filled.sort(key=lambda pair: fold(pair[0]), reverse=order.descending)
    except TypeError as problem:
        raise invalid(f"'{order.by}' can't be sorted by.", "Sort By Parameter Not Available") from problem
    ordered = [row for _, row in filled]
    # PostgreSQL puts nulls last when ascending and first when descending.
    return blank + ordered if order.descending else ordered + blank


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


def _asked_filter(shape: Shape[R], args: Mapping[str, str]) -> Filter | None:
    by = args.get("filter_by") or args.get("filter_field")
    on = args.get("filter_on", args.get("filter_value"))
    # A raw `+` or trailing newline in the documented examples reads as blank space.
    operator = (args.get("filter_with") or args.get("filter_operator") or "").strip() or None
    if by is None:
        if on is None and operator is None:
            return None
        raise _bad_filter("When applying filters, a valid 'filter_by' parameter is required.")
    column = _column(shape, by)
    if column is None:
        raise _bad_filter("When applying filters, a valid 'filter_by' parameter is required.")
    if operator is not None and operator not in {*COMPARE, *ABSENT, *PRESENT, "like", "ilike"}:
        raise invalid(f"'{operator}' is not a filter operator.", "Filter With Parameter Not Available")
    if on is None and operator not in ABSENT and operator not in PRESENT:
        raise _bad_filter("When applying filters, a 'filter_on' parameter is required.")
    return Filter(by, column, operator, on or "")


def _bad_filter(detail: str) -> Exception:
    return invalid(detail, "Filter By Parameter Not Available")


def _blank(value: Any) -> bool:
    return value is None or value == "" or value == () or value == []


def _matcher(wanted: Filter) -> Callable[[Any], bool]:
    """The filter as a test of one value."""
    operator = wanted.operator
    if operator in ABSENT or operator in PRESENT:
        return lambda value: _blank(value) == (operator in ABSENT)
    looks_like = pattern(wanted.on, ignore_case=operator != "like")

    def matches(value: Any) -> bool:
        if value is None:
            return False  # SQL: a comparison with NULL is never true, not even `!=`
        if isinstance(value, tuple):
            return any(matches(one) for one in value)
        if operator in ("like", "ilike") or (operator is None and isinstance(value, str)):
            # API docs, Filtering: ilike is the default on strings. So `_` and `%` in a value are wildcards.
            return looks_like.fullmatch(str(value)) is not None
        return COMPARE[operator or "="](value, _cast(value, wanted.on))

    return matches


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


def pattern(text: str, *, ignore_case: bool) -> re.Pattern[str]:
    """SQL LIKE: `%` any run, `_` any one character, a backslash takes the next character as it is."""
    parts: list[str] = []
    letters = iter(text)
    for letter in letters:
        if letter == "%":
            parts.append(".*")
        elif letter == "_":
            parts.append(".")
        else:
            parts.append(re.escape(next(letters, "\\") if letter == "\\" else letter))
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def literal_start(text: str) -> str:
    """What every text that a LIKE pattern fits must begin with."""
    found = re.match(r"(?:[^%_\\]|\\.)*", text, re.DOTALL)
    return re.sub(r"\\(.)", r"\1", found[0] if found else "", flags=re.DOTALL)


def like(text: str, value: str, *, ignore_case: bool) -> bool:
    return pattern(text, ignore_case=ignore_case).fullmatch(value) is not None
