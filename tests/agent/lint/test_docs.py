from __future__ import annotations

from learnagent.cli.lint import _parser
from learnagent.lint.running.settings import _READERS
from lint.rule_table import BEGIN, END, PAGE, rule_table


def test_the_page_has_every_rule_as_it_is() -> None:
    table = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]

    assert table == rule_table(), "run: python tests/lint/rule_table.py --write"


def test_the_page_has_every_setting_and_every_option() -> None:
    page = PAGE.read_text()

    assert [name for name in _READERS if f"`{name}`" not in page] == []
    options = [option for action in _parser()._actions for option in action.option_strings if len(option) > 2]
    assert [option for option in options if option not in page and option != "--help"] == []
