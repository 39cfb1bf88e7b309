"""The shortcut linter's speed beside ruff's, bandit's and pylint's: MB per CPU-second on the same files in one run.

CPU is user and system time of the whole process tree, for wall time depends on who else is at work. All read
copies of the Python files of the given trees; vendored and generated ones are left out. Peers live in an
environment of their own, made once under --peers. Last comes the wall time of a commit hook: `--staged` on a
change of one small file, in a repository of these files.

Run: python tests/bench/lint.py TREE… [--rounds 3] [--hook-rounds 15] [--peers FOLDER] [--without pylint] [--json]
It reports medians; it asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from learnagent_memory.history.paths import kind_of

PEERS = ("ruff", "bandit", "pylint")
TIMEOUT_S = 3_600
CHANGE = """\

def read_setting(path):
    try:
        return path.read_text()
    except Exception as error:
        print(f"cannot read: {error}")
        return ""
"""


@dataclass(slots=True)
class Row:
    """One command and what it took."""

    name: str
    command: Sequence[str]
    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)

    def run(self, folder: Path, env: Mapping[str, str]) -> None:
        """Run it once; findings may be its exit status, a failure is the end."""
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(self.command, cwd=folder, env=env, capture_output=True, timeout=TIMEOUT_S, check=False)
        wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 1) and not self.name.startswith("pylint"):  # whose status is a sum of flags
            raise SystemExit(f"{self.name} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
        self.wall_s.append(wall_s)
        self.cpu_s.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path, metavar="TREE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hook-rounds", type=int, default=15)
    parser.add_argument("--peers", type=Path, default=Path.home() / ".cache" / "learnagent-bench")
    parser.add_argument("--without", action="append", choices=PEERS, default=[], help="leave a peer out")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        files, size = copy_files(asked.trees, folder / "files")
        env = environment(folder)
        peers = [name for name in PEERS if name not in asked.without]
        rows = [*own_rows(), *peer_rows(asked.peers / "lint", peers, folder)]
        measure(rows, asked.rounds, folder / "files", env)
        hook = measure_hook(asked.hook_rounds, folder / "files", env)
    if asked.json:
        print(json.dumps({row.name: {"cpu_s": row.cpu_s, "wall_s": row.wall_s} for row in [*rows, hook]}))
        return
    print(
        f"{datetime.now(UTC).date().isoformat()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"{files} files, {size / 1e6:.1f} MB, {asked.rounds} rounds\n"
    )
    table(rows, size)
    print(f"\n{hook.name}: wall {described(hook.wall_s)}, CPU {described(hook.cpu_s)} ({len(hook.wall_s)} rounds)")


def copy_files(trees: Sequence[Path], target: Path) -> tuple[int, int]:
    """Copy what all are to read; return how many files and bytes that are."""
    count = size = 0
    for tree in trees:
        for path in sorted(tree.rglob("*.py")):
            relative = str(Path(tree.name) / path.relative_to(tree))
            if path.is_file() and not path.is_symlink() and kind_of(relative) not in {"vendored", "generated"}:
                copy = target / relative
                copy.parent.mkdir(parents=True, exist_ok=True)
                content = path.read_bytes()
                copy.write_bytes(content)
                count, size = count + 1, size + len(content)
    return count, size


def environment(scratch: Path) -> Mapping[str, str]:
    """Return variables under which nothing of this machine's user is read or written."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}  # else an editable install is compiled anew at every start
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    identity = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    homes = {"HOME": str(scratch), "LEARNAGENT_HOME": str(scratch / "home"), "PYLINTHOME": str(scratch / "pylint")}
    return {**kept, **homes, **identity, "PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}


def own_rows() -> list[Row]:
    lint = [str(Path(sys.executable).with_name("learnagent")), "lint", "."]
    return [
        Row("learnagent lint --no-cache", [*lint, "--no-cache"]),
        Row("learnagent lint --no-cache --jobs 1", [*lint, "--no-cache", "--jobs", "1"]),
        Row("learnagent lint, warm", lint),
    ]


def peer_rows(home: Path, peers: Sequence[str], scratch: Path) -> list[Row]:
    """Return the peers' commands, installed where they are not yet."""
    if peers and not all((home / "bin" / name).exists() for name in peers):
        print(f"installing {', '.join(peers)} into {home}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "--quiet", *peers], check=True)
    ruff = [str(home / "bin" / "ruff"), "check", "--isolated", "--quiet", "--select", "E722,S110,S112,BLE001", "."]
    pylint = [
        str(home / "bin" / "pylint"),
        "-j1",
        "--recursive=y",
        "--rcfile",
        os.devnull,
        "--score=n",
        "--disable=all",
    ]
    rows = {
        "ruff": [
            Row("ruff --no-cache", [*ruff, "--no-cache"]),
            Row("ruff, warm", [*ruff, "--cache-dir", str(scratch / "ruff")]),
        ],
        "bandit": [Row("bandit", [str(home / "bin" / "bandit"), "-r", "-q", "-t", "B110,B112", "."])],
        "pylint": [Row("pylint -j1", [*pylint, "--enable=W0702,W0718,W0705,W0711,W0150", "."])],
    }
    return [row for name in peers for row in rows[name]]


def measure(rows: Sequence[Row], rounds: int, folder: Path, env: Mapping[str, str]) -> None:
    """Run every row in turn; the quick ones once more before, for warmth and their caches."""
    for row in rows:
        if "warm" in row.name:
            Row(row.name, row.command).run(folder, env)
    for number in range(rounds):
        for row in rows:
            if number == 0 or row.cpu_s[0] < 60:
                row.run(folder, env)


def measure_hook(rounds: int, folder: Path, env: Mapping[str, str]) -> Row:
    """Commit the files, stage a small change of one, and lint it."""
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.invalid"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Begin"]):
        subprocess.run([*git, *command], cwd=folder, env=env, check=True)
    changed = next(path for path in sorted(folder.rglob("*.py")) if 2_000 < path.stat().st_size < 20_000)
    changed.write_text(changed.read_text() + CHANGE)
    subprocess.run([*git, "add", "-A"], cwd=folder, env=env, check=True)
    row = Row("learnagent lint --staged", [str(Path(sys.executable).with_name("learnagent")), "lint", "--staged"])
    for _ in range(rounds):
        row.run(folder, env)
    return row


def table(rows: Sequence[Row], size: int) -> None:
    base = next((statistics.median(row.cpu_s) for row in rows if row.name == "ruff --no-cache"), None)
    print(f"{'':36} {'CPU-s':>8} {'MB/CPU-s':>9} {'wall s':>8}   CPU, times ruff")
    for row in rows:
        cpu_s = statistics.median(row.cpu_s)
        ratio = f"{cpu_s / base:8.2f}" if base else ""
        print(f"{row.name:36} {cpu_s:8.2f} {size / 1e6 / cpu_s:9.2f} {statistics.median(row.wall_s):8.2f}   {ratio}")


def described(seconds: Sequence[float]) -> str:
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    return f"{1000 * middle:.0f} ms ({1000 * low:.0f}-{1000 * high:.0f})"


if __name__ == "__main__":
    main()
