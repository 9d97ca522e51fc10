"""200 secrets, planted in every place and under every encoding: none reaches the disk."""

import base64
import contextlib
import gzip
import json
import random
import re
import string
import urllib.parse
from pathlib import Path

import pytest

from streamtape.cassette import (
    Cassette,
    Chunk,
    Interaction,
    Redactor,
    Request,
    Response,
    find_secrets,
    load,
    save,
)

STREAMS = sorted((Path(__file__).parents[1] / "corpus" / "streams").glob("*.sse"))
URL = "https://api.example/v1/messages"
JSON = ("content-type", "application/json")
LETTERS = string.ascii_letters + string.digits
BOUNDARY = b"--b\r\ncontent-disposition: form-data; name=a\r\n\r\n"


def drawn(random_, length, letters=LETTERS):
    return "".join(random_.choice(letters) for _ in range(length - 1)) + "7"


# Kinds of secrets: the first are found because of the environment, the others by their shape.
KINDS = {
    "short value": lambda r: drawn(r, 8),
    "value": lambda r: drawn(r, 24),
    "value with quotes": lambda r: drawn(r, 9) + '"\\/\n' + drawn(r, 9),
    "value not ASCII": lambda r: drawn(r, 6) + "é🌍+ &=" + drawn(r, 6),
    "Anthropic": lambda r: f"sk-ant-api03-{drawn(r, 40)}-{drawn(r, 8)}AA",
    "OpenAI": lambda r: f"sk-proj-{drawn(r, 48)}",
    "DeepSeek": lambda r: f"sk-{drawn(r, 32, '0123456789abcdef')}",
    "GitHub": lambda r: f"ghp_{drawn(r, 36)}",
    "GitHub, new": lambda r: f"github_pat_{drawn(r, 22)}_{drawn(r, 59)}",
    "Google": lambda r: f"AIza{drawn(r, 35)}",
    "AWS": lambda r: f"AKIA{drawn(r, 16, string.ascii_uppercase)}",
    "JWT": lambda r: f"eyJ{drawn(r, 20)}.eyJ{drawn(r, 40)}.{drawn(r, 30)}",
    "Slack": lambda r: f"xoxb-{drawn(r, 12)}-{drawn(r, 24)}",
    "Stripe": lambda r: f"sk_live_{drawn(r, 24)}",
    "Hugging Face": lambda r: f"hf_{drawn(r, 34)}",
}


def escaped(text):
    return "".join(f"\\u{unit:04x}" for unit in units(text))


def units(text):
    coded = text.encode("utf-16-be")
    return [int.from_bytes(coded[at : at + 2], "big") for at in range(0, len(coded), 2)]


def quoted(text):
    return json.dumps(text)[1:-1]


def coded(text, before=""):
    return base64.b64encode(f"{before}{text}".encode()).decode()


def sent(body=b"{}", *headers, url=URL):
    return Interaction(Request("POST", url, headers, body), Response())


def streamed(body, *sizes):
    rest = len(body) - sum(sizes)
    chunks = tuple(Chunk(1, size) for size in (*sizes, rest))
    return Interaction(Request("POST", URL), Response(body=body, chunks=chunks))


def event(**data):
    name = data["type"]
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def deltas(kind, field, text, step):
    parts = [text[at : at + step] for at in range(0, len(text), step)]
    return b"".join(
        event(type="content_block_delta", index=0, delta={"type": kind, field: part})
        + (b": comment\n\n" if number % 3 else event(type="ping"))
        for number, part in enumerate(parts)
    )


def interleaved(text):
    """Two blocks that stream at once, the secret in one of them."""
    halves = [text[at : at + 3] for at in range(0, len(text), 3)]
    return b"".join(
        event(type="content_block_delta", index=1, delta={"type": "text_delta", "text": half})
        + event(type="content_block_delta", index=2, delta={"type": "text_delta", "text": "no"})
        for half in halves
    )


PLACES = {
    "x-api-key": lambda s: sent(b"{}", ("x-api-key", s)),
    "authorization, bearer": lambda s: sent(b"{}", ("authorization", f"Bearer {s}")),
    "authorization, basic": lambda s: sent(b"{}", ("authorization", f"Basic {coded(s, 'me:')}")),
    "a kept header": lambda s: sent(b"{}", ("accept", f"x/{s}")),
    "query": lambda s: sent(url=f"{URL}?a=1&q={urllib.parse.quote(s)}"),
    "query, plus": lambda s: sent(url=f"{URL}?q={urllib.parse.quote(s, safe='')}"),
    "key=": lambda s: sent(url=f"{URL}?key={urllib.parse.quote(s, safe='')}"),
    "login": lambda s: sent(url=f"https://me:{urllib.parse.quote(s, safe='')}@api.example/"),
    "path": lambda s: sent(url=f"{URL}/{urllib.parse.quote(s)}/x"),
    "JSON": lambda s: sent(json.dumps({"a": [s, "x"]}).encode(), JSON),
    "JSON, not ASCII": lambda s: sent(json.dumps({"a": s}, ensure_ascii=False).encode(), JSON),
    "JSON, escaped": lambda s: sent(f'{{"a":"x {escaped(s)} y"}}'.encode(), JSON),
    "JSON in JSON": lambda s: sent(json.dumps({"a": json.dumps({"b": s})}).encode(), JSON),
    "JSON, base64": lambda s: sent(json.dumps({"a": f"x {coded(s, 'me:')}"}).encode(), JSON),
    "JSON, base64, shifted": lambda s: sent(json.dumps({"a": coded(s, "you:")}).encode(), JSON),
    "form": lambda s: sent(f"a=1&b={urllib.parse.quote_plus(s).replace('+', '%20')}".encode()),
    "multipart": lambda s: sent(BOUNDARY + s.encode() + b"\r\n--b--\r\n"),
    "multipart, base64": lambda s: sent(BOUNDARY + coded(s, ":").encode() + b"\r\n--b--\r\n"),
    "gzip": lambda s: sent(
        gzip.compress(json.dumps({"a": s}).encode()), ("content-encoding", "gzip")
    ),
    "gzip, unsaid": lambda s: sent(gzip.compress(f"a {s} b".encode())),
    "answer": lambda s: streamed(f"you said {s}.".encode()),
    "answer, JSON": lambda s: streamed(json.dumps({"error": {"message": s}}).encode()),
    "chunks": lambda s: streamed(f"data: {quoted(s)}\n\n".encode(), 9, 1, 1, 3),
    "events": lambda s: streamed(b"".join(b"data: %c\n\n" % c for c in quoted(s).encode())),
    "text_delta, by 3": lambda s: streamed(deltas("text_delta", "text", f"is {s}.", 3), 99),
    "text_delta, by 1": lambda s: streamed(deltas("text_delta", "text", s, 1), 99),
    "text_delta, base64": lambda s: streamed(deltas("text_delta", "text", coded(s, "a:"), 5), 99),
    "text_delta, interleaved": lambda s: streamed(interleaved(s), 99),
    "thinking_delta": lambda s: streamed(deltas("thinking_delta", "thinking", s, 4)),
    "input_json_delta": lambda s: streamed(
        deltas("input_json_delta", "partial_json", json.dumps({"command": f"curl {s}"}), 4)
    ),
    "input_json_delta, whole": lambda s: streamed(
        deltas("input_json_delta", "partial_json", json.dumps({"command": f"curl {s}"}), 999)
    ),
}

RANDOM = random.Random(20261121)
PLANTED = [
    (place, kind, KINDS[kind](RANDOM))
    for number in range(14)
    for place, kind in zip(PLACES, (list(KINDS) * 9)[number * 7 :], strict=False)
][:434]


def everything_in(data):
    """Return what somebody could read in bytes: written independently of the code under test."""
    forms = [data]
    for event_ in (fields := parsed(data)):
        forms.append("\x00".join(strings(event_)).encode("utf-8", "replace"))
    joined = {}
    for event_ in fields:
        delta = event_.get("delta") if isinstance(event_, dict) else None
        for name, text in (delta or {}).items():
            joined.setdefault((event_.get("index"), name), []).append(text)
    forms += ["".join(parts).encode("utf-8", "replace") for parts in joined.values()]
    forms.append(b"".join(re.findall(rb"data: ([^\n]*)\n", data)))
    for form in list(forms):
        forms.append(urllib.parse.unquote_to_bytes(form))
        with contextlib.suppress(ValueError, UnicodeDecodeError):
            forms.append(json.loads(b'"' + form.strip(b'"') + b'"', strict=False).encode())
        for partial in re.findall(rb"\{.*\}", form, re.DOTALL):
            with contextlib.suppress(ValueError):
                forms.append("\x00".join(strings(json.loads(partial))).encode("utf-8", "replace"))
    for form in list(forms):
        for run in re.findall(rb"[A-Za-z0-9+/]{8,}", form):
            forms += [base64.b64decode(run[at:] + b"A" * (-len(run[at:]) % 4)) for at in range(4)]
    return forms


def parsed(data):
    values = []
    for line in [data, *re.findall(rb"data: ([^\n]*)\n", data)]:
        with contextlib.suppress(ValueError):
            values.append(json.loads(line))
    return values


def strings(value):
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value
        with contextlib.suppress(ValueError):
            yield from strings(json.loads(value))


def shows(secret, data):
    return any(secret.encode() in form for form in everything_in(data))


@pytest.mark.parametrize("place", PLACES)
def test_planted_secrets_can_be_read_before(place):
    """The check sees a secret in every place, so that the next test can fail."""
    secret = KINDS["value"](random.Random(1))
    interaction = PLACES[place](secret)
    request, response = interaction.request, interaction.response
    body = request.body
    if body.startswith(b"\x1f\x8b"):
        body = gzip.decompress(body)
    held = [request.url.encode(), body, response.body, *(v.encode() for _, v in request.headers)]
    assert any(shows(secret, data) for data in held)


def test_no_planted_secret_reaches_the_disk(tmp_path):
    """Neither the file nor anything that can be decoded from it shows one of 434 secrets."""
    environ = {
        f"SOME_{number}_API_KEY": secret
        for number, (_, kind, secret) in enumerate(PLANTED)
        if kind.startswith(("short", "value"))
    }
    assert len(PLANTED) >= 200
    redact = Redactor(environ=environ)
    interactions = [PLACES[place](secret) for place, _, secret in PLANTED]
    redacted = [redact(interaction) for interaction in interactions]
    save(Cassette(redacted), tmp_path / "x.yaml")
    written = (tmp_path / "x.yaml").read_bytes()
    leaked = []
    for (place, kind, secret), interaction, before in zip(
        PLANTED, load(tmp_path / "x.yaml").interactions, interactions, strict=True
    ):
        request, response = interaction.request, interaction.response
        held = [request.url.encode(), request.body, response.body]
        held += [value.encode() for _, value in (*request.headers, *response.headers)]
        if secret.encode() in written or any(shows(secret, data) for data in held):
            leaked.append((place, kind, secret))
        assert response.chunk_sizes == before.response.chunk_sizes
    assert leaked == []


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_no_false_alarm_on_the_corpus(path):
    """A stream without a secret is written as it came, and nothing is reported."""
    body = path.read_bytes()
    interaction = Interaction(Request("POST", URL), Response(body=body))
    redact = Redactor(environ={"ANTHROPIC_API_KEY": "sk-ant-not-in-there", "HOME_KEY": "short"})
    assert redact(interaction).response == interaction.response
    assert redact.findings == []
    assert find_secrets(interaction, {}) == []
