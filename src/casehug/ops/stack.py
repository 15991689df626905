"""All of CaseHug on one machine: database, web, workers, sandbox. The demo, the journeys and the bench stand on it.

Each start begins with a fresh copy of the migrated template database, so every run sees the same house.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe

from casehug.ops import database, local_postgres
from casehug.ops.keys import fresh_keys
from casehug.ops.processes import Child, choose_port, serve

WEB_PORT, SANDBOX_PORT = 8000, 8010


@dataclass
class Stack:
    """What runs, where, and with which settings."""

    web_url: str
    sandbox_url: str
    environment: dict[str, str] = field(repr=False)
    addresses: dict[str, str] = field(repr=False)
    web: Child
    worker: Child
    mail_worker: Child
    sandbox: Child

    @property
    def children(self) -> list[Child]:
        return [self.web, self.worker, self.mail_worker, self.sandbox]


@contextmanager
def running(
    folder: Path,
    *,
    name: str,
    web_port: int = WEB_PORT,
    sandbox_port: int = SANDBOX_PORT,
    settings: Mapping[str, str] | None = None,
    postgres: tuple[str, ...] = (),
    reload: bool = False,
    prepare: Callable[[Mapping[str, str]], None] | None = None,
) -> Iterator[Stack]:
    """Start everything under `folder` with the database `name`; stop everything at the end.

    `settings` are environment variables on top of the usual ones; `reload` serves the pages with Django's own server,
    which starts anew when the code changes; `prepare(environment)` runs in this process once the
    database is there, while the servers start. Raises CannotStart, CannotPrepare or DidNotStart.
    """
    with ExitStack() as opened:
        admin_url = os.environ.get("DATABASE_ADMIN_URL") or (
            opened.enter_context(local_postgres.running(folder / "postgres", settings=postgres)).admin_url
        )
        passwords = {process: token_urlsafe(24) for process in database.LOGINS}
        # Files of an earlier run were encrypted with keys that are gone, and links in its mails lead nowhere.
        for stale in ("files", "mail"):
            shutil.rmtree(folder / stale, ignore_errors=True)
        template = database.migrated_template(admin_url, passwords=passwords)
        database.copy_template(admin_url, template, name=name)
        addresses = {
            **database.addresses(admin_url, name=name, passwords=passwords),
            "admin": database.with_name(admin_url, name),
        }
        ports = choose_port(web_port), choose_port(sandbox_port)
        environment = _environment(folder, addresses, *ports) | dict(settings or {})
        _collect_static(folder, environment)
        stack = _start(folder, environment, addresses, *ports, reload=reload)
        # Unwound from the end: all are asked to stop at once, then each is waited for.
        for child in stack.children:
            opened.callback(child.stop)
        for child in stack.children:
            opened.callback(child.ask_to_stop)
        if prepare is not None:
            prepare(environment)
        stack.sandbox.wait_until_answers(f"{stack.sandbox_url}/healthz")
        stack.web.wait_until_answers(f"{stack.web_url}/healthz")
        yield stack


def _environment(folder: Path, addresses: Mapping[str, str], web_port: int, sandbox_port: int) -> dict[str, str]:
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    return {
        **os.environ,
        **fresh_keys(),
        "DJANGO_SETTINGS_MODULE": "casehug.config.settings",
        "CASEHUG_BASE_URL": f"http://127.0.0.1:{web_port}",
        "CASEHUG_EXTRA_HOSTS": "localhost",
        "CASEHUG_DATA_FOLDER": str(folder),
        "CASEHUG_OUTBOX_PAGE": "1",
        "CASEHUG_SMS": "console",
        "DATABASE_URL": addresses["app"],
        "DATABASE_SYNC_URL": addresses["sync"],
        "LAWMATICS_API_URL": sandbox,
        "LAWMATICS_AUTHORIZE_URL": f"{sandbox}/oauth/authorize",
        "LAWMATICS_TOKEN_URL": f"{sandbox}/oauth/token",
        "LAWMATICS_REVOKE_URL": f"{sandbox}/oauth/revoke",
        "LAWMATICS_MATTER_PAGE": f"{sandbox}/console/matters/{{id}}",
    }


def _start(
    folder: Path,
    environment: dict[str, str],
    addresses: dict[str, str],
    web_port: int,
    sandbox_port: int,
    *,
    reload: bool,
) -> Stack:
    logs = folder / "logs"
    app, sync = {**environment, "CASEHUG_PROCESS": "app"}, {**environment, "CASEHUG_PROCESS": "sync"}
    casehug = [sys.executable, "-m", "casehug.ops.cli"]
    served = serve("casehug.config.wsgi:application", port=web_port, threads=4)
    return Stack(
        web_url=environment["CASEHUG_BASE_URL"],
        sandbox_url=environment["LAWMATICS_API_URL"],
        environment=environment,
        addresses=addresses,
        web=Child(
            "The web server",
            [*casehug, "runserver", f"127.0.0.1:{web_port}"] if reload else served,
            environment=app,
            log=logs / "web.log",
        ),
        worker=Child("The worker", [*casehug, "worker"], environment=sync, log=logs / "worker.log"),
        mail_worker=Child("The mail worker", [*casehug, "worker"], environment=app, log=logs / "mail_worker.log"),
        sandbox=Child(
            "The sandbox",
            serve("sandbox.wsgi:app", port=sandbox_port, threads=8),
            environment=environment,
            log=logs / "sandbox.log",
        ),
    )


def _collect_static(folder: Path, environment: Mapping[str, str]) -> None:
    """Copy and hash the static files, unless nothing has changed since the last time."""
    house = Path(__file__).parents[1]
    newest = max(file.stat().st_mtime for file in house.glob("*/static/**/*"))
    stamp = folder / "static" / ".collected"
    if stamp.exists() and stamp.stat().st_mtime >= newest:
        return
    command = [sys.executable, "-m", "casehug.ops.cli", "collectstatic", "--noinput", "--clear", "--verbosity", "0"]
    subprocess.run(command, env=dict(environment), check=True)  # noqa: S603
    stamp.touch()
