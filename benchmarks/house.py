"""The servers that the bench measures, and this process as one more of the firm's people."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from casehug.ops import stack
from casehug.ops.demo.people import ALICE, seed
from casehug.ops.demo.walk import Browser, Remote, connect, sign_in
from casehug.ops.stack import Stack

FOLDER = Path(".data/bench")


@contextmanager
def running(settings: Mapping[str, str]) -> Iterator[Stack]:
    """Everything up, the demo's firms founded. PostgreSQL runs with durable commits."""
    with stack.running(
        FOLDER.resolve(), name="casehug_bench", web_port=0, sandbox_port=0, settings=settings, prepare=seed
    ) as house:
        yield house


def connected_browser(house: Stack) -> Browser:
    """Alice, signed in and connected to the sandbox, whose settings have been read."""
    browser = Browser(house.web_url)
    sign_in(browser)
    connect(browser)
    Remote(house.sandbox_url).wait_until_quiet()
    return browser


def join_django(house: Stack) -> None:
    """Let this process use the house's services, as the web login; a second house takes the place of the first."""
    import django  # noqa: PLC0415 - the settings are read here
    from django.db import connections  # noqa: PLC0415

    os.environ.update(house.environment)
    django.setup()
    from casehug.config import env  # noqa: PLC0415

    connections.close_all()
    connections["default"].settings_dict.update(env.database(house.addresses["app"]))


def alice_at_work() -> Any:
    """Alice as the actor of services."""
    from casehug.accounts.models import User  # noqa: PLC0415
    from casehug.tenancy.actor import Actor  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415
    from casehug.tenancy.services import firm_of  # noqa: PLC0415

    user = User.objects.get(email=ALICE.email)
    firm_id = firm_of(user.id)
    assert isinstance(firm_id, UUID)
    with firm_scope(firm_id):
        return Actor.member(user.id)


def state_of(house: Stack) -> dict[str, Any]:
    state: dict[str, Any] = httpx2.get(f"{house.sandbox_url}/console/state/hartwell.json", trust_env=False).json()
    return state


@contextmanager
def sync_login(house: Stack) -> Iterator[None]:
    """Let this process's database connection have the worker's login for the length of the block."""
    from django.db import connection  # noqa: PLC0415

    from casehug.config import env  # noqa: PLC0415

    connection.close()
    connection.settings_dict.update(env.database(house.addresses["sync"]))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(env.database(house.addresses["app"]))
