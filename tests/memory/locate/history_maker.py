"""Builds a repository with a long history in which messages say what the code does not, and commits without git."""

from __future__ import annotations

import random
from pathlib import Path

from learnagent_memory.history.commit import Change, Commit

TOPICS = {
    "src/alpha.py": "invoice customer billing",
    "src/beta.py": "shipment parcel courier",
    "src/gamma.py": "password session login",
    "src/delta.py": "thumbnail picture gallery",
    "src/epsilon.py": "holiday calendar weekday",
    "src/zeta.py": "currency exchange rounding",
}
"""What messages call each file's subject; no file says one of these words."""

_NAMES = "load store render convert compare collect reduce expand resolve".split()
_DEEDS = "handle adjust correct improve refine".split()


def content(path: str, revision: int) -> str:
    """Return code that names nothing of its topic."""
    seed = random.Random(path)
    functions = [f"def {seed.choice(_NAMES)}_{n}(item, extra):\n    return item, extra, {n}\n" for n in range(6)]
    return f'"""Part {path[4]} of the program."""\n\nREVISION = {revision}\n\n' + "\n\n".join(functions)


def message(path: str, chance: random.Random) -> str:
    """Return what somebody might write about a change of a file."""
    words = TOPICS[path].split()
    chance.shuffle(words)
    return f"{chance.choice(_DEEDS).title()} {words[0]} for {words[1]} case {chance.randrange(10_000)}"


def fast_import(commits: int, *, noise: bool = False) -> bytes:
    """Return a stream for `git fast-import`: each message is of the file it changes, with `noise` of any."""
    chance = random.Random(7)
    stream = [_commit("Begin with all parts", 0, {path: content(path, 0) for path in TOPICS})]
    for number in range(1, commits + 1):
        path = chance.choice(list(TOPICS))
        told = message(chance.choice(list(TOPICS)) if noise else path, chance)
        stream.append(_commit(told, number, {path: content(path, number)}))
    return b"".join(stream)


def _commit(told: str, number: int, files: dict[str, str]) -> bytes:
    said = told.encode()
    parts = [
        b"commit refs/heads/main\n",
        f"committer Tester <tester@example.invalid> {1_700_000_000 + 60 * number} +0000\n".encode(),
        f"data {len(said)}\n".encode() + said + b"\n",
    ]
    for path, text in files.items():
        body = text.encode()
        parts.append(f"M 100644 inline {path}\ndata {len(body)}\n".encode() + body + b"\n")
    return b"".join(parts) + b"\n"


def commit(oid: str, subject: str, *paths: str, renamed: tuple[str, str] | None = None) -> Commit:
    """Return a commit that modified these paths."""
    changes = [Change(path, path, "M") for path in paths]
    if renamed:
        changes.append(Change(renamed[1], renamed[0], "R"))
    return Commit(
        oid=oid, at=0, author="Tester", subject=subject, body="", changes=tuple(changes), files=len(changes), noise=""
    )


def make(root: Path, commits: int, *, noise: bool = False) -> None:
    """Write such a repository."""
    import subprocess

    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=fast_import(commits, noise=noise), check=True)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=root, check=True)
