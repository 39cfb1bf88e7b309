"""Proves who wrote an event: ssh signatures, made and checked by ssh-keygen as git does.

A signature says who wrote the bytes, not that they are true. It is bound to this use by its namespace, not
to one project: an event signed for one project proves its author in another.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from learnagent_memory.errors import UsageError, cannot_write
from learnagent_memory.git import Git, Repository
from learnagent_memory.ledger import Problem, Reading, parse_event

NAMESPACE = "learnagent.memory@v1"
_PATIENCE_S = 60
"""A key on a token waits for a touch."""
_EMAIL = re.compile(r"<([^<>\s]+@[^<>\s]+)>\s*\Z")
_LITERAL = "key::"

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], str]


def signing_key(repository: Repository) -> str | None:
    """Return the key git signs with, a path or `key::` and a public key; None where it signs by other means."""
    git = Git(repository.root)
    if git.text("config", "--get", "gpg.format", ok=(0, 1)) != "ssh":
        return None
    key = git.text("config", "--get", "user.signingKey", ok=(0, 1))
    if not key or key.startswith((_LITERAL, "ssh-")):
        return f"{_LITERAL}{key.removeprefix(_LITERAL)}" if key else None
    return git.text("config", "--type=path", "--get", "user.signingKey")


def sign(content: bytes, key: str) -> bytes:
    """Return the signature of an event's bytes. A key with a passphrase must be held by ssh-agent.

    Raises UsageError where ssh-keygen or the key is missing or locked.
    """
    with _key_file(key) as path:
        done = _keygen("-Y", "sign", "-q", "-n", NAMESPACE, "-f", path, stdin=content)
    if done.returncode or not done.stdout:
        reason = _first_line(done.stderr)
        raise UsageError(f"cannot sign with {key[:80]} ({reason})", hint="ssh-add the key, or set user.signingKey")
    return done.stdout


def verifier(allowed_signers: Path, *, revoked: Path | None = None, cache: Path | None = None) -> Verify:
    """Return a function from an event and its signature to the author's e-mail address; empty where unproven.

    The address is that of the event's `author`: a key that is allowed for another address proves nothing.
    `allowed_signers` is the file that `gpg.ssh.allowedSignersFile` names, `revoked` a list of keys or a KRL;
    a period of validity counts at the event's own time, in UTC. `cache` keeps what ssh-keygen said, 5 ms a call, and
    must lie where only the user writes. Raises UsageError where ssh-keygen or a file is missing.
    """
    _executable()
    keys = b"\0".join(_digest(_read(path)) for path in (allowed_signers, revoked) if path)
    known = _Known(cache)

    def verify(content: bytes, signature: bytes) -> str:
        item = _digest(keys + _digest(content) + _digest(signature)).hex()
        found = known.get(item)
        if found is None:
            found = _proven(content, signature, allowed_signers, revoked)
            known.put(item, found)
        return found

    return verify


def proven_only(reading: Reading) -> Reading:
    """Leave out what somebody else wrote without a signature that counts, and report it."""
    kept = tuple(entry for entry in reading.entries if entry.trusted)
    dropped = (entry.digest for entry in reading.entries if not entry.trusted)
    problems = (Problem(Path(f"{digest}.json"), "is not signed by a known key") for digest in dropped)
    return Reading(kept, (*reading.problems, *problems))


def _proven(content: bytes, signature: bytes, allowed: Path, revoked: Path | None) -> str:
    with suppress(ValueError):
        event = parse_event(content)
        author = _EMAIL.search(event.author)
        if author and not author[1].startswith("-"):
            return author[1] if _is_valid(content, signature, author[1], event.at, allowed, revoked) else ""
    return ""


def _is_valid(content: bytes, signature: bytes, principal: str, at: str, allowed: Path, revoked: Path | None) -> bool:
    moment = re.sub(r"\D", "", at[:19])
    with TemporaryDirectory(prefix="learnagent-") as folder:
        path = Path(folder, "signature")
        path.write_bytes(signature)
        lists = ("-f", str(allowed), *(("-r", str(revoked)) if revoked else ()))
        options = ("-n", NAMESPACE, "-I", principal, "-s", str(path), f"-Overify-time={moment}")
        return _keygen("-Y", "verify", "-q", *lists, *options, stdin=content).returncode == 0


class _Known:
    """What was checked before: one line each, appended whole, so several processes may share the file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._found = dict(_lines(path)) if path else {}

    def get(self, item: str) -> str | None:
        """Return the principal; None where it was not checked yet."""
        return self._found.get(item)

    def put(self, item: str, principal: str) -> None:
        """Remember a result. Raises StorageError."""
        self._found[item] = principal
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "ab", buffering=0) as file:
                file.write(f"\n{item} {principal} .\n".encode())
        except OSError as error:
            raise cannot_write(self._path, error) from error


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what a cache holds; a torn line has no dot at its end, or no whole digest at its start."""
    with suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if found := re.fullmatch(r"([0-9a-f]{64}) (\S*) \.", line):
                yield found[1], found[2]


@contextmanager
def _key_file(key: str) -> Iterator[str]:
    """Give the path of a key; a public key given as text is written to a file, its private half is the agent's."""
    if not key.startswith(_LITERAL):
        yield str(Path(key).expanduser())
        return
    with TemporaryDirectory(prefix="learnagent-") as folder:
        path = Path(folder, "key.pub")
        path.write_text(f"{key.removeprefix(_LITERAL)}\n", encoding="utf-8")
        yield str(path)


def _keygen(*args: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run ssh-keygen without a terminal: it must not stop to ask for a passphrase."""
    command: Sequence[str] = (_executable(), *args)
    # Times are local to ssh-keygen, and a final Z is known from OpenSSH 9.1 on only.
    environment: Mapping[str, str] = {**os.environ, "LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never", "TZ": "UTC0"}
    try:
        return subprocess.run(
            command,
            input=stdin,
            env=environment,
            capture_output=True,
            check=False,
            timeout=_PATIENCE_S,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise UsageError("ssh-keygen did not answer", hint="touch the key, or ssh-add it, and try again") from error


def _executable() -> str:
    """Find ssh-keygen by absolute folders only: a relative one would be searched inside the repository."""
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(folder).is_absolute()]
    found = shutil.which("ssh-keygen", path=os.pathsep.join(folders))
    if found is None:
        raise UsageError("ssh-keygen is not installed", hint="install OpenSSH 8.9 or newer, or leave signatures out")
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", hint="name a file of allowed signers") from error


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _first_line(errors: bytes) -> str:
    lines = errors.decode(errors="replace").splitlines()
    said = next((line for line in lines if line.strip()), "no reason given")
    return "".join(character if character.isprintable() else " " for character in said)[:200]
