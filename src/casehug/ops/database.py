"""Making CaseHug's logins and database on any PostgreSQL 15 or newer. Needs an administrator's login, once.

    casehug_owner  owns the tables and runs migrations; under forced row security even it sees no firm's rows
    casehug_app    the web pages
    casehug_sync   the worker that talks to Lawmatics

None of them is a superuser or may bypass row security. Their rights on tables are granted by the migrations.
"""

import hashlib
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from casehug.ops.keys import fresh_keys

LOGINS = {"owner": "casehug_owner", "app": "casehug_app", "sync": "casehug_sync"}
OLDEST = 150000


class CannotPrepare(Exception):
    """The server does not fit. The text says why and what to do."""


def init(admin_url: str, *, name: str, passwords: dict[str, str], replace: bool = False) -> dict[str, str]:
    """Create what is missing; answers the logins' addresses by process (owner, app, sync).

    `admin_url` is that of a superuser or of a login that may create roles and databases. Logins belong to the whole
    server: those that exist get the new passwords only with `replace`, because whoever uses the old ones is locked out.
    Raises CannotPrepare; psycopg.Error if the server refuses.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if connection.info.server_version < OLDEST:
            raise CannotPrepare("This PostgreSQL is too old. CaseHug needs version 15 or newer.")
        # All are judged before any is touched.
        known = {login: _judge_login(connection, login, replace=replace) for login in LOGINS.values()}
        for process, login in LOGINS.items():
            _make_login(connection, login, passwords[process], known=known[login])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("GRANT casehug_owner TO CURRENT_USER"))
            make = sql.SQL("CREATE DATABASE {} OWNER casehug_owner ENCODING 'UTF8' TEMPLATE template0")
            connection.execute(make.format(sql.Identifier(name)))
    _close_public(admin_url, name)
    return addresses(admin_url, name=name, passwords=passwords)


def addresses(admin_url: str, *, name: str, passwords: dict[str, str]) -> dict[str, str]:
    """The logins' addresses by process (owner, app, sync) on the server of `admin_url`."""
    return {process: _address(admin_url, login, passwords[process], name) for process, login in LOGINS.items()}


def migrated_template(admin_url: str, *, passwords: dict[str, str]) -> str:
    """The name of a database with every migration applied, made on first use: new databases are copied from it.

    Its name changes when a migration or one of the libraries that bring some does, so a stale one is never used.
    """
    name = f"casehug_template_{_fingerprint()}"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            init(admin_url, name=name, passwords=passwords, replace=True)
            return name
        # Under another name until it is complete: a migration that failed must not leave a template behind.
        unfinished = f"{name}_unfinished"
        drop(connection, unfinished)
        made = init(admin_url, name=unfinished, passwords=passwords, replace=True)
        migrate(made["owner"])
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(name)))
    return name


def copy_template(admin_url: str, template: str, *, name: str) -> None:
    """Make the database `name` a fresh copy of the template, in place of one that was there."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        drop(connection, name)
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER casehug_owner")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
    _close_public(admin_url, name)


def drop(connection: "psycopg.Connection[Any]", name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate(owner_url: str) -> None:
    """Run the migrations in a process of their own, as the owner."""
    keys = {name: os.environ.get(name) or value for name, value in fresh_keys().items()}
    environment = {**os.environ, **keys, "CASEHUG_PROCESS": "owner", "DATABASE_OWNER_URL": owner_url}
    command = [sys.executable, "-m", "casehug.ops.cli", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=environment, check=True)  # noqa: S603


def _fingerprint() -> str:
    house = Path(__file__).parents[1]
    sources = [*sorted(house.glob("*/migrations/*.py")), house / "tenancy" / "rowsecurity.py"]
    versions = "".join(f"{name}{version(name)}" for name in ("django", "django-allauth", "procrastinate"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in sources) + versions.encode()).hexdigest()[:12]


def init_and_print(admin_url: str, *, name: str, replace: bool) -> None:
    passwords = {process: token_urlsafe(24) for process in LOGINS}
    try:
        made = init(admin_url, name=name, passwords=passwords, replace=replace)
    except (CannotPrepare, psycopg.Error) as problem:
        sys.exit(f"The database was not prepared: {str(problem).strip()}")
    for variable, process in (
        ("DATABASE_OWNER_URL", "owner"),
        ("DATABASE_URL", "app"),
        ("DATABASE_SYNC_URL", "sync"),
    ):
        sys.stdout.write(f"{variable}={made[process]}\n")


def _judge_login(connection: psycopg.Connection, login: str, *, replace: bool) -> bool:
    """Whether the login exists. Raises CannotPrepare if it may not be used or not be changed."""
    known = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [login]).fetchone()
    if known == (True,):
        raise CannotPrepare(f"The login {login} exists and passes row security. Take that right from it first.")
    if known and not replace:
        raise CannotPrepare(
            f"The login {login} exists on this server already. With --new-passwords all three logins get new ones, and"
            " whoever uses the old ones is locked out."
        )
    return known is not None


def _make_login(connection: psycopg.Connection, login: str, password: str, *, known: bool) -> None:
    verb = sql.SQL("ALTER ROLE {}" if known else "CREATE ROLE {}").format(sql.Identifier(login))
    rights = sql.SQL("LOGIN NOCREATEDB NOCREATEROLE PASSWORD {}").format(sql.Literal(password))
    connection.execute(verb + sql.SQL(" ") + rights)


def _close_public(admin_url: str, name: str) -> None:
    with psycopg.connect(with_name(admin_url, name), autocommit=True) as connection:
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO casehug_owner, casehug_app, casehug_sync")
        connection.execute(grant.format(sql.Identifier(name)))
        connection.execute("ALTER SCHEMA public OWNER TO casehug_owner")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def _address(admin_url: str, login: str, password: str, name: str) -> str:
    # The rest of the address stays as given, sslmode above all.
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(("postgresql", f"{login}:{quote(password, safe='')}@{place}", f"/{name}", parts.query, ""))


def with_name(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, parts.fragment))
