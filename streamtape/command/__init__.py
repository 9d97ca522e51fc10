"""A sweep of a command, written in any language: does what it prints depend on the reads?

    >>> sweep = CommandSweep(["node", "client.mjs"], streamtape.load("chat.yaml"))
    >>> sweep.run()
    True
    >>> print(sweep.report())
    streamtape: passes under 1,913 splits

Each run is a process of its own, with a server of its own on loopback that it finds by environment
variables. What the command prints and its exit status are compared with those of the unsplit run.
"""

from streamtape.command._foreground import in_foreground
from streamtape.command._outcome import Outcome, difference
from streamtape.command._process import Processes
from streamtape.command._sweep import CommandSweep

__all__ = ["CommandSweep", "Outcome", "Processes", "difference", "in_foreground"]
