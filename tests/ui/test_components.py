import re

import pytest
from django import forms
from django.template import Context, Template

from casehug.ui.forms import Renderer
from casehug.ui.icons import ICONS


class ClientForm(forms.Form):
    default_renderer = Renderer()

    name = forms.CharField(help_text="As on the ID.")
    email = forms.EmailField()
    phone = forms.CharField(required=False)
    terms = forms.BooleanField(label="Agrees")
    channel = forms.ChoiceField(widget=forms.RadioSelect, choices=[("e", "E-mail"), ("s", "SMS")])


def draw(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def bad_form() -> ClientForm:
    return ClientForm({"name": "<b>Dana</b>", "email": "dana@"})


def test_it_ties_label_hint_and_input_together() -> None:
    html = draw("{% field form.name %}", form=ClientForm())
    assert 'for="id_name"' in html
    assert 'id="id_name_helptext"' in html
    assert 'aria-describedby="id_name_helptext"' in html


def test_it_ties_the_error_to_the_input_and_keeps_what_was_typed() -> None:
    html = draw("{% field form.email %}", form=bad_form())
    assert 'aria-describedby="id_email_error"' in html
    assert 'id="id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'value="dana@"' in html


def test_it_marks_optional_fields_only() -> None:
    assert "optional" in draw("{% field form.phone %}", form=ClientForm())
    assert "optional" not in draw("{% field form.name %}", form=ClientForm())


def test_it_groups_choices_under_a_legend() -> None:
    html = draw("{% field form.channel %}", form=ClientForm())
    assert "<legend" in html
    assert html.count('type="radio"') == 2


def test_it_links_every_wrong_field_from_the_summary() -> None:
    html = draw("{% error_summary form %}", form=bad_form())
    assert 'role="alert"' in html
    assert 'href="#id_email"' in html
    assert 'href="#id_terms"' in html


def test_it_gives_every_described_input_its_description() -> None:
    html = str(bad_form())
    described = {word for found in re.findall(r'aria-describedby="([^"]+)"', html) for word in found.split()}
    assert described <= set(re.findall(r'\bid="([^"]+)"', html))
    assert described


def test_it_draws_no_summary_for_a_form_without_errors() -> None:
    assert draw("{% error_summary form %}", form=ClientForm()).strip() == ""


def test_it_escapes_what_people_typed() -> None:
    page = draw("{% field form.name %}{% pill text %}{% copyable text %}", form=bad_form(), text="<script>")
    assert "<b>" not in page
    assert "<script>" not in page


def test_it_refuses_an_unknown_tone() -> None:
    with pytest.raises(ValueError, match="Unknown tone"):
        draw('{% pill "Held" tone="purple" %}')


def test_it_tells_the_figures_of_a_chart_in_words() -> None:
    html = draw('{% barchart bars label="Syncs per day" %}', bars=[("Mon", 4), ("Tue", 0)])
    assert 'aria-label="Syncs per day: Mon 4, Tue 0"' in html


def test_it_uses_no_inline_styles() -> None:
    page = draw(
        '{% barchart bars label="x" %}{% progress 1 2 label="x" %}{% toggle "a" "b" %}{{ form }}',
        bars=[("Mon", 1)],
        form=bad_form(),
    )
    assert "style=" not in page


@pytest.mark.parametrize("name", ICONS)
def test_it_hides_decorative_icons_from_screen_readers(name: str) -> None:
    assert 'aria-hidden="true"' in draw("{% icon name %}", name=name)
