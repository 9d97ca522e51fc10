"""A headless Chromium for tests: found, installed if it may be, started, asked, and ended.

    with Browser() as browser:
        page = browser.open("http://127.0.0.1:8000/page.html")     # or file:///...
        title = page.evaluate("document.title")                    # promises are awaited
        assert not page.errors

It speaks the DevTools protocol over a pipe (`--remote-debugging-pipe`: JSON with a NUL behind it),
so that it needs nothing but the standard library. The browser resolves no name and downloads
nothing: it reaches addresses only, and pages of a test name 127.0.0.1. For scripts and tests, by
path or with this folder in `sys.path`; nothing of streamtape is used.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Browser", "BrowserError", "Page", "find", "install"]

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_PACKAGE = "chromium"
_OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",  # who is root cannot have it; what is shown is the test's own
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have little of it
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
_PATIENCE = 60.0  # seconds for one answer; a cold start on a busy machine takes up to 5
_READ = 1 << 20


class BrowserError(Exception):
    """There is no browser, it did not answer, or what it was asked for failed."""


def find() -> str | None:
    """Return the path of a Chromium or Chrome on this machine; CHROMIUM names another."""
    return shutil.which(os.environ.get("CHROMIUM", "")) or next(
        filter(None, map(shutil.which, _NAMES)), None
    )


def install() -> str:
    """Return the path of a browser; where there is none, install Debian's, which only root may.

    Raises:
        BrowserError: there is none, and it could not be installed; the message says what to do.
    """
    path = find()
    if path is not None:
        return path
    by_hand = f"Install it (`apt-get install {_PACKAGE}`), or name a Chrome in CHROMIUM."
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise BrowserError(f"There is no Chromium on this machine. {by_hand}")
    get = ["apt-get", "-q", "-o", "Dpkg::Use-Pty=0"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", _PACKAGE]):
        result = subprocess.run(
            [*get, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise BrowserError(f"`apt-get {arguments[0]}` failed. {by_hand}\n{result.stderr}")
    return find() or _PACKAGE


class Browser:
    """One running browser with a profile of its own, which goes with it.

    Args:
        path: the program; by default the one that `install` returns.
        options: more of its command line options.
    """

    def __init__(self, path: str | None = None, *, options: tuple[str, ...] = ()) -> None:
        self._path = path or install()
        self._options = options
        self._number = 0
        self._buffer = b""
        self._pages: dict[str, Page] = {}

    def __enter__(self) -> Self:
        self._profile = tempfile.mkdtemp(prefix="streamtape-chromium-")
        theirs_in, self._write = os.pipe()
        self._read, theirs_out = os.pipe()
        profile = f"--user-data-dir={self._profile}"
        # The browser reads from its descriptor 3 and writes to 4; only a shell renumbers them.
        renumbered = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self._process = subprocess.Popen(
            ["bash", "-c", renumbered, "bash", self._path, *_OPTIONS, profile, *self._options],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(BrowserError):
            self.command("Browser.close")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        # The helpers of the browser are its group, which nobody else is in.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._read)
        os.close(self._write)
        shutil.rmtree(self._profile, ignore_errors=True)

    def open(self, url: str) -> Page:
        """Show a page in a tab of its own; return it when it has been loaded.

        Raises:
            BrowserError: it could not be loaded.
        """
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        attached = self.command("Target.attachToTarget", targetId=target, flatten=True)
        page = self._pages[attached["sessionId"]] = Page(self, attached["sessionId"])
        page.command("Page.enable")
        page.command("Runtime.enable")
        failure = page.command("Page.navigate", url=url).get("errorText")
        if failure:
            raise BrowserError(f"{url}: {failure}")
        deadline = time.monotonic() + _PATIENCE
        while not page.loaded:
            self._tell(self._receive(deadline, f"{url} to be loaded"))
        return page

    def command(
        self, method: str, *, session: str = "", timeout: float = _PATIENCE, **params: Any
    ) -> dict[str, Any]:
        """Give one command of the DevTools protocol; return its result.

        Args:
            method: as ``Page.captureScreenshot``.
            session: the page that it is for, or none.
            timeout: seconds for the answer.
            params: what the command takes.

        Raises:
            BrowserError: the browser refused, did not answer in time, or went.
        """
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        try:
            os.write(self._write, json.dumps(message).encode() + b"\0")
        except BrokenPipeError:
            raise BrowserError(f"{method}: the browser is not running any more") from None
        deadline = time.monotonic() + timeout
        while True:
            answer = self._receive(deadline, f"the answer to {method}")
            if answer.get("id") != number:
                self._tell(answer)
            elif "error" in answer:
                raise BrowserError(f"{method}: {answer['error']['message']}")
            else:
                return dict(answer["result"])

    def _receive(self, deadline: float, awaited: str) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise BrowserError(f"waited too long for {awaited}")
            data = os.read(self._read, _READ)
            if not data:
                status = self._process.wait()
                raise BrowserError(f"{self._path} ended with status {status}, before {awaited}")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def _tell(self, message: dict[str, Any]) -> None:
        page = self._pages.get(message.get("sessionId", ""))
        if page is not None and "method" in message:
            page.hear(message["method"], message["params"])


class Page:
    """One open tab.

    Attributes:
        loaded: whether its `load` event has come.
        errors: exceptions that nobody caught, and what it wrote with `console.error`, as far as
            they were heard: `evaluate` listens.
    """

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        self.loaded = False
        self.errors: list[str] = []

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Give a command to this page; see `Browser.command`."""
        return self._browser.command(method, session=self._session, **params)

    def evaluate(self, expression: str, *, timeout: float = _PATIENCE) -> Any:
        """Return the value of a JavaScript expression, as JSON has it; a promise is awaited.

        Raises:
            BrowserError: it threw, or took longer than `timeout` seconds.
        """
        answer = self.command(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            timeout=timeout,
        )
        if "exceptionDetails" in answer:
            raise BrowserError(_thrown(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def close(self) -> None:
        """Close the tab."""
        self.command("Page.close")

    def hear(self, method: str, params: dict[str, Any]) -> None:
        """Note what the browser says about this page."""
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.exceptionThrown":
            self.errors.append(_thrown(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] == "error":
            values = (str(each.get("value", each.get("description"))) for each in params["args"])
            self.errors.append(" ".join(values))


def _thrown(details: dict[str, Any]) -> str:
    return str(details.get("exception", {}).get("description") or details["text"])


def main() -> int:
    """Install the browser, where it is missing; print where it is."""
    try:
        print(install())
    except BrowserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
