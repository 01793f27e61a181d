"""How the log is written: in UTC, about nobody in person, and in lines that no visitor can forge.

Text is for people at a terminal. JSON (``LOG_FORMAT=json``) is for programs: one object per line.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

request_id = ContextVar("request_id", default="")  # of the request that this thread serves, or served last

# None of it is written, and asking for it would take a tenth of the time of a line.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = logging.logAsyncioTasks = False

LONGEST = 20_000  # characters of a message or a trace
# What gives somebody away, or opens a door to whoever reads the log; sought only where the first word stands at all.
HIDDEN = [
    ("preview", re.compile(r"(\bpreview[^\w\s])[^\s?]*[^\s?/]"), r"\1…"),  # however garbled on its way here
    ("/password/", re.compile(r"(/accounts/password/)[^/\s]+/[^/\s]+"), r"\1…"),
    ("@", re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
    ("ip=", re.compile(r"\bip=[^\s,:]\S*"), "ip=…"),  # gunicorn, of a request that it does not understand
    ("?", re.compile(r"(\s/[^\s?]*\?)\S+"), r"\1…"),  # gunicorn and Django name the whole address
    ("DETAIL: ", re.compile(r"(DETAIL: ).*"), r"\1…"),  # PostgreSQL, which shows the row
]


def discreet(text):
    """``text`` without addresses of people, secrets in addresses of pages, and rows of the database."""
    text = text[:LONGEST]
    for word, pattern, instead in HIDDEN:
        if word in text:
            text = pattern.sub(instead, text)
    return text


def on_one_line(text):
    """``text`` with everything escaped that moves the cursor, ends the line or cannot be seen."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


ENCODER = json.JSONEncoder(default=str)  # in ASCII: everything else is escaped


class Line(logging.Formatter):
    def time(self, record):
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def trace(self, record):
        return discreet(self.formatException(record.exc_info)) if record.exc_info else ""


class Text(Line):
    def format(self, record):
        words = on_one_line(discreet(record.getMessage()))
        number = f" [{request_id.get()}]" if request_id.get() else ""
        line = f"{self.time(record)} {record.levelname} {record.name}: {words}{number}"
        # A line that begins with a bar belongs to the one before it, whatever it says.
        return "\n  | ".join([line, *map(on_one_line, self.trace(record).splitlines())])


class Json(Line):
    """A message with named parts (``logger.info("%(path)s …", {"path": …})``) has them as members too."""

    def format(self, record):
        said = {
            "time": self.time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": discreet(record.getMessage()),
            "request": request_id.get(),
        }
        if isinstance(record.args, dict):
            said |= {name: discreet(one) if isinstance(one, str) else one for name, one in record.args.items()}
        if trace := self.trace(record):
            said["trace"] = trace
        return ENCODER.encode(said)
