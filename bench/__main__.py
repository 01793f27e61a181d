"""The command: `make bench`, or `make bench ARGS="--articles 1000 --database sqlite"`."""

import argparse
import signal
import sys
import time
from pathlib import Path

from .databases import KINDS
from .measure import UnexpectedAnswer, measure
from .report import report
from .servers import ROOT, ServerError

SIZES = [1000, 10_000, 100_000]


def arguments():
    parser = argparse.ArgumentParser(
        prog="make bench",
        description="Measure what the portal costs. With all sizes and databases it writes BENCHMARKS.md.",
    )
    parser.add_argument("--articles", type=int, nargs="+", default=SIZES, metavar="N", help="default: %(default)s")
    parser.add_argument("--database", nargs="+", choices=KINDS, default=list(KINDS), help="default: %(default)s")
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT / "var" / "bench",
        help="where the filled databases stay for the next run (default: var/bench)",
    )
    parser.add_argument("--output", type=Path, help="the file to write, also for a part")
    return parser.parse_args()


def main():
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and so stop the servers that were started
    folder = asked.data.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    is_whole = asked.articles == SIZES and asked.database == list(KINDS)
    output = asked.output or (ROOT / "BENCHMARKS.md" if is_whole else None)
    begin, every = time.monotonic(), []

    def say(text):
        print(f"{time.monotonic() - begin:6.0f} s  {text}", flush=True)

    for name in asked.database:
        for articles in asked.articles:
            say(f"--- {name}, {articles} articles")
            with KINDS[name].filled(folder, articles) as database:
                every.append(measure(database, articles, folder / "server.log", say))
            text = "\n".join(report(every))
            if output:
                output.write_text(f"{text.rstrip()}\n")
    print(text)


if __name__ == "__main__":
    try:
        main()
    except (ServerError, UnexpectedAnswer) as error:
        sys.exit(str(error))
