r"""Messages that stream: the official SDK's stream, correct where it is wrong, and an emitter.

    >>> chunks = [b'event: message_start\ndata: {"type":"message_start","message":{"role":"assis',
    ...           b'tant"}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n']
    >>> [event.type for event in MessageStream(chunks)]
    ['message_start', 'message_stop']

A stream is made of a response of httpx or httpx2, or of any iterable of bytes. Below it, sans-IO:
`Accumulator` (raw events in, emitted events out). Nothing here imports httpx.
"""

from streamtape.messages import (
    _abort,
    _accumulate,
    _aliases,
    _async,
    _block_parts,
    _blocks,
    _citations,
    _client,
    _details,
    _dialect,
    _errors,
    _events,
    _low,
    _managers,
    _message,
    _ndjson,
    _raw,
    _resources,
    _status,
    _sync,
    _tool_results,
    _usage,
)
from streamtape.messages._abort import *
from streamtape.messages._accumulate import *
from streamtape.messages._aliases import *
from streamtape.messages._async import *
from streamtape.messages._block_parts import *
from streamtape.messages._blocks import *
from streamtape.messages._citations import *
from streamtape.messages._client import *
from streamtape.messages._details import *
from streamtape.messages._dialect import *
from streamtape.messages._emitter import EVENT_NAMES
from streamtape.messages._errors import *
from streamtape.messages._events import *
from streamtape.messages._flaws import Flaw
from streamtape.messages._low import *
from streamtape.messages._managers import *
from streamtape.messages._message import *
from streamtape.messages._ndjson import *
from streamtape.messages._raw import *
from streamtape.messages._record import Model, Record, UnknownModel
from streamtape.messages._resources import *
from streamtape.messages._status import *
from streamtape.messages._sync import *
from streamtape.messages._tool_results import *
from streamtape.messages._usage import *

# What a module lists is public as a whole; of the others, these are.
__all__ = [
    "EVENT_NAMES",
    "Flaw",
    "Model",
    "Record",
    "UnknownModel",
]
__all__ += _abort.__all__
__all__ += _accumulate.__all__
__all__ += _aliases.__all__
__all__ += _async.__all__
__all__ += _block_parts.__all__
__all__ += _blocks.__all__
__all__ += _citations.__all__
__all__ += _client.__all__
__all__ += _details.__all__
__all__ += _dialect.__all__
__all__ += _errors.__all__
__all__ += _events.__all__
__all__ += _low.__all__
__all__ += _managers.__all__
__all__ += _message.__all__
__all__ += _ndjson.__all__
__all__ += _raw.__all__
__all__ += _resources.__all__
__all__ += _status.__all__
__all__ += _sync.__all__
__all__ += _tool_results.__all__
__all__ += _usage.__all__
