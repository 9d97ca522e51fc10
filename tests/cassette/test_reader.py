"""What is read, and what each kind of broken file says."""

import pytest

import streamtape
from streamtape.cassette import Chunk, End, fix, load
from streamtape.errors import CassetteError, CassetteFormatError, CassetteNotFoundError

GOOD = """\
streamtape: 1
interactions:
- request:
    method: POST
    url: https://a.example/v1
  response:
    status: 200
    body: |2+
      data: 1

    chunks: 1+9
    end: complete
"""
RESTORE = "Restore it from version control, or delete it and record it again."
FORMAT = "The format is described in docs/explanation/cassette-format.md."
KNOWN = (
    "Known here: status, http_version, headers, head, body, newlines, frames, base64, chunks, end."
)
INDEX = "Write milliseconds+bytes for each chunk, at most three decimals: 412+521 0.4+1."
ENDINGS = "Valid: complete, truncated, reset, timeout, aborted, or e.g. {reset: 40}."
OTHER_TOOL = (
    ":1: not a streamtape cassette: it does not begin with 'streamtape: 1'. "
    "A cassette of another tool? Try: streamtape convert {path} -o NEW.yaml"
)


def edited(old, new):
    assert old in GOOD
    return GOOD.replace(old, new).encode()


BAD = {
    "empty": (b"", f": the file is empty. {RESTORE}"),
    "only a comment": (b"# hi\n", f": the file is empty. {RESTORE}"),
    "not YAML": (b"{: [", f":1: not YAML: did not find expected node content. {RESTORE}"),
    "control character": (
        b"streamtape: 1\ninteractions: \x07\n",
        ": not YAML: unacceptable character #x0007: control characters are not allowed. " + RESTORE,
    ),
    "invalid UTF-8": (
        b"streamtape: 1\n# caf\xe9\n",
        ":2: not UTF-8: byte 0xe9 at offset 19. "
        "Save the file as UTF-8, or restore it from version control.",
    ),
    "a list": (b"- 1\n", OTHER_TOOL),
    "vcrpy's": (b"interactions: []\nversion: 1\n", OTHER_TOOL),
    "version": (
        b"streamtape: 2\ninteractions: []\n",
        ":1: streamtape: format 2. This streamtape reads format 1: upgrade it, or record again.",
    ),
    "a date that is none": (
        edited("- request:", "- recorded: '2026-02-30'\n  request:"),
        ":3: interactions[0].recorded: '2026-02-30' is not a date. "
        "Write one like '2026-11-21', or leave it out.",
    ),
    "a date in another form": (
        edited("- request:", "- recorded: yesterday\n  request:"),
        ":3: interactions[0].recorded: 'yesterday' is not a date. "
        "Write one like '2026-11-21', or leave it out.",
    ),
    "a date without quotes": (
        edited("- request:", "- recorded: 2026-11-21\n  request:"),
        ":3: interactions[0].recorded: 2026-11-21 is text to YAML 1.2 and a date to YAML 1.1. "
        "Quote it if it is text: '2026-11-21'.",
    ),
    "unknown key at the top": (
        edited("interactions:", "foo: 1\ninteractions:"),
        ":2: foo: unknown key. Known here: streamtape, interactions.",
    ),
    "unknown key": (
        edited("    status", "    statu: 1\n    status"),
        f":7: interactions[0].response.statu: unknown key. {KNOWN}",
    ),
    "missing key": (
        edited("    method: POST\n", ""),
        ":4: interactions[0].request: method is missing. Add it.",
    ),
    "sizes": (
        edited("1+9", "1+8"),
        ":11: interactions[0].response.chunks: the chunks add up to 8 bytes, the body has 9. "
        "After an edit of the body, run: streamtape fix {path}",
    ),
    "chunk index": (
        edited("1+9", "1-9"),
        f":11: interactions[0].response.chunks: '1-9' is not a chunk index. {INDEX}",
    ),
    "exponent": (
        edited("1+9", "1.5e+9"),
        ":11: interactions[0].response.chunks: 1500000000.0 stands where text belongs. "
        "Quote it: '1500000000.0'.",
    ),
    "four decimals": (
        edited("1+9", "1.2345+9"),
        f":11: interactions[0].response.chunks: '1.2345+9' is not a chunk index. {INDEX}",
    ),
    "base64": (
        edited("body: |2+\n      data: 1\n\n", "base64: a*b\n"),
        ":8: interactions[0].response.base64: not base64: Only base64 data is allowed. "
        "Restore it from version control, or record it again.",
    ),
    "two bodies": (
        edited("    chunks", "    base64: YQ==\n    chunks"),
        f":7: interactions[0].response: body and base64 exclude each other. {FORMAT}",
    ),
    "newlines without a body": (
        edited("body: |2+\n      data: 1\n\n", "base64: YQ==\n    newlines: crlf\n"),
        f":7: interactions[0].response: newlines goes with body. {FORMAT}",
    ),
    "a tag that would run code": (
        edited("POST", "!!python/object/apply:os.system [true]"),
        ":4: interactions[0].request.method: tag 'tag:yaml.org,2002:python/object/apply:os.system'."
        " A cassette has no tags.",
    ),
    "billion laughs": (
        b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
        ":1: a: anchor or alias 'a'. A cassette has no aliases: write the value out.",
    ),
    "alias": (
        b"a: [*x]\n",
        ":1: a[0]: anchor or alias 'x'. A cassette has no aliases: write the value out.",
    ),
    "50,000 brackets": (
        b"[" * 50_000,
        ":1: [0][0][0][0]: nested deeper than 64 levels. Nothing that is recorded needs that.",
    ),
    "duplicate key": (
        edited("    url", "    method: GET\n    url"),
        ":5: interactions[0].request: the key 'method' stands twice. Remove one.",
    ),
    "a key that is a list": (b"? [a]\n: b\n", ":1: a key that is not text. Keys are text."),
    "a key that is a number": (
        edited("    url", "    headers: {1: x}\n    url"),
        ":5: interactions[0].request.headers: the key 1 is a number, not text. Quote it: '1'.",
    ),
    "an unquoted date": (
        edited("POST", "2026-11-20"),
        ":4: interactions[0].request.method: 2026-11-20 is text to YAML 1.2 and a date to YAML 1.1."
        " Quote it if it is text: '2026-11-20'.",
    ),
    "an unquoted no": (
        edited("    url", "    headers: {x: no}\n    url"),
        ":5: interactions[0].request.headers.x: no is text to YAML 1.2 and a boolean to YAML 1.1. "
        "Quote it if it is text: 'no'.",
    ),
    "an unquoted number": (
        edited("    url", "    headers: {retry-after: 5}\n    url"),
        ":5: interactions[0].request.headers.retry-after: 5 stands where text belongs. "
        "Quote it: '5'.",
    ),
    "an unquoted time": (
        edited("    url", "    json: {at: 12:30}\n    url"),
        ":5: interactions[0].request.json.at: 12:30 is text to YAML 1.2 and a number to YAML 1.1. "
        "Quote it if it is text: '12:30'.",
    ),
    "a number that JSON has not": (
        edited("    url", "    json: {a: .nan}\n    url"),
        ":5: interactions[0].request.json.a: .nan cannot be read as a number. "
        "Quote it if it is text.",
    ),
    "octal": (
        edited("    url", "    json: {a: 0777}\n    url"),
        ":5: interactions[0].request.json.a: 0777 cannot be read as a number. "
        "Quote it if it is text.",
    ),
    "5,000 digits": (
        edited("200", "9" * 5000),
        f":7: interactions[0].response.status: {'9' * 40} cannot be read as a number. "
        "Quote it if it is text.",
    ),
    "a chunk of 8,000 digits": (
        edited("1+9", "1+" + "7" * 8000),
        f":11: interactions[0].response.chunks: '1+{'7' * 38}' is not a chunk index. {INDEX}",
    ),
    "ending": (
        edited("complete", "finished"),
        f":12: interactions[0].response.end: 'finished' is not an ending. {ENDINGS}",
    ),
    "ending before its time": (
        edited("complete", "{reset: -1}"),
        ":12: interactions[0].response.end: {'reset': -1} is not an ending. " + ENDINGS,
    ),
    "two endings": (
        edited("complete", "{reset: 1, complete: 2}"),
        ":12: interactions[0].response.end: a body ends once. Write one ending, e.g. {reset: 40}.",
    ),
    "finer than a microsecond": (
        edited("    status", "    head: 0.12345\n    status"),
        ":7: interactions[0].response.head: 0.12345 has more than three decimals. "
        "Milliseconds have at most three.",
    ),
    "text for a number": (
        edited("    status", "    head: soon\n    status"),
        ":7: interactions[0].response.head: 'soon' does not fit: input should be a valid number. "
        + FORMAT,
    ),
    "status": (
        edited("200", "20"),
        ":7: interactions[0].response.status: 20 does not fit: "
        f"input should be greater than or equal to 100. {FORMAT}",
    ),
    "interactions": (
        b"streamtape: 1\ninteractions: [null]\n",
        f":2: interactions[0]: a mapping belongs here. {FORMAT}",
    ),
    "two documents": (
        GOOD.encode() + b"---\na: 1\n",
        ":13: a second document. A cassette is one document.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_broken_file_says_where_and_what_to_do(write, name):
    """Each kind of broken file is an error that names file, place and remedy; it stays as it is."""
    data, message = BAD[name]
    path = write(data)
    with pytest.raises(CassetteFormatError) as caught:
        streamtape.load(path)
    assert str(caught.value) == f"{path}{message}".replace("{path}", str(path))
    assert caught.value.path == path
    assert path.read_bytes() == data


def test_no_file(tmp_path):
    """A missing file says how to record it, and is a FileNotFoundError too."""
    with pytest.raises(CassetteNotFoundError) as caught:
        load(tmp_path / "none.yaml")
    assert isinstance(caught.value, FileNotFoundError)
    assert str(caught.value) == (
        f"no cassette at {tmp_path / 'none.yaml'}. "
        "Record it with mode='once', or with: pytest --streamtape-mode=once"
    )


def test_a_folder_is_not_a_cassette(tmp_path):
    """A folder in place of the file is a cassette error."""
    with pytest.raises(CassetteError) as caught:
        load(tmp_path)
    message = f"{tmp_path}: it cannot be read: Is a directory. A cassette is a readable file."
    assert str(caught.value) == message


def test_written_by_hand(write):
    """Without chunks: one chunk per event, no delays; without an ending: complete."""
    text = GOOD.replace("    chunks: 1+9\n    end: complete\n", "").replace(
        "1\n\n", "1\n\n      : c\n\n"
    )
    (interaction,) = load(write(text)).interactions
    response = interaction.response
    assert response.chunks is None
    assert response.chunk_sizes == (9, 5)
    assert response.end == End("complete")
    assert (response.head, response.http_version) == (0, "HTTP/1.1")


def test_times_and_endings(write):
    """Milliseconds with decimals are read to the microsecond."""
    text = GOOD.replace("1+9", "412.5+4 0.001+5").replace("end: complete", "end: {reset: 40.25}")
    response = load(write(text.replace("status", "head: 3.5\n    status"))).interactions[0].response
    assert response.chunks == (Chunk(412_500, 4), Chunk(1, 5))
    assert response.end == End("reset", 40_250)
    assert response.head == 3_500
    assert response.duration == pytest.approx(0.456251)


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("json: {a: [1, null]}", b'{"a":[1,null]}'),
        ("json: null", b"null"),
        ("text: 'a b'", b"a b"),
        ("base64: /w==", b"\xff"),
        ("headers: {}", b""),
    ],
)
def test_request_bodies(write, body, content):
    """A request body is JSON, text or base64; `json: null` is a body, and no key is none."""
    path = write(GOOD.replace("    url", f"    {body}\n    url"))
    assert load(path).interactions[0].request.body == content


def test_fix_after_an_edit(write):
    """`fix` keeps the chunks that fit and makes one chunk per event of the rest."""
    path = write(GOOD.replace("1+9", "1+3 2+3 3+3").replace("data: 1\n", "data: 12\n\n      d\n"))
    assert fix(path) == [1]
    assert load(path).interactions[0].response.chunks == (
        Chunk(1000, 3),
        Chunk(2000, 3),
        Chunk(3000, 3),
        Chunk(0, 4),
    )
    before = path.read_bytes()
    assert fix(path) == []
    assert path.read_bytes() == before


def test_fix_refuses_what_is_broken_otherwise(write):
    """`fix` mends chunk indexes and nothing else."""
    path = write(GOOD.replace("200", "20"))
    with pytest.raises(CassetteFormatError):
        fix(path)


def test_without_libyaml(write, monkeypatch):
    """Where PyYAML has no libyaml, loading works and warns once about the cost."""
    monkeypatch.delattr("yaml.CSafeLoader")
    with pytest.warns(RuntimeWarning, match="PyYAML has no libyaml here"):
        assert len(load(write(GOOD))) == 1


def test_chunk_times_are_exact(write):
    """Every time of at most three decimals is read to the microsecond, also a very long one."""
    times = {f"{n}.{n % 1000:03d}": n * 1000 + n % 1000 for n in range(0, 10**8, 99_999_7)}
    times |= {"0.001": 1, "99999999.999": 99_999_999_999, "999999999999": 999_999_999_999_000}
    times |= {"900719925474099.001": 900_719_925_474_099_001, "1.5": 1500}
    index = " ".join(f"{time}+0" for time in times)
    response = load(write(GOOD.replace("1+9", f"{index} 1+9"))).interactions[0].response
    assert [chunk.gap for chunk in response.chunks[:-1]] == list(times.values())
