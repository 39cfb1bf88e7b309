"""Where to look: ranks the files of a tree for a task by code, history and lessons together. No model is needed.

`refresh` says which tree and which history; `rank` answers from memory. It decides nothing for anyone: its
places are hints, each with its reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from learnagent_memory import source
from learnagent_memory.history import paths
from learnagent_memory.locate import document, features, kind, ranker, signals, terms, weights, why
from learnagent_memory.locate.cache import Cache
from learnagent_memory.locate.corpus import Corpus, Row
from learnagent_memory.locate.past import MAX_COMMITS, Past, make_past
from learnagent_memory.locate.query import Query, make_query
from learnagent_memory.locate.symbols import Parse, SymbolPlace, rank_symbols
from learnagent_memory.locate.vectors import Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learnagent_memory.embedding.embedder import Embedder
    from learnagent_memory.history.commit import Commit

    Array = NDArray[np.float64]

ENOUGH_HISTORY = 20
"""Commits below which the weights for code alone rank."""
KEPT_ROWS = 20_000
"""Rows of other trees that the cache keeps for `--at`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file to look at."""

    path: str
    score: float
    """Share of the ranker's trust that it is among those to change: all files' sum to 1."""
    why: tuple[str, ...]
    """Reasons in words, the strongest first."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did."""

    files: int
    commits: int
    read: int
    """Rows that were made anew."""
    unread: int
    """Texts still without a vector: the next refresh goes on with them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The features of the files that are ranked for one task, and what they were made of."""

    query: Query
    words: tuple[str, ...]
    """The query's terms, in the order of the arrays."""
    candidates: NDArray[np.intp]
    """Indexes of the files."""
    features: Array
    """(candidates, features.NAMES)."""
    code: signals.Code
    votes: signals.Votes
    neighbours: signals.Votes
    single: Mapping[str, Array]


class Locator:
    """Ranks one project's files; `folder` holds its cache and its own weights, and may be deleted at any time."""

    def __init__(
        self,
        folder: Path,
        *,
        embedder: Embedder | None = None,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._folder = folder
        self._cache = Cache(folder)
        self._redact = redact
        self._vectors = Vectors(self._cache, embedder) if embedder else None
        self._rows: dict[str, Row] = {}
        self._cards: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._paths: tuple[str, ...] = ()
        self._index: dict[str, int] = {}
        self._corpus = Corpus(())
        self._newest: tuple[Commit, ...] = ()
        self._past: Past = make_past((), {}, {})
        self._words_of_paths: dict[str, list[int]] | None = None

    def refresh(
        self,
        files: Mapping[str, str],
        read: Callable[[Mapping[str, str]], Mapping[str, bytes]],
        commits: Sequence[Commit] = (),
        *,
        embed_s: float = 20.0,
    ) -> Refreshed:
        """Take over a tree and its history.

        `files` maps each path to an id of its content, `read` returns the contents for such a mapping,
        `commits` are the newest first. Only what is new is read; new texts are embedded for `embed_s`
        seconds at most, the rest next time. Raises StorageError where the cache cannot be written.
        """
        newest = tuple(commits[:MAX_COMMITS])
        made = self._load(files, read, newest)
        same_tree = files == self._files
        if not same_tree:
            self._take_paths(tuple(sorted(files)))
            self._files = dict(files)
            self._corpus = Corpus([self._rows[files[path]] for path in self._paths])
        unchanged = same_tree and newest == self._newest
        if not unchanged:
            self._newest = newest
            self._past = make_past(newest, self._rows, self._index)
        unread = 0
        if self._vectors and not (unchanged and self._vectors.is_whole):
            messages = [document.message_text(commit) for commit in self._past.commits]
            unread = self._vectors.take(self._cards_of(files, read), messages, embed_s)
        return Refreshed(len(files), len(self._past), made, unread)

    def rank(
        self,
        task: str,
        *,
        lessons: Sequence[tuple[Sequence[str], float]] = (),
        in_play: Sequence[str] = (),
        scope: weights.Scope = "source",
        limit: int = 10,
    ) -> list[Place]:
        """Return the places to look at, the best first; empty where no file of the scope is there.

        `lessons` are (paths, relevance in [0, 1]); `in_play` are paths and identifiers that were touched.
        """
        judged = self.judge(task, lessons=lessons, in_play=in_play, scope=scope)
        if not len(judged.candidates):
            return []
        chosen = self.active_weights(scope)
        scores = ranker.score(judged.features, chosen, features.NAMES)
        shares = ranker.shares(scores)
        order = (-scores).argsort(kind="stable")[:limit]
        return [
            Place(
                path=self._paths[judged.candidates[row]],
                score=round(float(shares[row]), 4),
                why=why.reasons(judged, int(row), self._past),
            )
            for row in order
        ]

    def symbols(
        self,
        task: str,
        places: Sequence[Place],
        read: Callable[[str], bytes | None],
        *,
        parse: Parse = source.symbols,
        limit: int = 10,
    ) -> list[SymbolPlace]:
        """Return the definitions of these places to look at, the best first; `read` returns a file's content."""
        voters = self.judge(task).votes.voters
        changed: dict[tuple[str, str], float] = {}
        asked = {place.path for place in places}
        for commit, likeness in voters.items():
            for path, name in self._past.symbols_of(commit):
                if path in asked:
                    changed[path, name] = changed.get((path, name), 0.0) + likeness
        return rank_symbols(task, places, read, changed=changed, parse=parse, limit=limit)

    def active_weights(self, scope: weights.Scope) -> dict[str, float]:
        """Return the weights that rank now: the project's own, else those that came with the program."""
        name = self.weights_name(scope)
        own = weights.own(self._folder)
        found = own.sets.get(name) if own else None
        return found if found is not None else weights.shipped().sets[name]

    def weights_name(self, scope: weights.Scope) -> str:
        """Return which set of weights fits what is there."""
        return weights.name_of(
            scope,
            history=len(self._past) >= ENOUGH_HISTORY,
            encoder=self._vectors is not None and self._vectors.is_ready,
        )

    def judge(
        self,
        task: str,
        *,
        lessons: Sequence[tuple[Sequence[str], float]] = (),
        in_play: Sequence[str] = (),
        scope: weights.Scope = "source",
    ) -> Judged:
        """Return what all rankers say about the files of the scope, unweighed."""
        import numpy as np

        query = make_query(task, in_play)
        numbers = np.array([terms.number(term) for term in query.terms], dtype=np.uint32)
        numbers, first = np.unique(numbers, return_index=True)
        words = tuple(list(query.terms)[place] for place in first)
        weight = np.array([query.terms[word] for word in words])
        files = len(self._paths)
        code = signals.ask_code(self._corpus, self._path_counts(words), numbers, weight)
        votes, profile = signals.ask_messages(self._past, files, numbers, weight)
        neighbours, about = self._ask_encoder(query)
        summed, surest = signals.ask_lessons(self._anchored(lessons), files)
        playing = [self._index[name] for name in in_play if name in self._index]
        often, churn, lately = signals.habits(self._past, files)
        named, named_file = self._named(query)
        single = {
            "covered": code.covered,
            "defined": code.defined,
            "path": code.path,
            "named": named,
            "named_file": named_file,
            "surest_commit": votes.surest,
            "surest_neighbour": neighbours.surest,
            "lessons": 1 - np.exp(-summed),
            "surest_lesson": surest,
            "together": signals.ask_companions(self._past, files, playing),
            "same_folder": self._same_folder(playing),
            "often": np.log1p(often) / max(float(np.log1p(often.max(initial=0))), 1.0),
            "churn": np.log1p(churn) / max(float(np.log1p(churn.max(initial=0))), 1.0),
            "lately": lately,
            "size": np.log1p(self._corpus.lengths) / 10,
            "is_test": self._flags(paths.is_test),
            "is_source": self._flags(paths.is_source),
            "is_entry": self._flags(kind.is_entry),
        }
        scores = {
            "code": code.score,
            "commits": votes.score,
            "profile": profile,
            "neighbours": neighbours.score,
            "about": about,
        }
        candidates = np.flatnonzero(
            (single["is_source"] > 0) | (named > 0) if scope == "source" else np.ones(files, bool)
        )
        return Judged(
            query=query,
            words=words,
            candidates=candidates,
            features=features.matrix(
                {name: array[candidates] for name, array in scores.items()},
                {name: array[candidates] for name, array in single.items()},
                len(candidates),
            ),
            code=code,
            votes=votes,
            neighbours=neighbours,
            single=single,
        )

    def _take_paths(self, paths_now: tuple[str, ...]) -> None:
        if paths_now != self._paths:
            self._paths = paths_now
            self._index = {path: number for number, path in enumerate(paths_now)}
            self._words_of_paths = None

    def _load(
        self,
        files: Mapping[str, str],
        read: Callable[[Mapping[str, str]], Mapping[str, bytes]],
        commits: Sequence[Commit],
    ) -> int:
        """Have a row in memory for each file and commit; return how many were made anew."""
        wanted = {*files.values(), *(commit.oid for commit in commits)}
        if len(self._rows) > len(wanted) + KEPT_ROWS:
            self._rows = {key: row for key, row in self._rows.items() if key in wanted}
        self._rows |= self._cache.rows([key for key in wanted if key not in self._rows])
        unknown = {path: oid for path, oid in files.items() if oid not in self._rows}
        made: dict[str, Row] = {}
        for path, content in read(unknown).items() if unknown else ():
            made[unknown[path]] = document.file_row(self._redact(document.text_of(content)))
        for commit in commits:
            if commit.oid not in self._rows:
                made[commit.oid] = document.message_row(commit, self._redact)
        if made:
            self._cache.keep_rows(made)
            self._cache.prune(wanted, slack=KEPT_ROWS)
        nothing = document.file_row("")
        self._rows |= dict.fromkeys(unknown.values(), nothing) | made
        return len(made)

    def _cards_of(
        self, files: Mapping[str, str], read: Callable[[Mapping[str, str]], Mapping[str, bytes]]
    ) -> list[str]:
        """Return a text for the encoder of each path in order; empty for tests and for what is no source."""
        told = {path: oid for path, oid in files.items() if paths.is_source(path)}
        keys = {path: f"{oid} {path}" for path, oid in told.items()}
        missing = {path: oid for path, oid in told.items() if keys[path] not in self._cards}
        for path, content in read(missing).items() if missing else ():
            self._cards[keys[path]] = self._redact(document.card(path, document.text_of(content)))
        cards = [self._cards.get(keys[path], "") if path in keys else "" for path in self._paths]
        self._cards = {key: self._cards[key] for key in keys.values() if key in self._cards}
        return cards

    def _path_counts(self, words: Sequence[str]) -> Array:
        import numpy as np

        counts = np.zeros((len(self._paths), len(words)))
        for column, word in enumerate(words):
            for row in self._path_words().get(word, ()):
                counts[row, column] = 1
        return counts

    def _path_words(self) -> dict[str, list[int]]:
        """Return which paths hold each term, made once a tree."""
        if self._words_of_paths is None:
            found: dict[str, list[int]] = {}
            for number, path in enumerate(self._paths):
                for term in set(terms.terms_in(path)):
                    found.setdefault(term, []).append(number)
            self._words_of_paths = found
        return self._words_of_paths

    def _ask_encoder(self, query: Query) -> tuple[signals.Votes, Array]:
        import numpy as np

        files = len(self._paths)
        if self._vectors is None or not self._vectors.is_ready:
            return signals.silence(files), np.zeros(files)
        asked = self._vectors.of(self._redact(query.text))
        votes = signals.ask_neighbours(self._past, files, self._vectors.messages, asked)
        return votes, (self._vectors.cards @ asked).astype(float).clip(min=0)

    def _anchored(self, lessons: Sequence[tuple[Sequence[str], float]]) -> list[tuple[list[int], float]]:
        found = [([self._index[path] for path in anchors if path in self._index], score) for anchors, score in lessons]
        return [(files, score) for files, score in found if files]

    def _named(self, query: Query) -> tuple[Array, Array]:
        """Return which files the task names by (the end of) their path, and which by their name alone."""
        import numpy as np

        named, named_file = np.zeros(len(self._paths)), np.zeros(len(self._paths))
        if query.mentions:
            endings = tuple(f"/{mention.lstrip('./')}" for mention in query.mentions if "/" in mention)
            names = {mention.rpartition("/")[2] for mention in query.mentions}
            for number, path in enumerate(self._paths):
                named[number] = bool(endings) and f"/{path}".endswith(endings)
                named_file[number] = path.rpartition("/")[2] in names
        return named, named_file

    def _same_folder(self, playing: Sequence[int]) -> Array:
        import numpy as np

        folders = {self._paths[file].rpartition("/")[0] for file in playing}
        same = np.zeros(len(self._paths))
        if folders:
            same[[number for number, path in enumerate(self._paths) if path.rpartition("/")[0] in folders]] = 1
        return same

    def _flags(self, test: Callable[[str], bool]) -> Array:
        import numpy as np

        return np.fromiter((test(path) for path in self._paths), dtype=float, count=len(self._paths))
