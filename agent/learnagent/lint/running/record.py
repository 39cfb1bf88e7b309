"""Writes findings as JSON that can be sent between processes and kept, and reads them back.

What may be secret does not get that far: of the code its digest is kept, and messages are redacted.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

from learnagent.lint.finding import Finding
from learnagent.lint.syntax.patterns import lazy_pattern

Record = dict[str, Any]
"""The fields of a finding but its path."""
_LONG_WITH_DIGIT = lazy_pattern(r"(?=[\w+/=.-]{16})[A-Za-z_+/=.-]*\d")
"""What a secret quoted in a message looks like at least: loading the patterns for more takes 0.2 s."""


def to_record(finding: Finding) -> Record:
    """Return a finding as JSON, its code as a digest."""
    record = {field.name: getattr(finding, field.name) for field in dataclasses.fields(finding)}
    del record["path"]
    return {**record, "message": _redacted(finding.message), "code": code_digest(finding.code)}


def from_record(record: Record, path: str) -> Finding:
    """Return the finding in the file of that path. Raises TypeError or KeyError for what is no record."""
    return Finding(**{**record, "path": path, "ways_out": tuple(record["ways_out"])})


def code_digest(code: str) -> str:
    """Return what stands for a piece of code in a baseline."""
    return hashlib.blake2b(code.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def _redacted(message: str) -> str:
    if not _LONG_WITH_DIGIT.search(message):
        return message
    from learnagent_memory.redact import redact

    return redact(message)
