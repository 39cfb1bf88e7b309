from __future__ import annotations

import json
from pathlib import Path

import pytest

from learnagent.trust import Brought, TrustStore, brought_by
from learnagent_memory.errors import StorageError, UsageError

ITEM = Brought(".env", "A=1")


@pytest.mark.parametrize(
    "text",
    [
        "[tool.learnagent]\na = " + "[" * 5000 + "]" * 5000,
        "[tool.learnagent]\na = " + "1" * 5000,
        "[tool.learnagent]\na = 0x" + "f" * 5000,
        "tool = 1",
        "tool.learnagent = 1",
    ],
)
def test_a_project_file_that_no_parser_survives_brings_nothing(here: Path, text: str) -> None:
    (here / "pyproject.toml").write_text(text)
    assert brought_by(here) == ()


@pytest.mark.parametrize("text", ["{", "[]", '{"/root": 5}', '{"/root": [5]}', "[" * 100_000])
def test_a_damaged_trust_file_is_one_line_that_names_it(here: Path, text: str) -> None:
    (here / "trust.json").write_text(text)
    store = TrustStore({"LEARNAGENT_HOME": str(here)})
    with pytest.raises(UsageError, match=r"trust\.json is damaged: delete it"):
        store.trusts(Path("/root"), ITEM)


def test_trust_is_kept_and_taken_back_by_folder(here: Path) -> None:
    store = TrustStore({"LEARNAGENT_HOME": str(here)})
    odd = Path("/r\udcff")
    store.trust(Path("/a"), (ITEM,))
    store.trust(odd, (ITEM,))
    assert store.trusts(Path("/a"), ITEM)
    assert store.trusts(odd, ITEM)
    store.revoke(Path("/a"))
    assert not store.trusts(Path("/a"), ITEM)
    assert list(json.loads((here / "trust.json").read_text())) == ["/r\udcff"]


def test_a_home_that_is_a_file_is_named_as_a_folder(here: Path) -> None:
    (here / "home").write_text("")
    store = TrustStore({"LEARNAGENT_HOME": str(here / "home")})
    with pytest.raises(StorageError, match="home is not a folder"):
        store.trusts(here, ITEM)
