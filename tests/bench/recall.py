"""The lesson index at growing sizes: latency, opening, refresh, disk and memory, beside a plain Chroma collection.

    python tests/bench/recall.py speed REPO... [--sizes 1000 10000 100000] [--queries 200]

Lessons are commit messages of the given repositories, mixed with one another where more are asked for; queries are
messages too. Every opening is a process of its own. Vectors are sums of pseudo-random word vectors of MiniLM's size:
the time of a search does not depend on what they mean; what MiniLM takes for a query is measured beside, where its
weights are here. It reports and asserts nothing. Whether recall keeps silent is for `abstention.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learnagent_memory.embedding.embedder import open_embedder
from learnagent_memory.git import Git
from learnagent_memory.index.cache import Cache
from learnagent_memory.index.dense import DenseSearch
from learnagent_memory.index.fold import update
from learnagent_memory.index.guarded import GuardedEmbedder
from learnagent_memory.index.lesson_index import FILE, LessonIndex
from learnagent_memory.ledger import EVENTS, Ledger, Store
from learnagent_memory.lesson import MAX_FIELD, MAX_TITLE, Lesson
from learnagent_memory.lesson_event import Learned, digest_of, to_bytes

DIMENSION = 384
WORD_KEY = f"word-vectors/{DIMENSION}"
LIMIT = 40
NEW = 5
CONTENDERS = ("learnagent", "learnagent, its vectors in Chroma", "plain Chroma")


@dataclass(frozen=True, slots=True)
class Measured:
    """One contender at one size; times in milliseconds unless they say otherwise."""

    name: str
    size: int
    build_s: float
    disk_mb: float
    import_ms: float
    open_ms: float
    """From the end of the imports to the first answer, in a process of its own."""
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    """Processor time of a search, the mean: what a busy machine changes less."""
    refresh_ms: float
    """Until five new lessons are found."""
    rss_mb: float
    """Largest, of a process that opened and searched."""


class WordVectors:
    """An embedder whose vectors mean little and cost little."""

    name = "word-vectors"
    dimension = DIMENSION

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector a text."""
        sums = [np.sum([_word(word) for word in re.findall(r"\w+", text) or [""]], axis=0) for text in texts]
        vectors = np.array(sums, dtype=np.float32).reshape(-1, DIMENSION)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@cache
def _word(word: str) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    speed = commands.add_parser("speed")
    speed.add_argument("repositories", nargs="+", type=Path)
    speed.add_argument("--sizes", nargs="+", type=int, default=[1_000, 10_000, 100_000])
    speed.add_argument("--queries", type=int, default=200)
    one = commands.add_parser("one", help="what `speed` starts: one contender, in this process")
    one.add_argument("contender", type=int)
    one.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "one":
        print(json.dumps(search_in(arguments.folder, CONTENDERS[arguments.contender])))
    else:
        report(arguments.repositories, arguments.sizes, arguments.queries)


def report(repositories: Sequence[Path], sizes: Sequence[int], queries: int) -> None:
    messages = list(dict.fromkeys(text for path in repositories for text in read_messages(path)))
    print(
        f"{datetime.now(UTC).date()}, Python {platform.python_version()}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}, {len(messages)} messages of {len(repositories)} repositories, n={queries} queries"
    )
    columns = ("lessons", "index", "build s", "disk MB", "import ms", "open + first ms")
    print("|", " | ".join((*columns, "p50 ms", "p99 ms", "cpu ms", "+5 ms", "RSS MB")), "|")
    print("|---" * 11 + "|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            for row in measure(Path(folder), messages, size, queries):
                print("|", " | ".join(cells(row)), "|", flush=True)
    embedder = open_embedder(os.environ)
    if embedder is not None:
        times = sorted(timed(embedder.embed, [text]) for text in messages[:queries])
        p50, p99 = times[len(times) // 2], times[-max(1, len(times) // 100)]
        print(f"\n{embedder.name}, one query: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


def cells(row: Measured) -> tuple[str, ...]:
    """Return a row of the table."""
    built = (f"{row.size:,}", row.name, f"{row.build_s:.1f}", f"{row.disk_mb:.1f}")
    opened = (f"{row.import_ms:.0f}", f"{row.open_ms:.0f}")
    searched = (f"{row.p50_ms:.1f}", f"{row.p99_ms:.1f}", f"{row.cpu_ms:.1f}")
    return (*built, *opened, *searched, f"{row.refresh_ms:.0f}", f"{row.rss_mb:.0f}")


def read_messages(repository: Path) -> Iterator[str]:
    """Yield the messages of a repository's commits, bare or not, newest first."""
    git_dir = repository / ".git" if (repository / ".git").exists() else repository
    for text in Git(repository, git_dir=git_dir).names("log", "-z", "--no-merges", "--format=%B", "HEAD"):
        if len(text.split()) > 3:
            yield "".join(character for character in text if character.isprintable() or character == "\n")


def many(messages: Sequence[str], count: int, seed: int = 1) -> Iterator[str]:
    """Yield messages, and when they are used up the first words of one with the last of another."""
    chance = random.Random(seed)
    for number in range(count):
        first = messages[number % len(messages)].split(" ")
        second = chance.choice(messages).split(" ") if number >= len(messages) else []
        yield " ".join(first[: len(first) // 2 + 1] + second[len(second) // 2 :]) if second else " ".join(first)


def measure(folder: Path, messages: Sequence[str], size: int, queries: int) -> Iterator[Measured]:
    texts = list(many(messages, size))
    asked = [text[:300] for text in random.Random(2).sample(texts, min(queries, size))]
    fresh = [f"Fresh lesson {number} about the zymurgy{number} module" for number in range(2 * NEW)]
    (folder / "queries.json").write_text(json.dumps({"queries": asked, "fresh": fresh}))
    write_events(folder / "ledger", texts)
    builds: dict[str, Callable[[], None]] = {
        CONTENDERS[0]: lambda: build_index(folder),
        CONTENDERS[1]: lambda: copy_to_chroma(folder),
        CONTENDERS[2]: lambda: build_chroma(folder / "plain", texts),
    }
    for number, (name, build) in enumerate(builds.items()):
        build_s = timed(build) / 1000
        disk = disk_mb(folder / "plain") if number == 2 else disk_mb(folder / "index")
        child = [sys.executable, __file__, "one", str(number), str(folder)]
        done = subprocess.run(child, capture_output=True, text=True, check=True)
        yield Measured(name=name, size=size, build_s=build_s, disk_mb=disk, **json.loads(done.stdout.splitlines()[-1]))


def lessons_of(texts: Sequence[str]) -> Iterator[Learned]:
    for number, text in enumerate(texts):
        title, _, body = text.strip().partition("\n")
        lesson = Lesson(title=f"{title[: MAX_TITLE - 8]} {number}", do=body.strip()[:MAX_FIELD])
        at = f"2026-{1 + number % 9:02}-01T00:00:00.000000Z"
        yield Learned(at=at, author="A <a@example.invalid>", run=f"r{number // 3}", lesson=lesson, origin="code")


def write_events(ledger: Path, texts: Sequence[str]) -> None:
    """Write the files of events as a copied ledger brings them, without waiting for the disk at each."""
    for event in lessons_of(texts):
        content = to_bytes(event)
        path = ledger / EVENTS / event.at[:7] / f"{digest_of(content)}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def build_index(folder: Path) -> None:
    with LessonIndex(folder / "index", embedder=WordVectors(), redact=str) as index:
        index.refresh(store_in(folder), embed_s=86_400)


def store_in(folder: Path) -> Store:
    return Store(Ledger(folder / "ledger", redact=str, own=True), ())


def copy_to_chroma(folder: Path) -> None:
    cache_file = Cache(folder / "index" / FILE)
    dense = DenseSearch(cache_file, GuardedEmbedder(WordVectors()), WORD_KEY, chroma_from=0)
    dense.embed_missing(86_400)
    dense.close()
    cache_file.close()


def build_chroma(folder: Path, texts: Sequence[str]) -> None:
    """Add texts, metadata and our vectors to a collection with the defaults, as most programs do."""
    collection = chroma_collection(folder)
    for start in range(0, len(texts), 2000):
        part = texts[start : start + 2000]
        add_to_chroma(collection, part, start)


def add_to_chroma(collection: object, texts: Sequence[str], start: int) -> None:
    collection.add(  # imported in one contender's process only
        ids=[str(start + number) for number in range(len(texts))],
        documents=list(texts),
        metadatas=[{"status": "theory"}] * len(texts),
        embeddings=list(WordVectors().embed(texts)),
    )


def chroma_collection(folder: Path) -> object:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import chromadb

    return chromadb.PersistentClient(str(folder)).get_or_create_collection("plain", embedding_function=None)


def search_in(folder: Path, contender: str) -> dict[str, float]:
    """Open, search and refresh one contender here, and return what it took in the names of Measured."""
    asked = json.loads((folder / "queries.json").read_text())
    WordVectors().embed(asked["queries"])  # so that making pseudo-random words is in nobody's time
    import_ms = timed(__import__, "chromadb") if contender != CONTENDERS[0] else 0.0
    began = time.perf_counter()
    search, learn = {CONTENDERS[0]: ours, CONTENDERS[1]: ours_in_chroma, CONTENDERS[2]: plain_chroma}[contender](folder)
    search(asked["queries"][0])
    open_ms = 1000 * (time.perf_counter() - began)
    cpu_before = time.process_time()
    times = sorted(timed(search, query) for query in asked["queries"])
    cpu_ms = 1000 * (time.process_time() - cpu_before) / len(times)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    fresh = asked["fresh"][:NEW] if contender == CONTENDERS[0] else asked["fresh"][NEW:]
    return {
        "import_ms": import_ms,
        "open_ms": open_ms,
        "p50_ms": times[len(times) // 2],
        "p99_ms": times[-max(1, len(times) // 100)],
        "cpu_ms": cpu_ms,
        "refresh_ms": timed(learn, fresh),
        "rss_mb": rss,
    }


Contender = tuple[Callable[[str], object], Callable[[Sequence[str]], object]]


def ours(folder: Path) -> Contender:
    index, store = LessonIndex(folder / "index", embedder=WordVectors(), redact=str), store_in(folder)
    index.refresh(store)

    def learn(texts: Sequence[str]) -> None:
        write_events(folder / "ledger", texts)
        index.refresh(store)
        index.search(texts[0])

    return lambda query: index.search(query, limit=LIMIT), learn


def ours_in_chroma(folder: Path) -> Contender:
    """Search by meaning only, in Chroma at any size: where it overtakes the exact search is to be seen."""
    cache_file = Cache(folder / "index" / FILE)
    dense = DenseSearch(cache_file, GuardedEmbedder(WordVectors()), WORD_KEY, chroma_from=0)

    def search(query: str) -> object:
        vector = dense.vector_of(query)
        return None if vector is None else dense.nearest(vector, limit=LIMIT, least=1)

    def learn(texts: Sequence[str]) -> None:
        write_events(folder / "ledger", texts)
        update(cache_file.connection, store_in(folder), redact=str)
        dense.embed_missing(3)
        search(texts[0])

    return search, learn


def plain_chroma(folder: Path) -> Contender:
    collection = chroma_collection(folder / "plain")

    def search(query: str) -> object:
        return collection.query(query_embeddings=list(WordVectors().embed([query])), n_results=LIMIT)

    def learn(texts: Sequence[str]) -> None:
        add_to_chroma(collection, texts, 10**9)
        search(texts[0])

    return search, learn


def timed(work: Callable[..., object], *args: object) -> float:
    """Return the milliseconds a call takes."""
    began = time.perf_counter()
    work(*args)
    return 1000 * (time.perf_counter() - began)


def disk_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
