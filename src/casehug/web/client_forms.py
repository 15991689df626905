"""The form of a client's details, for a new one and for one that is there."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from casehug.intake import normal
from casehug.intake.errors import BadInput
from casehug.intake.models import Client
from casehug.intake.services.matters import NewClient

LANGUAGES = [("en", "English"), ("es", "Español")]
UNTOUCHED = {"autocomplete": "off"}  # the client's data, not that of the person at the keyboard


class ClientForm(forms.Form):
    first_name = forms.CharField(
        label="First name", widget=forms.TextInput(UNTOUCHED), error_messages={"required": "Enter the first name."}
    )
    last_name = forms.CharField(
        label="Last name", widget=forms.TextInput(UNTOUCHED), error_messages={"required": "Enter the last name."}
    )
    email = forms.CharField(label="E-mail", required=False, widget=forms.TextInput({**UNTOUCHED, "type": "email"}))
    phone = forms.CharField(label="Phone", required=False, widget=forms.TextInput({**UNTOUCHED, "type": "tel"}))
    language = forms.ChoiceField(
        label="Language",
        choices=LANGUAGES,
        help_text="The language of the portal and of our messages.",
        error_messages={"invalid_choice": "Choose a language from the list."},
    )
    # The clients about whom it was asked whether they are the same person.
    asked_about = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, client: Client | None = None) -> None:
        names = ("first_name", "last_name", "email", "phone", "language")
        super().__init__(data, initial={name: getattr(client, name) for name in names} if client else None)

    def clean_first_name(self) -> str:
        return self._checked("first_name", lambda text: normal.clean_name(text, field="", label="first name"))

    def clean_last_name(self) -> str:
        return self._checked("last_name", lambda text: normal.clean_name(text, field="", label="last name"))

    def clean_email(self) -> str:
        return self._checked("email", normal.clean_email)

    def clean_phone(self) -> str:
        return self._checked("phone", normal.clean_phone)

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("first_name", "last_name", "email", "phone", "language")}

    def new_client(self) -> NewClient:
        return NewClient(**self.values())

    def asked_about_all(self, twins: list[Client]) -> bool:
        asked = set(str(self.cleaned_data.get("asked_about", "")).split(","))
        return {str(twin.id) for twin in twins} <= asked

    def refuse(self, problem: BadInput) -> None:
        self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)

    def _checked(self, name: str, check: Callable[[str], str]) -> str:
        try:
            return check(str(self.cleaned_data[name]))
        except BadInput as problem:
            raise ValidationError(problem.sentence) from problem
