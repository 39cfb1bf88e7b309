from __future__ import annotations

from pathlib import Path

import pytest

from gitrepo import commit_all, git, make_repository, write
from learnagent_memory.freshness import DigestCache, Freshness, Judge, JudgedAnchor, anchor_at, judge
from learnagent_memory.git import open_repository
from learnagent_memory.lesson import Anchor
from learnagent_memory.tree import CommitTree, WorkingTree

SHOP = '''\
LIMIT = 3


def area(width):
    """Return it."""
    return width * LIMIT


class Order:
    def add(self, one):
        return self.total + one
'''
OTHER = "def other(a):\n    return a + 1\n"


class Project:
    """A repository with one commit, and the tree of its files as they are now."""

    def __init__(self, root: Path) -> None:
        self.root = make_repository(root, {"shop.py": SHOP, "lib/other.py": OTHER, "notes.txt": "text\n"})
        self.commit = git(self.root, "rev-parse", "HEAD").strip()
        self.tree = WorkingTree(self.root)

    def now(self, anchor: Anchor, since: str | None = "") -> JudgedAnchor:
        """Judge one anchor against the working tree, and see that its commit gives the same."""
        since = self.commit if since == "" else since
        (judged,) = judge([anchor], self.tree, since=since).anchors
        later = commit_all(self.root, "Now")
        (committed,) = judge([anchor], CommitTree(open_repository(self.root), later), since=since).anchors
        assert committed == judged
        return judged

    def replace(self, path: str, old: str, new: str) -> None:
        """Edit a file."""
        text = (self.root / path).read_text()
        assert old in text
        write(self.root, {path: text.replace(old, new)})


@pytest.fixture
def project(here: Path) -> Project:
    return Project(here / "repo")


def where(judged: JudgedAnchor) -> tuple[Freshness, str]:
    now = judged.now
    return judged.freshness, f"{now.path}#{now.symbol}" if now else ""


def test_code_that_did_not_change_is_fresh(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "area")
    project.replace("shop.py", "LIMIT = 3", "# moved down\n\n\nLIMIT = 4")
    project.replace("shop.py", "Return it.", "Return something else.")

    judged = project.now(anchor)

    assert where(judged) == ("fresh", "shop.py#area")
    assert judged.now == anchor
    assert not judged.is_moved


def test_a_changed_body_is_drifted_and_a_revert_is_fresh_again(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "Order.add")
    project.replace("shop.py", "total + one", "total - one")
    drifted = project.now(anchor)
    project.replace("shop.py", "total - one", "total + one")

    assert where(drifted) == ("drifted", "shop.py#Order.add")
    assert where(project.now(anchor)) == ("fresh", "shop.py#Order.add")


def test_a_removed_function_is_orphaned_and_comes_back(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "area")
    write(project.root, {"shop.py": SHOP.partition("def area")[0]})
    gone = project.now(anchor)
    write(project.root, {"shop.py": SHOP})

    assert where(gone) == ("orphaned", "")
    assert where(project.now(anchor)) == ("fresh", "shop.py#area")


def test_a_renamed_function_is_followed(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "area")
    project.replace("shop.py", "area", "surface")

    judged = project.now(anchor)

    assert where(judged) == ("fresh", "shop.py#surface")
    assert judged.is_moved


def test_the_methods_of_a_renamed_class_are_followed(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "Order.add")
    project.replace("shop.py", "Order", "Basket")

    assert where(project.now(anchor)) == ("fresh", "shop.py#Basket.add")


def test_a_function_that_moved_to_a_new_or_a_known_file_is_followed(project: Project) -> None:
    area, order = (anchor_at(project.tree, "shop.py", name) for name in ("area", "Order.add"))
    head, _, tail = SHOP.partition("class Order")
    write(project.root, {"lib/geometry.py": head, "lib/other.py": f"{OTHER}class Order{tail}", "shop.py": ""})

    assert where(project.now(area)) == ("fresh", "lib/geometry.py#area")
    assert where(project.now(order)) == ("fresh", "lib/other.py#Order.add")


def test_a_function_that_changed_while_its_file_moved_is_followed_and_drifted(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "area")
    project.replace("shop.py", "width * LIMIT", "width + LIMIT")
    git(project.root, "mv", "shop.py", "lib/shop.py")

    assert where(project.now(anchor)) == ("drifted", "lib/shop.py#area")


def test_a_function_of_that_name_that_was_there_before_is_not_taken_for_it(project: Project) -> None:
    write(project.root, {"lib/other.py": "def area(a):\n    return a\n"})
    since = commit_all(project.root, "Another area")
    anchor = anchor_at(project.tree, "shop.py", "area")
    (project.root / "shop.py").unlink()
    project.replace("lib/other.py", "return a", "return a + 2")

    assert where(project.now(anchor, since)) == ("orphaned", "")


def test_of_two_equal_places_none_is_taken(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "area")
    (project.root / "shop.py").unlink()
    write(project.root, {"x.py": SHOP, "y.py": SHOP})

    assert where(project.now(anchor)) == ("orphaned", "")


def test_a_constant_is_not_known_again_by_its_value(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "LIMIT")
    project.replace("shop.py", "LIMIT = 3", "WIDTH = 3")

    assert where(project.now(anchor)) == ("orphaned", "")


def test_without_the_commit_only_the_file_itself_is_searched(project: Project) -> None:
    area, add = (anchor_at(project.tree, "shop.py", name) for name in ("area", "Order.add"))
    head, _, tail = SHOP.partition("class Order")
    write(project.root, {"shop.py": head.replace("area", "surface"), "lib/new.py": f"class Order{tail}"})

    for since in (None, "1" * 40, "--output=x"):
        judgement = judge([area, add], project.tree, since=since)
        assert [where(one) for one in judgement.anchors] == [("fresh", "shop.py#surface"), ("orphaned", "")]


def test_a_file_is_judged_by_its_bytes(project: Project) -> None:
    anchor = anchor_at(project.tree, "notes.txt")

    write(project.root, {"notes.txt": "text\r\n"})
    assert where(project.now(anchor)) == ("fresh", "notes.txt#")
    write(project.root, {"notes.txt": "other\n"})
    assert where(project.now(anchor)) == ("drifted", "notes.txt#")
    (project.root / "notes.txt").unlink()
    assert where(project.now(anchor)) == ("orphaned", "")
    write(project.root, {"docs/notes.txt": "text\n"})
    assert where(project.now(anchor)) == ("fresh", "docs/notes.txt#")


def test_an_anchor_without_a_digest_only_says_whether_it_exists(project: Project) -> None:
    known, unknown = Anchor(path="shop.py", symbol="area"), Anchor(path="shop.py", symbol="none")
    project.replace("shop.py", "width * LIMIT", "width + LIMIT")

    found = [project.now(anchor).freshness for anchor in (known, unknown, Anchor(path="shop.py"), Anchor(path="no"))]

    assert found == ["fresh", "orphaned", "fresh", "orphaned"]


def test_what_cannot_be_read_has_an_anchor_without_a_digest(project: Project) -> None:
    for path, symbol in (("missing.py", ""), ("missing.py", "f"), ("shop.py", "none"), ("../x", ""), ("\ud800", "f")):
        assert anchor_at(project.tree, path, symbol) == Anchor(path=path, symbol=symbol)
    assert anchor_at(project.tree, "notes.txt", "f").digest == ""


def test_a_symbol_in_a_file_that_is_broken_now_is_drifted_and_not_gone(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "area")

    write(project.root, {"shop.py": "<<<<<<<\ndef area(((:\n"})
    assert where(project.now(anchor)) == ("drifted", "shop.py#area")
    write(project.root, {"shop.py": "<<<<<<<\ndef (((:\n"})
    assert where(project.now(anchor)) == ("orphaned", "")


def test_a_lesson_is_orphaned_when_all_its_anchors_are_and_drifted_when_one_is(project: Project) -> None:
    area, order, note = (
        anchor_at(project.tree, path, name)
        for path, name in (("shop.py", "area"), ("shop.py", "Order"), ("notes.txt", ""))
    )
    write(project.root, {"shop.py": SHOP.partition("def area")[0] + "class Order:\n    def put(self): pass\n"})

    def of(*anchors: Anchor) -> Freshness:
        return judge(anchors, project.tree, since=project.commit).freshness

    assert of() == "fresh"
    assert of(note) == "fresh"
    assert of(note, order) == "drifted"
    assert of(note, area) == "drifted"
    assert of(order, area) == "drifted"
    assert of(area) == "orphaned"
    assert of(area, Anchor(path="gone.py", symbol="f", digest="1" * 32)) == "orphaned"


def test_a_search_that_ends_at_its_limit_says_so(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "area")
    git(project.root, "mv", "shop.py", "lib/shop.py")

    hurried = Judge(project.tree, search_limit_s=0).judge([anchor], since=project.commit)
    patient = Judge(project.tree).judge([anchor], since=project.commit)

    assert (hurried.freshness, hurried.is_partial) == ("orphaned", True)
    assert (patient.freshness, patient.is_partial) == ("fresh", False)


def test_a_judge_reads_a_file_once_and_judges_may_share_their_cache(project: Project) -> None:
    anchor = anchor_at(project.tree, "shop.py", "area")
    cache = DigestCache()
    judgements = [Judge(project.tree, cache=cache).judge([anchor]) for _ in range(2)]
    first = Judge(project.tree, cache=cache)
    first.load(["shop.py"])
    (project.root / "shop.py").unlink()

    assert judgements[0] == judgements[1] == first.judge([anchor])
    assert Judge(project.tree, cache=cache).judge([anchor]).freshness == "orphaned"


def test_a_full_cache_forgets_the_oldest() -> None:
    cache = DigestCache(size=2)

    found = [cache.digests(b"def f%d(): pass\n" % number, "python") for number in (1, 2, 3, 1)]

    assert found[0] == found[3]
    assert [list(one.symbols) for one in found] == [["f1"], ["f2"], ["f3"], ["f1"]]
