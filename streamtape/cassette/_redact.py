"""What of an interaction may reach the disk.

This module decides it by allow-list: a header is dropped unless it is known to be harmless, or the
user gives it a value. An id keeps its key, with a placeholder that is stable within a cassette, so
that `request_id` works on replay. What is left passes the tripwire. It errs on the side of
forgetting.
"""

from __future__ import annotations

import dataclasses
import os
import re
from functools import cached_property
from typing import TYPE_CHECKING

from streamtape.cassette._filters import Filters
from streamtape.cassette._model import Interaction, Request
from streamtape.cassette._secrets import Secrets
from streamtape.cassette._tripwire import Tripwire, plain_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamtape.cassette._model import Cassette, Headers, Response
    from streamtape.cassette._tripwire import Finding

__all__ = ["Redactor", "find_secrets"]

_KEPT_IN_REQUESTS = frozenset(
    {"accept", "anthropic-beta", "anthropic-version", "content-type", "openai-beta"}
)
_KEPT_IN_RESPONSES = frozenset(
    {
        "accept-ranges",
        "allow",
        "cache-control",
        "content-disposition",
        "content-language",
        "content-range",
        "content-type",
        "etag",
        "last-modified",
        "location",
        "retry-after",
        "retry-after-ms",
        "transfer-encoding",
        "vary",
        "x-should-retry",
    }
)
_IDS = {
    "anthropic-organization-id": "org",
    "anthropic-workspace-id": "wrkspc",
    "openai-organization": "org",
    "openai-project": "proj",
    "request-id": "req",
    "x-request-id": "req",
}
_NO_FILTERS, _NO_SECRETS = Filters(), Secrets()
_PLACEHOLDER = re.compile(r"(org|wrkspc|proj|req)_streamtape_(\d+)")


class Redactor:
    """Redacts the interactions of one cassette, with placeholders numbered through it.

    Args:
        existing: what the cassette holds already; its placeholders keep their numbers.
        filters: what the user wants changed.
        environ: where secret values are taken from; the process's environment by default.
        secrets: what must not be kept, wherever it is now.

    Attributes:
        secrets: what was given, and what was in the environment whenever `remember` was called.
    """

    def __init__(
        self,
        existing: Cassette | None = None,
        filters: Filters | None = None,
        environ: Mapping[str, str] | None = None,
        secrets: Secrets = _NO_SECRETS,
    ) -> None:
        self.secrets: Secrets = secrets
        self._filters = filters or _NO_FILTERS
        self._kept_headers = self._filters.kept_headers()
        self._environ = os.environ if environ is None else environ
        self._placeholders: dict[tuple[str, str], str] = {}
        self._last = dict.fromkeys(_IDS.values(), 0)
        for interaction in existing.interactions if existing else ():
            for _, value in interaction.response.headers:
                if match := _PLACEHOLDER.fullmatch(value):
                    self._last[match[1]] = max(self._last[match[1]], int(match[2]))

    @cached_property
    def _tripwire(self) -> Tripwire:
        # A replay whose requests match as they are never needs it: reading the environment takes
        # as long as a third of a replay.
        return Tripwire(self.secrets | Secrets.of(self._environ, self._filters.patterns))

    def remember(self) -> None:
        """Note the secrets in the environment as it is now: it may have changed by the end."""
        self.secrets = self.secrets | Secrets.of(self._environ)

    @property
    def findings(self) -> list[Finding]:
        """What tripped the wire, in everything that was redacted so far."""
        return self._tripwire.findings

    def __call__(self, interaction: Interaction) -> Interaction | None:
        """Return `interaction` without what must not be kept; None where nothing is to be."""
        request = self.filtered(interaction.request)
        if request is None:
            return None
        response = self._filters.on_response(interaction.response, interaction.request)
        if response is None:
            return None
        return Interaction(self.disarmed(request), self._response(response))

    def filtered(self, request: Request) -> Request | None:
        """Return a request as it would be kept, but for the tripwire; None: leave it alone."""
        changed = self.changed(request)
        return None if changed is None else self.allowed(changed)

    def changed(self, request: Request) -> Request | None:
        """Return a request as the user's filters leave it; None: leave it alone."""
        return self._filters.on_request(plain_request(request))

    def allowed(self, changed: Request) -> Request:
        """Return a request with no other header fields than those that may be kept."""
        headers = self._allowed(changed.headers, _KEPT_IN_REQUESTS)
        return Request(changed.method, changed.url, headers, changed.body)

    def disarmed(self, request: Request) -> Request:
        """Return a filtered request without what trips the wire; itself where nothing does."""
        return self._tripwire.request(request)

    def _response(self, response: Response) -> Response:
        headers = self._allowed(response.headers, _KEPT_IN_RESPONSES)
        return self._tripwire.response(dataclasses.replace(response, headers=headers))

    def _allowed(self, headers: Headers, harmless: frozenset[str]) -> Headers:
        kept = self._kept_headers | harmless
        fields = [
            (name, value if name in kept else self._placeholder(name, value))
            for name, value in headers
            if name in kept or name in _IDS
        ]
        return tuple(fields)

    def _placeholder(self, name: str, value: str) -> str:
        prefix = _IDS[name]
        if _PLACEHOLDER.fullmatch(value):
            return value
        if (prefix, value) not in self._placeholders:
            self._last[prefix] += 1
            self._placeholders[prefix, value] = f"{prefix}_streamtape_{self._last[prefix]}"
        return self._placeholders[prefix, value]


def find_secrets(
    interaction: Interaction, environ: Mapping[str, str] | None = None
) -> list[Finding]:
    """Return what would trip the wire in an interaction that is on disk already."""
    tripwire = Tripwire(Secrets.of(os.environ if environ is None else environ))
    tripwire.request(interaction.request)
    tripwire.response(interaction.response)
    return tripwire.findings
