"""How Django forms are drawn: set FORM_RENDERER = "casehug.ui.forms.Renderer"."""

from __future__ import annotations

from django import forms
from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    """`{{ form }}` and `{{ field.as_field_group }}` in our markup, with label, hint, error tied."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"


class Toggle(forms.CheckboxInput):
    """A checkbox that looks like a switch. It stays a checkbox: it takes effect when the form is sent."""

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__({"class": "toggle", "role": "switch", **(attrs or {})})


class DropZone(forms.FileInput):
    """A file input inside a drop area; `ui/field.html` draws the area around any file input."""

    def __init__(self, attrs: dict[str, object] | None = None, *, multiple: bool = False) -> None:
        self.allow_multiple_selected = multiple
        super().__init__({**({"multiple": True} if multiple else {}), **(attrs or {})})
