"""The results as Markdown."""

import datetime
import math
import os
import platform
from pathlib import Path

from .measure import MIXED, TARGET_MEMORY, TARGET_START

ABOUT = """\
Written by `make bench`, never by hand. CPU is what the processes of gunicorn (as `make run` starts it) and of
PostgreSQL used for one request, in milliseconds of `/proc/*/stat`; SQLite works inside the server. Times are those of
one reader on one kept connection; bytes are what came over the wire, compressed and with the headers. A row with a
target says whether it is met.

- **kept**: from the page cache. **anew**: the server runs without a page cache (`PAGE_CACHE_MB=0`); look-ups that are
  kept with the content version, such as the numbers beside filters, stay.
- **after an edit**: before each request the content version is moved, as a save does, so that nothing that was kept is
  true any more; the edit itself is not counted.
- **behind nginx**: as `deploy/stack` brings it up, by TLS, with no limit of requests a second.
- **±** is two standard errors. p99 is told of at least a hundred requests.
- Start: from the command of gunicorn to the first page, with files that the system has read before; median of three.
- Memory: PSS of the master and two workers after {mixed:,} mixed requests.
"""


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.processor() or platform.machine()


def system():
    release = Path("/etc/os-release")
    names = dict(line.split("=", 1) for line in release.read_text().splitlines() if "=" in line)
    return names.get("PRETTY_NAME", platform.system()).strip('"')


def table(head, lines):
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' if i == 0 else '--:' for i in range(len(head)))}|"
    for line in lines:
        yield f"| {' | '.join(line)} |"
    yield ""


def number(value):
    """Three digits that count: 0.213, 3.25, 24.1, 480."""
    if value is None:
        return "–"
    return f"{value:.{3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0}f}"


def judged(value, target):
    if target is None:
        return "–"
    return f"≤ {target:g} {'met' if value <= target else '**missed**'}"


def report(every):
    """The lines of the file for a list of ``Results``."""
    loops = [loop for results in every for loop in results.loops]
    yield "# What the portal costs"
    yield ""
    yield ABOUT.format(mixed=MIXED)
    yield f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} × {processor()} · {system()} · "
    yield f"Python {platform.python_version()} · a million additions took {min(loops):.0f} to {max(loops):.0f} ms."
    yield ""
    yield from summary(every)
    for results in every:
        yield from details(results)


def summary(every):
    yield "## CPU ms per request"
    yield ""
    names = list(dict.fromkeys(cost.row.name for results in every for cost in results.costs))
    lines = []
    for name in names:
        line = [name]
        for results in every:
            cost = next((cost for cost in results.costs if cost.row.name == name), None)
            missed = cost and (target := cost.row.target_on(results.database)) and cost.cpu > target
            line.append(f"**{number(cost.cpu)}**" if missed else number(cost and cost.cpu))
        lines.append(line)
    yield from table(["", *(f"{results.title}, {results.articles:,}" for results in every)], lines)
    yield "In bold what misses its target."
    yield ""


def details(results):
    yield f"## {results.title}, {results.articles:,} articles"
    yield ""
    lines = [
        [
            cost.row.name,
            number(cost.cpu),
            f"{number(cost.server)} + {number(cost.database)}" if results.database != "sqlite" else "–",
            f"{100 * cost.spread / cost.cpu:.0f} %" if math.isfinite(cost.spread) else "–",
            judged(cost.cpu, cost.row.target_on(results.database)),
            number(cost.p50),
            number(cost.p99),
            "–" if cost.queries is None else str(cost.queries),
            f"{cost.size:,}",
        ]
        for cost in results.costs
    ]
    head = ["", "CPU ms", "server + database", "±", "target", "p50 ms", "p99 ms", "queries", "bytes"]
    yield from table(head, lines)
    yield f"Start to first page {results.start:.2f} s ({judged(results.start, TARGET_START)}); "
    yield f"memory {results.memory:.0f} MiB ({judged(results.memory, TARGET_MEMORY)})."
    yield ""
