"""A recording with every kind of block, and copies of the stream with a bug planted."""

import importlib.abc
import importlib.util
import json
import sys
from pathlib import Path

import pytest

import streamtape
from streamtape.cassette import Cassette, Interaction, Request, Response
from streamtape.sse import Event, encode

PACKAGE = Path(streamtape.__file__).parent


def contents():
    """Each block as it begins, and its deltas: thinking, text with a citation, a tool's input."""
    citation = {"type": "char_location", "cited_text": "é", "document_index": 0}
    citation |= {"document_title": "T", "start_char_index": 0, "end_char_index": 1}
    tool = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
    thinking = {"type": "thinking", "thinking": "", "signature": ""}
    text = {"type": "text", "text": ""}
    yield thinking, [("thinking", "Zür"), ("thinking", "ich?"), ("signature", "c2ln")]
    yield text, [("text", "Grüezi"), ("text", " 😀"), ("citations", citation)]
    yield tool, [("input_json", '{"city": "Zü'), ("input_json", 'rich", "n": [1, 2]}')]


def events():
    start = {"type": "message_start", "message": {"id": "msg_1", "type": "message", "content": []}}
    start["message"] |= {"role": "assistant", "model": "m-1", "stop_reason": None}
    start["message"] |= {"stop_sequence": None, "usage": {"input_tokens": 3, "output_tokens": 1}}
    fields = {"input_json": "partial_json", "citations": "citation"}
    yield start
    for index, (block, deltas) in enumerate(contents()):
        yield {"type": "content_block_start", "index": index, "content_block": block}
        yield {"type": "ping"}
        for kind, value in deltas:
            delta = {"type": f"{kind}_delta", fields.get(kind, kind): value}
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    delta = {"stop_reason": "tool_use", "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 21}}
    yield {"type": "message_stop"}


@pytest.fixture
def taped():
    """Make a cassette of the events of one stream; by default, with every kind of block."""

    def make(given=None, **response):
        found = list(events()) if given is None else given
        sent = (Event(each["type"], json.dumps(each, ensure_ascii=False)) for each in found)
        body = b"".join(map(encode, sent))
        request = Request("POST", "https://api.example/v1/messages", (), b"{}")
        headers = (("content-type", "text/event-stream"),)
        response = Response(200, headers, body, **response)
        return Cassette((Interaction(request, response),))

    return make


class Copies(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports `mutant.messages` and `mutant.sse`: copies of streamtape's, one file changed."""

    _compiled: dict = {}  # noqa: RUF012 - of files as they are: compiling takes most of the time

    def __init__(self, file="", old="", new=""):
        self._change = PACKAGE / file, old, new

    def find_spec(self, fullname, path=None, target=None):  # noqa: ARG002 - the protocol
        if fullname.partition(".")[0] != "mutant":
            return None
        place = PACKAGE.joinpath(*fullname.split(".")[1:])
        is_package = place.is_dir()
        spec = importlib.util.spec_from_loader(fullname, self, is_package=is_package)
        spec.loader_state = place / "__init__.py" if is_package else place.with_suffix(".py")
        return spec

    def exec_module(self, module):
        if module.__name__ != "mutant":
            exec(self._code(module.__spec__.loader_state), module.__dict__)

    def _code(self, file):
        changed, old, new = self._change
        if file != changed and file in self._compiled:
            return self._compiled[file]
        text = file.read_text("utf-8")
        if file == changed:
            assert text.count(old) == 1, f"the mutant is out of date: {old}"
            text = text.replace(old, new)
        for name in ("messages", "sse"):
            text = text.replace(f"streamtape.{name}", f"mutant.{name}")
        code = compile(text, str(file), "exec")
        if file != changed:
            self._compiled[file] = code
        return code


@pytest.fixture
def copied(monkeypatch):
    """Import a copy of the stream, with a text in one of its files changed; return the class."""

    def load(*change):
        monkeypatch.setattr(sys, "meta_path", [Copies(*change), *sys.meta_path])
        return importlib.import_module("mutant.messages").MessageStream

    yield load
    for name in [name for name in sys.modules if name.partition(".")[0] == "mutant"]:
        del sys.modules[name]
