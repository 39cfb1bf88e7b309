"""Opens a project's memory by its settings: store, signatures, encoder, index, and the tree that lessons are about."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learnagent.settings import Loaded, load
from learnagent_memory.embedding.embedder import Embedder, open_embedder
from learnagent_memory.embedding.weights import has_weights
from learnagent_memory.errors import StorageError, UsageError, cannot_write
from learnagent_memory.freshness import DigestCache, Judge, Judgement
from learnagent_memory.git import Git, open_repository
from learnagent_memory.index.lesson_index import EMBED_S as REFRESH_S
from learnagent_memory.index.lesson_index import LessonIndex
from learnagent_memory.ledger import Ledger, Problem, Reading, SignerOf, Store, open_store
from learnagent_memory.lesson import Lesson
from learnagent_memory.lesson_event import AnyLessonEvent, Learned
from learnagent_memory.limits import cleaned
from learnagent_memory.project import Project, open_project
from learnagent_memory.recall import Candidate, Sizes
from learnagent_memory.redact import redactor
from learnagent_memory.share import signing
from learnagent_memory.share.quota import capped
from learnagent_memory.standing import Standing
from learnagent_memory.tree import CommitTree, Tree, WorkingTree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEARCHED = 60
"""Hits of the index that recall looks at, and as many again of those in quarantine."""
EMBED_S = 30.0
"""Seconds that a request to an embedding server may take, where no run waits for it."""


class Lessons:
    """A project's lessons, opened: read, judged and written. Close it, or use it in a `with`."""

    def __init__(self, project: Project, loaded: Loaded, *, tree: Tree | None = None, embed_s: float = EMBED_S) -> None:
        self.project = project
        self.loaded = loaded
        self.redact = redactor(loaded.environ)
        self.tree: Tree = tree or WorkingTree(project.root)
        self._allowed = allowed_signers(project, loaded.settings.memory_allowed_signers)
        self.store = _store(project, loaded, self.redact, allowed=self._allowed)
        self.embedder = choose_embedder(loaded, timeout_s=embed_s)
        self._embed_s = min(embed_s, REFRESH_S)
        self.index = LessonIndex(project.index, embedder=self.embedder, redact=self.redact)
        self._digests = DigestCache()
        self._judge = Judge(self.tree, cache=self._digests)
        self.refresh()

    def __enter__(self) -> Lessons:
        return self

    def __exit__(self, *_: object) -> None:
        self.index.close()

    @cached_property
    def author(self) -> str:
        """The user as git knows them: `Name <email>`."""
        git = Git(self.project.root)
        name, email = (git.text("config", "--get", f"user.{key}", ok=(0, 1)) for key in ("name", "email"))
        return f"{name or os.environ.get('USER', 'somebody')} <{email or 'unknown'}>"

    def refresh(self) -> None:
        """Take in what other runs wrote meanwhile, and look at the tree anew."""
        self._judge = Judge(self.tree, cache=self._digests)
        signers = _known_signers(self.project, self.loaded, self._allowed)
        self.index.refresh(self.store, signers=signers, embed_s=self._embed_s)

    def rebuild(self) -> None:
        """Make the index anew from the ledgers; history and code are read again when they are asked for."""
        self.index.close()
        if self.project.index.exists():
            try:
                shutil.rmtree(self.project.index)
            except OSError as error:
                raise cannot_write(self.project.index, error) from error
        self.index = LessonIndex(self.project.index, embedder=self.embedder, redact=self.redact)
        self.refresh()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read, and what the index had to do without."""
        return self.index.problems

    def standings(self) -> list[Standing]:
        """Return all lessons, the last learned at the end; of those in quarantine as many as count."""
        kept = capped(self.index.standings(), now=now())
        return sorted(kept, key=lambda one: (one.learned_at, one.id))

    def standing(self, wanted: str) -> Standing:
        """Return a lesson by its id or the start of it. Raises UsageError."""
        found = self.index.standing(wanted.lower()) if wanted else None
        if found is None:
            several = wanted and sum(one.id.startswith(wanted.lower()) for one in self.index.standings()) > 1
            said = f"several lessons begin with {wanted}" if several else f"no lesson {wanted or 'without an id'}"
            raise UsageError(said, hint="learnagent memory list --all shows the ids")
        return found

    def judge(self, standing: Standing) -> Judgement:
        """Return how fresh a lesson is in the tree."""
        return self._judge.judge(standing.lesson.anchors, since=standing.commit)

    @property
    def count(self) -> int:
        """How many lessons may be shown."""
        return self.index.live

    @property
    def sizes(self) -> Sizes:
        """How many that are, for the chance that is asked of each."""
        return Sizes(trusted=self.index.trusted, live=self.index.live)

    def candidates(self, text: str) -> list[Candidate]:
        """Return the lessons that recall chooses from: the trusted ones that are nearest, whatever others wrote."""
        sizes = self.sizes
        hits = self.index.search(text, limit=SEARCHED, only_trusted=True) if sizes.trusted else []
        if sizes.live > sizes.trusted:
            trusted = {hit.lesson for hit in hits}
            hits += [hit for hit in self.index.search(text, limit=SEARCHED) if hit.lesson not in trusted]
        found = [(self.index.standing(hit.lesson), hit.dense) for hit in hits]
        return [Candidate(standing, cosine) for standing, cosine in found if standing]

    def write(self, events: Iterable[AnyLessonEvent]) -> None:
        """Put events into the private store and take them into the index. Raises StorageError, UsageError."""
        if ready := list(events):
            self.store.private.extend(ready)
            self.refresh()

    def cleaned(self, lesson: Lesson) -> Lesson:
        """Return a lesson as it will be written: without secrets, which gives it another id."""
        event = cleaned(Learned(at=now(), author=self.author, lesson=lesson, origin="user"), self.redact)
        return event.lesson if isinstance(event, Learned) else lesson

    @property
    def team(self) -> Ledger:
        """The ledger that is synced: what came from a remote, or from a file, and what goes there."""
        return self.store.shared[1]

    @property
    def shared(self) -> Ledger:
        """The ledger that others read: the committed folder, or the team's where there is a remote."""
        return self.team if self.loaded.settings.memory_remote else self.store.shared[0]


def open_lessons(repo: Path, *, at: str | None = None, flags: Mapping[str, Any] | None = None) -> Lessons:
    """Open the lessons of the repository a folder lies in, judged by the working tree or the commit `at`.

    Raises UsageError, StorageError.
    """
    repository = open_repository(repo)
    loaded = load(repository.root, os.environ, flags or {})
    project = open_project(repository, loaded.environ)
    return Lessons(project, loaded, tree=CommitTree(repository, at) if at else None)


def choose_embedder(loaded: Loaded, *, timeout_s: float = EMBED_S) -> Embedder | None:
    """Return the text encoder that is set; None where there is none, which is no error. Nothing is read or asked yet.

    `timeout_s` holds for a request to a server.
    """
    settings = loaded.settings
    if settings.embedder == "off":
        return None
    if settings.embedder == "auto":
        return LocalEmbedder(loaded.environ) if has_weights(loaded.environ) else None
    from learnagent.models.embedding_model import EmbeddingModel

    return EmbeddingModel(settings.embedder, settings.api_base, api_key=settings.api_key, timeout_s=timeout_s)


class LocalEmbedder:
    """The encoder of this machine, read at the first question: most runs of a new project ask none."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    @property
    def name(self) -> str:
        """What made the vectors."""
        return self._encoder.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector a text, as `Embedder` says. Raises StorageError."""
        return self._encoder.embed(texts)

    @cached_property
    def _encoder(self) -> Embedder:
        encoder = open_embedder(self._environ)
        if encoder is None:
            raise StorageError("the text encoder is gone", hint="run learnagent init")
        return encoder


def now() -> str:
    """Return the present as events have it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class _ProvenStore(Store):
    """A store in which unsigned lessons of others do not count."""

    __slots__ = ()

    def read(self, digests: Iterable[str] | None = None) -> Reading:
        return signing.proven_only(super().read(digests))


def _store(project: Project, loaded: Loaded, redact: Callable[[str], str], *, allowed: Path | None) -> Store:
    settings = loaded.settings
    if settings.memory_require_signatures and allowed is None:
        raise UsageError(
            "signatures are required and no keys are known",
            hint="set memory_allowed_signers, or git's gpg.ssh.allowedSignersFile",
        )
    signer_of: SignerOf | None = None
    if allowed is not None and _has_signatures(project):
        signer_of = signing.verifier(allowed, cache=project.index / "signatures")
    store = open_store(project, redact=redact, signer_of=signer_of)
    return _ProvenStore(store.private, store.shared) if settings.memory_require_signatures else store


def allowed_signers(project: Project, setting: str | None) -> Path | None:
    """Return the file of known keys: the setting's, else the one that git uses."""
    named = setting or Git(project.root).text("config", "--type=path", "--get", "gpg.ssh.allowedSignersFile", ok=(0, 1))
    return Path(named).expanduser() if named else None


def _known_signers(project: Project, loaded: Loaded, allowed: Path | None) -> str:
    """Return what changes with the keys that are known, the signatures that are there, and what is required."""
    keys = allowed.read_bytes() if allowed and allowed.is_file() else b""
    signatures = sum(1 for folder in _foreign(project) for _ in folder.glob("events/*/*.sig"))
    return f"{hashlib.sha256(keys).hexdigest()} {signatures} {loaded.settings.memory_require_signatures}"


def _foreign(project: Project) -> tuple[Path, Path]:
    return project.shared_memory, project.team_memory


def _has_signatures(project: Project) -> bool:
    return any(next(folder.glob("events/*/*.sig"), None) for folder in _foreign(project))
