"""One PostgreSQL for the whole run, one database for each pytest process, and a fresh firm for each test.

Tests see real transactions: nothing is wrapped or rolled back. Firms are walled off from each other, so a test that
founds its own firm needs no clean-up. Django connects as the unprivileged app login, the engine as the sync login.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx2
import hypothesis
import pytest

from casehug.ops.keys import fresh_keys

os.environ.update(
    {
        **fresh_keys(),
        "DJANGO_SETTINGS_MODULE": "casehug.config.settings",
        "CASEHUG_PROCESS": "app",
        "CASEHUG_BASE_URL": "http://localhost",
        "CASEHUG_EXTRA_HOSTS": "testserver",
        "CASEHUG_DATA_FOLDER": str(Path(".data/test").resolve()),
        "CASEHUG_OUTBOX_PAGE": "1",
        "CASEHUG_SMS": "console",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/not-set-up-yet",
        "LAWMATICS_API_URL": "http://lawmatics.test",
        "LAWMATICS_AUTHORIZE_URL": "http://lawmatics.test/oauth/authorize",
        "LAWMATICS_TOKEN_URL": "http://lawmatics.test/oauth/token",
        "LAWMATICS_REVOKE_URL": "http://lawmatics.test/oauth/revoke",
        "CASEHUG_LOG_LEVEL": "ERROR",
    }
)

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from casehug.connections.client import use_http  # noqa: E402
from casehug.kit import clock  # noqa: E402
from casehug.kit.outgoing import build_client, shared_client  # noqa: E402
from sandbox.app import create_app  # noqa: E402
from sandbox.seed import seed_town  # noqa: E402
from sandbox.store import Town  # noqa: E402
from tests import cast, databases  # noqa: E402
from tests.lawmatics_town import TownTransport  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
setup_test_environment()
# How fast this machine is today decides no test.
hypothesis.settings.register_profile("casehug", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("casehug")

_opened = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _opened.enter_context(databases.server_for_the_run())


def pytest_unconfigure(config: pytest.Config) -> None:
    _opened.close()


@pytest.fixture(scope="session")
def database() -> Iterator[databases.TestDatabase]:
    """A migrated database of this process's own; Django's connections lead there as the app login."""
    with databases.for_this_process() as made:
        yield made


@pytest.fixture(scope="session")
def sync_process(database: databases.TestDatabase) -> Iterator[ThreadPoolExecutor]:
    """A thread whose database connection has the sync login, as the worker's has."""
    with ThreadPoolExecutor(1, initializer=database.log_in_as_sync) as pool:
        yield pool
        pool.submit(databases.hang_up).result()


@pytest.fixture
def people(database: databases.TestDatabase) -> cast.Cast:
    return cast.assemble()


@pytest.fixture
def time() -> Iterator[clock.ManualClock]:
    """The clock of CaseHug and of the sandbox, moved by hand."""
    with clock.using(clock.ManualClock()) as manual:
        assert isinstance(manual, clock.ManualClock)
        yield manual


@pytest.fixture
def town() -> Town:
    """The sandbox's state: its firms, contacts, matters, faults, and the log of requests."""
    return seed_town(clock.now)


@pytest.fixture
def http(town: Town) -> Iterator[httpx2.Client]:
    """The sandbox in-process: every request of ours to http://lawmatics.test lands there."""
    client = build_client(TownTransport(create_app(town)))
    use_http(lambda: client)
    yield client
    use_http(shared_client)
