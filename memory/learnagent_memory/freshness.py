"""Whether the code that a lesson is anchored in is still what it was: fresh, drifted or orphaned.

Judged at read time and never stored, so a revert makes a lesson fresh again. A symbol that was renamed or
moved is followed where its digest is found again among the files that changed since. It changes no lesson
and decides nothing about showing one.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from learnagent_memory.lesson import Anchor
from learnagent_memory.source import MAX_BYTES, Digests, language_of, read_digests
from learnagent_memory.symbol_digest import DIGEST_CHARACTERS
from learnagent_memory.tree import Changes, Tree

Freshness = Literal["fresh", "drifted", "orphaned"]

SEARCH_LIMIT_S = 0.5
"""For all searches of one Judge."""
MAX_SEARCHED = 200
"""Changed files that are searched for what is gone, the nearest first."""
CACHE_FILES = 4096
_FILES_A_READ = 16


@dataclass(frozen=True, slots=True)
class JudgedAnchor:
    """What became of one anchor."""

    anchor: Anchor
    freshness: Freshness
    now: Anchor | None
    """Where it is now, with its digest there; None where it is gone."""

    @property
    def is_moved(self) -> bool:
        """Whether it is now in another file or has another name."""
        return self.now is not None and (self.now.path, self.now.symbol) != (self.anchor.path, self.anchor.symbol)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a lesson's anchors."""

    freshness: Freshness
    """`orphaned` when all are gone, `drifted` when one is or has drifted; without anchors `fresh`."""
    anchors: tuple[JudgedAnchor, ...]
    is_partial: bool = False
    """Whether the search for what is gone ended at its limit: it may still be somewhere."""


def anchor_at(tree: Tree, path: str, symbol: str = "") -> Anchor:
    """Return an anchor with its digest as it is now; an empty digest where there is none to read."""
    return Judge(tree).anchor_at(path, symbol)


def judge(anchors: Iterable[Anchor], tree: Tree, *, since: str | None = None) -> Judgement:
    """Judge the anchors of one lesson; for many lessons keep one `Judge`.

    `since` is the commit at which they were read: without it, what is gone is looked for in its own file only.
    An anchor without a digest is fresh as long as it exists.
    """
    return Judge(tree).judge(anchors, since=since)


class DigestCache:
    """The digests of files by their content, for the life of a process: trees and judges may share it."""

    def __init__(self, size: int = CACHE_FILES) -> None:
        self._size = size
        self._known: dict[tuple[bytes, str], Digests] = {}

    def digests(self, content: bytes, language: str) -> Digests:
        """Return the digests of a file's definitions."""
        key = (hashlib.sha256(content).digest(), language)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = read_digests(content, language)
            if len(self._known) > self._size:
                del self._known[next(iter(self._known))]
        return found


class Judge:
    """Judges lessons against one tree, each file of which is read once: make a fresh one when files change."""

    def __init__(self, tree: Tree, *, cache: DigestCache | None = None, search_limit_s: float = SEARCH_LIMIT_S) -> None:
        self._tree = tree
        self._cache = DigestCache() if cache is None else cache
        self._left_s = search_limit_s
        self._files: dict[str, _File | None] = {}
        self._changes: dict[str, Changes | None] = {}
        self._found: dict[tuple[Anchor, str | None], JudgedAnchor] = {}
        self._is_partial = False

    def load(self, paths: Iterable[str]) -> None:
        """Read many files at once, which is faster for a commit."""
        missing = [path for path in dict.fromkeys(paths) if path not in self._files]
        self._files.update(self._read_all(self._tree, missing))

    def judge(self, anchors: Iterable[Anchor], *, since: str | None = None) -> Judgement:
        """Judge the anchors of one lesson, read at the commit `since`."""
        several = tuple(anchors)
        self.load(anchor.path for anchor in several)
        self._is_partial = False
        judged = tuple(self._judge_one(anchor, since) for anchor in several)
        return Judgement(_together([one.freshness for one in judged]), judged, self._is_partial)

    def anchor_at(self, path: str, symbol: str = "") -> Anchor:
        """Return an anchor with its digest as it is now; an empty digest where there is none to read."""
        self.load([path])
        file = self._files[path]
        return Anchor(path=path, symbol=symbol, digest=file.digest(symbol) if file else "")

    def _judge_one(self, anchor: Anchor, since: str | None) -> JudgedAnchor:
        file = self._files[anchor.path]
        digest = file.digest(anchor.symbol) if file else ""
        if digest:
            return _judged(anchor, Anchor(path=anchor.path, symbol=anchor.symbol, digest=digest))
        if file is not None and not file.lacks(anchor.symbol):
            freshness: Freshness = "drifted" if anchor.digest else "fresh"
            return JudgedAnchor(anchor, freshness, Anchor(path=anchor.path, symbol=anchor.symbol))
        return self._follow(anchor, since) if anchor.digest else JudgedAnchor(anchor, "orphaned", None)

    def _follow(self, anchor: Anchor, since: str | None) -> JudgedAnchor:
        """Find an anchor that is gone, within the limits."""
        known = self._found.get((anchor, since))
        if known is not None:
            return known
        if self._left_s <= 0:
            self._is_partial = True
            return JudgedAnchor(anchor, "orphaned", None)
        start = time.monotonic()
        now = self._where(anchor, self._changed_since(since), deadline=start + self._left_s)
        self._left_s -= time.monotonic() - start
        judged = JudgedAnchor(anchor, "orphaned", None) if now is None else _judged(anchor, now)
        if not self._is_partial:
            self._found[anchor, since] = judged
        return judged

    def _where(self, anchor: Anchor, changes: Changes | None, *, deadline: float) -> Anchor | None:
        """Return the one place that is new since then and holds what the anchor held, else its name."""
        places: list[Anchor] = []
        paths = self._candidates(anchor.path, changes)
        for start in range(0, len(paths), _FILES_A_READ):
            batch = paths[start : start + _FILES_A_READ]
            if time.monotonic() > deadline:
                self._is_partial = True
                break
            self.load(batch)
            for path in batch:
                if (file := self._files[path]) is not None and file.size <= MAX_BYTES:
                    places += _likenesses(anchor, path, file)
        if changes is not None:
            places = self._new(places, changes.before)
        return _choose(anchor, places, is_sure=changes is not None)

    def _candidates(self, path: str, changes: Changes | None) -> list[str]:
        """Return the files to search: its own, then those of its kind that changed, the nearest first."""
        changed = changes.paths if changes else ()
        near = sorted((one for one in changed if one != path and _suffix(one) == _suffix(path)), key=_distance(path))
        self._is_partial = self._is_partial or len(near) > MAX_SEARCHED
        return [path, *near[:MAX_SEARCHED]]

    def _new(self, places: Sequence[Anchor], before: Tree) -> list[Anchor]:
        """Leave out the places that were there before: they are no new home of anything."""
        earlier = self._read_all(before, dict.fromkeys(place.path for place in places))
        return [place for place in places if (file := earlier.get(place.path)) is None or not file.digest(place.symbol)]

    def _changed_since(self, commit: str | None) -> Changes | None:
        if commit is None:
            return None
        if commit not in self._changes:
            self._changes[commit] = self._tree.changes(commit)
        return self._changes[commit]

    def _read_all(self, tree: Tree, paths: Iterable[str]) -> dict[str, _File | None]:
        paths = list(paths)
        contents = tree.read_all(paths)
        return {path: _File(path, contents[path], self._cache) if path in contents else None for path in paths}


class _File:
    """One file that is there."""

    def __init__(self, path: str, content: bytes, cache: DigestCache) -> None:
        self._content = content
        self._language = language_of(path, content)
        self._cache = cache

    @property
    def size(self) -> int:
        """Bytes of its content."""
        return len(self._content)

    @property
    def digests(self) -> Digests:
        """The digests of its definitions; none where the language is unknown."""
        return Digests() if self._language is None else self._cache.digests(self._content, self._language)

    def digest(self, symbol: str) -> str:
        """Return the digest of a definition, or of the whole file; empty where it is not found."""
        if symbol:
            return self.digests.symbols.get(symbol, "")
        return hashlib.sha256(self._content.replace(b"\r\n", b"\n")).hexdigest()[:DIGEST_CHARACTERS]

    def lacks(self, symbol: str) -> bool:
        """Return whether a symbol that was not found is not there; code that is broken may still hold it."""
        name = symbol.rpartition(".")[2].encode("utf-8", "replace")
        return self.digests.is_complete or (self._language is not None and name not in self._content)


def _judged(anchor: Anchor, now: Anchor) -> JudgedAnchor:
    is_same = anchor.digest in {"", now.digest}
    return JudgedAnchor(anchor, "fresh" if is_same else "drifted", now)


def _together(found: Sequence[Freshness]) -> Freshness:
    if found and all(one == "orphaned" for one in found):
        return "orphaned"
    return "fresh" if all(one == "fresh" for one in found) else "drifted"


def _likenesses(anchor: Anchor, path: str, file: _File) -> list[Anchor]:
    """Return what in a file may be the anchor: the same digest, or the same qualified name."""
    if not anchor.symbol:
        same = file.digest("") == anchor.digest
        return [Anchor(path=path, digest=anchor.digest)] if same else []
    name = anchor.symbol.rpartition(".")[2]
    digests = file.digests
    return [
        Anchor(path=path, symbol=symbol, digest=digest)
        for symbol, digest in digests.symbols.items()
        if symbol == anchor.symbol
        or (digest == anchor.digest and (symbol not in digests.values or symbol.rpartition(".")[2] == name))
    ]


def _choose(anchor: Anchor, places: Sequence[Anchor], *, is_sure: bool) -> Anchor | None:
    """Return the place that is meant, the surest reason first; None where several are as good."""
    name = anchor.symbol.rpartition(".")[2]
    same = [place for place in places if place.digest == anchor.digest]
    reasons = (
        [place for place in same if place.symbol == anchor.symbol],
        [place for place in same if place.symbol.rpartition(".")[2] == name],
        [place for place in same if place.path == anchor.path],
        same,
        [place for place in places if place.symbol == anchor.symbol and is_sure],
    )
    found = next((reason for reason in reasons if reason), [])
    if anchor.symbol:
        return found[0] if len(found) == 1 else None
    return min(found, key=lambda place: _distance(anchor.path)(place.path), default=None)


def _suffix(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2]


def _distance(path: str) -> Callable[[str], tuple[bool, int, str]]:
    """Return what sorts paths by how near they are: the same name first, then by folders in common."""
    folders, _, name = path.rpartition("/")
    parts = folders.split("/")

    def key(other: str) -> tuple[bool, int, str]:
        above, _, last = other.rpartition("/")
        common = sum(1 for one, two in zip(parts, above.split("/"), strict=False) if one == two)
        return (last != name, -common, other)

    return key
