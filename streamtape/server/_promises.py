"""What a server cannot promise about the boundaries that its clients see, as sentences.

This module decides what is said. Each sentence is a measurement, or a fact of the system
(docs/decisions/0206 and 0501).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.server._framing import framing_of

if TYPE_CHECKING:
    from streamtape.cassette import Cassette
    from streamtape.server._framing import Framing, Kind

__all__ = ["caveats"]


def caveats(
    cassette: Cassette, framing: Framing, gap: float, *, tells: bool, is_local: bool
) -> list[str]:
    """Return what clients may not see as it was asked for; empty where all of it can be promised.

    Args:
        cassette: what is served.
        framing: how its bodies are framed.
        gap: seconds between two writes.
        tells: whether the system tells when a client on this machine has read.
        is_local: whether the clients are on this machine.
    """
    said = []
    if not gap:
        said.append(
            "Without a gap, chunks that are due together are one write: clients that read a socket "
            "as bytes come (aiohttp, Node's fetch) may merge them."
        )
    elif not tells or not is_local:
        who = "clients on other machines" if tells else "any client on this system"
        said.append(
            f"For {who}, a gap is {gap * 1000:g} ms and no more, because nobody tells when they "
            "have read: one that is busy may merge two chunks."
        )
    kinds = _kinds(cassette, framing)
    if unframed := sorted(kinds - {"chunked"}):
        said.append(
            f"requests merges the chunks of a body that is framed by {' or '.join(unframed)}, "
            "however long the gap; it sees each where the framing is chunked."
        )
    ends_early = any(item.response.end.kind == "truncated" for item in cassette.interactions)
    if "close" in kinds and ends_early:
        said.append(
            "Where the end of the connection is the end of the body, clients take a truncated "
            "recording for a complete one."
        )
    return said


def _kinds(cassette: Cassette, framing: Framing) -> set[Kind]:
    if framing.kind:
        return {framing.kind}
    responses = (interaction.response for interaction in cassette.interactions)
    return {framing_of(response.headers, response.http_version) for response in responses}
