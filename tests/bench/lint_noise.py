"""Lints past commits of a repository and counts how many have a finding: honest work is mostly clean, so this is noise.

Run: python tests/bench/lint_noise.py REPO… [--commits 300] [--show N]
A commit's message counts as the task. Merges are left out, and so are commits of more than 60 files.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path

from learnagent.lint.engine import lint_change
from learnagent.lint.finding import Finding
from learnagent.lint.rule import ChangeRule
from learnagent.lint.rules import RULES
from learnagent.lint.running.changes import changes_between
from learnagent_memory.git import Git

MOST_FILES = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=300)
    parser.add_argument("--show", type=int, default=0, help="print that many findings, drawn at random")
    asked = parser.parse_args()
    print(f"{'repository':24} {'commits':>8} {'any error':>10} {'by change rules':>16}")
    totals, rules, found = Counter[str](), Counter[str](), list[tuple[str, Finding]]()
    for repository in asked.repositories:
        counted = count(repository, asked.commits, rules, found)
        totals += counted
        print(row(repository.name if repository.name != "repo" else repository.parent.name, counted))
    print(row("all", totals))
    for rule, commits in rules.most_common():
        print(f"  {rule:28} in {commits} commits ({commits / max(totals['commits'], 1):.2%})")
    for commit, finding in random.Random(7).sample(found, min(asked.show, len(found))):
        print(f"{commit[:10]} {finding.path}:{finding.line} {finding.rule}: {finding.message}")


def count(repository: Path, limit: int, rules: Counter[str], found: list[tuple[str, Finding]]) -> Counter[str]:
    """Lint the newest commits and count those with an error."""
    is_bare = not (repository / ".git").exists()
    git = Git(repository, git_dir=repository if is_bare else None)
    of_change = {rule.name for rule in RULES if isinstance(rule, ChangeRule)}
    counted = Counter[str]()
    for commit in git.text("log", "--no-merges", f"--max-count={limit}", "--format=%H", "--min-parents=1").split():
        change = changes_between(git, f"{commit}^", commit)
        if not 0 < len(change.files) <= MOST_FILES:
            continue
        message = git.text("log", "-1", "--format=%B", commit)
        errors = [one for one in lint_change(type(change)(change.files, message)) if one.level == "error"]
        names = {one.rule for one in errors}
        counted += Counter(commits=1, errors=bool(errors), compared=bool(names & of_change))
        rules.update(names)
        found += [(commit, one) for one in errors]
    return counted


def row(name: str, counted: Counter[str]) -> str:
    """Return one line of the table."""
    commits = max(counted["commits"], 1)
    any_error, compared = (f"{counted[key]} ({counted[key] / commits:.1%})" for key in ("errors", "compared"))
    return f"{name:24} {counted['commits']:8} {any_error:>12} {compared:>16}"


if __name__ == "__main__":
    main()
