"""The round: every message once, tried again when the mail server is away, given up in the end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from threading import Barrier
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.test import override_settings

from casehug.kit import clock
from casehug.kit.clock import ManualClock
from casehug.kit.outgoing import NetworkInsideTransaction
from casehug.notify import delivery
from casehug.notify.letters import Contents
from casehug.notify.models import MailRound, Message
from casehug.notify.services import queue_message
from casehug.tenancy.scope import firm_scope
from tests.cast import Cast
from tests.databases import TestDatabase, hang_up
from tests.notify.conftest import Deliver

HELLO = Contents("Hello", "Secret words of a mail", "<p>Secret words of a mail</p>")


class MailServer(BaseEmailBackend):
    """Does what the test says, and remembers whether it was asked inside a transaction."""

    answer: Callable[[], None] = staticmethod(lambda: None)
    sent: list[str] = []
    in_transaction: list[bool] = []

    def send_messages(self, email_messages: Any) -> int:
        MailServer.in_transaction.append(connection.in_atomic_block)
        MailServer.answer()
        MailServer.sent += [message.to[0] for message in email_messages]
        return len(email_messages)


@pytest.fixture
def server() -> Any:
    MailServer.answer, MailServer.sent, MailServer.in_transaction = staticmethod(lambda: None), [], []
    with override_settings(EMAIL_BACKEND="tests.notify.test_delivery.MailServer"):
        yield MailServer


def failing(error: Exception) -> Callable[[], None]:
    def answer() -> None:
        raise error

    return staticmethod(answer)


def queue(people: Cast, count: int = 1) -> None:
    with firm_scope(people.firm_id):
        for number in range(count):
            queue_message(kind="invitation", recipient=f"p{number}@example.com", contents=HELLO)


def only(people: Cast) -> Message:
    with firm_scope(people.firm_id):
        return Message.objects.get()


def test_it_sends_outside_of_any_transaction(people: Cast, server: type[MailServer]) -> None:
    queue(people)
    delivery.run_round(people.firm_id)
    assert (server.sent, server.in_transaction) == (["p0@example.com"], [False])


def test_it_refuses_to_send_inside_of_one(people: Cast) -> None:
    with transaction.atomic(), pytest.raises(NetworkInsideTransaction):
        delivery._send([])


def test_it_tries_again_later_when_the_server_is_away(
    people: Cast, server: type[MailServer], time: ManualClock
) -> None:
    queue(people)
    server.answer = failing(SMTPServerDisconnected("p0@example.com is secret"))
    delivery.run_round(people.firm_id)
    waiting = only(people)
    assert (waiting.state, waiting.tries, bool(waiting.sealed)) == ("waiting", 1, True)
    assert "secret" not in waiting.problem
    server.answer = staticmethod(lambda: None)
    delivery.run_round(people.firm_id)
    assert server.sent == []
    time.advance(10)
    delivery.run_round(people.firm_id)
    assert (server.sent, only(people).state, only(people).sealed) == (["p0@example.com"], "sent", None)


def test_it_gives_up_in_the_end_and_erases_it(people: Cast, server: type[MailServer], time: ManualClock) -> None:
    queue(people)
    server.answer = failing(TimeoutError())
    for _ in range(delivery.TRIES):
        delivery.run_round(people.firm_id)
        time.advance(1000)
    given_up = only(people)
    assert (given_up.state, given_up.tries, given_up.sealed) == ("failed", delivery.TRIES, None)


def test_it_does_not_insist_on_an_address_that_is_refused(people: Cast, server: type[MailServer]) -> None:
    queue(people)
    server.answer = failing(SMTPRecipientsRefused({"p0@example.com": (550, b"no")}))
    delivery.run_round(people.firm_id)
    assert (only(people).state, only(people).problem) == ("failed", "The mail server refuses this address.")


def test_a_worker_that_died_is_replaced_after_its_lease(
    people: Cast, server: type[MailServer], time: ManualClock
) -> None:
    queue(people)
    server.answer = failing(KeyboardInterrupt())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        delivery.run_round(people.firm_id)
    server.answer = staticmethod(lambda: None)
    delivery.run_round(people.firm_id)
    assert server.sent == []
    time.advance(delivery.LEASE.total_seconds())
    delivery.run_round(people.firm_id)
    assert server.sent == ["p0@example.com"]


def test_rounds_at_once_send_each_message_once(people: Cast, server: type[MailServer]) -> None:
    queue(people, 60)
    ready = Barrier(3, timeout=10)

    def one(_: int) -> None:
        try:
            ready.wait()
            delivery.run_round(people.firm_id)
        finally:
            hang_up()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))
    assert sorted(server.sent) == sorted(f"p{number}@example.com" for number in range(60))


def test_the_tick_finds_a_firm_whose_wake_up_was_lost(people: Cast, time: ManualClock, deliver: Deliver) -> None:
    queue(people)
    assert people.firm_id in delivery.due_firms()
    deliver(people.firm_id)
    assert people.firm_id not in delivery.due_firms()


def test_the_tick_comes_back_when_a_message_may_go(people: Cast, time: ManualClock, deliver: Deliver) -> None:
    later = clock.now() + timedelta(hours=5)
    with firm_scope(people.firm_id):
        queue_message(kind="invitation", recipient="p@example.com", contents=HELLO, not_before=later)
    assert deliver(people.firm_id) == []
    assert MailRound.objects.get(firm_id=people.firm_id).due_at == later
    time.advance(5 * 3600)
    assert people.firm_id in delivery.due_firms()


def test_a_firm_sends_nothing_of_another(people: Cast, deliver: Deliver) -> None:
    queue(people)
    with firm_scope(people.other_firm_id):
        queue_message(kind="invitation", recipient="other@example.com", contents=HELLO)
    assert [message.to for message in deliver(people.firm_id)] == [["p0@example.com"]]


def test_a_mail_keeps_its_id_over_tries(people: Cast, deliver: Deliver) -> None:
    queue(people)
    (sent,) = deliver(people.firm_id)
    assert sent.extra_headers["Message-ID"] == f"<{only(people).id}@localhost>"


def test_nothing_of_a_mail_stands_in_the_jobs(people: Cast, database: TestDatabase) -> None:
    queue(people)
    with database.connect("admin") as admin:
        rows = admin.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name = 'notify.round'").fetchall()
    assert rows and all("Secret" not in row and "@" not in row for (row,) in rows)


def test_the_engine_can_queue_but_not_read(people: Cast, database: TestDatabase) -> None:
    queue(people)
    with database.connect("sync") as engine:
        with pytest.raises(Exception, match="permission denied"):
            engine.execute("SELECT sealed FROM notify_message")
