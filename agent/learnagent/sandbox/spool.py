"""Takes a command's output as it comes: whole into a file up to a bound, its head and tail into memory.

Only redacted text reaches the file, at any moment: a process that is killed leaves no secret behind. What is
shown is not redacted. Knows nothing of processes.
"""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path

from learnagent_memory.errors import StorageError
from learnagent_memory.redact import Redact
from learnagent_memory.redact import redact as redact_known_forms
from learnagent_memory.redact.stream import RedactedStream

SPOOL_BYTES = 64 * 1024 * 1024
"""Beyond this, output is counted and dropped."""

_ESCAPES = re.compile(
    r"""(?x) \x1b (?:
      \[ [0-?]* [\ -/]* [@-~]                        # CSI: colours, cursor
    | \] [^\x07\x1b\n]* (?: \x07 | \x1b\\ )?         # OSC: titles, links; ends with its line at the latest
    | [PX^_] [^\x1b\n]* (?: \x1b\\ )?                # DCS, SOS, PM, APC
    | [\ -/]* [0-~]                                  # the rest
    )?"""
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Spool:
    """The output of one command. Raises StorageError where the file cannot be written."""

    def __init__(self, path: Path, *, limit_chars: int, redact: Redact = redact_known_forms) -> None:
        self.path = path
        self.total_bytes = 0
        self._written_bytes = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._stream = RedactedStream(lambda text: redact(_ESCAPES.sub("", text)))
        self._limit_chars = limit_chars
        self._keep = 4 * limit_chars  # a character is at most four bytes
        self._head = bytearray()
        self._tail = bytearray()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)
        except OSError as error:
            raise self._storage_error(error) from error

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write the rest; where something went wrong nothing will refer to the file, so it is removed."""
        whole = False
        try:
            if kind is None:
                self._write(self._stream.feed(self._decoder.decode(b"", final=True)) + self._stream.end())
                whole = True
        finally:
            self._file.close()
            if not whole:
                self.discard()

    @property
    def full(self) -> bool:
        """Whether the file has reached its bound."""
        return self.total_bytes >= SPOOL_BYTES

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of output."""
        room = SPOOL_BYTES - self.total_bytes
        self.total_bytes += len(chunk)
        missing = self._keep - len(self._head)
        self._head += chunk[:missing]
        self._tail += chunk[missing:]
        if len(self._tail) > 2 * self._keep + len(chunk):
            del self._tail[: -self._keep]
        if room > 0:
            self._write(self._stream.feed(self._decoder.decode(chunk[:room])))

    def text(self) -> tuple[str, bool]:
        """Return what to show, cleaned, and whether something was cut from it."""
        gap = self.total_bytes - len(self._head) - len(self._tail)
        if gap == 0:
            whole = clean(bytes(self._head + self._tail))
            if len(whole) <= self._limit_chars:
                return whole, False
            head = tail = whole
        else:
            head, tail = clean(bytes(self._head)), clean(bytes(self._tail))
        half = self._limit_chars // 2
        head, tail = head[:half], tail[len(tail) - half :]
        cut = max(self.total_bytes - len(head.encode()) - len(tail.encode()), 0)
        kept = "" if self.total_bytes <= SPOOL_BYTES else f"; only the first {SPOOL_BYTES:,} bytes were kept"
        return f"{head}\n[… {cut:,} of {self.total_bytes:,} bytes left out{kept} …]\n{tail}", True

    def discard(self) -> None:
        """Remove the file (a device given as one stays)."""
        if self.path.is_file():
            self.path.unlink()

    def _write(self, text: str) -> None:
        room = SPOOL_BYTES - self._written_bytes  # a replacement may be longer than the secret was
        rest = memoryview(text.encode("utf-8", "surrogateescape")[:room])
        self._written_bytes += len(rest)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise self._storage_error(error) from error

    def _storage_error(self, error: OSError) -> StorageError:
        return StorageError(
            f"cannot write the output of a command to {self.path} ({error.strerror})",
            hint="free or open that folder",
        )


def clean(output: bytes) -> str:
    """Decode output for reading: no escapes and control characters, one kind of line end."""
    text = output.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", _ESCAPES.sub("", text))
