"""`{% load portal %}`: the portal's words in the language of the page."""

from typing import Any

from django import template
from django.template.defaultfilters import slugify

from casehug.intake.templates import Text
from casehug.portal.texts import known, say

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: template.Context, key: str, **values: Any) -> str:
    """`{% t "welcome_title" firm=firm.name %}`."""
    return say(key, context["language"], **values)


@register.simple_tag(takes_context=True)
def words(context: template.Context, text: Text) -> str:
    """A text of the template in the language of the page."""
    return text.in_language(context["language"])


@register.simple_tag(takes_context=True)
def category(context: template.Context, name: str) -> str:
    """A category of documents. One that a firm made up itself has no translation and stays as it is."""
    key = f"category_{slugify(name).replace('-', '_')}"
    return say(key, context["language"]) if known(key) else name
