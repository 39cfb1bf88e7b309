"""One thing learned: what to do when, the evidence for it, and where in the code it is anchored.

Data only. What happened to a lesson lies in `lesson_event`; what it is worth today is derived in `standing`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from learnagent_memory.episode import Record

MAX_TITLE = 120
MAX_FIELD = 600
"""Characters of `do` and of `avoid`: three sentences."""
MAX_ANCHORS = 8

Origin = Literal["user", "code", "model", "outside"]
"""Whose words a lesson is made of, the most trusted first: `code` was measured (a command and its exit code,
the git history), `model` was stated by a model, `outside` quotes a web page, an issue or another repository."""

ORIGINS: tuple[Origin, ...] = ("user", "code", "model", "outside")

Kind = Literal["command", "place", "fix", "coupling", "convention", "note"]
"""`command`: one that works, or does not; `place`: where a kind of task is done; `fix`: an error and what mends it;
`coupling`: what changes together; `convention`: what the checks or the linter insist on; `note`: anything else."""


class When(Record):
    """The situation a lesson is for; empty fields say nothing."""

    words: tuple[str, ...] = ()
    """Words of the tasks it was learned from, identifiers whole."""
    error: str = ""
    """Signature of an error: its type and message without paths, numbers and addresses."""
    globs: tuple[str, ...] = ()
    """Files it is about, relative to the root."""


class Anchor(Record):
    """A place in the code that a lesson depends on."""

    path: str
    """Relative to the root, `/` between the parts."""
    symbol: str = ""
    """Qualified name as in `source.Symbol`; empty for the whole file."""
    digest: str = ""
    """`source.symbol_digests` of the symbol, or of the file's content where it has no symbol; empty: never read."""


class Evidence(Record):
    """What was seen when a command ran; or, without a command, which episode showed it."""

    command: str = ""
    exit_code: int | None = None
    output_digest: str = ""
    """sha256 of the output, secrets and times taken out; empty where there was none."""
    commit: str | None = None
    """HEAD at that time."""
    episode: str = ""
    note: str = ""
    """One line on what it shows."""


class Lesson(Record):
    """What was learned, without its fate: immutable, the same for everybody who learned it."""

    kind: Kind = "note"
    title: str
    """One line, at most MAX_TITLE characters."""
    when: When = When()
    do: str = ""
    """Three sentences at most."""
    avoid: str = ""
    anchors: tuple[Anchor, ...] = ()

    @property
    def id(self) -> str:
        """Return the id: sha256 of what it says and where it is anchored, the anchors' digests left out."""
        said = self.model_dump(mode="json", exclude={"anchors": {"__all__": {"digest"}}})
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    @property
    def text(self) -> str:
        """Return everything it says in plain words: what is searched, embedded and compared."""
        parts = (self.title, " ".join(self.when.words), self.when.error, self.do, self.avoid)
        return "\n".join(part for part in parts if part)
