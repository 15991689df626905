"""casehug found_firm "Firm name" admin@example.com "Admin's name": opens a firm with its first admin."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from casehug.accounts.invitations import invite_user, password_address
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
        user = invite_user(email=email, name=options["name"])
        if user is None:
            raise CommandError("Somebody with this e-mail address came in a moment ago.")
        with firm_scope(firm_id):
            add_member(user=user, role=Role.ADMIN)
        link = f"{settings.BASE_URL}{password_address(user)}"
        self.stdout.write(f"The firm is open. {user.name} sets a password here (the link works once):\n{link}")
