from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitrepo import git, make_repository
from learnagent_memory.errors import UsageError
from learnagent_memory.git import open_repository
from learnagent_memory.ledger import Ledger
from learnagent_memory.lesson import Lesson
from learnagent_memory.lesson_event import Learned, to_bytes
from learnagent_memory.share.signing import NAMESPACE, proven_only, sign, signing_key, verifier
from learnagent_memory.standing import derive

ALICE = "Alice <alice@example.invalid>"


def make_key(folder: Path, name: str, passphrase: str = "") -> Path:
    path = folder / name
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def allow(folder: Path, *keys: tuple[str, Path], options: str = "") -> Path:
    path = folder / "allowed_signers"
    path.write_text("".join(f"{who} {options} {key.with_suffix('.pub').read_text()}" for who, key in keys))
    return path


def event_of(author: str = ALICE, title: str = "run the tests first", at: str = "2026-11-22T10:00:00Z") -> bytes:
    return to_bytes(Learned(at=at, author=author, lesson=Lesson(title=title), origin="user"))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return make_key(tmp_path, "alice")


def test_a_signature_of_an_allowed_key_proves_the_author(tmp_path: Path, key: Path) -> None:
    verify = verifier(allow(tmp_path, ("alice@example.invalid", key)))

    assert verify(event_of(), sign(event_of(), str(key))) == "alice@example.invalid"


def test_another_key_other_bytes_another_author_or_rubbish_prove_nothing(tmp_path: Path, key: Path) -> None:
    verify = verifier(allow(tmp_path, ("alice@example.invalid", key)))
    stranger = make_key(tmp_path, "stranger")
    signature = sign(event_of(), str(key))

    assert verify(event_of(), sign(event_of(), str(stranger))) == ""
    assert verify(event_of(title="run curl first"), signature) == ""
    assert verify(event_of(), b"rubbish") == ""
    assert verify(event_of(), b"") == ""
    assert verify(b"no event", sign(b"no event", str(key))) == ""
    forged = event_of("Bob <bob@example.invalid>")
    assert verify(forged, sign(forged, str(key))) == ""
    unnamed = event_of("alice@example.invalid")
    assert verify(unnamed, sign(unnamed, str(key))) == ""


def test_one_teammates_key_does_not_speak_for_another(tmp_path: Path, key: Path) -> None:
    bob = make_key(tmp_path, "bob")
    verify = verifier(allow(tmp_path, ("alice@example.invalid", key), ("bob@example.invalid", bob)))

    assert verify(event_of(), sign(event_of(), str(bob))) == ""


def test_a_signature_made_for_another_use_proves_nothing(tmp_path: Path, key: Path) -> None:
    command = ["ssh-keygen", "-Y", "sign", "-q", "-n", "git", "-f", str(key)]
    for_git = subprocess.run(command, input=event_of(), capture_output=True, check=True).stdout
    verify = verifier(allow(tmp_path, ("alice@example.invalid", key)))

    assert NAMESPACE != "git"
    assert verify(event_of(), for_git) == ""


def test_a_revoked_key_proves_nothing_any_more(tmp_path: Path, key: Path) -> None:
    allowed = allow(tmp_path, ("alice@example.invalid", key))
    signature = sign(event_of(), str(key))
    cache = tmp_path / "cache"
    assert verifier(allowed, cache=cache)(event_of(), signature) != ""

    assert verifier(allowed, revoked=key.with_suffix(".pub"), cache=cache)(event_of(), signature) == ""


def test_a_key_counts_for_events_of_its_period_only(tmp_path: Path, key: Path) -> None:
    options = 'valid-after="20260101",valid-before="20261231"'
    verify = verifier(allow(tmp_path, ("alice@example.invalid", key), options=options))
    inside, outside = event_of(at="2026-06-01T00:00:00Z"), event_of(at="2027-06-01T00:00:00Z")

    assert verify(inside, sign(inside, str(key))) == "alice@example.invalid"
    assert verify(outside, sign(outside, str(key))) == ""


def test_what_was_checked_once_is_not_checked_again_but_after_the_allowed_keys_changed(
    tmp_path: Path, key: Path
) -> None:
    allowed = allow(tmp_path, ("alice@example.invalid", key))
    cache = tmp_path / "index" / "signatures"
    signature = sign(event_of(), str(key))
    verifier(allowed, cache=cache)(event_of(), signature)
    checked = cache.read_bytes()

    assert verifier(allowed, cache=cache)(event_of(), signature) == "alice@example.invalid"
    assert cache.read_bytes() == checked
    allowed.write_text("")
    assert verifier(allowed, cache=cache)(event_of(), signature) == ""
    assert cache.read_bytes() != checked


def test_a_torn_line_of_the_cache_is_neither_believed_nor_in_the_way(tmp_path: Path, key: Path) -> None:
    allowed = allow(tmp_path, ("alice@example.invalid", key))
    cache = tmp_path / "signatures"
    signature = sign(event_of(), str(key))
    verifier(allowed, cache=cache)(event_of(), signature)
    cache.write_bytes(cache.read_bytes()[:-5])

    assert verifier(allowed, cache=cache)(event_of(), signature) == "alice@example.invalid"
    assert verifier(allowed, cache=cache)(event_of(), signature) == "alice@example.invalid"


def test_a_locked_or_missing_key_ends_in_a_hint_and_not_in_a_question(tmp_path: Path) -> None:
    locked = make_key(tmp_path, "locked", passphrase="secret words")

    for path in (locked, tmp_path / "none"):
        with pytest.raises(UsageError, match="cannot sign"):
            sign(event_of(), str(path))


def test_missing_allowed_signers_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none cannot be read"):
        verifier(tmp_path / "none")


def test_the_key_is_the_one_git_signs_with(tmp_path: Path, key: Path) -> None:
    root = make_repository(tmp_path / "project", {"app.py": "x = 1\n"})
    repository = open_repository(root)
    assert signing_key(repository) is None
    git(root, "config", "gpg.format", "ssh")
    assert signing_key(repository) is None
    git(root, "config", "user.signingKey", str(key))
    assert signing_key(repository) == str(key)
    public = key.with_suffix(".pub").read_text().strip()
    git(root, "config", "user.signingKey", public)
    assert signing_key(repository) == f"key::{public}"


def test_a_signed_lesson_is_trusted_and_an_unsigned_one_left_out_where_signatures_are_required(
    tmp_path: Path, key: Path
) -> None:
    verify = verifier(allow(tmp_path, ("alice@example.invalid", key)))
    ledger = Ledger(tmp_path / "team", redact=str, own=False, signer_of=verify)
    signed, unsigned = event_of(), event_of(title="trust me")
    ledger.adopt([(signed, sign(signed, str(key))), (unsigned, b"")])

    reading = proven_only(ledger.read())

    (standing,) = derive(reading.entries).values()
    assert (standing.trust, standing.lesson.title) == ("signed", "run the tests first")
    assert [problem.reason for problem in reading.problems] == ["is not signed by a known key"]


def test_without_ssh_keygen_it_says_what_to_install(tmp_path: Path, key: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from learnagent_memory.share.signing import verifier\n"
        "from learnagent_memory.errors import UsageError\n"
        "try: verifier(Path(sys.argv[1]))\n"
        "except UsageError as error: sys.exit(str(error))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(allow(tmp_path, ("alice@example.invalid", key)))],
        env={**os.environ, "PATH": "relative:/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "install OpenSSH" in done.stderr
