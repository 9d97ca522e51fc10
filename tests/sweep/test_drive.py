"""Several cases at a time: the same report whatever takes how long, and an end at once."""

import threading

import pytest

from streamtape.errors import CaseTimeout, UsageError
from streamtape.sweep import Sweep, drive, subjects_of

BODY = "data: Zürich\n\n".encode()


class Runner:
    """Fails where a chunk is no UTF-8; counts, and can be told what to do before."""

    def __init__(self, sweep, before=lambda number: None):
        self.sweep, self.before = sweep, before
        self.lock = threading.Lock()
        self.started = self.most = self.running = 0
        self.stopped = False

    def run(self, case):
        with self.lock:
            self.started += 1
            self.running += 1
            self.most = max(self.most, self.running)
            number = self.started
        try:
            self.before(number)
            for chunk in self.sweep.chunks(case):
                chunk.decode()
        except UnicodeDecodeError as error:
            return error
        finally:
            with self.lock:
                self.running -= 1
        return None

    def stop(self):
        self.stopped = True


@pytest.fixture
def sweep():
    return Sweep(subjects_of(BODY))


def test_the_report_does_not_depend_on_what_takes_how_long(sweep):
    """The first case ends after the second, and the report is the one of a plain loop."""
    second = threading.Event()

    def before(number):
        if number == 1:
            assert second.wait(5)
        elif number == 2:
            second.set()

    runner = Runner(sweep, before)
    assert drive(sweep, runner, jobs=2)
    one_by_one = Sweep(subjects_of(BODY))
    assert drive(one_by_one, Runner(one_by_one), jobs=1)
    assert sweep.report() == one_by_one.report()
    assert sweep.report().smallest.split == "at:8"
    assert runner.most == 2


def test_each_is_told_of_every_case():
    """One call for every case that was recorded, those for shrinking too."""
    calls = []
    sweep = Sweep(subjects_of(BODY), "bytes")
    drive(sweep, Runner(sweep), jobs=2, each=lambda: calls.append(1))
    report = sweep.report()
    assert len(calls) == report.checked + report.shrink_runs > len(sweep)


def test_without_shrinking(sweep):
    """What was asked for runs, and nothing else."""
    runner = Runner(sweep)
    assert drive(sweep, runner, jobs=2, shrink=False)
    assert runner.started == len(sweep)
    assert sweep.report().shrink_runs == 0


def test_cases_are_not_asked_for_far_ahead(sweep):
    """At most two for each worker are under way, so that enough is enough soon."""
    handed, recorded = [], []
    cases = sweep.cases
    sweep.cases = lambda: (handed.append(case) or case for case in cases())

    def each():
        recorded.append(1)
        assert len(handed) - len(recorded) <= 4

    assert drive(sweep, Runner(sweep), jobs=2, each=each)


def test_hung_runs_end_the_search_for_more(sweep):
    """After three runs that did not end, only those under way are waited for."""
    runner = Runner(sweep)
    runner.run = lambda case: CaseTimeout(1.0)
    drive(sweep, runner, jobs=1, shrink=False)
    assert sweep.report().failed == 4


def test_ctrl_c_stops_at_once(sweep):
    """Whatever was recorded until then is in the report."""

    def before(number):
        if number == 5:
            raise KeyboardInterrupt

    runner = Runner(sweep, before)
    assert not drive(sweep, runner, jobs=1)
    assert runner.stopped
    report = sweep.report()
    assert (report.checked, report.complete) == (4, False)


def test_what_a_run_raises_goes_through(sweep):
    """A run that could not be made is no failure of its split; the others are stopped."""
    runner = Runner(sweep, lambda number: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        drive(sweep, runner, jobs=2)
    assert runner.stopped


def test_no_jobs(sweep):
    """Somebody has to run it."""
    with pytest.raises(UsageError) as caught:
        drive(sweep, Runner(sweep), jobs=0)
    assert str(caught.value) == "jobs=0: nobody would run anything. Give 1 or more."


def test_how_many_failed_so_far(sweep):
    """A sweep under way says how many of its cases failed."""
    drive(sweep, Runner(sweep), jobs=1)
    assert sweep.failed == sweep.report().failed == 2
