"""What an operator is told who sets something wrong, or nothing: one line, before anything else happens."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured

from cami_portal import settings as portal
from cami_portal.checks import what_is_missing
from cami_portal.environment import Environment

ROOT = Path(portal.BASE_DIR)
SECRET = "s" * 50
REMOTE = {"HOST": "database.example.org"}


@pytest.fixture
def environment(monkeypatch):
    def made(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return Environment()

    return made


@pytest.mark.parametrize("value", ["maybe", "2", "-1", "tru", "١"])
def test_a_switch_is_true_or_false(environment, value):
    with pytest.raises(ImproperlyConfigured, match=f"^DEBUG is “{value}”. Set it to true or false.$"):
        environment(DEBUG=value).bool("DEBUG", False)


@pytest.mark.parametrize(
    ("value", "meaning"), [("true", True), ("On", True), ("1", True), ("no", False), ("0", False), (" ", None)]
)
def test_a_switch_may_be_said_in_several_words_and_an_empty_one_is_not_set(environment, value, meaning):
    assert environment(DEBUG=value).bool("DEBUG", None) is meaning


@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "0", "1_000", "9" * 70, "١"])
def test_a_number_is_a_whole_one_within_its_bounds(environment, value):
    with pytest.raises(ImproperlyConfigured, match=f"^SESSION_DAYS is “{value}”. Set it to a whole number, at least 1"):
        environment(SESSION_DAYS=value).int("SESSION_DAYS", 7, least=1)


@pytest.mark.parametrize(
    "value",
    [
        *["nonsense", "mysql://u:p4ss@h/x", "postgres://u:p4ss@host", "postgres://u:p4ss@host:x/x", "sqlite://var/x"],
        *["postgres://u:p4ss/@host:5432/x", "https://p4ss"],
    ],
)
def test_an_address_of_no_database_is_refused_and_its_password_is_not_repeated(environment, value):
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL names no database\. Set it to") as refusal:
        environment(DATABASE_URL=value).db("DATABASE_URL", "")
    assert "p4ss" not in str(refusal.value)


@pytest.mark.parametrize("value", ["nonsense", "pop://u:p4ss@h", "smtp://h:x", "smtp+tls://"])
def test_an_address_of_no_mail_server_is_refused(environment, value):
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL names no mail server\. Set it to") as refusal:
        environment(EMAIL_URL=value).email_url("EMAIL_URL", "consolemail://")
    assert "p4ss" not in str(refusal.value)


@pytest.mark.parametrize("value", ["foo", "http://:p4ss@h", "redis://", "redis://:p4ss/x@h", "redis://h:x", "unix://"])
def test_an_address_of_no_redis_is_refused(environment, value):
    with pytest.raises(ImproperlyConfigured, match=r"^REDIS_URL names no Redis\. Set it to") as refusal:
        environment(REDIS_URL=value).redis("REDIS_URL")
    assert "p4ss" not in str(refusal.value)


@pytest.mark.parametrize("value", ["", "redis://:p4ss@h:6379/0", "rediss://h", "unix:///run/redis.sock"])
def test_an_address_of_redis_is_kept(environment, value):
    assert environment(REDIS_URL=value).redis("REDIS_URL") == value


BUCKET = {"bucket": "files", "prefix": "", "endpoint": "https://s3.example.org", "region": "", "key": "", "secret": ""}


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"bucket": "", "endpoint": "", "secret": "s3cr3t"}, "S3_SECRET is set, but S3_BUCKET is not"),
        ({"bucket": "https://s3cr3t@a.org"}, "S3_BUCKET names no bucket"),
        ({"bucket": "a/b"}, "S3_BUCKET names no bucket"),
        ({"prefix": "../b"}, "S3_PREFIX is “../b”"),
        ({"prefix": "a//b"}, "S3_PREFIX is “a//b”"),
        ({"endpoint": ""}, "S3_BUCKET is set, but neither S3_REGION nor S3_ENDPOINT is"),
        ({"key": "k"}, "S3_KEY is set, but S3_SECRET is not"),
        ({"secret": "s3cr3t"}, "S3_SECRET is set, but S3_KEY is not"),
    ],
)
def test_a_bucket_that_is_half_named_is_refused_and_its_secret_is_not_repeated(environment, values, line):
    with pytest.raises(ImproperlyConfigured, match="^" + re.escape(line)) as refusal:
        environment().bucket(**BUCKET | values)
    assert "s3cr3t" not in str(refusal.value)


def test_a_bucket_is_named_wholly_or_not_at_all(environment):
    assert environment().bucket(**dict.fromkeys(BUCKET, "")) == {}
    assert environment().bucket(**BUCKET | {"prefix": "/portal/media/"}) == BUCKET | {"prefix": "portal/media"}
    role = BUCKET | {"endpoint": "", "region": "eu-central-1"}
    assert environment().bucket(**role) == role


def test_a_bucket_without_what_speaks_to_it_is_refused_in_one_line():
    """Here it is hidden; in most installations it is not there."""
    hidden = "import sys; sys.modules['boto3'] = sys.modules['botocore'] = None"
    program = f"{hidden}; import runpy; runpy.run_path('manage.py', run_name='__main__')"
    assert started("-c", program, "check")[0] == 0
    code, said = started("-c", program, "check", S3_BUCKET="files", S3_REGION="eu-central-1")
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("The portal is not set up: S3_BUCKET is set, but boto3 is not installed.")


@pytest.mark.parametrize(
    "value",
    [
        *[
            "portal.example.org",
            "ftp://a.org",
            "https://",
            "https://a.org/portal",
            "https://a.org?x",
            "https://u@a.org",
        ],
        *["https://a.org:99999", "https://a b", "https://[::1", "https://a.org#x", "https://-a"],
    ],
)
def test_the_address_of_the_portal_is_a_scheme_and_a_host(environment, value):
    with pytest.raises(ImproperlyConfigured, match=r"^SITE_URL is “.*Set it to https:// and a host name"):
        environment(SITE_URL=value).site("SITE_URL")


@pytest.mark.parametrize("value", ["https://a.org", "http://127.0.0.1:8000", "http://[::1]:8000", ""])
def test_an_address_of_the_portal_is_kept_without_a_slash(environment, value):
    assert environment(SITE_URL=f"{value}/" if value else "").site("SITE_URL") == value


@pytest.mark.parametrize(
    ("hosts", "site", "line"),
    [
        ("*", "https://a.org", "ALLOWED_HOSTS is “*”"),
        ("https://a.org", "https://a.org", "ALLOWED_HOSTS has “https://a.org”, no host name"),
        ("a.org:80", "https://a.org", "ALLOWED_HOSTS has “a.org:80”, no host name"),
        ("b.org", "https://a.org", "ALLOWED_HOSTS lacks “a.org”"),
        ("a.org", "", "SITE_URL is not set, but ALLOWED_HOSTS is"),
    ],
)
def test_the_names_of_the_portal_fit_its_address(environment, hosts, site, line):
    with pytest.raises(ImproperlyConfigured, match="^" + re.escape(line)):
        environment(ALLOWED_HOSTS=hosts).hosts("ALLOWED_HOSTS", site, debug=False)


@pytest.mark.parametrize(
    ("hosts", "site", "names"),
    [
        ("", "", ["127.0.0.1", "localhost", "[::1]"]),
        ("", "https://a.org:8443", ["127.0.0.1", "localhost", "[::1]", "a.org"]),
        ("A.org, b.org,", "https://a.org", ["A.org", "b.org"]),
        (".org", "https://a.org", [".org"]),
        ("127.0.0.1", "", ["127.0.0.1"]),
    ],
)
def test_the_address_of_the_portal_is_enough_to_name_it(environment, hosts, site, names):
    assert environment(ALLOWED_HOSTS=hosts).hosts("ALLOWED_HOSTS", site, debug=False) == names


def test_a_secret_is_made_once_and_readable_by_its_owner_only(environment, tmp_path):
    path = tmp_path / "var" / "secret_key"
    made = [environment(SECRET_KEY="").secret("SECRET_KEY", path, {}) for time in range(2)]
    assert made == [path.read_text()] * 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["secret_key"]


def test_a_secret_is_taken_as_it_stands_even_if_it_looks_like_a_variable(environment, tmp_path):
    assert environment(SECRET_KEY=f"${SECRET}").secret("SECRET_KEY", tmp_path / "no", REMOTE) == f"${SECRET}"


@pytest.mark.parametrize(
    ("value", "content", "database", "line"),
    [
        ("", None, REMOTE, "SECRET_KEY is not set, and the database is on another machine"),
        ("short", None, {}, "SECRET_KEY is too short"),
        ("", "", {}, "SECRET_KEY is too short"),
        ("", ..., {}, "The secret in .* can be neither read nor made"),
    ],
)
def test_a_secret_that_is_none_is_refused(environment, tmp_path, value, content, database, line):
    path = tmp_path / "secret_key"
    if content is ...:
        path.mkdir()
    elif content is not None:
        path.write_text(content)
    with pytest.raises(ImproperlyConfigured, match=f"^{line}"):
        environment(SECRET_KEY=value).secret("SECRET_KEY", path, database)


def started(*command, **variables):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cami_portal.settings"} | variables
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, timeout=60)  # noqa: S603 - all words stand here
    return done.returncode, done.stderr.decode()


def test_a_command_with_a_wrong_setting_says_one_line():
    line = "The portal is not set up: HSTS_SECONDS is “soon”. Set it to a whole number, at least 0.\n"
    assert started("manage.py", "seed", HSTS_SECONDS="soon") == (1, line)


def test_a_server_with_a_wrong_setting_says_one_line_and_gunicorn_does_not_try_again():
    line = "The portal is not set up: DEBUG is “maybe”. Set it to true or false.\n"
    assert started("-c", "import cami_portal.wsgi", DEBUG="maybe") == (3, line)


def test_a_server_does_not_start_before_all_static_files_are_collected(settings, monkeypatch):
    from django.contrib.staticfiles.storage import staticfiles_storage

    assert what_is_missing() == []
    monkeypatch.delitem(staticfiles_storage.hashed_files, "portal/css/base.css")
    line = "1 static files are not collected, portal/css/base.css among them. Run manage.py collectstatic --noinput."
    assert what_is_missing() == [line]
    settings.DEBUG = True
    assert what_is_missing() == []


def test_static_files_of_another_set_of_code_are_not_its_own(settings, monkeypatch):
    from django.contrib.staticfiles.storage import staticfiles_storage

    assert Path(staticfiles_storage.manifest_storage.location).parent == settings.VAR
    monkeypatch.setitem(staticfiles_storage.hashed_files, "portal/css/base.css", "portal/css/base.000000000000.css")
    assert [line.partition(",")[0] for line in what_is_missing()] == ["1 static files are not collected"]


def test_a_server_does_not_start_where_uploads_cannot_be_stored(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = str(tmp_path / "file" / "media")
    assert [line.partition(",")[0] for line in what_is_missing()] == [
        f"Nothing can be written in {settings.MEDIA_ROOT}"
    ]


def test_a_server_does_not_start_where_the_edition_cannot_be_changed(settings, tmp_path):
    settings.EDITION_FILE = str(tmp_path / "edition")
    assert what_is_missing() == []
    (tmp_path / "edition").touch()
    assert what_is_missing() == []
    for wrong in (tmp_path, tmp_path / "missing" / "edition", tmp_path / "edition" / "edition"):
        settings.EDITION_FILE = str(wrong)
        assert [line.partition(",")[0] for line in what_is_missing()] == [str(wrong)]


def test_a_number_for_gunicorn_that_is_none_is_said_in_one_line():
    line = "The portal is not set up: THREADS is “four”. Set it to a whole number, at least 1.\n"
    assert started("deploy/gunicorn.conf.py", THREADS="four") == (1, line)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"BEHIND_PROXY": False}, ["portal.W001"]),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, ["portal.W002"]),
        ({"DEFAULT_FROM_EMAIL": "cami-portal@localhost"}, ["portal.W003"]),
    ],
)
def test_what_an_installation_should_have_is_advised(settings, changes, found):
    right = {"HTTPS": True, "BEHIND_PROXY": True, "DEFAULT_FROM_EMAIL": "portal@example.org"}
    for name, value in (right | changes).items():
        setattr(settings, name, value)
    checks = run_checks(tags=["advised", Tags.staticfiles], include_deployment_checks=True)
    assert [one.id for one in checks] == found


def test_every_setting_stands_in_the_table_of_the_readme_and_no_other():
    code = (ROOT / "cami_portal/settings.py").read_text()
    read = re.findall(r"""\benv\.\w+\(\s*["']([A-Z_0-9]+)["']""", code)
    table = re.search(r"\n## Settings\n.*?\n\|---.*?\n(.*?)\n\n", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    told = [name for row in table.splitlines() for name in re.findall("`([A-Z_0-9]+)`", row.split("|")[1])]
    assert sorted(told) == sorted([*read, "SENTRY_RELEASE"])  # which the library reads by itself
