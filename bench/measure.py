"""Takes the figures of one database of one size."""

import math
import statistics
from dataclasses import dataclass, field
from itertools import cycle, islice

from .load import Reader
from .processes import calibration_ms, memory_mib, processor_ms
from .rows import a_file, an_article, rows, rows_behind_proxy
from .servers import has_stack, portal, stack

BATCH_SECONDS = 0.5  # the kernel counts CPU time in hundredths of a second
BATCHES = 5  # at least, and a hundred requests, unless that takes long
MOST_SECONDS = 12  # of a row; what takes seconds is asked for a few times only
PRECISION = 0.05  # of the mean
STARTS, TARGET_START = 3, 2  # s
MIXED, TARGET_MEMORY = 1000, 180  # requests, MiB


@dataclass
class Cost:
    """What a row costs: CPU in ms, ``spread`` how far that may be off (two standard errors), wall times in ms."""

    row: object
    server: float
    database: float
    spread: float
    asked: int
    p50: float
    p99: float | None  # not of fewer than a hundred requests
    size: int
    queries: int | None = None

    @property
    def cpu(self):
        return self.server + self.database


@dataclass
class Results:
    database: str
    title: str
    articles: int
    costs: list = field(default_factory=list)
    start: float = 0
    memory: float = 0
    loops: list = field(default_factory=list)  # a million additions in ms, now and then


class UnexpectedAnswer(Exception):
    pass


def percentile(values, percent):
    """The least of ``values`` that so many of a hundred are not above (nearest rank)."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


class Meter:
    """Asks ``process``'s portal at ``site``, filled from ``database``, and reads the clocks."""

    def __init__(self, process, site, database):
        self.process, self.site, self.database = process, site, database

    def clocks(self):
        """``(ms of the server, ms of the database)`` so far; SQLite works inside the server."""
        database = self.database
        of_database = processor_ms(database.process, but=database.others) if database.process else 0
        return processor_ms(self.process.pid), of_database

    def cost(self, row):
        with Reader(self.site) as reader:
            known = self.known(reader, row)
            if known is None:
                return None
            for _time in range(4):
                if sum(one.seconds for one in self.round(reader, row, known)) > 1:
                    break  # it is warm enough, and would take long
            batches, answers, first = [], [], self.clocks()
            while not self.is_enough(batches, answers):
                before, batch = self.clocks(), []
                while sum(one.seconds for one in batch) < BATCH_SECONDS:
                    batch += self.round(reader, row, known)
                batches.append((sum(self.clocks()) - sum(before)) / len(batch))
                answers += batch
            server, database = ((now - then) / len(answers) for now, then in zip(self.clocks(), first, strict=True))
        times = [one.seconds * 1000 for one in answers]
        return Cost(
            row=row,
            server=server,
            database=database,
            spread=spread(batches),
            asked=len(answers),
            p50=percentile(times, 50),
            p99=percentile(times, 99) if len(times) >= 100 else None,
            size=round(statistics.mean(one.size for one in answers)),
        )

    def known(self, reader, row):
        """The header by which a reader says what he has; ``None`` if the portal gives him no tag."""
        if row.made != "again":
            return {}
        tag = reader.ask(row.paths[0]).headers.get("etag")
        return {"If_None_Match": tag} if tag else None

    def round(self, reader, row, known):
        """The answers to each of the row's paths."""
        answers, wanted = [], 304 if known else 200
        for path in row.paths:
            if row.made == "edited":
                self.database.edit()
            answers.append(reader.ask(path, **known))
            if answers[-1].status != wanted:
                raise UnexpectedAnswer(f"{path} was answered with {answers[-1].status} instead of {wanted}.")
        return answers

    def is_enough(self, batches, answers):
        seconds = sum(one.seconds for one in answers)
        if seconds > MOST_SECONDS:
            return True
        if len(batches) < BATCHES or (len(answers) < 100 and seconds < MOST_SECONDS / 2):
            return False
        return spread(batches) <= PRECISION * statistics.mean(batches)

    def memory_after(self, paths):
        """PSS in MiB after so many requests, each on a connection of its own, so that all workers have their share."""
        for path in islice(cycle(paths), MIXED):
            with Reader(self.site) as reader:
                reader.ask(path)
        return memory_mib(self.process.pid)


def spread(batches):
    return 2 * statistics.stdev(batches) / math.sqrt(len(batches)) if len(batches) > 1 else math.inf


def measure(database, articles, log, say):
    """``Results``; ``say`` is told each figure when it is known."""
    results = Results(database.name, database.title, articles)
    results.start = statistics.median(start_seconds(database, log) for _ in range(STARTS))
    say(f"start to first page {results.start:.2f} s")
    with portal(database.url, log) as (process, site):
        with Reader(site) as reader:
            every = rows(articles, an_article(reader))
        meter = Meter(process, site, database)
        paths = [path for row in every for path in row.paths if row.name != "CSV, whole"]
        results.memory = meter.memory_after(dict.fromkeys(paths))
        say(f"memory {results.memory:.0f} MiB")
        take(results, meter, [row for row in every if row.made != "anew"], say)
    with portal(database.url, log, page_cache=False) as (process, site):
        take(results, Meter(process, site, database), [row for row in every if row.made == "anew"], say)
    count_queries(results, database, log)
    if has_stack():
        measure_behind_proxy(results, database, log, say)
    else:
        say("behind nginx: not measured, for deploy/stack or what it needs is missing")
    return results


def measure_behind_proxy(results, database, log, say):
    with stack(database.url, log) as (process, site):
        with Reader(site) as reader:
            every = rows_behind_proxy(an_article(reader), a_file(reader))
        take(results, Meter(process, site, database), every, say)


def take(results, meter, every, say):
    for row in every:
        results.loops.append(calibration_ms())
        cost = meter.cost(row)
        if cost is None:
            say(f"{row.name}: the portal gives no tag")
            continue
        results.costs.append(cost)
        p99 = f"{cost.p99:.1f}" if cost.p99 else "-"
        say(
            f"{row.name:34} CPU {cost.server:7.2f} + {cost.database:6.2f} ms ± {cost.spread:.2f}"
            f"   p50 {cost.p50:.1f}  p99 {p99}  {cost.size} bytes  n={cost.asked}"
        )


def start_seconds(database, log):
    with portal(database.url, log) as (process, _site):
        return process.seconds_to_first_page


def count_queries(results, database, log):
    """The statements of each row: the most that one of its paths takes once it was asked before."""
    for page_cache in (True, False):
        costs = [cost for cost in results.costs if (cost.row.made != "anew") == page_cache]
        served = portal(database.url, log, page_cache, application="bench.counting:application", workers=1)
        with served as (process, site), Reader(site) as reader:
            meter = Meter(process, site, database)
            for cost in costs:
                known = meter.known(reader, cost.row)
                meter.round(reader, cost.row, known)
                answers = meter.round(reader, cost.row, known)
                cost.queries = max(int(answer.headers["x-queries"]) for answer in answers)
