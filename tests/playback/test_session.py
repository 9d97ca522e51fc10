"""Playing, recording and missing: what a session decides."""

import dataclasses
import threading
from datetime import date
from pathlib import Path

import pytest

from streamtape import splits
from streamtape.cassette import Cassette, Filters, Interaction, Matching, Request, Response
from streamtape.errors import CassetteMiss, UsageError
from streamtape.playback import MODES, Pass, Play, Record, Session, parse_mode

FILE = Path("hello.yaml")


def request(n=1):
    return Request("POST", "https://api.example/v1", (), b'{"n":%d}' % n)


def taped(*numbers):
    return Cassette(
        tuple(Interaction(request(n), Response(body=b"data: %d\n\n" % n)) for n in numbers)
    )


def record(session, n, body=b"new"):
    """Let a session record one response; return what it decided."""
    decision = session.begin(request(n), at=0.0)
    assert isinstance(decision, Record)
    decision.recording.head(200, [("request-id", f"req_{n}")], "HTTP/1.1", at=0.1)
    decision.recording.chunk(body, at=0.2)
    decision.recording.finish("complete", at=0.2)


def bodies(cassette):
    return [interaction.response.body for interaction in cassette.interactions]


def test_each_interaction_is_used_once_in_order():
    """Equal requests get equal interactions in the order of the file, then a miss."""
    cassette = Cassette((*taped(1).interactions, Interaction(request(1), Response(body=b"second"))))
    session = Session(cassette, path=FILE)
    assert [session.begin(request(), 0.0).playback.number for _ in range(2)] == [1, 2]
    with pytest.raises(CassetteMiss) as caught:
        session.begin(request(), 0.0)
    assert str(caught.value) == (
        "hello.yaml has no answer to POST https://api.example/v1\n"
        "  it was recorded 2 time(s), and each of them has been replayed\n"
        "Record it with mode='once' or 'new_episodes'."
    )


def test_order_between_different_requests_is_free():
    """Requests find their own interaction, whatever the order."""
    session = Session(taped(1, 2))
    assert session.begin(request(2), 0.0).playback.number == 2
    assert session.begin(request(1), 0.0).playback.number == 1
    assert session.unplayed == []


def test_a_miss_is_noted_before_it_is_raised():
    """The miss is in `misses`, with a diff against the nearest interaction not yet used."""
    session = Session(taped(1, 2), path=FILE, remedy="Record: pytest --again")
    session.begin(request(1), 0.0)
    with pytest.raises(CassetteMiss) as caught:
        session.begin(request(3), 0.0)
    assert session.misses == [caught.value]
    assert str(caught.value) == (
        "hello.yaml has no answer to POST https://api.example/v1\n"
        "  nearest recorded: POST https://api.example/v1\n"
        "  differs in: body\n"
        "  --- recorded\n"
        "  +++ live\n"
        "  @@ -1,3 +1,3 @@\n"
        "   {\n"
        '  -  "n": 2\n'
        '  +  "n": 3\n'
        "   }\n"
        "Record: pytest --again"
    )


def test_an_empty_cassette_says_so():
    """A miss without anything near says that there is nothing."""
    with pytest.raises(CassetteMiss) as caught:
        Session(None).begin(request(), 0.0)
    assert caught.value.details == ["the cassette is empty"]


@pytest.mark.parametrize(
    ("mode", "existing", "decisions"),
    [
        ("none", taped(1), [Play, CassetteMiss]),
        ("once", None, [Record, Record]),
        ("once", taped(1), [Play, CassetteMiss]),
        ("new_episodes", None, [Record, Record]),
        ("new_episodes", taped(1), [Play, Record]),
        ("all", taped(1), [Record, Record]),
        ("rewrite", taped(1), [Record, Record]),
        ("verify", None, [CassetteMiss, CassetteMiss]),
        ("verify", taped(1), [Record, CassetteMiss]),
    ],
)
def test_what_each_mode_decides(mode, existing, decisions):
    """A recorded request and a new one, in every mode, with and without a cassette."""
    session = Session(existing, mode=mode)
    seen = []
    for number in (1, 2):
        try:
            seen.append(type(session.begin(request(number), 0.0)))
        except CassetteMiss as miss:
            seen.append(type(miss))
    assert seen == decisions


@pytest.mark.parametrize(
    ("mode", "written"),
    [
        ("new_episodes", [b"data: 1\n\n", b"data: 2\n\n", b"new"]),
        ("all", [b"data: 1\n\n", b"data: 2\n\n", b"new"]),
        ("rewrite", [b"new"]),
    ],
)
def test_what_each_mode_writes(mode, written):
    """New interactions are added, but for `rewrite`, which starts anew."""
    session = Session(taped(1, 2), mode=mode)
    record(session, 3)
    assert bodies(session.merged(taped(1, 2))) == written


def test_new_interactions_carry_their_day():
    """What is recorded gets the date that is handed in; what was there keeps its own."""
    old = dataclasses.replace(taped(1).interactions[0], recorded=date(2025, 1, 2))
    session = Session(Cassette((old,)), mode="new_episodes")
    record(session, 3)
    merged = session.merged(Cassette((old,)), date(2026, 11, 21))
    assert [item.recorded for item in merged.interactions] == [date(2025, 1, 2), date(2026, 11, 21)]


def test_all_replaces_what_was_asked_again():
    """`all` puts a new recording where the old one stood, and keeps what was not asked for."""
    session = Session(taped(1, 2), mode="all")
    record(session, 2, b"two")
    record(session, 2, b"two again")
    assert bodies(session.merged(taped(1, 2))) == [b"data: 1\n\n", b"two", b"two again"]


def test_merging_keeps_what_others_wrote_meanwhile():
    """What another process has added since the session began is kept."""
    session = Session(taped(1), mode="new_episodes")
    record(session, 3)
    assert bodies(session.merged(taped(1, 2))) == [b"data: 1\n\n", b"data: 2\n\n", b"new"]


def test_what_is_written_is_redacted():
    """Nothing leaves a session unredacted but through `recorded`, which stays in memory."""
    session = Session(None, mode="once")
    record(session, 1)
    assert session.merged(None).interactions[0].response.headers == (
        ("request-id", "req_streamtape_1"),
    )
    assert session.recorded[0].response.headers == (("request-id", "req_1"),)


def test_a_request_without_a_response_is_not_recorded():
    """Where the connection never came to be, there is nothing to keep."""
    session = Session(None, mode="once")
    session.begin(request(), 0.0)
    assert session.recorded == ()


def test_the_split_of_one_interaction():
    """`2/bytes` cuts the second interaction and plays the first whole."""
    session = Session(taped(1, 2), split=splits.parse("2/bytes"))
    played = [session.begin(request(n), 0.0).playback.split for n in (1, 2)]
    assert played == [splits.Whole(), splits.Bytes()]


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ("3/whole", "split '3/whole': there is no interaction 3. The cassette has 2."),
        (
            "at:10",
            "split 'at:10': it cuts behind the end. "
            "The longest body that it is meant for has 9 bytes.",
        ),
        (
            "2/at:1,10",
            "split '2/at:1,10': it cuts behind the end. "
            "The longest body that it is meant for has 9 bytes.",
        ),
    ],
)
def test_a_split_that_fits_no_body_is_refused(split, message):
    """A split for an interaction or a byte that is not there is an error at once."""
    with pytest.raises(UsageError) as caught:
        Session(taped(1, 2), split=splits.parse(split))
    assert str(caught.value) == message


def test_a_split_needs_no_cassette_while_recording():
    """Without a cassette there is nothing that a split could not fit."""
    assert Session(None, mode="once", split=splits.parse("3/at:99")).records


def test_exhausted_recordings_are_misses():
    """Reading on where the recorded client had closed is a miss, and noted."""
    session = Session(taped(1), path=FILE)
    playback = session.begin(request(), 0.0).playback
    playback.sent(b"data")
    miss = session.exhausted(playback)
    assert session.misses == [miss]
    assert miss.details == [
        "the recorded client closed the stream after 4 bytes; this one reads on"
    ]


def test_modes_are_parsed_in_one_place():
    """Every mode is understood, and a wrong one lists them."""
    assert [parse_mode(mode) for mode in MODES] == list(MODES)
    with pytest.raises(UsageError) as caught:
        parse_mode("sometimes")
    assert str(caught.value) == (
        "mode 'sometimes': not a mode. Valid are none, once, new_episodes, all, rewrite, verify."
    )


def test_other_matching_rules():
    """The rules can be other ones."""
    session = Session(taped(1), matching=Matching(("method",)))
    assert session.begin(request(9), 0.0).playback.number == 1


def test_a_used_interaction_answers_again_where_repeats_are_allowed():
    """With repeats, unused interactions come first; then the first one answers, as in vcrpy."""
    cassette = Cassette((*taped(1, 2).interactions, *taped(1).interactions))
    session = Session(cassette, allow_playback_repeats=True)
    numbers = [session.begin(request(1), 0.0).playback.number for _ in range(4)]
    assert numbers == [1, 3, 1, 1]
    with pytest.raises(CassetteMiss):
        session.begin(request(9), 0.0)


def test_a_request_that_the_user_waives_passes():
    """`before_record_request` that returns None lets a request through, in every mode."""
    filters = Filters.of(before_record_request=lambda _: None)
    for mode in MODES:
        session = Session(taped(1), mode=mode, filters=filters)
        assert isinstance(session.begin(request(1), 0.0), Pass)
        assert session.recorded == ()
        assert session.misses == []


SECRET = "sk-ant-api03-abcdefghijklmnop0123456789"


def spoken(secret, key="k1"):
    """A request that says a secret in its URL, its body and its headers."""
    headers = (("authorization", f"Bearer {secret}"), ("content-type", "application/json"))
    body = b'{"token":"%s","user":"ann"}' % secret.encode()
    return Request("POST", f"https://api.example/v1?key={key}&q={secret}", headers, body)


def test_a_redacted_recording_still_answers(tmp_path):
    """What was redacted in the recording does not count against the live request."""
    options = {"redact": ["ann|bob"], "filter_query_parameters": [("q", "x")]}
    session = Session(None, mode="once", filters=Filters.of(**options))
    decision = session.begin(spoken(SECRET), 0.0)
    decision.recording.head(200, [("request-id", "r")], "HTTP/1.1", at=0.0)
    cassette = session.merged(None)
    assert cassette.interactions[0].request == Request(
        "POST",
        "https://api.example/v1?key=REDACTED&q=x",
        (("content-type", "application/json"),),
        b'{"token":"REDACTED","user":"REDACTED"}',
    )
    assert [finding.kind for finding in session.findings] == ["Anthropic key", "pattern ann|bob"]
    matching = Matching(("method", "uri", "headers", "body"))
    again = Session(cassette, filters=Filters.of(**options), matching=matching)
    live = spoken(f"{SECRET}-and-longer", key="another")
    assert again.begin(live, 0.0).playback.request is live
    assert again.findings == []


def test_a_miss_shows_no_secret():
    """The explanation of a miss is as redacted as the cassette: it goes into the logs of a CI."""
    with pytest.raises(CassetteMiss) as caught:
        Session(taped(1)).begin(spoken(SECRET), 0.0)
    assert SECRET not in str(caught.value)
    assert "k1" not in str(caught.value)
    assert '"token": "REDACTED"' in str(caught.value)


def test_threads_share_interactions_in_order():
    """32 threads that ask for the same get each interaction once; different ones their own."""
    cassette = Cassette(
        tuple(Interaction(request(n % 4), Response(body=b"%d" % n)) for n in range(64))
    )
    session = Session(cassette)
    seen, barrier = [], threading.Barrier(32)

    def work(n):
        barrier.wait()
        seen.extend((n % 4, session.begin(request(n % 4), 0.0).playback.number) for _ in "12")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((number - 1) % 4 == asked for asked, number in seen)
    assert sorted(number for _, number in seen) == list(range(1, 65))
    for asked in range(4):
        numbers = [
            played.number for played in session.playbacks if (played.number - 1) % 4 == asked
        ]
        assert numbers == sorted(numbers)
