"""Django's settings, from the data folder and few environment variables (docs/how-to/install.md lists them)."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from platekeeper.office.accounts.providers import providers_in
from platekeeper.office.config.data_folder import DataFolder
from platekeeper.office.config.database import Database

_OFFICE = Path(__file__).resolve().parents[1]
_FOLDER = DataFolder.located()
_DATABASE = Database.located()

DATA_FOLDER = _FOLDER.path
SIGN_IN = providers_in(DATA_FOLDER)
SECRET_KEY = _FOLDER.secret("django.key").hex()
MASTER_KEY = _FOLDER.secret("master.key")  # wraps the data keys of images
LEDGER_KEY = _FOLDER.secret("ledger.key")  # signs checkpoints, and so evidence packages
PUSH_KEY = _FOLDER.secret("push.key")  # signs what wakes browsers
# where browsers' makers pass pushes on; empty for no web push at all
PUSH_SERVICES = [
    service
    for service in os.environ.get(
        "PLATEKEEPER_PUSH_SERVICES",
        "https://fcm.googleapis.com,https://updates.push.services.mozilla.com,https://*.push.apple.com,"
        "https://*.notify.windows.com",
    ).split(",")
    if service
]
LEDGER_PLACES = [place for place in os.environ.get("PLATEKEEPER_PUBLISH_TO", "").split(",") if place]
AUDITOR_ADDRESS = _DATABASE.address("auditor")
INSTALLATION = _FOLDER.secret("installation.id", length_bytes=8).hex()
TIMESTAMPS = os.environ.get("PLATEKEEPER_TIMESTAMPS", "")  # URL of an RFC 3161 authority, if there is one
TIMESTAMP_ROOTS = os.environ.get("PLATEKEEPER_TIMESTAMP_ROOTS", "")  # PEM file of its root certificates
DEBUG = False
HTTPS = os.environ.get("PLATEKEEPER_HTTPS") == "1"
ALLOWED_HOSTS = os.environ.get("PLATEKEEPER_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS]
MAP_TILES = os.environ.get(
    "PLATEKEEPER_MAP_TILES", ""
)  # a tile URL template; without one the map draws its own ground

_APPS = [
    "ui",
    "jobs",
    "accounts",
    "notices",
    "rms",
    "access",
    "roster",
    "governance",
    "devices",
    "reads",
    "hotlists",
    "alerts",
    "dispatch",
    "search",
    "cases",
    "retention",
    "sharing",
    "evidence",
    "misuse",
    "audits",
    "transparency",
    "compliance",
]
INSTALLED_APPS = [
    *(f"platekeeper.office.{name}" for name in _APPS),
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "platekeeper.office.ui.middleware.StaticFiles",
    "platekeeper.office.ui.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "platekeeper.office.ui.plain_text.PlainText",
    "django_htmx.middleware.HtmxMiddleware",
    "platekeeper.office.accounts.middleware.FirstDuties",
    "platekeeper.office.accounts.middleware.SessionRules",
    "platekeeper.office.access.middleware.Refusals",
]
ROOT_URLCONF = "platekeeper.office.config.urls"
ASGI_APPLICATION = "platekeeper.office.config.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "platekeeper.office.access.context.navigation",
            ]
        },
    }
]


def _alias(role: str, *, pool: bool = False) -> dict[str, Any]:
    given = dict(_DATABASE.parameters(role))
    if _DATABASE.embedded:
        given["host"] = str(
            _DATABASE.embedded.socket_folder
        )  # cheaper than the network, and closed to others
    known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    options: dict[str, Any] = {key: value for key, value in given.items() if key not in known.values()}
    options["application_name"] = f"platekeeper-{role}"
    # Django gives None, which forbids psycopg to prepare anything; so high, it prepares what `prepared` asks for alone
    options["prepare_threshold"] = 1_000_000
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{name: given.get(key, "") for name, key in known.items()},
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": pool,
    }


# `default` is the web role: whatever a page does, it does with nothing but the gate
DATABASES = {
    "default": _alias("web", pool=True),
    "ingest": _alias("ingest", pool=True),
    "custodian": _alias("custodian"),
    "auditor": _alias("auditor"),
    "owner": _alias("owner"),
}
DATABASE_ROUTERS = ["platekeeper.office.config.router.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [  # CJIS IA-5(1)(a): length and a list of common ones, no composition theatre
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "platekeeper.office.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "platekeeper.office.accounts.forms.LogInForm"}
ACCOUNT_SESSION_REMEMBER = False
# by address alone: what follows from failures on one account is the policy's, and kept in the database (CJIS AC-7)
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip"}
MFA_ADAPTER = "platekeeper.office.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]  # never mail or telephone (CJIS IA-5(1)(c))
MFA_TOTP_ISSUER = "Platekeeper"
MFA_FORMS = {
    "authenticate": "platekeeper.office.accounts.factors.CodeForm",
    "reauthenticate": "platekeeper.office.accounts.factors.CodeAgainForm",
    "activate_totp": "platekeeper.office.accounts.factors.NewAppForm",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# where messages leave the house, e.g. smtp://user:password@mail.police.example:587; without it none leave by e-mail
_SMTP = urlsplit(os.environ.get("PLATEKEEPER_SMTP", ""))
EMAIL_HOST, EMAIL_PORT = _SMTP.hostname or "", _SMTP.port or 587
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_SMTP.username or ""), unquote(_SMTP.password or "")
EMAIL_USE_TLS = EMAIL_HOST not in ("", "127.0.0.1", "localhost")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("PLATEKEEPER_MAIL_FROM", "platekeeper@localhost")
PUBLIC_ADDRESS = os.environ.get("PLATEKEEPER_ADDRESS", "http://127.0.0.1:8000")  # how links in messages begin

SESSION_COOKIE_AGE = 12 * 3600  # CJIS IA-5 j: log in again after 12 hours
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

STATIC_URL = "static/"
STATIC_ROOT = _OFFICE / "ui" / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "America/Los_Angeles"

# Logs never hold plates or secrets: requests are logged without their query, exceptions without their words.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "platekeeper.office.config.logs.DiscreetFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "filters": {"one-line": {"()": "platekeeper.office.config.logs.OneLine"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one-line"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "platekeeper": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "uvicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
