"""The map of a large source tree, side by side with aider's repo map: cold, and after one edit.

Each map is made by processes of its own interpreter, in turn (A B A B …), each on a fresh copy of the same
tree, with the same files and budget. The times are taken inside the process around the calls that make a
map; starting the interpreter and importing are not in them. A phase:

- cold: no cache; scan and map text.
- edit: the same process, one function appended to one file; scan and map text.
- refresh: the part of it that reads what changed (ours only: aider's has no such call).
- fresh: a new process that finds the cache and one more edit; scan and map text.

Run: python tests/bench/outline.py [--tree FOLDER] [--peer-venv FOLDER] [--rounds 5] [--json]
Without --tree it maps Django's source distribution, or the standard library where that cannot be fetched.
It reports medians with minimum and maximum; it asserts nothing, and says nothing about the maps' worth.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

TASK = "QuerySet.union drops the ordering of a subquery"
BUDGET_TOKENS = 1024
SDIST = "django==5.1.4"
PEER = "aider-chat==0.86.2"
SKIPPED = frozenset({".git", "__pycache__", "node_modules", "site-packages"})
TIMEOUT_S = 900

Times = Mapping[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path)
    parser.add_argument("--peer-venv", type=Path, default=Path.home() / ".cache" / "learnagent-bench" / "aider")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", nargs=4, metavar=("MAP", "PHASE", "ROOT", "FILES"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(*arguments.measure)
        return
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        tree = (arguments.tree or default_tree(scratch)).resolve()
        report = compare(tree, peer_python(arguments.peer_venv), scratch, arguments.rounds)
    if arguments.json:
        print(json.dumps(report))
    else:
        show(report)


def default_tree(scratch: Path) -> Path:
    """Return an unpacked source distribution, or the standard library where there is no package index."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps"]
    fetched = subprocess.run([*command, "--dest", scratch, SDIST], check=False, timeout=TIMEOUT_S)
    archives = sorted(scratch.glob("*.tar.gz"))
    if fetched.returncode or not archives:
        return Path(sysconfig.get_path("stdlib"))
    with tarfile.open(archives[0]) as archive:
        archive.extractall(scratch / "sdist", filter="data")
    return next((scratch / "sdist").iterdir())


def peer_python(folder: Path) -> Path:
    """Return the interpreter of the peer's own environment, made if missing."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PEER, "setuptools<81"], check=True)
    return python


def compare(tree: Path, peer: Path, scratch: Path, rounds: int) -> dict[str, object]:
    """Measure both maps in turn and return everything that is reported."""
    files = sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*") if is_listed(path, tree))
    listing = scratch / "files.json"
    listing.write_text(json.dumps(files))
    code = [file for file in files if file.endswith((".py", ".js", ".ts", ".go", ".rs", ".java", ".c", ".h", ".rb"))]
    interpreters = {"learnagent": Path(sys.executable), "aider": peer}
    seconds: dict[str, dict[str, list[float]]] = {name: {} for name in interpreters}
    for number in range(rounds):
        for name, python in interpreters.items():
            times = one_round(name, python, tree, listing, scratch / f"{name}{number}")
            for phase, value in times.items():
                seconds[name].setdefault(phase, []).append(value)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "tree": tree.name,
        "files": len(files),
        "code_files": len(code),
        "code_bytes": sum((tree / file).stat().st_size for file in code),
        "budget_tokens": BUDGET_TOKENS,
        "rounds": rounds,
        "peer": PEER,
        "seconds": seconds,
    }


def is_listed(path: Path, tree: Path) -> bool:
    """Return whether a file is in the map's list."""
    return path.is_file() and not path.is_symlink() and SKIPPED.isdisjoint(path.relative_to(tree).parts)


def one_round(name: str, python: Path, tree: Path, listing: Path, scratch: Path) -> Times:
    """Run one map's two processes on a copy of the tree that is removed afterwards."""
    root = scratch / tree.name
    shutil.copytree(tree, root, ignore=shutil.ignore_patterns(*SKIPPED), symlinks=True)
    times: dict[str, float] = {}
    for phase in ("cold", "fresh"):
        command = [python, "-P", __file__, "--measure", name, phase, root, listing]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIMEOUT_S)
        times.update(json.loads(done.stdout.splitlines()[-1]))
    shutil.rmtree(scratch)
    return times


def measure(name: str, phase: str, root: str, listing: str) -> None:
    """Make one map in this process and print the seconds of its phases as JSON."""
    files = json.loads(Path(listing).read_text())
    edited = Path(root) / next(file for file in files if file.endswith(".py"))
    maps = {"learnagent": learnagent_map, "aider": aider_map}
    times = maps[name](Path(root), files, phase, lambda: edit(edited))
    edit(edited)  # what the next process finds changed
    print(json.dumps(times))


def learnagent_map(root: Path, files: list[str], phase: str, change: Callable[[], None]) -> Times:
    """Time our outline."""
    from learnagent.outline import build

    start = time.perf_counter()
    outline = build(root, files, cache=root.parent / "outline.sqlite")
    text = outline.render(task=TASK, budget_tokens=BUDGET_TOKENS)
    times = {phase: time.perf_counter() - start}
    assert ".py:" in text
    if phase == "cold":
        change()
        start = time.perf_counter()
        outline.refresh(files)
        times["refresh"] = time.perf_counter() - start
        outline.render(task=TASK, budget_tokens=BUDGET_TOKENS)
        times["edit"] = time.perf_counter() - start
    return times


def aider_map(root: Path, files: list[str], phase: str, change: Callable[[], None]) -> Times:
    """Time aider's repo map; `force_refresh` because it would else reuse the last text after an edit."""
    from aider.repomap import RepoMap  # type: ignore[import-not-found]

    os.chdir(root)
    repo_map = RepoMap(map_tokens=BUDGET_TOKENS, root=str(root), main_model=PeerModel(), io=PeerScreen())
    absolute = [str(root / file) for file in files]
    times: dict[str, float] = {}
    for step in (phase, "edit") if phase == "cold" else (phase,):
        if step == "edit":
            change()
        start = time.perf_counter()
        text = repo_map.get_repo_map([], absolute, mentioned_idents=set(TASK.split()), force_refresh=True)
        times[step] = time.perf_counter() - start
        assert ".py" in text
    return times


class PeerModel:
    """What aider asks of a model here."""

    def token_count(self, text: str) -> float:
        return len(text) / 3


class PeerScreen:
    """What aider asks of its screen here."""

    def read_text(self, name: str, **_: object) -> str:
        return Path(name).read_text(encoding="utf-8", errors="replace")

    def tool_output(self, *_: object, **__: object) -> None:
        """Say nothing."""

    tool_warning = tool_error = tool_output


def edit(path: Path) -> None:
    """Append one function."""
    with path.open("a") as file:
        file.write(f"\n\ndef edited_{time.time_ns()}(first, second):\n    return first\n")


def show(report: Mapping[str, object]) -> None:
    """Print the report as a table."""
    seconds = report["seconds"]
    assert isinstance(seconds, dict)
    megabytes = int(str(report["code_bytes"])) / 1e6
    print(f"{report['date']}, Python {report['python']}, {report['cores']} cores, {report['rounds']} rounds")
    print(f"{report['tree']}: {report['files']} files, {report['code_files']} of code, {megabytes:.1f} MB")
    print(f"{'phase':10}{'learnagent':>34}{PEER:>34}{'aider : ours':>14}")
    for phase in seconds["learnagent"]:
        ours, theirs = seconds["learnagent"][phase], seconds["aider"].get(phase)
        ratio = f"{statistics.median(theirs) / statistics.median(ours):.1f}" if theirs else "-"
        print(f"{phase:10}{cell(ours):>34}{cell(theirs) if theirs else '-':>34}{ratio:>14}")
    for name, phases in seconds.items():
        rate = int(str(report["code_files"])) / statistics.median(phases["cold"])
        print(f"{name}: {rate:.0f} code files a second, cold")


def cell(values: list[float]) -> str:
    """Return a median with its range, in milliseconds."""
    low, high = min(values) * 1000, max(values) * 1000
    return f"{statistics.median(values) * 1000:,.0f} ms ({low:,.0f}-{high:,.0f})"


if __name__ == "__main__":
    main()
