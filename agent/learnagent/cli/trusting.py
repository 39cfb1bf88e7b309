"""What `learnagent trust` does: shows, asks, stores. Without a terminal nothing is trusted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from learnagent.display import ConsoleScreen, print_json
from learnagent.settings import PREFIX
from learnagent.trust import DOTENV, Brought, TrustStore, brought_by
from learnagent_memory.errors import UsageError
from learnagent_memory.git import open_repository


def run(repo: Path, *, revoke: bool, json: bool) -> int:
    """Show and ask; returns 0 when everything brought is trusted, else 1."""
    root = open_repository(repo).root
    store = TrustStore(os.environ)
    if revoke:
        store.revoke(root)
    items = brought_by(root)
    new = tuple(item for item in items if not store.trusts(root, item))
    if json:
        print_json(
            {
                "root": str(root),
                "brought": [{"name": i.name, "sha256": i.digest, "trusted": i not in new} for i in items],
            }
        )
        return 1 if new else 0
    screen = ConsoleScreen()
    if revoke or not new:
        screen.lines(["nothing is trusted here" if revoke else "this repository brings nothing that is not trusted"])
        return 0
    screen.lines([line for item in new for line in _shown(item)])
    if not sys.stdin.isatty():
        raise UsageError("trust needs a terminal", hint="read the settings above and run learnagent trust yourself")
    screen.prompt("trust exactly this content? [y/N] ")
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        screen.lines(["not trusted"])
        return 1
    store.trust(root, items)
    screen.lines(["trusted; a changed byte is asked again"])
    return 0


def _shown(item: Brought) -> list[str]:
    """Return what an item says; of a .env only the values that would count as settings are printed."""
    lines = item.text.split("\n")
    if item.name == DOTENV:
        lines = [line if PREFIX in line or "=" not in line else line.split("=", 1)[0] + "=…" for line in lines]
    return [f"── {item.name} (sha256 {item.digest[:16]}…)", *lines]
