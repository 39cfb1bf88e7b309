"""What a command that asks no model imports: nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from e2e.console import SCRIPT
from gitrepo import make_repository

HEAVY = {"litellm", "chromadb", "torch", "transformers", "peft", "numpy", "openai", "httpx", "tree_sitter"}


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["do", "--help"], ["episodes", "list"], ["trust"]], ids=" ".join
)
def test_nothing_heavy_is_imported_for(here: Path, arguments: list[str]) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})

    done = subprocess.run(
        [sys.executable, "-X", "importtime", SCRIPT, *arguments], cwd=root, capture_output=True, text=True, check=True
    )

    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "learnagent" in imported
    assert not imported & HEAVY
