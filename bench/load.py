"""The reader: asks for pages one after another, on one connection, and is no part of what is measured."""

import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

PATIENCE = 120  # seconds


@dataclass(frozen=True)
class Site:
    """A portal on this machine; with a ``certificate`` to trust it is asked by TLS."""

    port: int
    host: str = "127.0.0.1"
    certificate: Path | None = None

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.certificate:
            trust = ssl.create_default_context(cafile=self.certificate)
            connection = trust.wrap_socket(connection, server_hostname=self.host)
        return connection


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict  # their names in small letters
    body: bytes  # as it was sent: compressed, perhaps in chunks
    size: int  # bytes on the wire, the headers with them
    seconds: float


class Reader:
    """A browser's connection to ``site``, kept open as long as the server likes."""

    def __init__(self, site):
        self.site, self.socket = site, None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def ask(self, path, **headers):
        """The answer; of a header's name ``_`` stands for ``-``."""
        lines = {"Host": self.site.host, "Accept": "text/html,*/*;q=0.8", "Accept_Encoding": "br, gzip"} | headers
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
        request = f"GET {path} HTTP/1.1\r\n{head}\r\n".encode()
        is_old = self.socket is not None
        try:
            return self.exchange(request)
        except ConnectionError:
            self.close()
            if not is_old:
                raise
            return self.exchange(request)  # a connection that rested may have been closed meanwhile

    def exchange(self, request):
        begin = perf_counter()
        if self.socket is None:
            self.socket = self.site.connect()
        self.socket.sendall(request)
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self.receive()
        first, *lines = data[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        status = int(first.split()[1])
        if status not in (204, 304):
            self.read_body(data, end + 4, headers)
        seconds = perf_counter() - begin
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, bytes(data[end + 4 :]), len(data), seconds)

    def read_body(self, data, start, headers):
        if "content-length" in headers:
            while len(data) < start + int(headers["content-length"]):
                data += self.receive()
        elif "chunked" in headers.get("transfer-encoding", ""):
            while not re.search(rb"(?:^|\r\n)0\r\n\r\n$", data[max(start, len(data) - 7) :]):
                data += self.receive()
        else:
            while part := self.socket.recv(1 << 18):
                data += part
            self.close()

    def receive(self):
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionResetError("The server closed the connection.")
        return part
