"""The real clock: not moved by frozen time, and waiting at all."""

import time
from datetime import UTC, datetime

import anyio
import freezegun
import pytest

from streamtape.clock import RealClock, today


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


def test_now_is_monotonic_and_not_frozen():
    """Freezegun stops the clocks of the code under test, not this one."""
    clock = RealClock()
    with freezegun.freeze_time("2026-01-01"):
        start = clock.now()
        clock.sleep(0.002)
        assert clock.now() - start >= 0.002
        assert time.monotonic() == time.monotonic()


def test_today_is_the_real_day_in_utc():
    """A recording made in frozen time carries the day on which it was made."""
    before = datetime.now(UTC).date()
    with freezegun.freeze_time("2001-02-03"):
        day = today()
    assert before <= day <= datetime.now(UTC).date()


def test_no_time_is_no_wait():
    """Zero and negative waits return at once."""
    clock = RealClock()
    clock.sleep(0)
    clock.sleep(-5)


@pytest.mark.anyio
async def test_async_sleep_lets_others_run():
    """Even a wait of nothing lets another task run, on asyncio and trio."""
    clock = RealClock()
    order = []

    async def other():
        order.append("other")

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        await clock.asleep(0)
        await clock.asleep(-1)
        order.append("self")
    assert order == ["other", "self"]


def test_elapsed_counts_from_the_making():
    """A clock knows how old it is."""
    clock = RealClock()
    clock.sleep(0.001)
    assert 0.001 <= clock.elapsed < 5
