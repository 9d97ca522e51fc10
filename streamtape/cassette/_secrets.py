"""What a secret looks like: values of the environment, and the shapes of known keys.

This module decides what trips the wire. It changes nothing: `_tripwire` puts the placeholders.
The shapes are narrow on purpose: a recording that is altered for a false alarm is a lie too. (None
of them is found in the 84 streams of the corpus; a test holds that.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from streamtape.cassette._views import Span, View

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Secrets"]

LEAST_LENGTH = 8
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:(?:API|ACCESS|AUTH|PRIVATE|SECRET|SIGNING)?KEYS?|(?:AUTH)?TOKENS?|SECRETS?"
    r"|PASSWORDS?|PASSWD|PASSPHRASE|PWD|PAT|CREDENTIALS?|AUTH|BEARER)(?:$|_)",
    re.IGNORECASE,
)
_NOT_SECRET_NAME = re.compile(
    r"^(?:OLD)?PWD$|^SSH_AUTH_SOCK$|_(?:FILE|PATH|DIR|URL)$", re.IGNORECASE
)


class _Shape(NamedTuple):
    """A kind of key: its name, a literal that every one of them holds, and its form."""

    kind: str
    literal: bytes
    form: re.Pattern[bytes]


def _shape(kind: str, literal: bytes, form: bytes) -> _Shape:
    return _Shape(kind, literal, re.compile(rb"(?<![A-Za-z0-9])" + form))


_SHAPES = (
    _shape("Anthropic key", b"sk-ant-", rb"sk-ant-[\w-]{16,}"),
    _shape("API key (sk-)", b"sk-", rb"sk-(?!ant-)(?=[\w-]*\d)[\w-]{20,}"),
    _shape("GitHub token", b"gh", rb"gh[opsru]_[A-Za-z0-9]{36,}"),
    _shape("GitHub token", b"github_pat_", rb"github_pat_\w{22,}"),
    _shape("GitLab token", b"glpat-", rb"glpat-[\w-]{20,}"),
    _shape("Google API key", b"AIza", rb"AIza[\w-]{35}"),
    _shape("Google access token", b"ya29.", rb"ya29\.[\w-]{20,}"),
    _shape("AWS access key id", b"A", rb"(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"),
    _shape("Slack token", b"xox", rb"xox[abeprs]-[A-Za-z0-9-]{10,}"),
    _shape("Hugging Face token", b"hf_", rb"hf_[A-Za-z0-9]{30,}"),
    _shape("Groq key", b"gsk_", rb"gsk_[A-Za-z0-9]{40,}"),
    _shape("xAI key", b"xai-", rb"xai-[A-Za-z0-9]{40,}"),
    _shape("Stripe key", b"k_", rb"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    _shape("JSON web token", b"eyJ", rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    _shape("bearer token", b"earer ", rb"[Bb]earer +(?=[\w.~+/-]*\d)[\w.~+/-]{20,}=*"),
    _shape(
        "private key",
        b"PRIVATE KEY-----",
        rb"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]{16,}-----END [A-Z ]*PRIVATE KEY-----",
    ),
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Everything that must not reach the disk.

    Attributes:
        values: exact values, each with the name under which it is reported.
        patterns: what the user asked to redact.
    """

    values: tuple[tuple[str, bytes], ...] = ()
    patterns: tuple[re.Pattern[bytes], ...] = ()

    @classmethod
    def of(
        cls, environ: Mapping[str, str], patterns: tuple[re.Pattern[bytes], ...] = ()
    ) -> Secrets:
        """Collect the values of variables whose names tell that they are secret."""
        values = [
            (name, value.strip().encode("utf-8", "surrogateescape"))
            for name, value in environ.items()
            if _SECRET_NAME.search(name) and not _NOT_SECRET_NAME.search(name)
        ]
        long = [(name, value) for name, value in values if len(value) >= LEAST_LENGTH]
        # The longest first: one may hold another.
        return cls(tuple(sorted(long, key=lambda item: -len(item[1]))), patterns)

    def __or__(self, other: Secrets) -> Secrets:
        """Return the secrets of both; the longest first."""
        values = sorted({*self.values, *other.values}, key=lambda item: (-len(item[1]), item))
        return Secrets(tuple(values), tuple(dict.fromkeys((*self.patterns, *other.patterns))))

    def find(self, view: View) -> Iterator[tuple[str, Span]]:
        """Yield what is found in a view: its kind, and where in the view."""
        data = view.data
        for name, value in self.values:
            at = data.find(value)
            while at >= 0:
                yield f"value of ${name}", Span(at, at + len(value))
                at = data.find(value, at + len(value))
        for kind, literal, form in _SHAPES:
            if literal in data:
                for match in form.finditer(data):
                    yield kind, Span(*match.span())
        if view.decoded:  # noise: a short pattern would be found in it by accident
            return
        for pattern in self.patterns:
            for match in pattern.finditer(data):
                if match[0]:
                    yield (
                        f"pattern {pattern.pattern.decode('utf-8', 'replace')}",
                        Span(*match.span()),
                    )
