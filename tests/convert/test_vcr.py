"""vcrpy's cassettes, of every shape: a converted one replays what vcrpy replays to its clients."""

import gzip
import http.server
import json
import threading
import zlib

import httpx
import pytest
import requests
import vcr

import streamtape
from streamtape.convert import convert
from streamtape.errors import CassetteFormatError

JSON = {"content-type": "application/json"}
SSE = {"content-type": "text/event-stream"}
EVENTS = "event: a\ndata: é🌍\n\n: comment\n\ndata: 2\r\n\r\n".encode()
PACKED = {"content-encoding": "gzip", **JSON}

# What the server answers: status, headers, body.
ANSWERS = {
    "json": (200, JSON, b'{"a": 1, "b": ["\xc3\xa9"]}'),
    "text": (200, {"content-type": "text/plain"}, b"plain\ntext\n"),
    "empty": (204, {}, b""),
    "stream": (200, SSE, EVENTS),
    "binary": (200, {"content-type": "image/png"}, bytes(range(256))),
    "latin": (200, {"content-type": "text/plain; charset=latin-1"}, "é".encode("latin-1")),
    "gzip": (200, PACKED, gzip.compress(b'{"packed": true}', mtime=0)),
    "gzip stream": (200, {"content-encoding": "gzip", **SSE}, gzip.compress(EVENTS, mtime=0)),
    "deflate": (200, {"content-encoding": "deflate", **JSON}, zlib.compress(b'{"z": 1}')),
    "error": (529, {"retry-after": "3", **JSON}, b'{"type":"error"}'),
    "not found": (404, {}, b"nothing here"),
    "control characters": (200, {}, b"\x00\x01\x7f tab\t nl\n cr\r"),
    "yaml trouble": (200, {}, b"- : # | > & * ! % @ ` no 012 1e3\n...\n---\n"),
    "big": (200, JSON, b'{"x": "' + b"y" * 70_000 + b'"}'),
    "repeated header": (200, {"vary": "accept", **JSON}, b"[]"),
}
# A cassette: the answers it has, and how it is made.
SHAPES = {
    **{name: ([name], {}, {}) for name in ANSWERS},
    "several": (["json", "stream", "binary", "json", "error"], {}, {}),
    "json serializer": (["json", "stream", "text"], {"serializer": "json"}, {}),
    "decoded": (["gzip", "deflate", "json"], {"decode_compressed_response": True}, {}),
    "request json": (["json"], {}, {"json": {"model": "m", "é": [1, None]}}),
    "request binary": (["text"], {}, {"data": b"\xff\xfe\x00"}),
    "request form": (["text"], {}, {"data": {"a": "1", "b": "x y"}}),
    "filtered": (["json"], {"filter_headers": ["user-agent"]}, {"json": {}}),
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as its path says."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        name = requests.utils.unquote(self.path.rpartition("/")[2])
        status, headers, body = ANSWERS[name]
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def url():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def ask_requests(url, names, given):
    seen = []
    for name in names:
        answer = requests.post(f"{url}/{name}", **given, timeout=5)
        seen.append((answer.status_code, answer.headers.get("content-type"), answer.content))
    return seen


def ask_httpx(url, names, given):
    given = {
        {"data": "content"}.get(key, key) if isinstance(value, bytes) else key: value
        for key, value in given.items()
    }
    seen = []
    for name in names:
        answer = httpx.post(f"{url}/{name}", **given, timeout=5)
        seen.append((answer.status_code, answer.headers.get("content-type"), answer.content))
    return seen


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("ask", [ask_requests, ask_httpx])
def test_a_converted_cassette_replays_what_vcrpy_replays(tmp_path, url, shape, ask):
    """Status, type and every byte are those that vcrpy hands to the client that recorded them."""
    names, options, given = SHAPES[shape]
    path = tmp_path / "theirs.yaml"
    with vcr.use_cassette(str(path), record_mode="once", **options):
        ask(url, names, given)
    with vcr.use_cassette(str(path), record_mode="none", **options):
        theirs = ask(url, names, given)
    streamtape.save(convert(path), tmp_path / "ours.yaml")
    body = ["body"] if "json" in given else []
    with streamtape.use_cassette(
        tmp_path / "ours.yaml", unplayed="fail", match_on=["method", "uri", *body]
    ):
        assert ask_httpx(url, names, given) == theirs


def test_there_are_twenty_shapes():
    """The shapes tried are as many as the issue asks for."""
    assert len(SHAPES) >= 20


CASSETTER = """
version: 1
interactions:
- request:
    method: POST
    uri: https://api.example/2
    headers: {content-type: [application/json]}
    body: {type: json, content: {q: é}}
  response:
    status: 200
    headers: {content-type: [text/event-stream], content-length: ["9"]}
    body:
      type: text
      content: "data: 1\\n\\n"
  recorded_at: 2026-11-21T01:09:48.964225+00:00
- request:
    method: POST
    uri: https://api.example/1
    headers: {}
    body: {type: none}
  response:
    status: 200
    headers: {}
    body: {type: binary, content: ff0001}
  recorded_at: 2026-11-21T01:09:47.903598+00:00
"""


def test_cassetter(tmp_path):
    """What cassetter has sorted by URL is put into the order of its recording."""
    path = tmp_path / "x.yaml"
    path.write_text(CASSETTER, "utf-8")
    first, second = convert(path).interactions
    assert (first.request.url, first.response.body) == ("https://api.example/1", b"\xff\x00\x01")
    assert second.request.body == '{"q":"é"}'.encode()
    assert second.response.body == b"data: 1\n\n"
    assert second.response.chunks is None


OLD = {
    "version": 1,
    "interactions": [
        {
            "request": {"method": "get", "uri": "https://x/", "body": None, "headers": {"A": "b"}},
            "response": {
                "status_code": 200,
                "http_version": "HTTP/2",
                "headers": {"content-type": "text/plain"},
                "content": "text",
            },
        },
        {
            "request": {"method": "POST", "uri": "https://x/", "parsed_body": {"a": 1}},
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"content-type": ["application/json"]},
                "parsed_body": {"b": [1]},
            },
        },
        {
            "request": {"method": "POST", "uri": "https://x/", "body": {"string": "s"}},
            "response": {
                "status": {"code": 200},
                "protocol": "HTTP/1.0",
                "body": {"base64_string": "/w=="},
            },
        },
    ],
}


def test_older_and_stranger_spellings(tmp_path):
    """Recordings of vcrpy 4 and 5, parsed bodies, and JSON with base64 are understood."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps(OLD))
    one, two, three = convert(path).interactions
    assert (one.request.method, one.response.body) == ("GET", b"text")
    assert one.response.http_version == "HTTP/2"
    assert (two.request.body, two.response.body) == (b'{"a":1}', b'{"b":[1]}')
    assert (three.request.body, three.response.body) == (b"s", b"\xff")
    assert three.response.http_version == "HTTP/1.0"


def test_what_python_2_wrote(tmp_path):
    """Texts with Python 2's tags are texts; a tag that constructs anything is refused."""
    path = tmp_path / "x.yaml"
    item = "interactions:\n- request: {method: GET, uri: %s}\n  response: {status: {code: 200}}\n"
    path.write_text(item % "!!python/unicode 'https://x/'")
    assert convert(path).interactions[0].request.url == "https://x/"
    path.write_text(item % "!!python/object/apply:os.getcwd []")
    with pytest.raises(CassetteFormatError) as caught:
        convert(path)
    assert str(caught.value) == (
        f"{path}: not a recording that can be converted: not YAML or JSON: could not determine a "
        "constructor for the tag 'tag:yaml.org,2002:python/object/apply:os.getcwd'. streamtape "
        "reads vcr, cassetter, har, aimock, sse, chunks: name one with --from."
    )


def test_converted_cassettes_are_redacted(tmp_path):
    """What vcrpy kept in the clear is gone."""
    path = tmp_path / "x.yaml"
    path.write_text(
        "interactions:\n- request: {method: GET, uri: 'https://x/?key=abc', "
        "headers: {authorization: [Bearer abc]}, body: sk-ant-api03-abcdefghijklmnopqrstuv}\n"
        "  response: {status: {code: 200}, headers: {set-cookie: [a=b]}}\n"
    )
    (interaction,) = convert(path).interactions
    assert interaction.request.url == "https://x/?key=REDACTED"
    assert interaction.request.headers == ()
    assert interaction.request.body == b"REDACTED"
    assert interaction.response.headers == ()
