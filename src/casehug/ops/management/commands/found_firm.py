"""casehug found_firm "Firm name" admin@example.com "Admin's name": opens a firm with its first admin."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from casehug.accounts.models import User
from casehug.tenancy.models import Role
from casehug.tenancy.scope import firm_scope
from casehug.tenancy.services import add_member, found_firm


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("firm", help="the firm's name, as its people know it")
        parser.add_argument("email", help="the e-mail address of its first admin")
        parser.add_argument("name", help="the admin's name")
        parser.add_argument("--time-zone", default="America/New_York", help="for example America/Denver")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        try:
            validate_email(email)
            if User.objects.filter(email=email).exists():
                raise CommandError("Somebody with this e-mail address is here already. One person belongs to one firm.")
            firm_id = found_firm(name=options["firm"], time_zone=options["time_zone"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user = User.objects.create_user(email=email, password=None, name=options["name"])
        # The operator vouches for the address, and the link below goes to its owner.
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        with firm_scope(firm_id):
            add_member(user=user, role=Role.ADMIN)
        self.stdout.write(f"The firm is open. {user.name} sets a password here (the link works once):\n{_link(user)}")


def _link(user: User) -> str:
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', kwargs=key)}"
