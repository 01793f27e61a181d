"""Asking other sites whether an address still answers: politely, and never inside the portal's own network.

A link can be written by anybody who writes at the desk. So each name is looked up here, every address that it has must
be one of the public internet, and the connection goes to that very address; redirects are followed by hand.
"""

import ipaddress
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, InvalidURL
from threading import Timer
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db.models import TextChoices
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext_lazy as _

MOST_HOPS = 5
PERMANENT, TEMPORARY = (301, 308), (302, 303, 307)
ASKED_AGAIN_WITH_GET = (400, 403, 404, 405, 406, 500, 501, 503)  # many sites answer HEAD wrongly


class Outcome(TextChoices):
    """What came of asking for an address."""

    ANSWERED = "answered", _("answered")
    MALFORMED = "malformed", _("This is no address.")
    NO_HOST = "no-host", _("There is no site of this name.")
    PRIVATE = "private", _("It leads into a private network.")
    UNREACHABLE = "unreachable", _("The site does not take the connection.")
    SLOW = "slow", _("The site does not answer in time.")
    CERTIFICATE = "certificate", _("The site’s certificate is not valid.")
    LOOP = "loop", _("It is sent on and on.")
    BROKEN = "broken", _("The answer cannot be understood.")


class Failure(Exception):
    """No answer; ``args[0]`` is the outcome."""


@dataclass
class Answer:
    outcome: str
    status: int | None = None
    target: str = ""  # where the address has moved for good

    @property
    def from_site(self):
        return self.status is not None

    @property
    def is_silence(self):
        """Nothing came: from the site, or through the network of this machine."""
        return self.outcome in (Outcome.SLOW, Outcome.UNREACHABLE, Outcome.NO_HOST)


def is_public(address):
    """Whether an IP address belongs to the public internet, also in its disguises as IPv6."""
    address = ipaddress.ip_address(address.partition("%")[0])
    if address.version == 6:
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.ip_address(int(address) & 0xFFFFFFFF)))
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast


class Asking:
    """One run: remembers when each host was asked, and which do not answer.

    ``seconds`` is how long the run may take at all, ``pause`` the time between two questions to one host.
    """

    def __init__(self, seconds=None, pause=2, timeout=10):
        self.until = time.monotonic() + seconds if seconds else None
        self.pause, self.timeout = pause, timeout
        self.asked, self.silent = {}, {}
        site = settings.SITE_URL
        self.agent = f"CAMI-portal-link-check (+{site}/)" if site else "CAMI-portal-link-check"

    @property
    def time_left(self):
        """Seconds that the next step may take; at most ``timeout``."""
        if self.until is None:
            return self.timeout
        return min(self.timeout, self.until - time.monotonic())

    @property
    def is_over(self):
        return self.time_left <= 0

    def about(self, url):
        """The answer to ``url``, asked a second time if there was none. ``None``: the time of the run is over."""
        try:
            host = urlsplit(url).netloc
        except ValueError:
            return Answer(Outcome.MALFORMED)
        if host in self.silent:
            return self.silent[host]
        answer = self.follow(url)
        if answer.outcome in (Outcome.SLOW, Outcome.UNREACHABLE) or (answer.status or 0) >= 500:
            answer = self.follow(url)
        if self.is_over:  # then silence may be ours
            return answer if answer.from_site else None
        if answer.is_silence:
            self.silent[host] = answer
        return answer

    def follow(self, url):
        seen, target, permanent = [], "", True
        try:
            while url not in seen:
                if len(seen) > MOST_HOPS:
                    break
                seen.append(url)
                status, location = self.ask("HEAD", url)
                if status in ASKED_AGAIN_WITH_GET:
                    status, location = self.ask("GET", url)
                if status not in (*PERMANENT, *TEMPORARY) or not location:
                    return Answer(Outcome.ANSWERED, status, target)
                url = joined(url, location)
                permanent = permanent and status in PERMANENT
                target = url if permanent else target
        except Failure as failure:
            return Answer(failure.args[0])
        return Answer(Outcome.LOOP)

    def ask(self, method, url):
        """``(status, location)`` of one question."""
        try:
            parts = urlsplit(iri_to_uri(url))
            host, port = parts.hostname.encode("idna").decode(), parts.port or {"http": 80, "https": 443}[parts.scheme]
        except (ValueError, KeyError, AttributeError):  # a wrong port, another scheme, no host
            raise Failure(Outcome.MALFORMED) from None
        addresses = self.addresses(host, port)
        self.wait_for(host)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"User-Agent": self.agent, "Accept": "*/*", "Connection": "close"}
        try:
            with self.connection(parts.scheme, host, port, addresses) as connection:
                connection.request(method, target, headers=headers)
                with connection.getresponse() as response:  # of a body nothing is read
                    location = response.headers.get("Location", "")
                    return response.status, location.encode("latin-1", "replace").decode("utf-8", "replace")
        except ssl.SSLCertVerificationError:
            raise Failure(Outcome.CERTIFICATE) from None
        except TimeoutError:
            raise Failure(Outcome.SLOW) from None
        except (InvalidURL, UnicodeError):
            raise Failure(Outcome.MALFORMED) from None
        except OSError:
            raise Failure(Outcome.UNREACHABLE) from None
        except HTTPException:
            raise Failure(Outcome.BROKEN) from None

    def addresses(self, host, port):
        """The addresses of ``host``, all of them public unless the settings allow the host."""
        pool = ThreadPoolExecutor(1)  # a look-up knows no time limit of its own
        try:
            found = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(max(self.time_left, 0))
        except TookTooLong:
            raise Failure(Outcome.SLOW) from None
        except socket.gaierror as error:
            unknown = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
            raise Failure(Outcome.NO_HOST if unknown else Outcome.SLOW) from None
        except (OSError, UnicodeError):
            raise Failure(Outcome.MALFORMED) from None
        finally:
            pool.shutdown(wait=False)
        addresses = list(dict.fromkeys(entry[4][0] for entry in found))
        allowed = {host, f"{host}:{port}"} & set(settings.LINK_CHECK_PRIVATE_HOSTS)
        if not allowed and not all(is_public(address) for address in addresses):
            raise Failure(Outcome.PRIVATE)
        return addresses

    def wait_for(self, host):
        """One host is asked at a time, and then left in peace for a while."""
        pause = self.asked.get(host, 0) + self.pause - time.monotonic()
        if host in self.asked and pause > 0:
            time.sleep(min(pause, max(self.time_left, 0)))
        self.asked[host] = time.monotonic()

    @contextmanager
    def connection(self, scheme, host, port, addresses):
        """A connection to one of ``addresses`` that is cut when its time is over, however slowly bytes drip in."""
        sock = self.socket(port, addresses)
        late = []
        cut = Timer(max(self.time_left, 0.1), lambda: (late.append(True), hang_up(sock)))
        cut.start()
        try:
            if scheme == "https":
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
            connection = HTTPConnection(host, port)
            connection.default_port = {"http": 80, "https": 443}[scheme]  # else it would be named in the question
            connection.sock = sock
            yield connection
            if late:  # what came in before may look like a whole answer
                raise TimeoutError
        except (OSError, HTTPException):
            if late:
                raise TimeoutError from None
            raise
        finally:
            cut.cancel()
            sock.close()

    def socket(self, port, addresses):
        for address in addresses:
            try:
                return socket.create_connection((address, port), timeout=max(self.time_left, 0.1))
            except OSError as error:
                refusal = error
        raise refusal


def joined(url, location):
    try:
        return iri_to_uri(urljoin(url, location)).partition("#")[0]
    except ValueError:
        raise Failure(Outcome.MALFORMED) from None


def hang_up(sock):
    with suppress(OSError):  # closed already
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # below TLS, which is in use elsewhere
