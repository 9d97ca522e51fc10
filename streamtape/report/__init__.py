"""Values to lines of text: what happened, said readably.

Everything here is a pure function from plain values to lines; nothing prints, and nothing decides.
"""

from streamtape.report._addition import Addition, addition
from streamtape.report._diff import differences
from streamtape.report._show import show, table

__all__ = ["Addition", "addition", "differences", "show", "table"]
