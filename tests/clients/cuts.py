"""The same under every cut.

A client that parses makes of the body what it makes of the uncut one; a client that shows its reads
has got the same bytes, and its reads end where that was asked for, as far as it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import PATIENCE, Reads, brief, bytes_of, case_of, ends_of, other_events, ways

from streamtape import splits
from streamtape.server import GAP, ReplayServer
from streamtape.sweep import parse_over, subjects_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cases import Row, Way
    from clients import Answer, Ask, Client

    from streamtape.sweep import Subject

__all__ = ["check_cuts", "check_framings"]


def check_cuts(client: Client, ask: Ask, name: str, over: str, row: Row) -> None:
    """Ask for a cassette, chunked, under every split that `over` stands for."""
    way = next(ways(name, client.gap or GAP))
    (subject,) = subjects_of(way.cassette)
    uncut, problems = replayed(ask, way, splits.Whole())
    if not client.shows_reads:
        problems += other_events(uncut, name, subject.body)
    row.note("cuts", f"{name}, uncut", problems)
    reads = row.reads.setdefault(way.name, Reads(most=client.most_merged))
    for split in splits_of(subject, over):
        answer, problems = replayed(ask, way, split)
        if client.shows_reads:
            problems += read(answer, subject, split, reads)
        elif (answer["events"], answer["result"]) != (uncut["events"], uncut["result"]):
            problems.append(f"another result: {brief(answer['result'])}")
        row.note("cuts", f"{name}, {split}", problems)
    if not client.shows_reads:
        row.reads.clear()


def check_framings(client: Client, ask: Ask, name: str, over: str, row: Row) -> None:
    """Ask for a cassette in the other ways in which bodies come; of clients that show reads."""
    for way in [*ways(name, client.gap or GAP)][1:]:
        (subject,) = subjects_of(way.cassette)
        reads = row.reads.setdefault(way.name, Reads(most=client.most_merged))
        for split in splits_of(subject, over):
            answer, problems = replayed(ask, way, split)
            problems += read(answer, subject, split, reads)
            row.note("cuts", f"{way.name}, {split}", problems)


def splits_of(subject: Subject, over: str) -> Iterator[splits.BodySplit]:
    """Yield the splits that `over` stands for."""
    for enumerator in parse_over(over, empty_chunks=False):
        for case in enumerator.cases(subject):
            yield case.split


def read(answer: Answer, subject: Subject, split: splits.BodySplit, reads: Reads) -> list[str]:
    """Count whether the boundaries were seen; say so where it is not the body that came."""
    reads.add(split, subject.offsets(split), ends_of(answer))
    return [] if bytes_of(answer) == subject.body else ["other bytes"]


def replayed(ask: Ask, way: Way, split: splits.BodySplit) -> tuple[Answer, list[str]]:
    """Ask for a cassette under one split; return the answer, and what went wrong."""
    with ReplayServer(way.cassette, split=split, gap=way.gap, cors=True) as server:
        answer = ask(case_of(way.cassette, server.url, PATIENCE))
    problems = [f"it raised {answer['error']}"] if answer["error"] else []
    ends = [playback.end for playback in server.playbacks]
    if ends != ["complete"]:
        problems.append(f"the server says {ends}")
    return answer, problems
