from __future__ import annotations

import json
from pathlib import Path

import pytest

from learnagent.lint.finding import Finding
from learnagent.lint.running.baseline import Baseline, read_baseline, write_baseline
from learnagent_memory.errors import StorageError, UsageError


def finding(path: str = "a.py", *, line: int = 1, code: str = "c1", symbol: str = "load") -> Finding:
    return Finding(path, line, 1, line, "swallowed-error", "error", "m", symbol, "why", ("way",), code)


def unknown(baseline: Baseline, *found: Finding) -> list[Finding]:
    return baseline.unknown(found, lambda one: one)


def test_what_is_written_is_known_when_read_whatever_its_line(here: Path) -> None:
    write_baseline(here / "b.json", [finding(line=1), finding(line=9), finding(code="c2")])
    baseline = read_baseline(here / "b.json")

    assert unknown(baseline, finding(line=100), finding(line=3), finding(code="c2")) == []
    assert baseline.stale([finding(line=100), finding(line=3), finding(code="c2")], lambda _: True) == 0


@pytest.mark.parametrize(
    "other", [finding("b.py"), finding(code="c3"), finding(symbol="save")], ids=["path", "code", "symbol"]
)
def test_another_finding_is_unknown(here: Path, other: Finding) -> None:
    write_baseline(here / "b.json", [finding()])

    assert unknown(read_baseline(here / "b.json"), finding(), other) == [other]


def test_one_more_of_the_same_is_unknown(here: Path) -> None:
    write_baseline(here / "b.json", [finding()])

    assert unknown(read_baseline(here / "b.json"), finding(line=1), finding(line=2)) == [finding(line=2)]


def test_entries_that_stand_for_nothing_are_counted_where_the_file_was_read(here: Path) -> None:
    write_baseline(here / "b.json", [finding(), finding(line=2), finding("other.py")])
    baseline = read_baseline(here / "b.json")

    assert baseline.stale([finding()], {"a.py"}.__contains__) == 1
    assert baseline.stale([], lambda _: True) == 3


def test_the_file_is_sorted_and_the_same_each_time(here: Path) -> None:
    write_baseline(here / "1.json", [finding("b.py"), finding("a.py"), finding("b.py")])
    write_baseline(here / "2.json", [finding("b.py"), finding("b.py"), finding("a.py")])

    text = (here / "1.json").read_text()
    assert text == (here / "2.json").read_text()
    assert [(one["path"], one["count"]) for one in json.loads(text)["findings"]] == [("a.py", 1), ("b.py", 2)]


def test_what_was_not_read_is_kept_when_it_is_written_anew(here: Path) -> None:
    write_baseline(here / "b.json", [finding("a.py"), finding("b.py")])
    kept = read_baseline(here / "b.json").without({"a.py"}.__contains__)

    write_baseline(here / "b.json", [finding("a.py", code="new")], kept)

    assert unknown(read_baseline(here / "b.json"), finding("a.py", code="new"), finding("b.py")) == []
    assert unknown(read_baseline(here / "b.json"), finding("a.py")) == [finding("a.py")]


ENTRY = {"path": "a", "rule": "r", "symbol": "s", "code": "c", "count": 1}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"version": 2, "findings": []}',
        '{"version": 1}',
        '{"version": 1, "findings": 3}',
        '{"version": 1, "findings": [3]}',
        json.dumps({"version": 1, "findings": [{**ENTRY, "count": "1"}]}),
        json.dumps({"version": 1, "findings": [{**ENTRY, "path": 1}]}),
        "[" * 100_000,
        "\udcff",
    ],
)
def test_a_broken_file_is_told(here: Path, content: str) -> None:
    (here / "b.json").write_bytes(content.encode("utf-8", "surrogateescape"))

    with pytest.raises(UsageError, match="is broken") as caught:
        read_baseline(here / "b.json")

    assert caught.value.hint


def test_a_missing_file_is_told(here: Path) -> None:
    with pytest.raises(UsageError, match="there is no baseline"):
        read_baseline(here / "b.json")
    with pytest.raises(UsageError, match="cannot be read"):
        read_baseline(here)


def test_a_file_that_cannot_be_written_is_told(here: Path) -> None:
    (here / "file").write_text("")

    with pytest.raises(StorageError, match="cannot write"):
        write_baseline(here / "file" / "b.json", [])
