"""The watchdog: what hangs or spins is stopped, and only that."""

from __future__ import annotations

import pickle
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from streamtape import sweep
from streamtape.errors import CaseTimeout, UsageError
from streamtape.sweep import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT = 0.05


def spins() -> None:
    while True:
        pass


def spins_and_catches_exceptions() -> None:
    while True:
        try:
            sum(range(100))
        except Exception:
            continue


def spins_and_catches_everything_once() -> None:
    try:
        spins()
    except:  # noqa: E722
        spins()


def waits() -> None:
    threading.Event().wait()


CLIENTS = [spins, spins_and_catches_exceptions, spins_and_catches_everything_once]


def in_main_thread(function: Callable[[], object]) -> None:
    """Run a function where the alarm works."""
    function()


def in_another_thread(function: Callable[[], object]) -> None:
    """Run a function where it does not."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            function()
        except BaseException as error:  # raised again below
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


@pytest.fixture(params=[in_main_thread, in_another_thread], ids=["alarm", "thread"])
def place(request: pytest.FixtureRequest) -> Callable[[Callable[[], object]], None]:
    """Where a sweep runs: it decides by which means it is stopped."""
    found: Callable[[Callable[[], object]], None] = request.param
    return found


@pytest.mark.parametrize("client", CLIENTS)
def test_what_spins_is_stopped(
    place: Callable[[Callable[[], object]], None], client: Callable[[], None]
) -> None:
    """Also what catches exceptions, and what catches everything and goes on."""

    def test() -> None:
        with Watchdog(LIMIT) as watchdog, pytest.raises(CaseTimeout) as caught:
            watchdog.call(client)
        assert caught.value.seconds == LIMIT
        assert caught.value.place.startswith(__file__)

    place(test)


def test_what_waits_is_stopped_in_the_main_thread() -> None:
    """A lock, a sleep or a socket is interrupted by the alarm."""
    with Watchdog(LIMIT) as watchdog, pytest.raises(CaseTimeout):
        watchdog.call(waits)


def test_what_is_quick_is_left_alone(place: Callable[[Callable[[], object]], None]) -> None:
    """A thousand calls return what they return; what they raise is theirs."""

    def test() -> None:
        with Watchdog(LIMIT) as watchdog:
            assert [watchdog.call(int, str(number)) for number in range(1000)] == [*range(1000)]
            with pytest.raises(ValueError, match="invalid literal"):
                watchdog.call(int, "x")
            with pytest.raises(CaseTimeout):
                watchdog.call(spins)
            assert watchdog.call(pow, 2, exp=5) == 32

    place(test)


def test_it_never_strikes_outside_of_a_call(place: Callable[[Callable[[], object]], None]) -> None:
    """Calls that end just when the time is up: each ends one way or the other, and no other way."""
    limit = 0.002

    def busy(until: float) -> None:
        while time.monotonic() < until:
            pass

    def test() -> None:
        ended = 0
        with Watchdog(limit) as watchdog:
            for number in range(200):
                try:
                    watchdog.call(busy, time.monotonic() + limit * (0.8 + number / 500))
                except CaseTimeout:
                    ended += 1
                sum(range(100))
        assert 0 <= ended <= 200

    place(test)


def test_the_limit_is_of_one_call_not_of_all(place: Callable[[Callable[[], object]], None]) -> None:
    """Calls that take longer than the limit together are no matter."""

    def busy() -> None:
        start = time.monotonic()
        while time.monotonic() - start < LIMIT / 5:
            pass

    def test() -> None:
        with Watchdog(LIMIT) as watchdog:
            for _ in range(10):
                watchdog.call(busy)

    place(test)


@pytest.fixture
def someone_elses_alarm() -> Iterator[list[int]]:
    """An alarm that another plugin has set, and how often it rang."""
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    signal.setitimer(signal.ITIMER_REAL, 3 * LIMIT)
    yield rung
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_the_alarm_of_another_is_not_touched(someone_elses_alarm: list[int]) -> None:
    """pytest-timeout has one too: then a thread does the work, and theirs rings in time."""
    handler = signal.getsignal(signal.SIGALRM)
    with Watchdog(LIMIT) as watchdog, pytest.raises(CaseTimeout):
        watchdog.call(spins)
    assert signal.getsignal(signal.SIGALRM) is handler
    assert someone_elses_alarm == []
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 3 * LIMIT


def test_afterwards_all_is_as_before() -> None:
    """No timer, no handler, no thread is left behind."""
    handler, threads = signal.getsignal(signal.SIGALRM), threading.active_count()
    with Watchdog(LIMIT) as watchdog:
        watchdog.call(int)
    in_another_thread(lambda: sweep.run(len, b"a", "whole", timeout=LIMIT))
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert threading.active_count() == threads


def test_without_a_limit_nothing_is_watched() -> None:
    """None is no limit, and no cost."""
    with Watchdog(None) as watchdog:
        assert watchdog.call(len, "abc") == 3
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


@pytest.mark.parametrize("seconds", [0, -1.0])
def test_a_limit_that_is_no_time_is_refused(seconds: float) -> None:
    """With a sentence that says what is one."""
    with pytest.raises(UsageError) as caught:
        Watchdog(seconds)
    assert str(caught.value) == (
        f"timeout={seconds}: not a time. Give seconds, more than 0, or None."
    )


def test_a_timeout_says_what_it_knows_and_can_be_sent() -> None:
    """The limit, the place; also through a pickle, as under xdist."""
    error = CaseTimeout(1.5, "client.py:7")
    assert str(error) == "no result within 1.5 s. It was stopped at client.py:7."
    assert str(CaseTimeout(2)) == "no result within 2 s."
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.seconds, copy.place, str(copy)) == (1.5, "client.py:7", str(error))


def hangs_at_an_unfinished_line(chunks: list[bytes]) -> bytes:
    """Make the mistake of a released gateway: wait for more where no more can come."""
    while any(not chunk.endswith(b"\n") for chunk in chunks):
        pass
    return b"".join(chunks)


def test_a_split_that_hangs_is_a_failure_of_that_split() -> None:
    """The sweep goes on, names the place, and gives up after a few."""
    body = b"event: a\ndata: b\n\n"
    report = sweep.run(hangs_at_an_unfinished_line, body, "grammar", timeout=LIMIT)
    assert report.failed == 3
    assert not report.complete
    assert report.smallest is not None
    assert report.smallest.cuts == 1
    assert report.smallest.error.startswith("CaseTimeout: no result within 0.05 s. It was stopped")
    assert __file__ in report.smallest.error


def test_a_whole_body_that_hangs_is_no_matter_of_splits() -> None:
    """It is raised at once, like any failure of the first run."""
    with pytest.raises(CaseTimeout):
        sweep.run(hangs_at_an_unfinished_line, b"data: a", timeout=LIMIT)
