"""Django's settings, derived from `Config`, which has everything that depends on the host."""

from datetime import timedelta
from pathlib import Path
from pkgutil import iter_modules
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from onrecord.apps import integrations
from onrecord.apps.core.database import settings_for
from onrecord.config import host_config

config = host_config()
PACKAGE = Path(__file__).parent

SECRET_KEY = config.secrets.django_secret
DEBUG = False

# The URL for browsers. It also says whether a proxy in front of the web terminates TLS.
_public = urlsplit(config.public_url)
_is_https = _public.scheme == "https"
_listens_at = config.web_address.rpartition(":")[0]
ALLOWED_HOSTS = [_public.hostname or "localhost", _listens_at, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [config.public_url]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "axes",
    "csp",
    "django_q",
    "onrecord.apps.accounts",
    "onrecord.apps.audit",
    "onrecord.apps.dispositions",
    "onrecord.apps.people",
    "onrecord.apps.governance",
    "onrecord.apps.calls",
    "onrecord.apps.recordings",
    "onrecord.apps.coaching",
    "onrecord.apps.requests",
    "onrecord.apps.sharing",
    "onrecord.web.live",
    "onrecord.jobs",
    *(f"{integrations.__name__}.{found.name}" for found in iter_modules(integrations.__path__)),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    # Before anything that queries the database.
    "onrecord.web.incoming.clean_request",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "onrecord.web.middleware.SignInRequired",
    "onrecord.web.middleware.time_zone_of_user",
    "onrecord.web.middleware.NoStoreMiddleware",
    "onrecord.web.errors.explain_method",
    "onrecord.web.recording_errors.TellFaults",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last, so that it sees a lockout that happens in any sign-in view.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "onrecord.web.urls"
ASGI_APPLICATION = "onrecord.web.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "onrecord.web.templating.environment",
            "context_processors": ["onrecord.web.context_processors.base"],
        },
    }
]

DATABASES = {"default": settings_for(config.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"

# Five wrong passwords for one name from one address lock that pair for 15 minutes. Other names and addresses
# are not affected.
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = 5
# Different from our USERNAME_FIELD. With the default, all names would count as one.
AXES_USERNAME_FORM_FIELD = "username"
AXES_CLIENT_IP_CALLABLE = "onrecord.apps.accounts.guessing.origin"
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "onrecord.web.pages.account.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Cookies and headers. Secure only with TLS, because browsers do not send secure cookies over http.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _is_https
CSRF_COOKIE_SECURE = _is_https
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "onrecord.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = _is_https
# Switch and renderer send their events to the private address, without TLS.
SECURE_REDIRECT_EXEMPT = ["^internal/"]
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        # The contact's voice is a MediaStream; a decoded waveform is a blob.
        "media-src": [SELF, "blob:", "mediastream:"],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "/static/"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

Q_CLUSTER = {
    "name": "onrecord",
    "orm": "default",
    "workers": 2,
    "poll": 1.0,
    "timeout": 120,
    # Seconds after which an unacknowledged job is repeated: longer than any job may take.
    "retry": 180,
    "max_attempts": 5,
    "catch_up": False,
    "save_limit": 1000,
    "label": "Jobs",
}

# The command line configures logging. Django's default handlers (mail to admins) are not used.
LOGGING_CONFIG = None
