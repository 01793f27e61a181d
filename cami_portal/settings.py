"""Settings: everything that differs between installations comes from environment variables (see README)."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext_lazy as _
from js_asset import static_lazy

from .environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"  # what this installation makes and git ignores: secret, database, media, collected static files

env = Environment()
env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", False)
DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{VAR / 'db.sqlite3'}")}
SECRET_KEY = env.secret("SECRET_KEY", VAR / "secret_key", DATABASES["default"])
SITE_URL = env.site("SITE_URL")  # https://… in production; whole addresses in pages, mails and feeds begin with it
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", SITE_URL, DEBUG)

# Whether visitors arrive by HTTPS. Then cookies are sent by HTTPS only and HTTP is redirected.
HTTPS = env.bool("HTTPS", SITE_URL.startswith("https://"))
SECURE_SSL_HOST = urlsplit(SITE_URL).netloc or None
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_REDIRECT_EXEMPT = ["^(livez|healthz|readyz)$"]  # balancers ask without it (health.py)
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
# For all names below that of the portal, and in the lists that browsers are shipped with: both bind the whole domain of
# an organisation, the second for months after one thinks better of it. So neither goes without saying.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # which would have them switched on
# Only a proxy that overwrites this header may be trusted with it; and only the last address it says is the visitor's.
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_SAMESITE = True, HTTPS, "Lax"  # of the desk
CSRF_FAILURE_VIEW = "cami_portal.errors.csrf_failure"

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, as it asks
    "cami_portal.apps.GuardedAdminConfig",  # the admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",  # its templates
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_filters",
    "django_htmx",
    "django_prose_editor",
    "allauth.account",
    "allauth.mfa",
    "reversion",
    "publishing",
    "contacts",
    "species",
    "events",
    "news",
    "cami_portal",
]

MIDDLEWARE = [
    # Above static files, so that these have the same headers.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cami_portal.security.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cami_portal.compression.CompressionMiddleware",  # above all that may still change an answer
    "cami_portal.security.SiteMiddleware",
    "cami_portal.security.CrossOriginMiddleware",
    "cami_portal.security.ReadersMiddleware",
    "cami_portal.health.HealthMiddleware",  # above all that asks for the host
    "cami_portal.page_cache.KeepingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cami_portal.languages.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "cami_portal.urls"
WSGI_APPLICATION = "cami_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "publishing.templatetags.keeping",
                "publishing.templatetags.page",
                "publishing.templatetags.publishing",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# After so many seconds nobody waits for PostgreSQL any more; 0: as long as it takes, as for commands (see wsgi.py).
STATEMENT_SECONDS = env.int("STATEMENT_SECONDS", 20 if "PORTAL_SERVES" in os.environ else 0)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue up instead of failing with "database is locked"; readers never wait for them.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    )
    # Whoever closes the last one removes the files that reading needs, too; on a full disk they would never come back.
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["ENGINE"] = "cami_portal.postgresql"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    if STATEMENT_SECONDS:  # what is idle inside a transaction holds its locks: somebody's program was stopped
        limits = f"-c statement_timeout={STATEMENT_SECONDS}s -c idle_in_transaction_session_timeout=60s"
        DATABASES["default"]["OPTIONS"].setdefault("options", limits)
        # A network that loses everything shows itself in the same time.
        DATABASES["default"]["OPTIONS"].setdefault("tcp_user_timeout", STATEMENT_SECONDS * 1000)
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"

# Sessions (sessions.py) end when the browser is closed, after so many hours of rest, and at the latest after a week.
SESSION_ENGINE = "cami_portal.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_HOURS", 12, least=1) * 3600
SESSION_LIMIT = env.int("SESSION_DAYS", 7, least=1) * 24 * 3600

# Whether Administrators get to the desk only with a second factor; elsewhere a banner asks them to set it up.
REQUIRE_MFA = env.bool("REQUIRE_MFA", HTTPS and not DEBUG)
MFA_ADAPTER = "cami_portal.signin.TwoFactorAdapter"
MFA_TOTP_ISSUER = "CAMI portal"
MFA_FORMS = {
    "authenticate": "cami_portal.signin.AuthenticateForm",
    "reauthenticate": "cami_portal.signin.ReauthenticateByCodeForm",
    "activate_totp": "cami_portal.signin.ActivateForm",
}
ACCOUNT_ADAPTER = "cami_portal.signin.Adapter"
ACCOUNT_FORMS = {"login": "cami_portal.signin.LoginForm", "reauthenticate": "cami_portal.signin.ReauthenticateForm"}
ACCOUNT_LOGIN_METHODS = {"username"}  # which is the e-mail, in small letters
ACCOUNT_EMAIL_VERIFICATION = "none"  # the link in the invitation does it
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL

# So many tries in as many minutes, per address or per whatever "key" says (signin.py). One window for all, so that the
# page that refuses can say when to try again. Who is refused can still sign in by a mailed link.
THROTTLE_MINUTES = 10
ACCOUNT_RATE_LIMITS = {
    action: limits.replace("…", f"{THROTTLE_MINUTES}m")
    for action, limits in {
        "login": "100/…/ip",
        "login_failed": "20/…/ip,5/…/key",  # of an account from an address; of an account's codes
        "login_failed_anywhere": "50/…/key",  # of an account
        "reauthenticate": "10/…/user",
        "change_password": "10/…/user",
        "reset_password": "10/…/ip,3/…/key",  # to a mailbox
        "reset_password_from_key": "50/…/ip",
    }.items()
}
# The counters stand in a table: all workers share them, and a restart forgets nothing.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cami_portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
# Several hosts spare their database these writes.
if REDIS_URL := env.redis("REDIS_URL"):
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cami",
        "OPTIONS": {"socket_connect_timeout": 3, "socket_timeout": 3},  # seconds
    }

# Readers' pages that each worker keeps (page_cache.py), in bytes; 0: none, as with DEBUG, where templates change.
PAGE_CACHE = 0 if DEBUG else env.int("PAGE_CACHE_MB", 16) * 2**20
# The file by whose time nginx on the same host knows that pages it keeps are old; without it nginx keeps none.
EDITION_FILE = env.str("EDITION_FILE", "")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
FORMAT_MODULE_PATH = ["cami_portal.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en", "ru")
TIME_ZONE = "Europe/Berlin"  # the Secretariat's
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR / "static")))
MEDIA_URL = "media/"
MEDIA_ROOT = env.str("MEDIA_ROOT", str(VAR / "media"))
DUMP_ROOT = env.str("DUMP_ROOT", str(VAR / "dump"))  # the open data that `manage.py dump` builds
STORAGES = {
    "default": {"BACKEND": "publishing.storage.SturdyStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Two sets of the code may share the folder of static files: which of them are its own each notes for itself.
        "OPTIONS": {"manifest_storage": FileSystemStorage(VAR / "manifest")},
    },
}
# Uploads in a bucket (publishing/buckets.py) instead of MEDIA_ROOT, where several hosts have no folder in common.
if BUCKET := env.bucket(
    bucket=env.str("S3_BUCKET", ""),
    prefix=env.str("S3_PREFIX", ""),
    endpoint=env.site("S3_ENDPOINT"),
    region=env.str("S3_REGION", ""),
    key=env.str("S3_KEY", ""),
    secret=env.str("S3_SECRET", ""),
):
    MEDIA_ROOT = ""
    STORAGES["default"] = {"BACKEND": "publishing.buckets.Bucket", "OPTIONS": BUCKET}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# Without a mail server mails are printed by the server: invitations and new passwords work all the same.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds; a mail server that hangs must not hold a worker
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "cami-portal@localhost")

# How many days what the portal knows of people is kept (retention.py, docs/personal-data.md): disabled accounts and
# those at which nobody ever signed in, both counted from the last that happened to them; links to previews after their
# end, with the note for whom they were; the past of people who were removed, who can be brought back until then.
KEEP_ACCOUNTS_DAYS = env.int("KEEP_ACCOUNTS_DAYS", 730)
KEEP_UNUSED_ACCOUNTS_DAYS = env.int("KEEP_UNUSED_ACCOUNTS_DAYS", 180)
KEEP_PREVIEW_LINKS_DAYS = env.int("KEEP_PREVIEW_LINKS_DAYS", 90)
KEEP_REMOVED_PEOPLE_DAYS = env.int("KEEP_REMOVED_PEOPLE_DAYS", 365)

# Under which licence the open data may be used; while nobody decided, that is said.
DATA_LICENCE = env.str("DATA_LICENCE", "")
DATA_LICENCE_URL = env.str("DATA_LICENCE_URL", "")

# Links are checked on the public internet only; hosts of one's own network whose pages readers can open stand here.
LINK_CHECK_PRIVATE_HOSTS = env.list("LINK_CHECK_PRIVATE_HOSTS", default=[])

# The treaty under whose code InforMEA gets our meetings and contacts; it refuses meetings of one that it does not know.
INFORMEA_TREATY = env.str("INFORMEA_TREATY", "cms")

# What the rich text editor has besides its own (the fields offer it: publishing/text.py, which also makes it safe).
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("publishing/admin/editor.js")],
        "extensions": {"PortalLink": lambda *args: None, "Pasting": lambda *args: None},
    },
    {
        "js": [static_lazy("publishing/admin/pictures.js")],
        "extensions": {"Picture": lambda *args: None},
    },
]

# Nothing inline, nothing from elsewhere. The admin's additions stand in security.py.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Where errors are reported to (error_reports.py); empty: nowhere but into the log.
SENTRY_DSN = env.str("SENTRY_DSN", "")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", "production")

# Lines of text for people, or of JSON for programs that collect them (logs.py); always in UTC.
LOG_FORMAT = env.str("LOG_FORMAT", "text", choices=["text", "json"])
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", 500)  # statements to the database that take longer are logged; 0: none
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"text": {"()": "cami_portal.logs.Text"}, "json": {"()": "cami_portal.logs.Json"}},
    "filters": {
        "without_trace": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: setattr(record, "exc_info", None) or True,
        },
        "faults": {
            "()": "django.utils.log.CallbackFilter",
            # A harvester that asks for what InforMEA's service does not support has met no fault of the portal.
            "callback": lambda record: getattr(record, "status_code", None) != 501,
        },
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "brief": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["without_trace"]},
    },
    "loggers": {
        "django": {"handlers": []},  # those of Django would say everything twice
        # A wrong Host header and a thousand parameters are anybody's to send: no trace of them fills the log.
        "django.security": {"handlers": ["brief"], "propagate": False},
        # What was refused, and by which status, stands in the line of each request (requests.py).
        "django.request": {"level": "ERROR", "filters": ["faults"]},
        "django.server": {"handlers": [], "level": "CRITICAL"},
        "gunicorn.error": {"handlers": ["console"], "propagate": False},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
