from __future__ import annotations

import json
from pathlib import Path

from e2e.conftest import Serve
from e2e.console import do, last, learnagent, of
from gitrepo import git, make_repository
from learnagent.testing import call
from learnagent_memory.episode import Recalled

SHORTEN = "def shorten(title, limit):\n    return title[:limit]\n"
SLUGS = f"def slugify(title):\n    return title.replace(' ', '-')\n\n\n{SHORTEN}"
FILES = {
    "slugs.py": SLUGS,
    "billing.py": "def invoice_total(rows):\n    return sum(row.price for row in rows)\n",
    "check.py": "import slugs\nassert slugs.slugify('a b').count('-') == 1\n",
}
EDIT = call("edit", path="slugs.py", old="title.replace(' ', '-')", new="title.lower().replace(' ', '-')")
PROVE = call("bash", command="python3 check.py")
FINISH = call("finish", summary="Done")
CHECK = ("--check", "python3 check.py")
RELATED = "slugify must strip accents from the slug with unicodedata"
UNRELATED = "Add a tax rate to invoice_total in billing"


def taught(here: Path, serve: Serve) -> Path:
    """Return a repository in which one run changed slugify."""
    root = make_repository(here / "r", FILES)
    server = serve([EDIT, PROVE, FINISH])
    ran = do(root, server, *CHECK, task="Make slugify write lower case")
    assert ran.code == 0, ran
    git(root, "commit", "-aqm", "Lower case")
    return root


def lessons(root: Path) -> list[dict[str, str]]:
    return list(json.loads(learnagent(root, "memory", "list", "--json").out)["lessons"])


def first_message(root: Path, serve: Serve, task: str) -> str:
    """Return what the next run is told first."""
    server = serve([FINISH])
    ran = do(root, server, task=task)
    assert ran.code == 0, ran
    return server.requests[0].task


def test_the_second_run_is_told_exactly_the_lesson_of_the_first_verified_and_fresh(here: Path, serve: Serve) -> None:
    root = taught(here, serve)

    told = first_message(root, serve, RELATED)

    (lesson,) = lessons(root)
    (shown,) = of(Recalled, last(root))[0].shown
    assert told.count("<lessons ") == told.count("[verified, fresh") == 1
    assert shown.lesson == lesson["id"]
    assert shown.text in told
    assert (shown.trust, shown.freshness) == ("own", "fresh")
    assert "Look first in `slugs.py` (`slugify`)" in told


def test_a_changed_function_makes_the_lesson_drifted_a_deleted_one_hides_it_and_a_revert_brings_it_back(
    here: Path, serve: Serve
) -> None:
    root = taught(here, serve)
    text = (root / "slugs.py").read_text()

    (root / "slugs.py").write_text(text.replace("'-')", "'_')"))
    assert "[verified, drifted" in first_message(root, serve, RELATED)

    (root / "slugs.py").write_text(SHORTEN)
    assert "<lessons" not in first_message(root, serve, RELATED)

    (root / "slugs.py").write_text(text)
    assert "[verified, fresh" in first_message(root, serve, RELATED)


def test_a_run_on_an_unrelated_task_is_told_nothing(here: Path, serve: Serve) -> None:
    root = taught(here, serve)

    told = first_message(root, serve, UNRELATED)

    assert "<lessons" not in told
    assert "slugify" not in told
    assert of(Recalled, last(root))[0].abstained


def test_an_undone_run_takes_its_lessons_back(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", FILES)
    assert do(root, serve([EDIT, PROVE, FINISH]), *CHECK, task="Make slugify write lower case").code == 0
    assert len(lessons(root)) == 1

    ran = learnagent(root, "episodes", "undo")

    assert "1 lessons of this run were retracted" in ran.err
    assert lessons(root) == []
