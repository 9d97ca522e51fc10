"""What Bedrock wraps into payloads.

Its `InvokeModelWithResponseStream` hands on what the model's own API streams, each event as base64
in a JSON object: `{"bytes": "<base64>", "p": "abc"}` (`p` is padding). This module finds it, and
puts something else there; every other payload wraps nothing.
"""

from __future__ import annotations

import base64
import binascii
import re

__all__ = ["unwrapped", "wrapped"]

_BYTES = re.compile(rb'("bytes"\s*:\s*")([A-Za-z0-9+/]*={0,2})"')


def unwrapped(payload: bytes) -> bytes:
    """Return what a payload wraps; itself where it wraps nothing."""
    match = _BYTES.search(payload) if payload.startswith(b"{") else None
    if match is None:
        return payload
    try:
        return base64.b64decode(match[2], validate=True)
    except binascii.Error:
        return payload


def wrapped(payload: bytes, data: bytes) -> bytes:
    """Return a payload that wraps `data` where this one wraps something; else `data` itself."""
    if unwrapped(payload) is payload:
        return data
    return _BYTES.sub(rb"\g<1>" + base64.b64encode(data) + b'"', payload, count=1)
