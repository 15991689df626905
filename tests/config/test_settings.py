"""What the environment says becomes settings, or a numbered refusal that repeats no value."""

import os
import runpy
from pathlib import Path
from typing import Any

import pytest

from casehug.config import env
from casehug.config.env import Misconfigured

CANARY = "s3cret-c4nary"
NAMES = ("CASEHUG_", "DATABASE_", "LAWMATICS_")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A complete environment with nothing else of ours in it."""
    for name in list(os.environ):
        if name.startswith(NAMES):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CASEHUG_SECRET_KEY", "k" * 50)
    monkeypatch.setenv("CASEHUG_ENCRYPTION_KEYS", "k1:x")
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:pw@db.example:6432/casehug")
    return monkeypatch


def settings() -> dict[str, Any]:
    return runpy.run_path(str(Path(env.__file__).with_name("settings.py")))


def refusal() -> Misconfigured:
    with pytest.raises(Misconfigured) as refused:
        settings()
    return refused.value


def told(refused: BaseException) -> str:
    """Everything that a traceback of it would print."""
    chain, text = refused, ""
    while chain:
        text += repr(chain) + str(chain)
        cause = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
        if cause is None:
            break
        chain = cause
    return text


def test_it_starts_with_three_values(environment: pytest.MonkeyPatch) -> None:
    assert settings()["DATABASES"]["default"]["HOST"] == "db.example"


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("CASEHUG_SECRET_KEY", None, "E001"),
        ("CASEHUG_SECRET_KEY", "", "E001"),
        ("CASEHUG_ENCRYPTION_KEYS", None, "E002"),
        ("CASEHUG_BASE_URL", "http://intake.example", "E003"),
        ("CASEHUG_BASE_URL", "intake.example", "E003"),
        ("CASEHUG_BASE_URL", "http://127.0.0.1.evil.example", "E003"),
        ("DATABASE_URL", None, "E004"),
        ("DATABASE_URL", f"mysql://root:{CANARY}@db/casehug", "E004"),
        ("DATABASE_URL", f"sqlite:///{CANARY}", "E004"),
        ("DATABASE_URL", f"postgresql://app:{CANARY}@db", "E004"),
        ("DATABASE_URL", f"postgresql://app:{CANARY}/x@db/casehug", "E004"),
        ("DATABASE_URL", f"postgresql://app:[{CANARY}@db/casehug", "E004"),
        ("DATABASE_URL", f"postgresql://app:{CANARY}℀@db/casehug", "E004"),
        ("DATABASE_URL", f"postgresql://app:x@db:{CANARY}/casehug", "E004"),
        ("CASEHUG_SECRET_KEY_FILE", f"/nowhere/{CANARY}", "E005"),
        ("CASEHUG_SMTP_PASSWORD_FILE", f"/nowhere/{CANARY}", "E005"),
        ("CASEHUG_PROCESS", CANARY, "E006"),
        ("CASEHUG_MAX_DOCUMENT_MB", CANARY, "E007"),
        ("CASEHUG_MAX_DOCUMENT_MB", "0", "E007"),
        ("CASEHUG_SMTP_PORT", "-25", "E007"),
        ("CASEHUG_WORKER_THREADS", "8.5", "E007"),
        ("CASEHUG_STORAGE", CANARY, "E008"),
        ("CASEHUG_STORAGE", "s3", "E008"),
        ("CASEHUG_CLAMAV", CANARY, "E008"),
        ("CASEHUG_CLAMAV", f"{CANARY}:0", "E008"),
        ("CASEHUG_CLAMAV", f":{'3' * 4}", "E008"),
        ("CASEHUG_CLAMAV", "clamav:99999", "E008"),
        ("LAWMATICS_REQUESTS_PER_MINUTE", "٥", "E007"),
        ("LAWMATICS_REQUESTS_PER_MINUTE", "9" * 5000, "E007"),
    ],
)
def test_it_refuses_with_a_number_and_repeats_no_value(
    environment: pytest.MonkeyPatch, name: str, value: str | None, number: str
) -> None:
    if name == "CASEHUG_SECRET_KEY_FILE":
        environment.delenv("CASEHUG_SECRET_KEY")
    if value is None:
        environment.delenv(name)
    else:
        environment.setenv(name, value)
    refused = refusal()
    assert refused.number == number
    assert "Hint: " in str(refused)
    assert CANARY not in told(refused)


def test_it_keeps_documents_in_a_private_folder_unless_told_otherwise(environment: pytest.MonkeyPatch) -> None:
    storage = settings()["STORAGES"]["default"]
    assert storage["BACKEND"] == "django.core.files.storage.FileSystemStorage"
    assert (storage["OPTIONS"]["file_permissions_mode"], settings()["CLAMAV"]) == (0o600, "")


def test_it_takes_the_address_of_a_virus_scanner(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CASEHUG_CLAMAV", "clamav.internal:3310")
    assert settings()["CLAMAV"] == "clamav.internal:3310"


def test_it_refuses_a_process_without_its_own_login(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CASEHUG_PROCESS", "sync")
    assert "DATABASE_SYNC_URL" in str(refusal())


@pytest.mark.parametrize(("process", "name"), [("sync", "DATABASE_SYNC_URL"), ("owner", "DATABASE_OWNER_URL")])
def test_it_gives_each_process_its_own_login(environment: pytest.MonkeyPatch, process: str, name: str) -> None:
    environment.setenv("CASEHUG_PROCESS", process)
    environment.setenv(name, f"postgresql://{process}:pw@db.example/casehug")
    assert settings()["DATABASES"]["default"]["USER"] == process


def test_it_reads_a_value_from_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    environment.delenv("CASEHUG_SECRET_KEY")
    environment.setenv("CASEHUG_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert settings()["SECRET_KEY"] == "from a file"


def test_it_prefers_the_value_itself_to_the_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file")
    environment.setenv("CASEHUG_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert settings()["SECRET_KEY"] == "k" * 50


def test_it_takes_an_empty_file_for_a_missing_value(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n")
    environment.delenv("CASEHUG_SECRET_KEY")
    environment.setenv("CASEHUG_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert refusal().number == "E001"


def test_it_refuses_a_file_that_is_no_text(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    environment.delenv("CASEHUG_SECRET_KEY")
    environment.setenv("CASEHUG_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert refusal().number == "E005"


def test_it_reads_the_parts_of_a_database_address() -> None:
    url = "postgres://us%40er:p%2Fw%3A@db.example:6432/my%20name?sslmode=verify-full&sslrootcert=%2Fca.pem"
    assert env.database(url) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "my name",
        "USER": "us@er",
        "PASSWORD": "p/w:",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "verify-full", "sslrootcert": "/ca.pem"},
    }


def test_it_keeps_the_encryption_that_the_database_address_asks_for(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://app:pw@db.example/casehug?sslmode=verify-full")
    options = settings()["DATABASES"]["default"]["OPTIONS"]
    assert options == {"sslmode": "verify-full", "application_name": "casehug-app"}


@pytest.mark.parametrize("value", ["", "0", "no", "false", "off", "yess", "2", "enabled"])
def test_it_takes_no_word_but_yes_for_a_flag(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("CASEHUG_DEBUG", value)
    assert settings()["DEBUG"] is False


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_it_knows_the_words_for_yes(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("CASEHUG_DEBUG", value)
    assert settings()["DEBUG"] is True


def test_it_secures_cookies_and_transport_behind_https(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CASEHUG_BASE_URL", "https://intake.example/")
    found = settings()
    assert found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"] and found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")


def test_it_answers_to_its_own_host_only(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CASEHUG_BASE_URL", "https://intake.example")
    assert settings()["ALLOWED_HOSTS"] == ["intake.example"]


def test_it_believes_a_proxy_s_header_only_when_told_that_there_is_one(environment: pytest.MonkeyPatch) -> None:
    assert "SECURE_PROXY_SSL_HEADER" not in settings()


def test_it_allows_no_script_and_no_style_but_our_own_files(environment: pytest.MonkeyPatch) -> None:
    rules = settings()["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert rules["default-src"] == ["'none'"]
    assert (rules["script-src"], rules["style-src"]) == (["'self'"], ["'self'"])
    assert not any("unsafe" in source for sources in rules.values() for source in sources)


def test_it_refuses_the_outbox_page_beside_a_real_mail_server(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CASEHUG_OUTBOX_PAGE", "1")
    assert settings()["OUTBOX_PAGE"] is True
    environment.setenv("CASEHUG_SMTP_HOST", "mail.example")
    assert refusal().number == "E009"
