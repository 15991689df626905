"""A table of the town: rows by id, with indexes that keep lists and searches fast when there are 100,000 of them.

An index follows its rows by itself, whoever changes them: a `Record` tells its table's index when an indexed field
is set.
"""

from bisect import bisect_left, bisect_right, insort
from typing import Any, TypeVar

from sandbox.records import Record

R = TypeVar("R", bound=Record)
Entry = tuple[Any, int]
Span = tuple[int, int]
_LAST = float("inf")


def fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


class Index:
    """Ids by the values of some fields. It holds no row, so that a town without users is forgotten at once."""

    def __init__(self, ordered: tuple[str, ...], grouped: tuple[str, ...]) -> None:
        self.watched = frozenset((*ordered, *grouped))
        self.ids: list[int] = []
        self.ordered: dict[str, list[Entry]] = {name: [] for name in ordered}
        self.blanks: dict[str, set[int]] = {name: set() for name in ordered}
        self.groups: dict[str, dict[Any, dict[int, None]]] = {name: {} for name in grouped}

    def add(self, row: Record) -> None:
        insort(self.ids, row.id)
        for name in self.watched:
            self._file(name, getattr(row, name), row.id)

    def drop(self, row: Record) -> None:
        del self.ids[bisect_left(self.ids, row.id)]
        for name in self.watched:
            self._unfile(name, getattr(row, name), row.id)

    def refile(self, row: Record, name: str, before: Any) -> None:
        self._unfile(name, before, row.id)
        self._file(name, getattr(row, name), row.id)

    def _file(self, name: str, value: Any, number: int) -> None:
        if name in self.groups:
            self.groups[name].setdefault(value, {})[number] = None
        elif value is None:
            self.blanks[name].add(number)
        else:
            insort(self.ordered[name], (fold(value), number))

    def _unfile(self, name: str, value: Any, number: int) -> None:
        if name in self.groups:
            group = self.groups[name][value]
            del group[number]
            if not group:
                del self.groups[name][value]
        elif value is None:
            self.blanks[name].discard(number)
        else:
            entries = self.ordered[name]
            del entries[bisect_left(entries, (fold(value), number))]


class Table(dict[int, R]):
    """`ordered` fields can be sorted and searched by range, `grouped` ones by equality."""

    def __init__(self, *, ordered: tuple[str, ...] = (), grouped: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._index = Index(ordered, grouped)

    def __setitem__(self, number: int, row: R) -> None:
        if number in self:
            del self[number]
        super().__setitem__(number, row)
        self._index.add(row)
        row.watched_by(self._index)

    def __delitem__(self, number: int) -> None:
        row = self[number]
        row.watched_by(None)
        super().__delitem__(number)
        self._index.drop(row)

    def clear(self) -> None:
        for number in list(self):
            del self[number]

    # By equality

    def is_grouped(self, name: str) -> bool:
        return name in self._index.groups

    def group(self, name: str, value: Any) -> list[R]:
        """The rows whose field is this."""
        return [self[number] for number in self._index.groups[name].get(value, ())]

    def group_size(self, name: str, value: Any) -> int:
        return len(self._index.groups[name].get(value, ()))

    # By order

    def is_ordered(self, name: str) -> bool:
        return name in self._index.ordered

    def has_blanks(self, name: str) -> bool:
        return bool(self._index.blanks[name])

    def everything(self, name: str) -> Span:
        return 0, len(self._index.ordered[name])

    def span(self, name: str, operator: str, value: Any) -> Span:
        """Where in the order of the field the rows stand that compare so with the value."""
        entries, value = self._index.ordered[name], fold(value)
        low, high = bisect_left(entries, (value,)), bisect_right(entries, (value, _LAST))
        spans = {"=": (low, high), "<": (0, low), "<=": (0, high), ">": (high, len(entries)), ">=": (low, len(entries))}
        return spans[operator]

    def prefix_span(self, name: str, start: str) -> Span:
        entries, start = self._index.ordered[name], fold(start)
        return bisect_left(entries, (start,)), bisect_left(entries, (start + "\U0010ffff",))

    def spanned(self, name: str, span: Span) -> list[R]:
        return [self[number] for _, number in self._index.ordered[name][span[0] : span[1]]]

    def window(self, name: str, span: Span, first: int, count: int, *, descending: bool) -> list[R]:
        """Rows `first` to `first + count` of a span, in order of the field; ties stand by id, biggest first."""
        places = range(first, min(first + count, span[1] - span[0]))
        if descending:
            return [self[self._index.ordered[name][span[1] - 1 - place][1]] for place in places]
        return [self[self._at(name, span[0] + place)] for place in places]

    def _at(self, name: str, place: int) -> int:
        """The id at a place of the ascending order, in which ties stand the other way round than in the index."""
        entries = self._index.ordered[name]
        value = entries[place][0]
        low, high = bisect_left(entries, (value,)), bisect_right(entries, (value, _LAST))
        return entries[low + high - 1 - place][1]

    def newest(self, first: int, count: int) -> list[R]:
        """By id, biggest first."""
        end = len(self._index.ids) - first
        return [self[number] for number in reversed(self._index.ids[max(0, end - count) : max(0, end)])]
