"""`deploy/systemd/switch` on folders of its own: the set that serves ends only when the other answers by the names."""

import os
import subprocess
from pathlib import Path

import pytest

SWITCH = Path(__file__).parents[2] / "deploy/systemd/switch"


@pytest.fixture
def host(tmp_path):
    """A host where blue is in use. ``host(…)`` switches and returns ``(status, commands to systemd, names)``."""
    for folder in ("bin", "srv/blue", "srv/green", "lib"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "srv/current").symlink_to("blue")
    (tmp_path / "lib/current.sock").symlink_to("/run/cami/blue.sock")
    script = tmp_path / "switch"
    folders = {"/srv/cami": tmp_path / "srv", "/var/lib/cami": tmp_path / "lib"}
    script.write_text(SWITCH.read_text())
    for former, folder in folders.items():
        script.write_text(script.read_text().replace(former, str(folder)))

    def switched(to="green", answers=True):
        log = tmp_path / "log"
        commands = {"systemctl": f'echo "$*" >> {log}', "curl": f"exit {0 if answers else 7}", "sleep": ""}
        for name, line in commands.items():
            (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
            (tmp_path / "bin" / name).chmod(0o755)
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run(["/bin/sh", script, to], env={"PATH": path}, capture_output=True, timeout=20)  # noqa: S603 - all words stand here
        names = [os.readlink(tmp_path / name) for name in ("lib/current.sock", "srv/current")]
        return done.returncode, log.read_text().splitlines(), names

    switched.folder = tmp_path
    return switched


BLUE, GREEN = ["/run/cami/blue.sock", "blue"], ["/run/cami/green.sock", "green"]
SWITCHED = ["start cami@green", "enable --quiet cami@green", "disable --quiet --now cami@blue"]


def test_the_former_set_ends_when_the_new_one_answers(host):
    assert host() == (0, SWITCHED, GREEN)


def test_what_an_interrupted_switch_left_is_in_nobodys_way(host):
    (host.folder / "srv/next").symlink_to("blue")
    (host.folder / "lib/next.sock").symlink_to("/run/cami/blue.sock")
    assert host() == (0, SWITCHED, GREEN)
    assert os.listdir(host.folder / "srv/blue") == []


def test_a_set_that_does_not_answer_ends_and_the_former_one_goes_on(host):
    assert host(answers=False) == (1, ["start cami@green", "stop cami@green"], BLUE)


def test_the_set_that_serves_is_not_ended_by_a_switch_to_itself(host):
    assert host("blue", answers=False) == (1, ["start cami@blue"], BLUE)


@pytest.mark.parametrize("name", ["srv/next", "lib/next.sock"])
def test_no_set_ends_where_a_name_cannot_be_moved(host, name):
    (host.folder / name).mkdir()
    status, commands, _ = host()
    assert (status, commands) == (1, ["start cami@green"])
