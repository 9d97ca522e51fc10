"""Has a recording aged? The live service is asked again, and its answer compared.

Events and shapes are compared: the status, the type of the content, the order of the kinds of
events, the fields of their JSON and the types of these. What a model says is never compared.

    >>> report = list(ask_again(streamtape.load("hello.yaml"), os.environ))
    >>> [one.outcome for one in report]
    ['same']

`compare_answers` compares two responses; `ask_again` sends the requests of a cassette anew. A
cassette is never changed.
"""

from streamtape.verify._ask import ask_again
from streamtape.verify._compare import compare_answers
from streamtape.verify._credentials import Asking, asking
from streamtape.verify._drift import Drift
from streamtape.verify._verified import Outcome, Verified, verified

__all__ = [
    "Asking",
    "Drift",
    "Outcome",
    "Verified",
    "ask_again",
    "asking",
    "compare_answers",
    "verified",
]
