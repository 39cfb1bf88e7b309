"""Confines commands on Linux by bubblewrap: own namespaces, and a file system put together here."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from learnagent.sandbox.confinement import Boundary

_EMPTY = Path(__file__).parents[1] / "py.typed"
"""Shown in the place of secret files: always there, always empty; a temporary file would outlive a kill -9."""
_NIX = "/run/current-system"
"""Where the programs of NixOS are."""
_KERNEL_SETTINGS = tuple(
    f"/proc/{name}" for name in ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi", "mtrr")
)
"""What the superuser may write there even without capabilities: with core_pattern, a way out of the sandbox."""
_MAX_MASKED = 1_000
"""A command line holds about 2 MB; the shallowest secrets come first."""


class Bubblewrap:
    """Runs commands in a bubblewrap sandbox."""

    name = "bubblewrap"
    reason = ""

    def __init__(self, program: Path, boundary: Boundary) -> None:
        self._program = program
        self._boundary = boundary
        stubs = [path for path in boundary.protected if not os.path.lexists(path)]
        weakref.finalize(self, _clean_up, stubs)

    def wrap(self, argv: Sequence[str]) -> list[str]:
        """Return the command line that runs `argv` confined, in the same working folder."""
        mounts = sorted(self._mounts(), key=lambda mount: len(mount[0].parts))
        return [
            *(str(self._program), "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *(["--share-net"] if self._boundary.network else []),
            *(word for _, words in mounts for word in words),
            *("--setenv", "TMPDIR", "/tmp", "--unsetenv", "XDG_RUNTIME_DIR", "--"),
            *argv,
        ]

    def _mounts(self) -> Iterator[tuple[Path, list[str]]]:
        """Yield each mount point with its options.

        They are made from the shallowest to the deepest, at the same depth in this order: so what is deeper
        wins, whether the root lies in the home, the home in the root, or either under /tmp.
        """
        boundary = self._boundary
        yield Path("/"), ["--ro-bind", "/", "/"]
        yield from self._system()
        for home in boundary.homes:
            yield home, ["--perms", "0700", "--tmpfs", str(home)]
        for path in boundary.readable:
            yield path, ["--ro-bind", str(path), str(path)]
        for path in (*boundary.writable, boundary.root):
            yield path, ["--bind", str(path), str(path)]
        for path in boundary.hidden:
            yield path, ["--tmpfs", str(path)]
        for path in boundary.protected:
            yield path, _protect(path)
        for path in boundary.masked[:_MAX_MASKED]:
            if path.is_file() and not any(path.is_relative_to(folder) for folder in boundary.hidden):
                yield path, ["--ro-bind", str(_EMPTY), str(path)]

    def _system(self) -> Iterator[tuple[Path, list[str]]]:
        for folder in (Path("/tmp"), Path("/var/tmp")):
            if folder.is_dir() and not folder.is_symlink():
                yield folder, ["--perms", "1777", "--tmpfs", str(folder)]
        yield Path("/dev"), ["--dev", "/dev"]
        yield Path("/proc"), ["--proc", "/proc"]
        for name in _KERNEL_SETTINGS:
            yield Path(name), ["--ro-bind-try", name, name]
        yield Path("/run"), ["--tmpfs", "/run"]
        yield Path(_NIX), ["--ro-bind-try", _NIX, _NIX]
        resolver = Path("/etc/resolv.conf").resolve()
        if self._boundary.network and resolver.is_relative_to("/run"):
            yield resolver, ["--ro-bind-try", str(resolver), str(resolver)]


def _protect(path: Path) -> list[str]:
    """Make a path read-only; one that does not exist yet becomes an empty folder that stays empty."""
    if os.path.lexists(path):
        return ["--ro-bind", str(path), str(path)]
    return ["--tmpfs", str(path), "--remount-ro", str(path)]


def _clean_up(stubs: Sequence[Path]) -> None:
    """Remove the empty folders that bubblewrap made as mount points."""
    for stub in stubs:
        with suppress(OSError):  # never made, or in use by now
            stub.rmdir()
