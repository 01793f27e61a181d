"""The lock files say what requirements*.txt say. Needs no network: that every dependency of a dependency is locked too
is what `pip install --require-hashes` refuses to do without."""

import re
import sys
from pathlib import Path

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,]+\])?==([^\s;\\]+)", re.MULTILINE)
REASON = re.compile(r"\s# \S.+$")
SOURCES = ["requirements.txt", "requirements-s3.txt", "requirements-dev.txt"]
LOCKS = ["requirements.lock", "requirements-s3.lock", "requirements-dev.lock"]


def name_of(text):
    return re.sub(r"[-_.]+", "-", text).lower()


def pins(path):
    return {name_of(name): version for name, version in PIN.findall(Path(path).read_text())}


def complaints():
    runtime, development = pins("requirements.lock"), pins("requirements-dev.lock")
    bucket = pins("requirements-s3.lock")
    for source, lock, locked in [
        ("requirements.txt", "requirements.lock", runtime),
        ("requirements-s3.txt", "requirements-s3.lock", bucket),
        ("requirements-dev.txt", "requirements-dev.lock", development),
        ("requirements.lock", "requirements-dev.lock", development),
        ("requirements-s3.lock", "requirements-dev.lock", development),
    ]:
        for name, version in pins(source).items():
            if locked.get(name) != version:
                yield f"{source} has {name} {version}, {lock} has {locked.get(name, 'none')}"
    for source in SOURCES:
        for line in Path(source).read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                if not PIN.match(line):
                    yield f"{source}: not pinned exactly: {line}"
                if not REASON.search(line):
                    yield f"{source}: no reason given: {line}"
    # One is installed on top of the other.
    for name in sorted(runtime.keys() & bucket.keys()):
        if runtime[name] != bucket[name]:
            yield f"requirements.lock has {name} {runtime[name]}, requirements-s3.lock has {bucket[name]}"
    for lock, locked in zip(LOCKS, (runtime, bucket, development), strict=True):
        text = Path(lock).read_text()
        if not locked:
            yield f"{lock} locks nothing"
        if "://" in text or re.search(r"^--?\w", text, re.MULTILINE):
            yield f"{lock} names a place to download from: only the one who installs knows which that is"
        for block in re.split(r"\n(?=\S)", text):
            if PIN.match(block) and "--hash=sha256:" not in block:
                yield f"{lock}: no hash: {block.splitlines()[0]}"


if __name__ == "__main__":
    found = list(complaints())
    print("\n".join(found) or f"The lock files agree with {', '.join(SOURCES)}.")
    sys.exit("Run `make lock`." if found else 0)
