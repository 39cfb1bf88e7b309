from __future__ import annotations

from learnagent.lint.rules import RULES
from linting import changed, findings

SWALLOW = "def f():\n    try:\n        g()\n    except Exception:\n        pass\n"


def test_every_rule_has_a_page_and_honest_ways_out() -> None:
    for rule in RULES:
        assert "Why it hurts:" in rule.page, rule.name
        assert "Bad" in rule.page, rule.name
        assert "Good" in rule.page, rule.name
        assert "fine" in rule.page, rule.name
        assert f"allow[{rule.name}] reason" in " ".join(rule.ways_out)
        assert "cannot be done honestly" in rule.ways_out[-1]


def test_a_name_belongs_to_one_rule_about_files_and_one_about_changes_at_most() -> None:
    kinds = [(type(rule), rule.name) for rule in RULES]

    assert len(kinds) == len(set(kinds))


def test_a_finding_says_where_it_is_and_in_what() -> None:
    code = f"class A:\n    x = 'ä'\n\n{''.join(f'    {line}' for line in SWALLOW.splitlines(True))}"

    (found,) = findings(code, rule="swallowed-error")

    assert (found.line, found.column, found.end_line, found.symbol) == (7, 9, 8, "A.f")
    assert found.code == "except Exception: pass"


def test_what_stands_in_a_changed_file_and_did_not_change_is_not_told() -> None:
    assert changed({"a.py": SWALLOW}, {"a.py": f"import os\n\n\n{SWALLOW}"}) == []


def test_what_moved_within_a_file_is_not_told() -> None:
    other = "def h():\n    return 1\n"

    assert changed({"a.py": SWALLOW + other}, {"a.py": other + SWALLOW}) == []


def test_a_second_one_of_the_same_is_told() -> None:
    twice = SWALLOW + "\n\n" + SWALLOW.replace("f()", "h()")

    assert [one.line for one in changed({"a.py": SWALLOW}, {"a.py": twice}, rule="swallowed-error")] == [11]


def test_a_new_file_is_linted_whole() -> None:
    assert [one.rule for one in changed({}, {"a.py": SWALLOW})] == ["swallowed-error"]


def test_a_file_in_an_unknown_language_is_none_of_the_rules_about_code() -> None:
    assert changed({"a.txt": "x"}, {"a.txt": "except Exception:\n    pass\n"}) == []
