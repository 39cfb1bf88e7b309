"""The labelled cases: what is found of them, and what damage does."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from learnagent.lint.engine import lint_file
from learnagent.lint.rules import RULES
from learnagent.lint.source_file import parse_file
from lint.case_files import Case, read_cases

RECALL, FALSE_ALARMS = 0.95, 0.03
CASES = list(read_cases())
NAMES = {rule.name for rule in RULES}


def test_there_are_enough_cases_for_all_rules_and_languages() -> None:
    bad = [case for case in CASES if case.is_bad]

    assert len(bad) >= 250
    assert len(CASES) - len(bad) >= 150
    assert {case.rule for case in bad} <= NAMES
    assert NAMES - {case.rule for case in bad} <= {"unused-allow"}  # its own test has cases enough
    languages = {language for rule in RULES for language in rule.languages}
    assert languages <= {case.kind for case in CASES}


def test_recall_and_false_alarms_are_as_promised_overall_and_recall_for_each_rule() -> None:
    found: dict[str, list[bool]] = defaultdict(list)
    alarms: list[str] = []
    for case in CASES:
        names = {finding.rule for finding in case.findings()}
        if case.is_bad:
            found[case.rule].append(case.rule in names)
        elif names:
            alarms.append(f"{case.id}: {', '.join(sorted(names))}")
    hits = [hit for hits in found.values() for hit in hits]
    weak = {rule: sum(hits) / len(hits) for rule, hits in found.items() if sum(hits) / len(hits) < 0.85}

    assert sum(hits) / len(hits) >= RECALL
    assert len(alarms) / (len(CASES) - len(hits)) <= FALSE_ALARMS, "\n".join(alarms)
    assert weak == {}


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_give_what_can_be_read_of_them(seed: int) -> None:
    chance = random.Random(seed)
    for case in chance.sample([case for case in CASES if not case.is_change], 150):
        for _, path, text in case.parts:
            _lint_damaged(case, path, text.encode(), chance)


def _lint_damaged(case: Case, path: str, content: bytes, chance: random.Random) -> None:
    cut = chance.randrange(len(content))
    piece = chance.choice([b"", b"}", b"(", b'"', b"\xff\xfe", b"\n\n", b"if", b"'''"])
    damaged = content[:cut] + piece + content[cut + chance.randrange(40) :]
    file = parse_file(path, damaged)
    last = damaged.count(b"\n") + 1
    for finding in lint_file(file) if file else ():
        assert 1 <= finding.line <= finding.end_line <= last, case.id
        assert finding.column >= 1
