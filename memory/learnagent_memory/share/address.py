"""From the address in the settings to the remote behind it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from learnagent_memory.errors import UsageError
from learnagent_memory.git import Repository
from learnagent_memory.share.folder import Folder
from learnagent_memory.share.object_store import SCHEMES, ObjectStore
from learnagent_memory.share.remote import Remote
from learnagent_memory.share.side_branch import SideBranch

GIT = "git"
"""The address of the side branch in the project's own repository."""
_FORMS = "git, a folder, or file:// s3:// gs:// az:// ssh:// with a path"


def check_address(address: str) -> str:
    """Return an address that may be stored. Raises UsageError for an unknown form, or one with a secret in it."""
    if address == GIT or Path(address).expanduser().is_absolute():
        return address
    parts = _parts(address)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path:
        return address
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise UsageError(f"{parts.scheme or 'this'} is no kind of place to share through", hint=f"use {_FORMS}")
    if parts.password or parse_qsl(parts.query, keep_blank_values=True) or parts.fragment:
        raise UsageError(
            f"the address of {parts.scheme}://{parts.hostname} holds a password or options",
            hint="leave them out: keys are found in the environment, the profile or the agent of that store",
        )
    return address


def open_remote(address: str, repository: Repository, environ: Mapping[str, str]) -> Remote:
    """Return the remote of an address; nothing is opened yet. Raises UsageError as `check_address` does."""
    check_address(address)
    if address == GIT:
        return SideBranch(repository, environ=environ)
    if address.startswith("file:"):
        return Folder(Path(unquote(_parts(address).path)))
    if Path(address).expanduser().is_absolute():
        return Folder(Path(address).expanduser())
    return ObjectStore(address)


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError as error:
        raise UsageError("this is no address", hint=f"use {_FORMS}") from error
