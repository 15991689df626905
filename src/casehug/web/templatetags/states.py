"""`{% load states %}`: states as pills, and the few numbers that pages write in words."""

from collections.abc import Mapping
from uuid import UUID

from django import template
from django.utils.safestring import SafeString

from casehug.intake.models import MatterStatus
from casehug.ui.templatetags.ui import pill
from casehug.web import wording

register = template.Library()


@register.simple_tag
def matter_state(status: str) -> SafeString:
    return pill(MatterStatus(status).label, tone=wording.MATTER_TONES.get(status, "neutral"))


@register.simple_tag
def delivery_state(state: str) -> SafeString:
    return _pill(wording.DELIVERY, state)


@register.simple_tag
def item_state(state: str) -> SafeString:
    return _pill(wording.ITEM, state)


@register.simple_tag
def link_state(state: str) -> SafeString:
    return _pill(wording.LINK, state)


@register.simple_tag
def connection_state(state: str) -> SafeString:
    return _pill(wording.CONNECTION, state)


@register.filter
def readable_phone(phone: str) -> str:
    """A North American number in the form people here read; any other stays in its international form."""
    if len(phone) == 12 and phone.startswith("+1") and phone[1:].isdigit():
        return f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}"
    return phone


@register.filter
def named(names: Mapping[UUID, str], person_id: UUID | None) -> str:
    """Who did it: `{{ names|named:document.uploaded_by_id }}`."""
    return names.get(person_id, "a former member") if person_id else "CaseHug"


def _pill(names: Mapping[str, tuple[str, str]], state: str) -> SafeString:
    text, tone = names.get(state, (state, "neutral"))
    return pill(text, tone=tone)
