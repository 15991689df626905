"""Reference data: the names a firm has given its pipelines, stages, areas, sub statuses and custom fields.

A firm may rename or delete any of them at any time: keep ids, show names.
Source: Lawmatics API docs v1.21, Matter Pipelines, Matter Pipeline Stages, Matter Practice Areas, Matter Sub
Statuses and Custom Fields.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lawmatics.envelope import Record
from lawmatics.resources.base import Door
from lawmatics.types import CustomField, Pipeline, PracticeArea, Stage, SubStatus

T = TypeVar("T")


class Reference:
    """Each method reads a whole listing: one request per 25 entries."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def pipelines(self) -> list[Pipeline]:
        return self._all("/v1/pipelines", "name,statuses,pipeline_type,stages", Pipeline.parse)

    def stages(self) -> list[Stage]:
        # Not `all`: that would bring the ids of all matters in each stage.
        return self._all("/v1/stages", "name,color,order,pipeline", Stage.parse)

    def practice_areas(self) -> list[PracticeArea]:
        return self._all("/v1/practice_areas", "name,color", PracticeArea.parse)

    def sub_statuses(self) -> list[SubStatus]:
        return self._all("/v1/sub_statuses", "name,status", SubStatus.parse)

    def custom_fields(self) -> list[CustomField]:
        return self._all("/v1/custom_fields", "all", CustomField.parse)

    def _all(self, path: str, fields: str, parse: Callable[[Record], T]) -> list[T]:
        return [parse(record) for page in self._door.pages(path, {"fields": fields}) for record in page]
