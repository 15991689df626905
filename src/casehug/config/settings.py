"""Django's settings, read from the environment. The table of all of them: docs/reference/settings.md."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from casehug.config import env, storage

# --- Who we are -------------------------------------------------------------------------------------------------------

BASE_URL = env.optional("CASEHUG_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
_address = urlsplit(BASE_URL)
_secure = _address.scheme == "https"
if not _secure and _address.hostname not in {"127.0.0.1", "localhost", "::1"}:
    raise env.Misconfigured(
        "E003",
        "CASEHUG_BASE_URL is plain http and not on this machine.",
        "Put a TLS front before CaseHug and give its https address.",
    )

DEBUG = env.flag("CASEHUG_DEBUG")
SECRET_KEY = env.required(
    "CASEHUG_SECRET_KEY", number="E001", hint="Make one with: casehug keys. Keep it out of the repository."
)
ENCRYPTION_KEYS = env.required(
    "CASEHUG_ENCRYPTION_KEYS",
    number="E002",
    hint="Make one with: casehug keys. Without it tokens and documents are lost: back it up apart from the data.",
)
ALLOWED_HOSTS = [_address.hostname or "", *filter(None, env.optional("CASEHUG_EXTRA_HOSTS").split(","))]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- Database: three logins, one per kind of work ---------------------------------------------------------------------

# app = web pages, sync = the worker, owner = migrations only. The start-up check refuses app and sync
# logins that own tables or pass row security.
PROCESS = env.optional("CASEHUG_PROCESS", "app")
_DATABASE_URL_OF = {"app": "DATABASE_URL", "sync": "DATABASE_SYNC_URL", "owner": "DATABASE_OWNER_URL"}
if PROCESS not in _DATABASE_URL_OF:
    raise env.Misconfigured("E006", "CASEHUG_PROCESS is unknown.", "Use app, sync or owner.")

_database = env.database(
    env.required(
        _DATABASE_URL_OF[PROCESS],
        number="E004",
        hint="Start with make demo, or see docs/how-to/use-your-own-postgresql.md.",
    )
)
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **_database,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_database["OPTIONS"], "application_name": f"casehug-{PROCESS}"},
    }
}

# --- Rooms ------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "csp",
    "casehug.ui",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
    "casehug.kit",
    "casehug.accounts",
    "casehug.tenancy",
    "casehug.events",
    "casehug.audit",
    "casehug.intake",
    "casehug.connections",
    "casehug.sync",
    "casehug.notify",
    "casehug.web",
    "casehug.portal",
    "casehug.ops",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "casehug.web.middleware.PrivatePages",
]

ROOT_URLCONF = "casehug.config.urls"
WSGI_APPLICATION = "casehug.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "casehug.web.navigation.context",
            ],
        },
    }
]
FORM_RENDERER = "casehug.ui.forms.Renderer"

# --- Sign-in ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "casehug.accounts.adapter.InvitationOnly"
ACCOUNT_FORMS = {
    "login": "casehug.accounts.forms.SignInForm",
    "reset_password": "casehug.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "casehug.accounts.forms.FreshPasswordForm",
    "change_password": "casehug.accounts.forms.OtherPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_NAME = "__Host-session" if _secure else "casehug-session"
CSRF_FAILURE_VIEW = "casehug.portal.trouble.forged"
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "casehug-csrf"

# Counters of failed sign-ins are shared by all processes, so they live in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        # By default 300 entries push older ones out, and with them a victim's count of failed sign-ins.
        "OPTIONS": {
            "MAX_ENTRIES": 100_000,
        },
    },
}

# --- Headers ----------------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = _secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _secure
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.flag("CASEHUG_BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # The caps on failed sign-ins count per address: that of the visitor, not the proxy's.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

# --- Lawmatics --------------------------------------------------------------------------------------------------------

LAWMATICS_API_URL = env.optional("LAWMATICS_API_URL", "https://api.lawmatics.com")
LAWMATICS_AUTHORIZE_URL = env.optional("LAWMATICS_AUTHORIZE_URL", "https://app.lawmatics.com/oauth/authorize")
LAWMATICS_TOKEN_URL = env.optional("LAWMATICS_TOKEN_URL", "https://api.lawmatics.com/oauth/token")
LAWMATICS_REVOKE_URL = env.optional("LAWMATICS_REVOKE_URL", "https://api.lawmatics.com/oauth/revoke")
# A matter's page in the browser, with {id}. Empty: only the id is shown, since Lawmatics documents no address.
LAWMATICS_MATTER_PAGE = env.optional("LAWMATICS_MATTER_PAGE")
LAWMATICS_REQUESTS_PER_MINUTE = env.number("LAWMATICS_REQUESTS_PER_MINUTE", 50)
# Lawmatics advises to stay under 100 MB.
LAWMATICS_MAX_FILE_BYTES = min(env.number("LAWMATICS_MAX_FILE_MB", 25), 100) * 1024 * 1024

_form_targets = {f"{part.scheme}://{part.netloc}" for part in [urlsplit(LAWMATICS_AUTHORIZE_URL)]}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        # Chromium applies form-action to the redirect after a form too, and Connect ends at Lawmatics.
        "form-action": ["'self'", *sorted(_form_targets)],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Files, mail, texts -----------------------------------------------------------------------------------------------

DATA_FOLDER = Path(env.optional("CASEHUG_DATA_FOLDER", ".data"))
STORAGES: dict[str, dict[str, Any]] = {
    "default": storage.files(DATA_FOLDER / "files"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_FOLDER / "static"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

MAX_DOCUMENT_BYTES = env.number("CASEHUG_MAX_DOCUMENT_MB", 25) * 1024 * 1024
MAX_DOCUMENTS_PER_MATTER = 200
MAX_BYTES_PER_MATTER = 2 * 1024**3
MAX_UPLOADS_PER_FIRM = 1000
# host:port of a ClamAV daemon. While it does not answer, no file is taken.
CLAMAV: str = env.address("CASEHUG_CLAMAV")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "casehug.kit.uploads.BoundedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env.optional("CASEHUG_SMTP_HOST")
    else ("django.core.mail.backends.filebased.EmailBackend")
)
EMAIL_FILE_PATH = DATA_FOLDER / "mail"
EMAIL_HOST = env.optional("CASEHUG_SMTP_HOST", "localhost")
EMAIL_PORT = env.number("CASEHUG_SMTP_PORT", 587)
EMAIL_HOST_USER = env.optional("CASEHUG_SMTP_USER")
EMAIL_HOST_PASSWORD = env.optional("CASEHUG_SMTP_PASSWORD")
EMAIL_USE_TLS = True
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.optional("CASEHUG_MAIL_FROM", "CaseHug <intake@localhost>")
# none, console (files beside the mails), or the dotted path of a class that fits casehug.notify.sms.TextSender.
SMS = env.optional("CASEHUG_SMS", "none")
OUTBOX_PAGE = env.flag("CASEHUG_OUTBOX_PAGE")
if OUTBOX_PAGE and env.optional("CASEHUG_SMTP_HOST"):
    raise env.Misconfigured(
        "E009",
        "CASEHUG_OUTBOX_PAGE is on together with a real mail server.",
        "The page shows private links and codes, so it is for the demo and development only. Take one of them away.",
    )

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Jobs and logs ----------------------------------------------------------------------------------------------------

WORKER_THREADS = env.number("CASEHUG_WORKER_THREADS", 8)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "casehug.config.logs.line_formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.optional("CASEHUG_LOG_LEVEL", "INFO")},
    "loggers": {
        # Both would put whole addresses or job arguments into the log.
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
