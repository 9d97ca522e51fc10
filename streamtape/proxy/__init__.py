"""A recording reverse proxy on loopback, for clients in any language.

    >>> with RecordingProxy("https://api.anthropic.com", "chat.yaml") as proxy:
    ...     subprocess.run(["node", "chat.mjs"], env=environment(proxy.url, os.environ))
    >>> proxy.save()

It forwards to one upstream and to nowhere else, passes everything on as it comes, and notes what it
passes on as `RecordTransport` does in process: the same modes, redaction, endings and files.
"""

from streamtape.proxy._proxy import RecordingProxy
from streamtape.proxy._target import Target

__all__ = ["RecordingProxy", "Target"]
