"""Object stores and ssh servers by URL: the one importer of fsspec and its file systems.

It copies bytes and judges none. Credentials are found as the store's own tools find them.
"""

from __future__ import annotations

import posixpath
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from learnagent_memory import extras
from learnagent_memory.errors import UsageError
from learnagent_memory.share.remote import EVENTS, Listing, UnreachableError, listing_of

_AT_ONCE = 32
"""Requests in flight: what one connection pool of these libraries holds without waiting."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of store is opened, and the errors its libraries do not turn into an OSError."""

    module: str
    extra: extras.Extra | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    """`module:class`, for the network."""
    refusals: tuple[str, ...] = ()
    """`module:class`, for missing or wrong credentials."""
    renames: bool = False
    """Whether a file being written is seen by others: it gets a temporary name first."""


_S3 = _Kind(
    "s3fs:S3FileSystem",
    "s3",
    {
        "use_listings_cache": False,
        "config_kwargs": {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3}},
    },
    failures=("botocore.exceptions:BotoCoreError", "botocore.exceptions:HTTPClientError"),
    refusals=("botocore.exceptions:NoCredentialsError", "botocore.exceptions:ProfileNotFound"),
)
_GCS = _Kind(
    "gcsfs:GCSFileSystem",
    "gcs",
    {"use_listings_cache": False},
    failures=("aiohttp:ClientError", "gcsfs.retry:HttpError"),
    refusals=("google.auth.exceptions:GoogleAuthError",),
)
_AZURE = _Kind(
    "adlfs:AzureBlobFileSystem",
    "azure",
    {"use_listings_cache": False},
    failures=("azure.core.exceptions:AzureError",),
    refusals=("azure.core.exceptions:ClientAuthenticationError", "builtins:ValueError"),  # no account is a ValueError
)
# sshfs checks no host key unless it is told to: an empty tuple means the user's own known_hosts.
_SSH = _Kind(
    "sshfs:SSHFileSystem",
    "ssh",
    {"known_hosts": (), "connect_timeout": 10},
    failures=("asyncssh:Error",),
    refusals=("asyncssh:PermissionDenied", "asyncssh:HostKeyNotVerifiable"),
    renames=True,
)
_KINDS: Mapping[str, _Kind] = {
    "s3": _S3,
    "gs": _GCS,
    "az": _AZURE,
    "ssh": _SSH,
    "sftp": _SSH,
    "memory": _Kind("fsspec.implementations.memory:MemoryFileSystem"),
}

SCHEMES = frozenset(_KINDS)


class _FileSystem(Protocol):
    """What is used of a file system of fsspec."""

    def invalidate_cache(self) -> None: ...
    def find(self, path: str, *, detail: bool) -> Mapping[str, Mapping[str, Any]]: ...
    def cat(self, path: list[str], *, on_error: str, batch_size: int) -> Mapping[str, bytes | Exception]: ...
    def pipe(self, path: Mapping[str, bytes], *, batch_size: int) -> None: ...
    def mv(self, path1: str, path2: str) -> None: ...
    def _strip_protocol(self, path: str) -> str: ...


class ObjectStore:
    """Events below one URL. Nothing is opened before the first call.

    `options` go to the file system as they are, `endpoint_url` for one.
    """

    def __init__(self, url: str, *, options: Mapping[str, Any] | None = None) -> None:
        self._url = url
        self._kind = _KINDS[urlsplit(url).scheme]
        self._options = {**self._kind.options, **(options or {})}
        self._opened: _FileSystem | None = None

    def listing(self) -> Listing:
        """Return what is there; a place that does not exist yet is empty."""
        with self._translated() as store:
            root = self._path("")
            store.invalidate_cache()
            try:
                found = store.find(root, detail=True)
            except FileNotFoundError:
                return Listing(frozenset())
            sizes = ((posixpath.relpath(path, root), info) for path, info in found.items())
            return listing_of(
                (name, int(info.get("size") or 0) if info.get("type") == "file" else 0)
                for name, info in sizes
                if not posixpath.basename(name).startswith(".")
            )

    def fetch(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of files; those that are gone are left out."""
        if not names:
            return {}
        with self._translated() as store:
            paths = {self._path(name): name for name in names}
            found = store.cat(list(paths), on_error="return", batch_size=_AT_ONCE)
            contents: dict[str, bytes] = {}
            for path, content in found.items():
                if isinstance(content, bytes):
                    contents[paths[path]] = content
                elif not isinstance(content, FileNotFoundError):
                    raise content
            return contents

    def put(self, files: Mapping[str, bytes]) -> None:
        """Store files: where a store shows one while it is written, by a temporary name."""
        with self._translated() as store:
            if not self._kind.renames:
                store.pipe({self._path(name): content for name, content in files.items()}, batch_size=_AT_ONCE)
                return
            moves = {self._temporary(name): self._path(name) for name in files}
            store.pipe(dict(zip(moves, files.values(), strict=True)), batch_size=_AT_ONCE)
            for temporary, path in moves.items():
                store.mv(temporary, path)

    def _path(self, name: str) -> str:
        return posixpath.join(self._store()._strip_protocol(self._url), EVENTS, name).rstrip("/")

    def _temporary(self, name: str) -> str:
        folder, _, base = name.rpartition("/")
        return self._path(f"{folder}/.{base}.{secrets.token_hex(8)}.tmp")

    def _store(self) -> _FileSystem:
        if self._opened is None:
            opens: Any = _loaded(self._kind.module)
            named = opens._get_kwargs_from_urls(self._url)
            own = {"skip_instance_cache": True}
            self._opened = cast(_FileSystem, opens(**{**named, **own, **self._options}))
        return self._opened

    @contextmanager
    def _translated(self) -> Iterator[_FileSystem]:
        """Open the store and turn what its libraries raise into ours."""
        if self._kind.extra:
            extras.require(self._kind.extra, f"sharing through {self._url}")
        try:
            yield self._store()
        except FileNotFoundError as error:
            raise UsageError(f"{self._url} does not exist", hint="make the bucket or folder first") from error
        except PermissionError as error:
            raise self._refused(error) from error
        except OSError as error:
            raise self._unreachable(error) from error
        except _classes(self._kind.refusals) as error:
            raise self._refused(error) from error
        except _classes(self._kind.failures) as error:
            raise self._unreachable(error) from error

    def _refused(self, error: BaseException) -> UsageError:
        hint = "log in as the store's own command line does (environment, profile, key) and check your rights"
        return UsageError(f"{self._url} refuses access ({_one_line(error)})", hint=hint)

    def _unreachable(self, error: BaseException) -> UnreachableError:
        return UnreachableError(f"{self._url} cannot be reached ({_one_line(error)})", hint="sync again later")


def _loaded(name: str) -> object:
    module, _, attribute = name.partition(":")
    return cast(object, getattr(import_module(module), attribute))


def _classes(names: Sequence[str]) -> tuple[type[BaseException], ...]:
    return tuple(cast(type[BaseException], _loaded(name)) for name in names)


def _one_line(error: BaseException) -> str:
    said = "".join(character if character.isprintable() else " " for character in str(error))
    return (said or type(error).__name__)[:200]
