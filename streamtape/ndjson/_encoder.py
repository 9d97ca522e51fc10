"""Values in, lines out: the inverse of the decoder."""

from __future__ import annotations

import json
from typing import Any

from streamtape.errors import UsageError

__all__ = ["encode"]


def encode(value: Any) -> bytes:
    """Write one value as a line: without white space, non-ASCII as it is, LF behind it.

    Raises:
        UsageError: the value is no JSON.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        # A lone surrogate has no UTF-8; as an escape it comes through.
        return text.encode("utf-8", "backslashreplace") + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"value {value!r:.80}", str(error), "JSON carries it not.") from None
