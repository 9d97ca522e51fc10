"""A command under every split: what is compared, with what, and what cannot be."""

import shutil

import pytest

from streamtape import sweep as sweeps
from streamtape.cassette import KnownFailure, remember_failure, save
from streamtape.cassette import load as load_cassette
from streamtape.command import CommandSweep, Outcome
from streamtape.errors import UsageError

NODE = shutil.which("node")


def swept(command, cassette, over="cuts", **options):
    sweep = CommandSweep(command, cassette, over, **{"jobs": 2, **options})
    assert sweep.run()
    return sweep.report()


def test_a_correct_command_passes(client, cassette):
    """Every single cut, byte by byte and whole: the same output and status."""
    report = swept(client.correct, cassette())
    assert (report.ok, report.checked) == (True, 16)


def test_a_command_that_fails_is_found(client, cassette):
    """A client that decodes each chunk exits with another status inside a character."""
    report = swept(client.broken, cassette())
    assert (report.failed, report.smallest.split) == (2, "at:8")
    assert report.smallest.error.startswith("exit status 1, not 0\n  ")
    assert report.smallest.error.endswith("unexpected end of data")


def test_a_command_that_prints_something_else_is_found(client, cassette):
    """The status alone does not tell; two sweeps at different widths give one report."""
    over = ["whole", "at:3", "size:8", "bytes"]
    reports = [swept(client.lossy, cassette(), over, jobs=jobs) for jobs in (1, 3)]
    assert reports[0] == reports[1]
    assert reports[0].smallest.error.startswith("its output differs at character 7\n")


def test_a_command_that_hangs_is_a_failing_split(client, cassette):
    """It is killed after its time, and counts as a failure of that split alone."""
    hanging = """
import time
if len([print(chunk) for chunk in chunks()]) > 1:
    time.sleep(60)
"""
    report = swept(client(hanging), cassette(), ["whole", "at:8"], timeout=2.0, shrink=False)
    assert (report.checked, report.failed) == (2, 1)
    assert report.smallest.error == "CaseTimeout: no result within 2 s."


def test_a_command_that_asks_for_more_under_a_split_is_found(client, cassette):
    """A retry that hides a wrong parse is a request that was not recorded."""
    retrying = """
pieces = list(chunks())
if len(pieces) > 1:
    list(chunks())
print(b"".join(pieces))
"""
    report = swept(client(retrying), cassette(), ["whole", "at:8"], shrink=False)
    assert report.failed == 1
    assert "has no answer to GET http://127.0.0.1/stream" in report.smallest.error


def test_only_what_the_command_asks_for_is_swept(client, cassette):
    """An interaction that is never requested has no splits; the others are cut one at a time."""
    both = cassette(b"data: 1\n\n", "data: é\n\n".encode())
    assert swept(client.correct, both, "whole").checked == 1
    twice = client('print([b"".join(chunks()), *(c.decode() for c in chunks("/second"))])')
    report = swept(twice, both, "bytes", shrink=False)
    assert (report.checked, report.failed) == (2, 1)
    assert report.smallest.split == "2/bytes"


def test_variants_that_keep_the_events_print_what_the_recording_does(client, cassette):
    """A client that only knows LF fails under CRLF, uncut."""
    naive = client('print(b"".join(chunks()).split(b"\\n\\n")[0])')
    report = swept(naive, cassette(), "whole", variants="crlf")
    assert (report.smallest.split, report.smallest.variant) == ("whole", "crlf")


def test_other_variants_print_what_their_own_whole_body_gives(client, cassette):
    """Where the data differ, the output may; the splits must not change it."""
    cassette = cassette(b'data: {"text": "hello"}\n\n')
    assert swept(client.correct, cassette, ["whole", "at:5"], variants="json-compact").ok


def test_a_command_that_ends_otherwise_under_a_variant_fails_it(client, cassette):
    """A crash on the whole body of a variant is a failure of all its splits."""
    strict = client('text = b"".join(chunks()).decode(); print(text); sys.exit("id:" in text)')
    report = swept(strict, cassette(), ["whole", "at:5"], variants="ids", only_variants=True)
    assert (report.checked, report.failed) == (2, 2)
    assert report.smallest.error == "on the whole body: exit status 1, not 0"


def test_known_failures_come_first(client, cassette, tmp_path):
    """What a test has kept beside the cassette is tried, before anything else."""
    path = tmp_path / "x.yaml"
    save(cassette(), path)
    remember_failure(path, KnownFailure("at:3", "", ""))
    assert swept(client.correct, load_cassette(path), "whole").checked == 2


def test_nothing_but_what_is_asked_for_without_shrinking(client, cassette):
    """A split that is run again is run once, and the report names it."""
    report = swept(client.broken, cassette(), "bytes", shrink=False)
    assert (report.checked, report.shrink_runs, report.smallest.split) == (1, 0, "bytes")


def test_a_status_that_is_no_success_can_be_compared(client, cassette):
    """A recording of a failure makes a command fail: every split must, in the same way."""
    failing = client('print(b"".join(chunks()).decode()); sys.exit(3)')
    sweep = CommandSweep(failing, cassette(), "at:5")
    assert sweep.unsplit().status == 3
    assert sweep.run()
    assert sweep.report().ok


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("print(1)", "it asked the server for nothing. Send its requests to $STREAMTAPE_URL "),
        ("list(chunks('/x'))", "without any split, the cassette has no answer to GET http://"),
        ("print(list(chunks()), os.getpid())", "two runs on the same whole body gave different"),
        ("import time; time.sleep(60)", "without any split, no result within 0.5 s. Mend it, or"),
    ],
    ids=["asks for nothing", "miss", "never the same", "hangs"],
)
def test_what_cannot_be_compared_is_refused(client, cassette, source, told):
    """A command that does not work unsplit is no finding of a sweep."""
    with pytest.raises(UsageError) as caught:
        CommandSweep(client(source), cassette(), timeout=0.5 if "sleep" in source else 20).run()
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"over": "cutz"}, "'cutz'"),
        ({"variants": "klf"}, "variant 'klf': there is none of that name"),
        ({"timeout": 0}, "timeout=0: not a time. Give seconds, more than 0."),
        ({"command": []}, "an empty command: nothing would be run. Name a program."),
    ],
    ids=["over", "variants", "timeout", "command"],
)
def test_options_that_cannot_be(cassette, options, told):
    """Options are checked before anything is run."""
    with pytest.raises(UsageError) as caught:
        CommandSweep(options.pop("command", ["x"]), cassette(), **options)
    assert told in str(caught.value)


def test_a_variant_that_changes_nothing(client, cassette):
    """A variant alone that leaves the recording as it is has nothing to run."""
    with pytest.raises(UsageError) as caught:
        CommandSweep(client.correct, cassette(), variants="lf", only_variants=True).run()
    assert str(caught.value) == ("variant lf: it changes nothing in this recording. Leave it out.")


def test_a_fake_runner_drives_the_same_sweep(client, cassette, monkeypatch):
    """What a run comes to is all that the sweep knows of it."""
    fake = Outcome(0, b"x", played=frozenset({1}))
    monkeypatch.setattr(CommandSweep, "_execute", lambda self, variant, split, chunks=1: fake)
    sweep = CommandSweep(["x"], cassette(), "cuts", jobs=4)
    calls = []
    assert sweep.run(lambda: calls.append(1))
    assert len(calls) == sweep.report().checked == len(sweep.sweep) == 16


@pytest.mark.long
@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize(("decode", "failed"), [("decode(c, {stream: true})", 0), ("decode(c)", 1)])
def test_node_sees_every_cut(cassette, tmp_path, decode, failed):
    """Node's fetch: a correct client passes, and the cut inside a character is seen each time."""
    script = tmp_path / "client.mjs"
    script.write_text(
        "const response = await fetch(process.env.STREAMTAPE_URL + '/stream');"
        "let text = ''; const decoder = new TextDecoder(); let sizes = [];"
        f"for await (const c of response.body) {{ text += decoder.{decode}; }}"
        "console.log(text);"
    )
    body = ("data: " + "x" * 60 + "é\n\n").encode()
    report = swept([NODE, str(script)], cassette(body), sweeps.Cuts())
    assert report.failed == failed


@pytest.mark.long
@pytest.mark.skipif(NODE is None, reason="needs node")
def test_node_reads_end_where_they_were_asked_to(cassette, tmp_path):
    """Every single cut arrives in Node as two chunks of the sizes that were asked for."""
    script = tmp_path / "client.mjs"
    script.write_text(
        "const response = await fetch(process.env.STREAMTAPE_URL + '/stream');"
        "let sizes = []; for await (const c of response.body) sizes.push(c.length);"
        "console.log(sizes.join());"
    )
    report = swept([NODE, str(script)], cassette(b"x" * 80), sweeps.Cuts(), shrink=False)
    assert report.failed == report.checked == 79
