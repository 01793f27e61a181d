"""Periodic jobs: each in its period and once, whatever becomes of the others; and everybody can see how it went."""

import datetime
import io

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command, get_commands
from django.utils import timezone

from cami_portal import jobs
from cami_portal.jobs import JOBS, Job, run_due
from cami_portal.models import LONGEST_RUN, JobRun
from publishing.comparison import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def called(monkeypatch):
    """The commands that were called; ``called.failing`` says which fail and how."""

    class Called(list):
        failing = {}

    done = Called()

    def call(command, stdout, stderr, **options):
        done.append(command)
        stdout.write(f"begun\n{command} says how many\n")
        if error := done.failing.get(command):
            raise error

    monkeypatch.setattr(jobs, "call_command", call)
    return done


@pytest.fixture
def clock(monkeypatch):
    """Tell the time: ``clock(2026, 3, 28, 23, 30)``, in Bonn."""

    def tell(*parts):
        now = datetime.datetime(*parts, tzinfo=timezone.get_default_timezone())
        monkeypatch.setattr(timezone, "now", lambda: now)

    return tell


EVERY_DAY = [job.command for job in JOBS if job.days == 1]


def test_every_command_of_a_job_exists():
    assert {job.command for job in JOBS} - get_commands().keys() == set()


def test_a_job_runs_once_in_its_period_and_weekly_ones_on_mondays(called, clock):
    clock(2026, 11, 20, 12, 0)  # a Friday
    list(run_due())
    assert called == [job.command for job in JOBS]
    called.clear()
    clock(2026, 11, 21, 0, 59)
    assert list(run_due()) == []
    clock(2026, 11, 21, 1, 0)
    list(run_due())
    assert called == EVERY_DAY
    called.clear()
    clock(2026, 11, 23, 1, 0)
    list(run_due())
    assert called == [job.command for job in JOBS]


@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25)])
def test_the_nights_in_which_clocks_change_are_no_exception(called, clock, day):
    for hour, done in [(0, len(JOBS)), (1, len(EVERY_DAY)), (2, 0), (3, 0), (23, 0)]:
        clock(*day, hour, 30)
        called.clear()
        list(run_due())
        assert len(called) == done


def test_one_that_fails_stops_no_other_is_told_and_tried_again(called, capsys):
    called.failing = {"forget": ValueError("of ivan@example.org"), "dump": CommandError("Another one is at work.")}
    with pytest.raises(CommandError, match="Failed: forget, dump"):
        call_command("periodic")
    assert called == [job.command for job in JOBS]
    said = {run.job: (run.failed, run.said) for run in JobRun.objects.all()}
    assert said == {
        "clearsessions": (False, "clearsessions says how many"),
        "forget": (True, "ValueError: of …@…"),
        "media_orphans": (False, "media_orphans says how many"),
        "dump": (True, "Another one is at work."),
        "check_links": (False, "check_links says how many"),
    }
    assert "forget FAILED" in capsys.readouterr().err
    called.clear()
    called.failing = {}
    call_command("periodic")
    assert called == ["forget", "dump"]


def test_two_calls_at_the_same_time_do_not_run_a_job_twice(called):
    job, now = JOBS[0], timezone.now()
    run = JobRun.objects.create(job=job.command)
    read_by_another = JobRun.objects.get()
    assert (job.begin(run, now), job.begin(read_by_another, now)) == (True, False)
    list(run_due([job.command]))
    assert called == []  # it is at work


def test_one_that_was_killed_runs_again_after_hours(called):
    now = timezone.now()
    JobRun.objects.create(job="dump", started_at=now - LONGEST_RUN + datetime.timedelta(minutes=1))
    list(run_due(["dump"]))
    assert called == []
    JobRun.objects.update(started_at=now - LONGEST_RUN)
    assert JobRun.objects.get().is_broken
    list(run_due(["dump"]))
    assert called == ["dump"]


def test_one_that_is_stopped_is_noted_and_due(called):
    called.failing = {"dump": SystemExit("Stopped.")}
    with pytest.raises(SystemExit):
        list(run_due(["dump"]))
    run = JobRun.objects.get()
    assert (run.failed, run.said, run.ended_at is None) == (True, "Stopped from outside.", False)


def test_a_job_can_be_asked_for_by_name_and_only_those_that_exist(called):
    call_command("periodic", "dump", "forget")
    call_command("periodic", "dump")
    assert called == ["forget", "dump", "dump"]
    with pytest.raises(CommandError, match="There is no job migrate"):
        call_command("periodic", "dump", "migrate")
    assert len(called) == 3


def test_the_list_says_when_each_ran_and_how_it_went(called, clock, capsys):
    clock(2026, 11, 20, 12, 0)
    called.failing = {"dump": CommandError("No room.")}
    list(run_due(["dump", "forget"]))
    called.clear()
    call_command("periodic", list=True)
    said = " ".join(capsys.readouterr().out.split())
    assert "dump every day 2026-11-20 11:00 UTC, FAILED The open data are built is due No room. " in said
    assert "forget every day 2026-11-20 11:00 UTC, went well" in said
    assert "media_orphans every 7 days never ran" in said
    assert called == []


def test_each_has_a_row_of_its_own():
    assert len({job.command for job in JOBS}) == len(JOBS)
    assert Job("x", "").due_since(timezone.now()) <= timezone.now()


def shown(client):
    page = BeautifulSoup(client.get("/admin/").content.decode(), "html5lib")
    return [[part.get_text(" ", strip=True) for part in row.find_all("dd")] for row in page.select("#jobs + dl > div")]


def test_administrators_see_at_the_desk_how_it_went(client, account, called, clock):
    clock(2026, 11, 20, 12, 0)
    called.failing = {"dump": CommandError("No room.")}
    list(run_due(["clearsessions", "dump", "forget"]))
    JobRun.objects.filter(job="forget").update(started_at=timezone.now() - datetime.timedelta(days=2))
    JobRun.objects.create(job="check_links", started_at=timezone.now())
    client.force_login(account("Administrator"))
    assert shown(client) == [
        ["done", "20\xa0November\xa02026, 12:00"],
        ["overdue", "18\xa0November\xa02026, 12:00"],
        ["never yet"],
        ["failed", "20\xa0November\xa02026, 12:00", "No room."],
        ["at work", "20\xa0November\xa02026, 12:00"],
    ]
    client.force_login(account("Editor"))
    assert shown(client) == []


def test_open_data_that_were_built_by_hand_are_told_too(client, account, settings, tmp_path):
    settings.DUMP_ROOT = str(tmp_path)
    client.force_login(account("Administrator"))
    long_ago = timezone.now() - datetime.timedelta(days=9)
    JobRun.objects.create(job="dump", started_at=long_ago, ended_at=long_ago, failed=True, said="No room.")
    assert shown(client)[3][0] == "failed"
    call_command("dump", stdout=io.StringIO())
    assert shown(client)[3] == ["done", moment(timezone.now())]
    JobRun.objects.all().delete()
    assert shown(client)[3] == ["done", moment(timezone.now())]
