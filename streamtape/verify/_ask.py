"""Asks a live service what a cassette's requests asked, and compares the answers.

The only part of `verify` that sends anything. It decides which requests are not sent again: those
whose method changes or removes something.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from streamtape.clock import RealClock
from streamtape.playback import Session
from streamtape.verify._credentials import asking
from streamtape.verify._verified import Verified, verified

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streamtape.cassette import Cassette, Headers, Interaction
    from streamtape.verify._credentials import Asking

__all__ = ["ask_again"]

_ASKS = frozenset({"GET", "HEAD", "POST"})
_QUOTING = frozenset({"LocalProtocolError", "UnicodeEncodeError", "InvalidURL"})


def ask_again(
    cassette: Cassette,
    environ: Mapping[str, str],
    *,
    upstream: str | None = None,
    headers: Headers = (),
    timeout: float = 60.0,
) -> Iterator[Verified]:
    """Send the requests of a cassette anew, one after the other; yield what came of each.

    Args:
        cassette: what was recorded; it stays as it is.
        environ: where keys are taken from.
        upstream: the base URL to ask instead of the recorded hosts.
        headers: what goes along with every request.
        timeout: seconds to wait for a connection, and for each read.

    Raises:
        UsageError: a request cannot be sent: see `asking`. Nothing has been sent then.
    """
    ready = [
        asking(interaction.request, environ, upstream, headers)
        if interaction.request.method in _ASKS
        else None
        for interaction in cassette.interactions
    ]
    for number, (what, recorded) in enumerate(zip(ready, cassette.interactions, strict=True), 1):
        if what is None:
            reason = f"{recorded.request.method} may change something: verify it in a test"
            yield Verified(number, str(recorded.request), "not asked", reason=reason)
        else:
            yield _verified(number, recorded, what, timeout)


def _verified(number: int, recorded: Interaction, what: Asking, timeout: float) -> Verified:
    import httpx  # noqa: PLC0415 - 50 ms, for those who ask

    from streamtape.transports import activated  # noqa: PLC0415 - imports httpx

    session = Session(None, mode="rewrite")
    try:
        # No redirect is followed: it may lead to another host.
        with (
            activated(session, RealClock()),
            httpx.Client(timeout=timeout, follow_redirects=False) as client,
            client.stream(
                what.method, what.url, headers=list(what.headers), content=what.body
            ) as response,
        ):
            for _ in response.iter_raw():
                pass
    except (httpx.TransportError, httpx.InvalidURL, UnicodeError) as error:
        if not session.recorded:
            reason = f"no response came: {_said(error)}"
            return Verified(number, str(recorded.request), "unverified", reason=reason)
    report = verified(number, recorded, next(iter(session.recorded), None))
    if b"REDACTED" in what.body:
        note = "the request was sent with REDACTED where a secret stood"
        return dataclasses.replace(report, notes=(*report.notes, note))
    return report


def _said(error: Exception) -> str:
    """Say what went wrong, without what the error quotes of a header: that may be the key."""
    name = type(error).__name__
    if name in _QUOTING:
        return f"{name}: a header or the URL cannot be sent as it is"
    return str(error) or name
