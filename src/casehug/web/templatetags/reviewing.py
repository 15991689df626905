"""`{% load reviewing %}`: what the checklist asks about a document."""

from collections.abc import Mapping
from uuid import UUID

from django import template

from casehug.intake.models import Document

register = template.Library()

PREVIEWABLE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/heic"})


@register.filter
def previewable(document: Document) -> bool:
    return document.content_type in PREVIEWABLE


@register.filter
def same(one: UUID | None, other: UUID) -> bool:
    return one == other


@register.filter
def of_key(found: Mapping[UUID, object], key: UUID) -> object | None:
    return found.get(key) if found else None


@register.filter
def count_of(counts: Mapping[UUID, int], key: UUID) -> int:
    return counts.get(key, 0)
