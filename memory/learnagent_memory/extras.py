"""The optional parts of the distribution: whether they are installed, and what to type if not.

It looks for modules and imports none.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Literal

from learnagent_memory.errors import MissingExtraError

Extra = Literal["train", "s3", "gcs", "azure", "ssh"]

EXTRAS: Mapping[Extra, tuple[str, ...]] = {
    "train": ("torch", "transformers", "peft", "trl"),
    "s3": ("fsspec", "s3fs"),
    "gcs": ("fsspec", "gcsfs"),
    "azure": ("fsspec", "adlfs"),
    "ssh": ("fsspec", "sshfs"),
}


def missing_modules(extra: Extra) -> tuple[str, ...]:
    """Return the modules of an extra that are not installed."""
    return tuple(name for name in EXTRAS[extra] if find_spec(name) is None)


def install_command(extra: Extra) -> str:
    """Return what installs an extra."""
    return f"pip install 'learnagent[{extra}]'"


def require(extra: Extra, purpose: str) -> None:
    """Raise MissingExtraError when an extra that `purpose` needs is not installed."""
    missing = missing_modules(extra)
    if missing:
        raise MissingExtraError(f"{purpose} needs {', '.join(missing)}", hint=install_command(extra))
