"""What processes have used, as the kernel counts it (Linux)."""

import os
import time
from pathlib import Path

TICK = 1000 / os.sysconf("SC_CLK_TCK")  # ms


def fields(pid):
    """The fields of ``/proc/<pid>/stat`` after the name; ``None`` if the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def tree(root):
    """``{pid: fields}`` of ``root`` and all that came from it."""
    everybody = {int(one.name): fields(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()}
    everybody = {pid: stat for pid, stat in everybody.items() if stat}
    found, new = {}, {root} & everybody.keys()
    while new:
        found |= {pid: everybody[pid] for pid in new}
        new = {pid for pid, stat in everybody.items() if int(stat[1]) in new} - found.keys()
    return found


def processor_ms(root, but=()):
    """The CPU time of ``root`` and its descendants in ms; of those that have ended their parents know it.

    ``but`` names processes of the tree that do not count.
    """
    return sum(sum(map(int, stat[11:15])) for pid, stat in tree(root).items() if pid not in but) * TICK


def memory_mib(root):
    """The memory of ``root`` and its descendants in MiB, what they share counted once (PSS)."""
    kib = 0
    for pid in tree(root):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kib += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024


def calibration_ms():
    """A million additions, the best of five: how fast the machine is just now."""

    def once():
        begin, total = time.process_time(), 0
        for i in range(1_000_000):
            total += i
        return (time.process_time() - begin) * 1000

    return min(once() for _ in range(5))
