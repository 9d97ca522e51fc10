"""What of an interaction may reach the disk.

This module decides it by allow-list: a header is dropped unless it is known to be harmless. An id
keeps its key, with a placeholder that is stable within a cassette, so that `request_id` works on
replay. It never looks at what a test needs; it errs on the side of forgetting.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamtape.cassette._model import Cassette, Headers, Interaction

__all__ = ["Redactor"]

_KEPT_IN_REQUESTS = frozenset(
    {"accept", "anthropic-beta", "anthropic-version", "content-type", "openai-beta"}
)
_KEPT_IN_RESPONSES = frozenset(
    {
        "cache-control",
        "content-type",
        "retry-after",
        "retry-after-ms",
        "transfer-encoding",
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
_PLACEHOLDER = re.compile(r"(org|wrkspc|proj|req)_streamtape_(\d+)")


class Redactor:
    """Redacts the interactions of one cassette, with placeholders numbered through it.

    Args:
        existing: what the cassette holds already; its placeholders keep their numbers.
    """

    def __init__(self, existing: Cassette | None = None) -> None:
        self._placeholders: dict[tuple[str, str], str] = {}
        self._last = dict.fromkeys(_IDS.values(), 0)
        for interaction in existing.interactions if existing else ():
            for _, value in interaction.response.headers:
                if match := _PLACEHOLDER.fullmatch(value):
                    self._last[match[1]] = max(self._last[match[1]], int(match[2]))

    def __call__(self, interaction: Interaction) -> Interaction:
        """Return `interaction` without what must not be kept."""
        request, response = interaction.request, interaction.response
        return dataclasses.replace(
            interaction,
            request=dataclasses.replace(
                request, headers=self._headers(request.headers, _KEPT_IN_REQUESTS)
            ),
            response=dataclasses.replace(
                response, headers=self._headers(response.headers, _KEPT_IN_RESPONSES)
            ),
        )

    def _headers(self, headers: Headers, kept: frozenset[str]) -> Headers:
        return tuple(
            (name, self._placeholder(_IDS[name], value) if name in _IDS else value)
            for name, value in headers
            if name in kept or name in _IDS
        )

    def _placeholder(self, prefix: str, value: str) -> str:
        if _PLACEHOLDER.fullmatch(value):
            return value
        if (prefix, value) not in self._placeholders:
            self._last[prefix] += 1
            self._placeholders[prefix, value] = f"{prefix}_streamtape_{self._last[prefix]}"
        return self._placeholders[prefix, value]
