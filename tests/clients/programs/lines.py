"""How a client program talks to the runner: a case per line in, an answer per line out.

A case is a JSON object: `url` (the server's base), `path`, `body` (a JSON value), `headers` and
`timeout` (seconds for one read). An answer tells what the client saw:

* `status`, and of clients that show bytes: `reads`, each in base64;
* of clients that parse: `events`, what they yielded, and `result`, what came of it;
* `error`, the name of what they raised at last, and `causes`, the names of what was behind that.
"""

from __future__ import annotations

import base64
import json
import sys
from importlib import import_module


class Answer:
    """What one case came to; filled while the client reads, so that a failure keeps what was."""

    def __init__(self):
        self.status = self.result = self.error = None
        self.reads, self.events, self.causes = [], [], []

    def read(self, data):
        """Note one read."""
        self.reads.append(base64.b64encode(data).decode())


def answer_all(ask):
    """Answer cases until there are no more; `ask(case, answer)` performs one."""
    for line in sys.stdin:
        answer = Answer()
        try:
            ask(json.loads(line), answer)
        except Exception as error:
            answer.error, *answer.causes = map(name_of, behind(error))
        print(json.dumps(vars(answer)), flush=True)


def behind(error):
    """Yield an exception, and those behind it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def name_of(error):
    """Return the name that an exception is documented by."""
    kind = type(error)
    package = kind.__module__.partition(".")[0]
    if package == "builtins":
        return kind.__name__
    known_at_the_top = hasattr(import_module(package), kind.__name__)
    return f"{package if known_at_the_top else kind.__module__}.{kind.__name__}"
