"""A person whom somebody of a firm invites: an account without a password, and the link to choose one."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from casehug.accounts.models import User


def invite_user(*, email: str, name: str) -> User | None:
    """The new person, or None if the address is somebody's already.

    The address counts as verified: the only way in is the link that goes to it.
    """
    email = email.strip().lower()
    if User.objects.filter(email=email).exists():
        return None
    user = User.objects.create_user(email=email, password=None, name=name)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def password_address(user: User) -> str:
    """Where the person chooses a password: valid for three days, and only until a password is chosen."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=key)
