from __future__ import annotations

import pytest

from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.source_file import parse_file
from learnagent_memory import source

FILES = {
    "python": "a.py",
    "typescript": "a.ts",
    "tsx": "a.tsx",
    "java": "A.java",
    "kotlin": "a.kt",
    "csharp": "A.cs",
    "php": "a.php",
    "ruby": "a.rb",
    "cpp": "a.cpp",
}


def test_javascript_is_read_as_typescript_is() -> None:
    assert DIALECTS["javascript"] is DIALECTS["typescript"]
    assert {*FILES, "javascript"} == {*DIALECTS}


@pytest.mark.parametrize("language", sorted(FILES))
def test_every_type_of_a_dialect_is_one_of_its_grammar(language: str) -> None:
    dialect = DIALECTS[language]
    file = parse_file(FILES[language], b"x = 1\n")
    assert file is not None
    kinds = {*dialect.handlers} | dialect.raises | dialect.nothing | dialect.blocks | dialect.leaves | dialect.prints
    kinds |= dialect.assignments | dialect.plain | dialect.names | dialect.calls | dialect.wrappers

    assert source.captures(file.root, language, sorted(kinds)).keys() == kinds  # raises for an unknown type
