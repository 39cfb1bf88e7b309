"""How many anchors of a given age are called stale by path, by file hash and by symbol hash, on real histories.

An anchor is a function or method that a commit of that age wrote or changed, at most three a commit, as the
commit left it. It is judged against a later state of the same history, several states a repository:

- path: stale when the file is gone.
- file: stale when its bytes differ, or it is gone (`Judge` on an anchor without a symbol, moves followed).
- symbol: stale when its digest differs, or it is gone; what was renamed or moved is followed.
- drifted, orphaned: the parts of the line before. followed: fresh only because it was followed.

These are the hot spots of a project, so the shares are those of the worst case. Anchors of one commit change
together, and states overlap: the intervals (Wilson, 95%) are too narrow by that.

Run: python tests/bench/freshness.py REPOSITORY... [--states 4] [--step-days 365] [--sample 30] [--json]
Then it prints what judging costs on the last repository. It asserts nothing; nothing is written to a repository.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from learnagent_memory.freshness import DigestCache, Judge
from learnagent_memory.git import Git, open_repository
from learnagent_memory.lesson import Anchor
from learnagent_memory.source import language_of, symbol_digests, symbols
from learnagent_memory.tree import CommitTree, WorkingTree

AGES_DAYS = (30, 90, 365)
WINDOW = 0.25
"""A commit is of an age when it is off by this share of it at most."""
A_COMMIT = 3
DAY_S = 86_400
FUNCTIONS = {"function", "method"}
MEASURES = ("path", "file", "symbol", "drifted", "orphaned", "followed")
Z = 1.96


@dataclass(frozen=True, slots=True)
class Sample:
    """One anchor and how it was judged."""

    repository: str
    age_days: int
    path: bool
    """Stale by path; and so on."""
    file: bool
    symbol: bool
    drifted: bool
    orphaned: bool
    followed: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--states", type=int, default=4)
    parser.add_argument("--step-days", type=int, default=365)
    parser.add_argument("--sample", type=int, default=30, help="anchors for each state and age, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    samples: list[Sample] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(arguments.repositories):
            clone = shared_clone(path, Path(folder) / str(number))
            samples += replay(clone, name_of(path), arguments)
        cost = measure_cost(clone)
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "settings": {name: getattr(arguments, name) for name in ("states", "step_days", "sample", "seed")},
        "cost": cost,
    }
    if arguments.json:
        print(json.dumps({**report, "samples": [asdict(sample) for sample in samples]}))
    else:
        print(report)
        show(samples)


def shared_clone(path: Path, target: Path) -> Path:
    """Return a clone that borrows the objects of a repository, bare or not, and has its files."""
    subprocess.run(["git", "clone", "--quiet", "--shared", path.resolve(), target], check=True)
    return target


def name_of(path: Path) -> str:
    """Return a repository's name, for a mirror that of its folder."""
    resolved = path.resolve()
    return resolved.parent.name if resolved.name in {"repo", ".git"} else resolved.name


def replay(clone: Path, name: str, arguments: argparse.Namespace) -> list[Sample]:
    """Return the samples of one repository."""
    git = Git(clone)
    log = [line.split() for line in git.text("log", "--first-parent", "--format=%H %ct").splitlines()]
    newest = int(log[0][1])
    chance = random.Random(arguments.seed)
    cache = DigestCache()
    samples: list[Sample] = []
    for number in range(arguments.states):
        end = newest - number * arguments.step_days * DAY_S
        state = next((oid for oid, at in log if int(at) <= end), None)
        for age in AGES_DAYS if state else ():
            aged = commits_of_age(git, str(state), end, age)
            chance.shuffle(aged)
            samples += state_samples(
                git,
                str(state),
                aged,
                name=name,
                age=age,
                cache=cache,
                limit=arguments.sample,
                chance=chance,
            )
    return samples


def commits_of_age(git: Git, state: str, end: int, age: int) -> list[str]:
    """Return the commits without merges below a state that are of an age then."""
    first, last = end - int(age * (1 + WINDOW) * DAY_S), end - int(age * (1 - WINDOW) * DAY_S)
    lines = git.text("log", "--no-merges", "--format=%H %ct", f"--since={first - 30 * DAY_S}", state).splitlines()
    return [oid for oid, at in (line.split() for line in lines) if first <= int(at) <= last]


@dataclass(frozen=True, slots=True)
class Written:
    """A function as a commit left it."""

    symbol: Anchor
    file: Anchor


def state_samples(
    git: Git,
    state: str,
    commits: Sequence[str],
    *,
    name: str,
    age: int,
    cache: DigestCache,
    limit: int,
    chance: random.Random,
) -> list[Sample]:
    """Judge what commits wrote against a later state."""
    tree = CommitTree(git, state)
    judge = Judge(tree, cache=cache, search_limit_s=3600)
    present = frozenset(tree.paths())
    found: list[Sample] = []
    for commit in commits:
        written = written_functions(git, commit, cache)
        for one in chance.sample(written, min(A_COMMIT, len(written))):
            symbol, file = judge.judge([one.symbol, one.file], since=commit).anchors
            found.append(
                Sample(
                    repository=name,
                    age_days=age,
                    path=one.file.path not in present,
                    file=file.freshness != "fresh",
                    symbol=symbol.freshness != "fresh",
                    drifted=symbol.freshness == "drifted",
                    orphaned=symbol.freshness == "orphaned",
                    followed=symbol.freshness == "fresh" and symbol.is_moved,
                )
            )
        if len(found) >= limit:
            break
    return found[:limit]


def written_functions(git: Git, commit: str, cache: DigestCache) -> list[Written]:
    """Return the functions that a commit below a state wrote or changed."""
    after = CommitTree(git, commit)
    changes = after.changes(git.text("rev-parse", "--verify", "--quiet", f"{commit}^", ok=(0, 1, 128)))
    paths = [path for path in changes.paths if language_of(path)] if changes else []
    old, new = (changes.before.read_all(paths), after.read_all(paths)) if changes else ({}, {})
    judge = Judge(after, cache=cache)
    judge.load(paths)
    found: list[Written] = []
    for path, content in new.items():
        language = str(language_of(path, content))
        before = cache.digests(old.get(path, b""), language).symbols
        digests = cache.digests(content, language).symbols
        changed = {symbol: digest for symbol, digest in digests.items() if before.get(symbol) != digest}
        names = {one.qualified for one in symbols(content, language) if one.kind in FUNCTIONS} if changed else set()
        file = judge.anchor_at(path)
        found += [
            Written(Anchor(path=path, symbol=symbol, digest=digest), file)
            for symbol, digest in changed.items()
            if symbol in names
        ]
    return found


def measure_cost(clone: Path) -> dict[str, object]:
    """Time reading and judging on the files of a clone: medians of five, wall and CPU milliseconds."""
    tree = WorkingTree(clone)
    contents = [(content, language_of(path, content)) for path, content in tree.read_all(tree.paths()).items()]
    code = [(content, language) for content, language in contents if language]
    megabytes = sum(len(content) for content, _ in code) / 1e6
    start = time.process_time()
    for content, language in code:
        symbol_digests(content, language)
    rate = megabytes / (time.process_time() - start)
    lessons = sampled_lessons(tree, 100)
    head = str(open_repository(clone).head)
    costs: dict[str, object] = {"code_mb": round(megabytes, 2), "symbol_digests_mb_per_cpu_s": round(rate, 2)}
    for count in (1, 10, 100):
        cache = DigestCache()
        costs[f"cold_{count}"] = median_ms(lambda n=count: judge_all(tree, lessons[:n], DigestCache(), head))
        judge_all(tree, lessons[:count], cache, head)
        costs[f"warm_{count}"] = median_ms(lambda n=count, known=cache: judge_all(tree, lessons[:n], known, head))
    return costs


def sampled_lessons(tree: WorkingTree, count: int) -> list[list[Anchor]]:
    """Return lessons of two anchors each, drawn from all functions."""
    places = [
        (path, symbol.qualified)
        for path, content in tree.read_all(tree.paths()).items()
        if (language := language_of(path, content))
        for symbol in symbols(content, language)
        if symbol.kind in FUNCTIONS
    ]
    chance = random.Random(1)
    judge = Judge(tree)
    return [[judge.anchor_at(*chance.choice(places)) for _ in range(2)] for _ in range(count)]


def judge_all(tree: WorkingTree, lessons: Iterable[Sequence[Anchor]], cache: DigestCache, since: str) -> None:
    """Judge lessons as a recall does."""
    judge = Judge(tree, cache=cache)
    for anchors in lessons:
        judge.judge(anchors, since=since)


def median_ms(act: Callable[[], None]) -> tuple[float, float]:
    """Return the medians of five runs: wall and CPU, without that of git."""
    wall, cpu = [], []
    for _ in range(5):
        start, busy = time.perf_counter(), time.process_time()
        act()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    return round(statistics.median(wall) * 1000, 2), round(statistics.median(cpu) * 1000, 2)


def show(samples: Sequence[Sample]) -> None:
    """Print the shares by repository and age, and pooled."""
    groups: Mapping[tuple[str, int], list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[sample.repository, sample.age_days].append(sample)
        groups["all", sample.age_days].append(sample)
    order = sorted(groups, key=lambda key: (key[0] == "all", key))
    print(f"{'repository':28}{'days':>5}{'n':>6}" + "".join(f"{measure:>20}" for measure in MEASURES))
    for repository, age in order:
        group = groups[repository, age]
        cells = "".join(f"{share([getattr(one, measure) for one in group]):>20}" for measure in MEASURES)
        print(f"{repository:28}{age:>5}{len(group):>6}{cells}")


def share(values: Sequence[bool]) -> str:
    """Return a share with its Wilson interval."""
    n, p = len(values), sum(values) / len(values)
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return f"{p:.2f} [{max(0, middle - half):.2f}, {min(1, middle + half):.2f}]"


if __name__ == "__main__":
    main()
