"""allauth's forms in our words."""

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from django.forms import Form


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        # A session ends with the browser and after twelve hours: there is nothing to remember.
        self.fields.pop("remember", None)


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"
        self.fields["email"].widget.attrs.pop("placeholder", None)


class FreshPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """After an invitation or a forgotten password."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _name_passwords(self)


class OtherPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """By somebody who is signed in."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Password now"
        _name_passwords(self)


def _name_passwords(form: Form) -> None:
    form.fields["password1"].label = "New password"
    form.fields["password2"].label = "New password again"
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
