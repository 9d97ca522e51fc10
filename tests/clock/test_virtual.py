"""Virtual time: it passes only where somebody waits for it, and leaves nothing behind."""

import asyncio
import concurrent.futures
import datetime as dt
import math
import sys
import threading
import time
import types

import anyio
import freezegun
import pytest
import trio
from trio.testing import MockClock

from streamtape.clock import RealClock, VirtualClock, cpu_seconds
from streamtape.errors import UsageError

NAMES = ("time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns")


@pytest.fixture(scope="module", autouse=True)
def _first_start():
    """Pay for freezegun's first look at every module once, outside what is timed."""
    with VirtualClock():
        pass


@pytest.fixture
def clock():
    with VirtualClock() as running:
        yield running


def test_every_clock_of_python_moves_with_it(clock):
    """What synchronous code reads moves by what it waits for."""
    units = {name: 1e9 if name.endswith("_ns") else 1 for name in NAMES}
    before = {name: getattr(time, name)() for name in NAMES}
    naive, aware = dt.datetime.now(), dt.datetime.now(dt.UTC)  # noqa: DTZ005 - naive
    clock.sleep(0.25)
    time.sleep(600)
    for name in NAMES:
        moved = (getattr(time, name)() - before[name]) / units[name]
        assert moved == pytest.approx(600.25, abs=1e-5), name
    assert dt.datetime.now() - naive == dt.timedelta(seconds=600.25)  # noqa: DTZ005 - naive
    assert dt.datetime.now(dt.UTC) - aware == dt.timedelta(seconds=600.25)
    assert clock.elapsed == clock.now() == 600.25


def test_no_wait_moves_nothing(clock):
    """Zero is no time; a negative sleep is the error that it always is."""
    now = time.time()
    clock.sleep(0)
    clock.sleep(-1)
    time.sleep(0)
    assert (clock.elapsed, time.time()) == (0, now)
    with pytest.raises(ValueError, match="sleep length must be non-negative"):
        time.sleep(-1)


def test_sums_do_not_depend_on_how_a_wait_is_divided(clock):
    """Ten tenths are one, also after a million seconds."""
    clock.sleep(10**6)
    for _ in range(10):
        clock.sleep(0.1)
    assert clock.elapsed == 10**6 + 1


def test_it_begins_now():
    """Aware times go on from where they were."""
    before = dt.datetime.now(dt.UTC)
    with VirtualClock():
        passed = dt.datetime.now(dt.UTC) - before
    assert abs(passed) < dt.timedelta(seconds=10)


def test_it_leaves_nothing_behind():
    """Every function is the one that it was, `time.clock` included, in modules loaded since too."""
    vars(time).pop("clock", None)  # freezegun alone leaves a None there, in other tests
    early, late = types.ModuleType("early"), types.ModuleType("late")
    early.sleep = early_sleep = time.sleep
    watched = {name: getattr(time, name) for name in (*NAMES, "sleep", "localtime", "strftime")}
    loop_time, date = asyncio.BaseEventLoop.time, dt.datetime
    sys.modules["early"] = early
    try:
        with VirtualClock() as clock:
            early.sleep(3)
            late.sleep, late.time = time.sleep, time.time
            sys.modules["late"] = late
        assert clock.elapsed == 3
    finally:
        del sys.modules["early"], sys.modules["late"]
    assert {name: getattr(time, name) for name in watched} == watched
    assert (early.sleep, late.sleep, late.time) == (early_sleep, time.sleep, time.time)
    assert (asyncio.BaseEventLoop.time, dt.datetime) == (loop_time, date)
    assert not hasattr(time, "clock")


def test_it_leaves_nothing_behind_after_an_error():
    """An exception inside is no reason to leave time frozen."""
    before = time.monotonic
    with pytest.raises(ZeroDivisionError), VirtualClock():
        raise ZeroDivisionError
    assert time.monotonic is before


def test_inside_of_the_user_s_frozen_time():
    """Under a freeze of the user's, time goes on from there; his is as he left it, afterwards."""
    with freezegun.freeze_time("2020-02-02 12:00", tz_offset=3):
        with VirtualClock():
            time.sleep(90)
            assert dt.datetime.now() == dt.datetime(2020, 2, 2, 15, 1, 30)  # noqa: DTZ001, DTZ005 - naive
            utc = dt.datetime(2020, 2, 2, 12, 1, 30, tzinfo=dt.UTC)
            assert time.time() == utc.timestamp()
        assert dt.datetime.now() == dt.datetime(2020, 2, 2, 15)  # noqa: DTZ001, DTZ005 - naive
        assert RealClock().now() != time.monotonic()


def test_outside_of_the_user_s_frozen_time(clock):
    """A freeze inside shows the user's time, and ours goes on behind it."""
    with freezegun.freeze_time("2020-02-02") as theirs:
        time.sleep(5)
        assert dt.datetime.now() == dt.datetime(2020, 2, 2)  # noqa: DTZ001, DTZ005 - naive
        theirs.tick(7)
    assert clock.elapsed == 5


def test_one_clock_inside_another(clock):
    """The outer clock moves with the inner one, in loops that ran before, too."""

    async def main():
        loop = asyncio.get_running_loop()
        start = loop.time()
        await asyncio.sleep(1)
        with VirtualClock() as inner:
            await asyncio.sleep(10)
            assert loop.time() - start == pytest.approx(11)
        await asyncio.sleep(100)
        assert loop.time() - start == pytest.approx(111)
        return inner.elapsed

    assert asyncio.run(main()) == 10
    assert clock.elapsed == 111


def test_a_clock_inside_another_costs_nothing(clock):
    """The patches are the outermost clock's: a sweep starts a clock for every run."""
    sleep, real = time.sleep, RealClock()
    for _ in range(200):
        with VirtualClock() as inner:
            time.sleep(2)
            assert time.sleep is sleep
        assert inner.elapsed == 2
    assert clock.elapsed == 400
    assert real.elapsed < 1


def test_a_clock_in_another_thread_is_its_own(clock):
    """Two threads, two clocks; time is put back by the last to leave."""
    ends = []

    def work():
        with VirtualClock() as other:
            other.sleep(7)
            ends.append(other.elapsed)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ends == [7]
    assert clock.elapsed == 0


def test_it_runs_once_at_a_time(clock):
    """A clock that runs cannot be started again, and one that does not has nothing to end."""
    with pytest.raises(UsageError) as caught:
        clock.__enter__()
    assert str(caught.value) == "VirtualClock: it is running already. Make one for each use."
    VirtualClock().__exit__(None, None, None)


def test_timers_of_asyncio(clock):
    """`sleep`, `wait_for`, `timeout` and `call_later` pass at once, in their order."""

    async def main():
        order = []
        loop = asyncio.get_running_loop()
        loop.call_later(3, order.append, "called")

        async def sleeper(seconds):
            await asyncio.sleep(seconds)
            order.append(seconds)

        await asyncio.gather(sleeper(30), sleeper(2), sleeper(5), clock.asleep(1))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(100), 10)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(20):
                await clock.asleep(math.inf)
        with anyio.move_on_after(40):
            await anyio.sleep(1000)
        return order

    real = RealClock()
    assert asyncio.run(main()) == [2, "called", 5, 30]
    assert clock.elapsed == 100
    assert time.monotonic_ns() > 0
    assert real.elapsed < 5


def test_a_loop_that_ran_before():
    """A running loop keeps its timers: they come due as far from now as they were."""

    async def main():
        task = asyncio.create_task(asyncio.sleep(60))
        await asyncio.sleep(0)
        with VirtualClock() as clock:
            await task
            return clock.elapsed

    assert asyncio.run(main()) == pytest.approx(60, abs=0.5)


def test_workers_are_waited_for(clock):
    """A timer does not overtake the work of an executor, and an idle worker holds nobody up."""

    def work():
        RealClock().sleep(0.03)
        time.sleep(7)
        return threading.current_thread().name

    async def main():
        async with asyncio.timeout(600):
            names = [await asyncio.to_thread(work), await anyio.to_thread.run_sync(work)]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(1000), 600)
        return names

    assert len(asyncio.run(main())) == 2
    assert clock.elapsed == 614


def test_other_threads_keep_real_time(clock):
    """A thread that polls in the background does not race the clock away, nor does its loop."""
    done = []

    def other():
        time.sleep(0.001)

        async def main():
            loop = asyncio.get_running_loop()
            start = loop.time()
            await asyncio.sleep(0.01)
            return loop.time() - start

        done.append(asyncio.run(main()))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert 0.01 <= done[0] < 5
    assert clock.elapsed == 0


def test_a_pool_s_sleep_moves_it(clock):
    """Sleeping workers of a pool move the clock: a client's retries may run there."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(time.sleep, 8).result()
    assert clock.elapsed == 8


def trio_run(main):
    return trio.run(main, clock=MockClock(autojump_threshold=0))


def test_trio(clock):
    """Under trio's MockClock, both clocks are one."""

    async def main():
        now = time.time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(clock.asleep, 20)
            nursery.start_soon(clock.asleep, 30)
            await clock.asleep(10)
        assert clock.elapsed == 30
        await trio.sleep(5)
        assert clock.now() == 35
        time.sleep(100)  # noqa: ASYNC251 - what is tested
        assert trio.current_time() == 135
        assert time.time() - now == pytest.approx(135)
        with trio.move_on_after(15):
            await clock.asleep(math.inf)

    trio_run(main)
    assert clock.elapsed == 150
    trio_run(main_of(clock, 5))
    assert clock.elapsed == 155
    time.sleep(5)
    assert clock.elapsed == 160


def main_of(clock, seconds):
    async def main():
        await clock.asleep(seconds)

    return main


def test_trio_without_its_clock(clock):
    """Without a MockClock, the error says which, and where to put it under anyio's plugin."""
    with pytest.raises(UsageError) as caught:
        trio.run(main_of(clock, 1))
    assert str(caught.value) == (
        "clock='virtual' under trio: trio's time is moved by its own MockClock, and this run has "
        "none. Run with clock=trio.testing.MockClock(autojump_threshold=0); for anyio's pytest "
        "plugin, return ('trio', {'clock': MockClock(autojump_threshold=0)}) from anyio_backend."
    )


def test_a_loop_that_cannot_jump(clock):
    """A loop with a time of its own (as uvloop's) is refused, and named."""

    class Loop(asyncio.SelectorEventLoop):
        def time(self):
            return 7.0

    with asyncio.Runner(loop_factory=Loop) as runner, pytest.raises(UsageError) as caught:
        runner.run(main_of(clock, 1)())
    assert str(caught.value) == (
        f"clock='virtual' under {__name__}.test_a_loop_that_cannot_jump.<locals>.Loop: "
        "the time of this event loop cannot be moved. Use asyncio's own event loop for this test."
    )


def test_processor_time_is_real(clock):
    """What a run costs is measured in real processor time."""
    before = cpu_seconds()
    time.sleep(600)
    assert 0 <= cpu_seconds() - before < 60
