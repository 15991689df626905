"""Forms of the staff pages. They take what was typed and keep it; what it means is the services' business."""

from collections.abc import Callable
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from casehug.intake import normal
from casehug.intake.errors import BadInput
from casehug.intake.models import Client
from casehug.intake.services.matters import NewClient
from casehug.intake.templates import Template
from casehug.intake.us_states import US_STATES
from casehug.web.reading import as_id

EXISTING, NEW, NONE = "existing", "new", "none"
APART = "apart"

Checked = Callable[[str], str]


def case_type_choices(offered: list[Template]) -> list[tuple[str, Any]]:
    """The offered case types under their practice areas; an area with a single case type needs no heading."""
    choices: list[tuple[str, Any]] = [("", "Choose…")]
    for area, found in groupby(offered, key=lambda template: template.practice_area):
        options = [(template.key, template.name) for template in found]
        choices += [(area, options)] if len(options) > 1 else options
    return choices


class NewMatterForm(forms.Form):
    """A new matter with its client: one that is there, a new one, or, said in so many words, none yet."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(
        label="Matter title",
        help_text="Shown in Lawmatics. The client does not see it.",
        max_length=200,
        error_messages={
            "required": "Give the matter a title, like “Johnson v. Johnson — Divorce”.",
            "max_length": "The title is too long: at most 200 characters.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    case_type = forms.ChoiceField(
        label="Case type",
        help_text="It decides which documents the client is asked for.",
        error_messages={
            "required": "Choose a case type.",
            "invalid_choice": "Choose a case type from the list.",
        },
    )
    state = forms.ChoiceField(
        label="State",
        choices=[("", "Choose…"), *US_STATES.items()],
        error_messages={
            "required": "Choose the state whose law applies.",
            "invalid_choice": "Choose a state from the list.",
        },
    )
    county = forms.CharField(
        label="County",
        required=False,
        max_length=80,
        error_messages={"max_length": "The county is too long: at most 80 characters."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    client_is = forms.ChoiceField(
        label="Client",
        choices=[(NEW, "A new client"), (EXISTING, "Somebody who is a client already"), (NONE, "No client yet")],
        initial=NEW,
        widget=forms.RadioSelect,
        error_messages={"required": "Say who the client is, or that there is none yet."},
    )
    client_search = forms.CharField(label="Find the client", required=False, max_length=200)
    client = forms.CharField(required=False)
    first_name = forms.CharField(
        label="First name", max_length=80, error_messages={"required": "Enter the first name."}
    )
    last_name = forms.CharField(label="Last name", max_length=80, error_messages={"required": "Enter the last name."})
    email = forms.CharField(label="E-mail", required=False, max_length=254)
    phone = forms.CharField(label="Phone", required=False, max_length=32)
    language = forms.ChoiceField(
        label="Language",
        choices=[("en", "English"), ("es", "Español")],
        required=False,
        help_text="The language of the portal and of our messages.",
    )
    # The answer to "is it the same person?", and about whom it was asked: an answer about others does not count.
    same_person = forms.CharField(required=False)
    asked_about = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        offered: list[Template],
        typed: QueryDict | None = None,
    ) -> None:
        """`data` is judged, `typed` is only shown again. A request key that is none is replaced by a fresh one."""
        data, typed = _with_key(data), _with_key(typed)
        super().__init__(data, initial=typed.dict() if typed else {"request_key": uuid4(), "client_is": NEW})
        self._field("case_type").choices = case_type_choices(offered)
        for name, kind in {"email": "email", "phone": "tel", "client_search": "search"}.items():
            self.fields[name].widget.input_type = kind
        for name in ("first_name", "last_name"):
            self.fields[name].required = self["client_is"].value() == NEW
        for name in ("first_name", "last_name", "email", "phone"):
            # The client's data, not that of the person at the keyboard.
            self.fields[name].widget.attrs["autocomplete"] = "off"

    @property
    def searched(self) -> str:
        return str(self["client_search"].value() or "").replace("\x00", "").strip()

    @property
    def key(self) -> UUID:
        return UUID(str(self["request_key"].value()))

    def clean_email(self) -> str:
        return self._checked("email", normal.clean_email)

    def clean_phone(self) -> str:
        return self._checked("phone", normal.clean_phone)

    def new_client(self) -> NewClient:
        names = ("first_name", "last_name", "email", "phone")
        typed = {name: self.cleaned_data[name] for name in names}
        return NewClient(**typed, language=self.cleaned_data["language"] or "en")

    def decided_on(self, twins: list[Client]) -> str:
        """What the person said about these clients: the id of the one it is, "apart", or "" if not asked yet."""
        asked_about = set(str(self.cleaned_data["asked_about"]).split(","))
        if {str(twin.id) for twin in twins} <= asked_about:
            return str(self.cleaned_data["same_person"])
        return ""

    def refuse(self, problem: BadInput) -> None:
        self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)

    def _checked(self, name: str, check: Checked) -> str:
        # What stands in the fields of a choice that was not made is kept, and not judged.
        text = str(self.cleaned_data[name])
        if self.cleaned_data.get("client_is") != NEW:
            return text
        try:
            return check(text)
        except BadInput as problem:
            raise ValidationError(problem.sentence) from problem

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field


def _with_key(data: QueryDict | None) -> QueryDict | None:
    if data is None or as_id(data.get("request_key", "")) is not None:
        return data
    data = data.copy()
    data["request_key"] = str(uuid4())
    return data


class CredentialsForm(forms.Form):
    """The firm's own app in Lawmatics. The secret goes in and never comes out again."""

    client_id = forms.CharField(
        label="Client ID",
        max_length=200,
        error_messages={
            "required": "Paste the Client ID from Lawmatics.",
            "max_length": "This is longer than a Client ID can be. Copy it again from Lawmatics.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    client_secret = forms.CharField(
        label="Client Secret",
        required=False,
        max_length=500,
        help_text="Stored encrypted on your server. It is never shown again.",
        error_messages={"max_length": "This is longer than a Client Secret can be. Copy it again from Lawmatics."},
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None, *, saved_id: str = "") -> None:
        super().__init__(data, initial={"client_id": saved_id})
        secret = self.fields["client_secret"]
        secret.required = not saved_id
        secret.error_messages["required"] = "Paste the Client Secret from Lawmatics."
        if saved_id:
            secret.help_text = "Leave it empty to keep the saved one. It is never shown again."
