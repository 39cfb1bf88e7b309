"""Makes the table of rules in docs/lint.md from the rules themselves.

Run: python tests/lint/rule_table.py --write
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from learnagent.lint.rule import LANGUAGES, AnyRule, ChangeRule
from learnagent.lint.rules import RULES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lint.md"
BEGIN, END = "<!-- rules: made by tests/lint/rule_table.py -->\n", "<!-- end of rules -->\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write it into the page instead of stdout")
    if parser.parse_args().write:
        head, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}{rule_table()}{END}{rest.partition(END)[2]}")
    else:
        sys.stdout.write(rule_table())


def rule_table() -> str:
    """Return the table, sorted by name, the rules for changes apart."""
    parts = []
    for title, rules in (
        ("In files", [rule for rule in RULES if not isinstance(rule, ChangeRule)]),
        ("In changes only", [rule for rule in RULES if isinstance(rule, ChangeRule)]),
    ):
        rows = "".join(_row(rule) for rule in sorted(rules, key=lambda rule: rule.name))
        parts.append(f"### {title}\n\n| rule | level | languages | what it names |\n|---|---|---|---|\n{rows}\n")
    return "\n" + "".join(parts)


def _row(rule: AnyRule) -> str:
    languages = "all" if rule.languages >= LANGUAGES or not rule.languages else ", ".join(sorted(rule.languages))
    what = " ".join(rule.page.partition("\n\n")[0].split()).removeprefix("Name ").replace("|", "\\|")
    return f"| `{rule.name}` | {rule.level} | {languages} | {what} |\n"


if __name__ == "__main__":
    main()
