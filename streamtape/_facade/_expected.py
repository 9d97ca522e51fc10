"""What a test expects of its streams, kept in ``NAME.expected.yaml`` beside its cassette.

It decides which entry of the file is meant, when it is written and what is asked of it. The form of
the file is `cassette`'s, the comparison the transcripts'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from streamtape import cassette as cassettes
from streamtape.errors import ExpectationMissingError

if TYPE_CHECKING:
    from pathlib import Path

    from streamtape.transcripts import Mask, Transcript

__all__ = ["Expectations", "ExpectedTranscript"]


class Expectations:
    """The entries of one use of a cassette.

    Args:
        cassette: the cassette's file.
        update: whether what is compared is written, instead of compared.

    Attributes:
        path: the file of the entries.
        test: whose entries are meant; the plugin's are named after the test.
        remedy: the command that writes them, for messages.
        used: the names of the entries that were asked for, in order.
    """

    def __init__(self, cassette: Path, *, update: bool = False) -> None:
        self.path: Path = cassettes.expected_path(cassette)
        self.test: str = "transcript"
        self.remedy: str = "Write it with the option update=True."
        self.used: list[str] = []
        self._update = update
        self._kept: dict[str, Any] = {}

    def take(self, name: str | None, mask: Mask, *, times: bool) -> ExpectedTranscript:
        """Return what is expected: the entry `name` of the test, or its next one.

        Raises:
            ExpectationMissingError: there is none, and none is to be written.
            CassetteFormatError: the file cannot be read.
        """
        __tracebackhide__ = True
        full = self._full(name)
        self.used.append(full)
        entry = self._kept.get(full)
        if entry is None and not self._update:
            entry = cassettes.expected_in(self.path).get(full)
            if entry is None:
                raise ExpectationMissingError(self.path, full, self.remedy)
        return ExpectedTranscript(self, full, entry, mask, times=times)

    def keep(self, name: str, said: dict[str, Any]) -> None:
        """Take an entry that is to be written."""
        self._kept[name] = said

    def save(self) -> list[str]:
        """Write what was kept; other entries of the same test go. Return the names written.

        Raises:
            CassetteError: the file cannot be read, or not be written.
        """
        if not self._kept:
            return []
        mine = [name for name in cassettes.expected_in(self.path) if self._is_mine(name)]
        gone = [name for name in mine if name not in self.used]
        changed = cassettes.keep_expected(self.path, self._kept, gone)
        return list(self._kept) if changed else []

    def _full(self, name: str | None) -> str:
        if name is not None:
            return f"{self.test}: {name}"
        # The second one without a name is #2: the order of a test's lines is stable.
        unnamed = sum(": " not in used.removeprefix(self.test) for used in self.used)
        return self.test if not unnamed else f"{self.test} #{unnamed + 1}"

    def _is_mine(self, name: str) -> bool:
        return name == self.test or name.startswith((f"{self.test} #", f"{self.test}: "))


class ExpectedTranscript:
    """What `Tape.expected` gives: equal to the transcript that was kept."""

    def __init__(
        self,
        expectations: Expectations,
        name: str,
        said: dict[str, Any] | None,
        mask: Mask,
        *,
        times: bool,
    ) -> None:
        self._expectations = expectations
        self.name: str = name
        self._said = said
        self._mask, self._times = mask, times

    def to_dict(self) -> dict[str, Any]:
        """Return what is expected, as plain data; empty where it is yet to be written."""
        return self._said or {}

    def differences(
        self, other: Transcript, names: tuple[str, str] = ("emitted", "expected")
    ) -> list[str]:
        """Return lines that say how a transcript differs, the first difference first."""
        from streamtape.transcripts import differences  # noqa: PLC0415 - for those who compare

        return list(differences(self._plain(other), self.to_dict(), names))

    def _plain(self, transcript: Transcript) -> dict[str, Any]:
        return transcript.to_dict(mask=self._mask, times=self._times)

    def __eq__(self, other: object) -> bool:
        from streamtape.transcripts import Transcript  # noqa: PLC0415 - for those who compare

        if not isinstance(other, Transcript):
            return NotImplemented
        said = self._plain(other)
        if self._said is None:  # to be written: what is compared first is what is expected
            self._said = said
            self._expectations.keep(self.name, said)
        return self._said == said

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # equal by content

    def __repr__(self) -> str:
        return f"<expected {self.name!r} of {self._expectations.path.name}>"
