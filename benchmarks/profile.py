"""Why a page is slow: the statements that took most of its time, each with PostgreSQL's plan."""

from typing import Any

SHOWN = 3


def explain(alice: Any, path: str) -> None:
    """Fetch the page once more inside this process, and print its slowest statements."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection, reset_queries  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from casehug.accounts.models import User  # noqa: PLC0415
    from casehug.tenancy.scope import firm_scope  # noqa: PLC0415

    browser = Client(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(id=alice.user_id))
    settings.DEBUG = True
    reset_queries()
    browser.get(path)
    slow = sorted(connection.queries, key=lambda query: -float(query["time"]))[:SHOWN]
    print(f"    {len(connection.queries)} statements; the slowest of {path}")
    settings.DEBUG = False
    for query in slow:
        print(f"    {float(query['time']) * 1000:.0f} ms  {query['sql'][:1500]}")
        if query["sql"].startswith("SELECT"):
            with firm_scope(alice.firm_id), connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query["sql"].replace("%", "%%"))
                for (line,) in cursor.fetchall():
                    print(f"        {line}")
