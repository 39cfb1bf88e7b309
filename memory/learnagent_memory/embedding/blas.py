"""Keeps linear algebra to one thread: the one importer of threadpoolctl.

Two threads are half again as fast on an idle machine (148 texts embedded a second, not 97) and collapse on a
busy one (25, not 87), where each waits for the other: and an agent's machine is busy.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # it ships no types


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which NumPy's linear algebra uses one thread; it changes nothing on Apple's library."""
    return cast(AbstractContextManager[object], _controller().limit(limits=1, user_api="blas"))


@cache
def _controller() -> ThreadpoolController:
    """Find the libraries once, NumPy's loaded first: looking again at each call takes milliseconds."""
    import numpy  # noqa: F401  # loads its library
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
