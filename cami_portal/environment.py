"""Environment variables, read strictly: a wrong value ends the start with one line that says what to set.

No line repeats a value that may hold a password. An empty variable is one that is not set.
"""

import os
import re
import secrets
import warnings
from importlib.util import find_spec
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.http.request import split_domain_port, validate_host

YES_OR_NO = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
HOST = re.compile(r"\.?[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
PREFIX = re.compile(r"(?:[\w-]+(?:/[\w-]+)*)?", re.ASCII)
LOCAL = ["127.0.0.1", "localhost", "[::1]"]
DATABASES = {"django.db.backends.postgresql", "django.db.backends.sqlite3"}
SHORTEST_SECRET = 50  # letters, as Django asks


class Environment(environ.Env):
    """django-environ's, which itself takes DEBUG=maybe for "no", and "$…" for the name of another variable."""

    def get_value(self, var, cast=None, default=environ.Env.NOTSET, parse_default=False):
        value = os.environ.get(var, "").strip()
        if not value:
            if default is self.NOTSET:
                raise ImproperlyConfigured(f"{var} is not set.")
            return cast(default) if parse_default else default
        if cast is bool:
            if value.lower() not in YES_OR_NO:
                raise ImproperlyConfigured(f"{var} is “{value}”. Set it to true or false.")
            return YES_OR_NO[value.lower()]
        if cast is list:
            return [one.strip() for one in value.split(",") if one.strip()]
        return self.parse_value(value, cast)

    def int(self, var, default, least=0):
        value = self.get_value(var, cast=str, default=str(default))
        if not re.fullmatch("[0-9]{1,9}", value, re.ASCII) or int(value) < least:
            raise ImproperlyConfigured(f"{var} is “{value}”. Set it to a whole number, at least {least}.")
        return int(value)

    def db(self, var, default):
        try:
            with warnings.catch_warnings(action="error"):  # they would repeat the address, and the password in it
                database = self.db_url(var, default)
        except (ValueError, UserWarning):
            database = {}
        odd = (
            set(database.get("NAME", "")) & set("/@:") and "sqlite" not in database["ENGINE"]
        )  # what remains of passwords
        if database.get("ENGINE") not in DATABASES or not database["NAME"] or odd:
            raise ImproperlyConfigured(
                f"{var} names no database. Set it to postgres://user:password@host/name, or sqlite:////path/to/file; "
                "what is special in a password is written by percent signs, %40 for @."
            )
        return database

    def email_url(self, var, default):
        try:
            mail = super().email_url(var, default)
        except (KeyError, ValueError, ImproperlyConfigured):
            mail = {}
        if not mail or (mail["EMAIL_BACKEND"].endswith("smtp.EmailBackend") and not mail["EMAIL_HOST"]):
            raise ImproperlyConfigured(
                f"{var} names no mail server. Set it to smtp+tls://user:password@host:587, with your server's port."
            )
        return mail

    def redis(self, var):
        """``redis://…``, ``rediss://…`` or ``unix:///path``; or nothing."""
        value = self.get_value(var, cast=str, default="")
        try:
            url = urlsplit(value)
            url.port  # noqa: B018 - raises ValueError if it is none
            fits = url.hostname if url.scheme in ("redis", "rediss") else url.scheme == "unix" and len(url.path) > 1
        except ValueError:
            fits = False
        if value and not fits:
            raise ImproperlyConfigured(
                f"{var} names no Redis. Set it to redis://:password@host:6379/0, rediss:// for TLS, or "
                "unix:///path/to/socket; what is special in a password is written by percent signs, %40 for @."
            )
        return value

    def bucket(self, **values):
        """The options of ``publishing.buckets.Bucket`` by ``S3_BUCKET`` and the others; ``{}``: a folder is used."""
        said = [f"S3_{name.upper()}" for name, value in values.items() if value]
        if not said:
            return {}
        values["prefix"] = values["prefix"].strip("/")
        if not values["bucket"]:
            raise ImproperlyConfigured(f"{said[0]} is set, but S3_BUCKET is not. Set it too, or none of them.")
        if not BUCKET.fullmatch(values["bucket"]):
            raise ImproperlyConfigured(
                "S3_BUCKET names no bucket. Set it to the bare name; S3_ENDPOINT has the address."
            )
        if not PREFIX.fullmatch(values["prefix"]):
            raise ImproperlyConfigured(
                f"S3_PREFIX is “{values['prefix']}”. Set it to names of folders: letters, digits, - and _."
            )
        if not values["endpoint"] and not values["region"]:
            raise ImproperlyConfigured(
                "S3_BUCKET is set, but neither S3_REGION nor S3_ENDPOINT is. Set the region of the bucket at AWS, or "
                "the address of another store."
            )
        if bool(values["key"]) != bool(values["secret"]):
            lacking, there = ("S3_KEY", "S3_SECRET") if values["secret"] else ("S3_SECRET", "S3_KEY")
            raise ImproperlyConfigured(
                f"{there} is set, but {lacking} is not. Set it too; or neither, where the machine has a role."
            )
        if not find_spec("boto3"):
            raise ImproperlyConfigured(
                "S3_BUCKET is set, but boto3 is not installed. Run pip install --require-hashes --requirement "
                "requirements-s3.lock, or leave out S3_BUCKET."
            )
        return values

    def site(self, var):
        """``https://portal.example.org``, without a slash at the end; or nothing."""
        value = self.get_value(var, cast=str, default="").rstrip("/")
        try:
            url = urlsplit(value)
            url.port  # noqa: B018 - raises ValueError if it is none
            fits = url.scheme in ("http", "https") and value == f"{url.scheme}://{url.netloc}" and "@" not in url.netloc
            fits = fits and HOST.fullmatch(url.netloc.removesuffix(f":{url.port}"))
        except ValueError:
            fits = False
        if value and not fits:
            raise ImproperlyConfigured(f"{var} is “{value}”. Set it to https:// and a host name, nothing after it.")
        return value

    def hosts(self, var, site, debug):
        """The names that the portal answers to: those of this machine and of ``site``, unless others are set."""
        host = split_domain_port(urlsplit(site).netloc)[0]
        names = self.list(var, default=[*LOCAL, host] if host else LOCAL)
        for name in names:
            if name == "*" and not debug:
                raise ImproperlyConfigured(f"{var} is “*”, any name. Set it to the names of the portal, with commas.")
            if name != "*" and not HOST.fullmatch(name):
                raise ImproperlyConfigured(f"{var} has “{name}”, no host name. Set it to bare names, with commas.")
        if host and not validate_host(host, names):
            raise ImproperlyConfigured(f"{var} lacks “{host}”, the host of SITE_URL. Add it.")
        if not host and not debug and not {name.lower() for name in names} <= set(LOCAL):
            raise ImproperlyConfigured(f"SITE_URL is not set, but {var} is: links in mails would lead nowhere.")
        return names

    def secret(self, var, path, database):
        """The secret, or the one in the file ``path``, made at the first start, so that no default is ever in use."""
        value = self.get_value(var, cast=str, default="")
        if not value:
            # Servers that share a database share sessions and mailed links: a file on one of them would not do.
            if database.get("HOST", "") not in ("", "localhost", "127.0.0.1", "::1") and database["HOST"][0] != "/":
                raise ImproperlyConfigured(
                    f"{var} is not set, and the database is on another machine, where other servers may share it. Set "
                    "it, the same on all of them, to what this prints: "
                    "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
                )
            value = secret_in(path, var)
        if len(value) < SHORTEST_SECRET:
            raise ImproperlyConfigured(
                f"{var} is too short to be a secret: {len(value)} letters. Set it to at least {SHORTEST_SECRET}."
            )
        return value


def secret_in(path, var):
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Whole or not there: several servers may start at once.
            part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
            part.touch(mode=0o600)
            part.write_text(get_random_secret_key())
            try:
                os.link(part, path)
            except FileExistsError:
                pass  # another was first
            finally:
                part.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret in {path} can be neither read nor made ({error.strerror}). Set {var}, or let this account in."
        ) from None
