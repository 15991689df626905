"""The demo's two firms and who signs in to them. `python -m casehug.ops.demo.people` founds them."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

PASSWORD = "try-casehug-today"  # noqa: S105 - the demo's own, on a loopback address, with made-up people


@dataclass(frozen=True)
class SignIn:
    firm: str
    email: str
    name: str
    role: str


ALICE = SignIn("Hartwell Family Law", "alice@hartwell.example", "Alice Hartwell", "admin")
BOB = SignIn("Hartwell Family Law", "bob@hartwell.example", "Bob Reyes", "staff")
CHARLIE = SignIn("Nakamura & Osei LLP", "charlie@nakamura.example", "Charlie Osei", "admin")
EVERYBODY = (ALICE, BOB, CHARLIE)


def seed(environment: Mapping[str, str]) -> None:
    """Found the firms and hire their people, in a process of its own that has the web login."""
    subprocess.run(
        [sys.executable, "-m", "casehug.ops.demo.people"], env={**environment, "CASEHUG_PROCESS": "app"}, check=True
    )


def found_everything() -> None:
    import django  # noqa: PLC0415 - the settings are read here and not where this module is imported for its names

    django.setup()
    from allauth.account.models import EmailAddress  # noqa: PLC0415

    from casehug.accounts.models import User  # noqa: PLC0415
    from casehug.tenancy.models import Role  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415
    from casehug.tenancy.services import add_member, found_firm  # noqa: PLC0415

    firms = {name: found_firm(name=name) for name in dict.fromkeys(person.firm for person in EVERYBODY)}
    for person in EVERYBODY:
        user = User.objects.create_user(email=person.email, password=PASSWORD, name=person.name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        with firm_scope(firms[person.firm]):
            add_member(user=user, role=Role(person.role))


if __name__ == "__main__":
    found_everything()
