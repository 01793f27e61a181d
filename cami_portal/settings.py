"""Settings: everything that differs between installations comes from environment variables (see README)."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _
from js_asset import static_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"  # what this installation makes and git ignores: secret, database, media, collected static files

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def secret_of_this_installation():
    """The secret in ``var/secret_key``, made at the first start, so that no default is ever in use."""
    path = VAR / "secret_key"
    if not path.exists():
        VAR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or secret_of_this_installation()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SITE_URL = env.str("SITE_URL", "").rstrip("/")  # https://… in production; links in mails and feeds begin with it

# Whether visitors arrive by HTTPS. Then cookies are sent by HTTPS only and HTTP is redirected.
HTTPS = env.bool("HTTPS", SITE_URL.startswith("https://"))
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
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
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cami_portal.compression.CompressionMiddleware",  # above all that may still change an answer
    "cami_portal.security.ContentSecurityPolicyMiddleware",
    "cami_portal.security.CrossOriginMiddleware",
    "cami_portal.security.ReadOnlyMiddleware",
    "cami_portal.page_cache.KeepingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cami_portal.languages.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
                "publishing.templatetags.publishing",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{VAR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue up instead of failing with "database is locked"; readers never wait for them.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    )
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
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
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_HOURS", 12) * 3600
SESSION_LIMIT = env.int("SESSION_DAYS", 7) * 24 * 3600

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

# Readers' pages that each worker keeps (page_cache.py), in bytes; 0: none, as with DEBUG, where templates change.
PAGE_CACHE = 0 if DEBUG else env.int("PAGE_CACHE_MB", 32) * 2**20

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
FORMAT_MODULE_PATH = ["cami_portal.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en", "ru")
TIME_ZONE = "Europe/Berlin"  # the Secretariat's
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "media/"
MEDIA_ROOT = env.str("MEDIA_ROOT", str(VAR / "media"))
DUMP_ROOT = env.str("DUMP_ROOT", str(VAR / "dump"))  # the open data that `manage.py dump` builds
STORAGES = {
    "default": {"BACKEND": "publishing.storage.SturdyStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
if DEBUG:
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

# Without a mail server mails are printed by the server: invitations and new passwords work all the same.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds; a mail server that hangs must not hold a worker
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "cami-portal@localhost")

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

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        # A wrong Host header is anybody's to send: one line says what to set, and no trace fills the log.
        "without_trace": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: setattr(record, "exc_info", None) or True,
        },
        "without_tokens": {"()": "cami_portal.security.HidesTokens"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_tokens"]},
        "brief": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_trace"]},
    },
    "loggers": {"django.security.DisallowedHost": {"handlers": ["brief"], "propagate": False}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
