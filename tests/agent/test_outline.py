from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnagent.outline import Outline, build, reader, show
from learnagent.outline.cache import Cache
from learnagent.outline.facts import Definition, unreadable
from learnagent.outline.words import stem, stems_in, stems_of

CLIENT = """\
class Client:
    def send(self, request): ...
    def follow_redirect(self, response):
        return build_request(response)

def connect(host): ...
"""
MODELS = """\
class Request: ...
class Response:
    def is_redirect(self): ...
def build_request(response): return Request()
def parse_header(line): ...
"""
TEST = "def test_redirect_is_followed(): ...\n"


def tree(root: Path, **more: str) -> list[str]:
    files = {"http/client.py": CLIENT, "http/models.py": MODELS, "tests/test_client.py": TEST, **more}
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return sorted(files)


def names_of(root: Path, listing: list[str], cache: Path | None = None) -> str:
    return build(root, listing, cache=cache).render(budget_tokens=100_000)


def test_one_file_is_shown_whole_with_lines_and_nesting(here: Path) -> None:
    outline = build(here, tree(here))

    assert outline.render("http/client.py") == (
        "http/client.py (python, 6 lines)\n"
        "     1  class Client\n"
        "     2    def send(self, request)\n"
        "     3    def follow_redirect(self, response)\n"
        "     6  def connect(host)\n"
    )


def test_the_tree_shows_first_what_shares_words_with_the_task(here: Path) -> None:
    outline = build(here, tree(here))

    redirects = outline.render(task="Redirects are not followed")
    headers = outline.render(task="parsing of the header fails")

    assert redirects.startswith("http/client.py:\n     1  class Client\n")
    assert headers.startswith("http/models.py:\n")
    assert "     5  def parse_header(line)\n" in headers


def test_without_a_task_what_other_files_use_comes_first(here: Path) -> None:
    listing = tree(here, **{"http/unused.py": "def nobody_calls_this(): ...\n"})

    shown = build(here, listing).render(budget_tokens=100_000)

    assert shown.index("http/models.py") < shown.index("http/unused.py")


def test_a_task_word_that_a_file_only_uses_brings_it_in(here: Path) -> None:
    busy = {f"lib/module{number}.py": "def compute(value): ...\n" for number in range(30)}
    listing = tree(here, **busy, **{"lib/zipped.py": "import brotli\ndef inflate(data): return brotli.open(data)\n"})

    shown = build(here, listing).render(task="make brotli optional", budget_tokens=100)

    assert shown.startswith("lib/zipped.py")


def test_a_folder_shows_only_what_lies_in_it(here: Path) -> None:
    outline = build(here, tree(here, **{"http2/other.py": "def other(): ...\n"}))

    shown = outline.render("http")

    assert "http/client.py" in shown
    assert "http2" not in shown
    assert "tests/" not in shown
    assert outline.render("./http/") == shown


def test_a_path_without_files_says_so(here: Path) -> None:
    outline = build(here, tree(here))

    assert outline.render("nowhere\n\x1b[31m") == "no files in nowhere\\n\\x1b[31m\n"


def test_a_file_that_is_no_code_is_named(here: Path) -> None:
    outline = build(here, tree(here, **{"README.md": "# Title\n", "bin/run": "echo no shebang\n"}))

    assert "README.md\n" in outline.render(task="readme")
    assert outline.render("bin/run") == "bin/run (not read as code)\n"


def test_a_script_without_a_suffix_is_read_by_its_interpreter(here: Path) -> None:
    listing = tree(here, **{"bin/run": "#!/usr/bin/env python3\ndef launch(): ...\n"})

    assert "def launch()" in build(here, listing).render("bin/run")


@settings(max_examples=80, deadline=None)
@given(budget=st.integers(-5, 600), path=st.sampled_from(["", "http", "http/client.py", "gone"]))
def test_the_budget_is_kept(here_once: Outline, budget: int, path: str) -> None:
    text = here_once.render(path, task="redirect header", budget_tokens=budget)

    assert show.tokens(text) <= max(0, budget)


@pytest.fixture(scope="module")
def here_once(tmp_path_factory: pytest.TempPathFactory) -> Outline:
    root = tmp_path_factory.mktemp("tree").resolve()
    many = {f"pkg/módulo{number}.py": CLIENT.replace("Client", f"Cliente{number}é") for number in range(40)}
    return build(root, tree(root, **many))


def test_a_cut_file_keeps_what_the_task_asks_for_and_says_what_is_missing(here: Path) -> None:
    body = "".join(f"    def step_{number}(self): ...\n" for number in range(200))
    listing = tree(here, **{"big.py": f"class Big:\n{body}    def rare_flag(self): ...\n"})

    shown = build(here, listing).render("big.py", task="the rare flag", budget_tokens=200)

    assert "class Big" in shown
    assert "    def rare_flag(self)" in shown
    assert "more definitions" in shown


def test_the_same_tree_gives_the_same_text_in_every_process(here: Path) -> None:
    listing = tree(here)
    script = (
        "import sys; from pathlib import Path; from learnagent.outline import build;"
        "print(build(Path(sys.argv[1]), sys.argv[2:]).render(task='redirect request header'))"
    )

    texts = {
        subprocess.run(
            [sys.executable, "-c", script, here, *order],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, order in (("1", listing), ("2", listing[::-1]))
    }

    assert len(texts) == 1


def test_an_edited_file_is_read_again(here: Path) -> None:
    listing = tree(here)
    outline = build(here, listing)

    (here / "http/client.py").write_text(CLIENT.replace("connect", "disconnect"))
    outline.refresh(listing)

    assert "def disconnect(host)" in outline.render("http/client.py")
    assert "def connect(host)" not in outline.render("http/client.py")


def test_an_edit_at_once_of_the_same_size_is_seen(here: Path) -> None:
    listing = tree(here)
    (here / "http/client.py").write_text(CLIENT)
    outline = build(here, listing)
    status = (here / "http/client.py").stat()

    (here / "http/client.py").write_text(CLIENT.replace("connect", "CONNECT"))
    os.utime(here / "http/client.py", ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    outline.refresh(listing)

    assert "def CONNECT(host)" in outline.render("http/client.py")


def test_counts_after_edits_are_those_of_a_fresh_reading(here: Path) -> None:
    listing = tree(here)
    outline = build(here, listing)

    (here / "http/models.py").write_text("def build_request(response): ...\ndef added(client): return Client()\n")
    (here / "tests/test_client.py").unlink()
    outline.refresh(listing)

    assert outline.render(task="client") == build(here, listing).render(task="client")


def test_a_deleted_file_disappears(here: Path) -> None:
    listing = tree(here, **{"notes.txt": "text\n"})
    outline = build(here, listing)

    (here / "http/client.py").unlink()
    (here / "notes.txt").unlink()
    outline.refresh(listing)

    shown = outline.render(budget_tokens=100_000)
    assert "client.py" not in shown.replace("test_client.py", "")
    assert "notes.txt" not in shown


def test_a_file_no_longer_listed_disappears(here: Path) -> None:
    listing = tree(here)
    outline = build(here, listing)

    outline.refresh(["http/models.py"])

    assert "client" not in outline.render(budget_tokens=100_000)


def test_links_pipes_and_paths_that_cannot_be_are_left_alone(
    here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.py"
    outside.write_text("def secret(): ...\n")
    listing = tree(here)
    (here / "link.py").symlink_to(outside)
    os.mkfifo(here / "pipe.py")
    (here / "folder.py").mkdir()

    shown = names_of(here, [*listing, "link.py", "pipe.py", "folder.py", "gone.py", "nul\0.py"])

    assert "secret" not in shown
    assert "class Client" in shown


def test_names_of_files_cannot_write_lines_of_their_own(here: Path) -> None:
    hostile = "a\n     1  def fake().py"
    raw = os.fsdecode(b"caf\xe9.py")
    listing = tree(here, **{hostile: "def real(): ...\n"})
    (here / "ok.py").write_text("def fine(): ...\n")
    try:
        (here / raw).write_text("def latin(): ...\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    shown = names_of(here, [*listing, raw])

    assert "a\\n     1  def fake().py:\n" in shown
    assert "def latin()" in shown
    shown.encode()


def test_facts_are_kept_between_processes(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.mktemp("cache") / "outline.sqlite"
    listing = tree(here)
    settle(here, listing)
    first = names_of(here, listing, cache)
    kept = Cache(cache).load()

    database = sqlite3.connect(cache)
    with database:  # a mark that only a reader of the cache can show
        database.execute("UPDATE facts SET symbols = replace(symbols, 'def connect(host)', 'def from_cache()')")
    database.close()

    assert sorted(kept) == listing
    assert "def from_cache()" in names_of(here, listing, cache)
    assert "def connect(host)" in first


def settle(root: Path, listing: list[str]) -> None:
    """Let the files look as if written a while ago: fresh ones are read again in any case."""
    for name in listing:
        status = (root / name).stat()
        os.utime(root / name, ns=(status.st_atime_ns, status.st_mtime_ns - 10**9))


@pytest.mark.parametrize(
    "content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5000], ids=["empty", "text", "damaged"]
)
def test_a_broken_cache_is_made_anew(here: Path, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    cache = tmp_path_factory.mktemp("cache") / "outline.sqlite"
    cache.write_bytes(content)
    listing = tree(here)

    assert names_of(here, listing, cache) == names_of(here, listing)
    assert sorted(Cache(cache).load()) == listing


def test_a_cache_of_another_version_is_made_anew(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.mktemp("cache") / "outline.sqlite"
    database = sqlite3.connect(cache)
    with database:
        database.execute("CREATE TABLE facts (path, other)")
        database.execute("INSERT INTO facts VALUES (x'61', 1)")
    database.close()
    listing = tree(here)

    assert names_of(here, listing, cache) == names_of(here, listing)
    assert sorted(Cache(cache).load()) == listing


def test_damaged_facts_show_no_definitions_instead_of_failing(
    here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache") / "outline.sqlite"
    listing = tree(here)
    settle(here, listing)
    names_of(here, listing, cache)
    database = sqlite3.connect(cache)
    with database:
        database.execute("UPDATE facts SET symbols = '[[1'")
    database.close()

    assert "http/client.py" in names_of(here, listing, cache)


def test_a_locked_cache_is_done_without(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.mktemp("cache") / "outline.sqlite"
    listing = tree(here)
    names_of(here, listing, cache)
    owner = sqlite3.connect(cache)
    owner.execute("BEGIN EXCLUSIVE")
    try:
        assert "def connect(host)" in names_of(here, listing, cache)
    finally:
        owner.close()
    assert sorted(Cache(cache).load()) == listing


def test_a_cache_that_cannot_be_written_is_done_without(here: Path) -> None:
    assert "def connect(host)" in names_of(here, tree(here), here / "no" / "folder" / "outline.sqlite")


def test_a_cache_that_is_a_link_is_not_followed(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("cache")
    (folder / "precious").write_text("not a cache")
    (folder / "outline.sqlite").symlink_to(folder / "precious")

    assert "def connect(host)" in names_of(here, tree(here), folder / "outline.sqlite")
    assert (folder / "precious").read_text() == "not a cache"


def test_two_at_once_share_a_cache(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.mktemp("cache") / "outline.sqlite"
    listing = tree(here)

    with ThreadPoolExecutor(max_workers=6) as pool:
        texts = set(pool.map(lambda _: names_of(here, listing, cache), range(12)))

    assert len(texts) == 1
    assert sorted(Cache(cache).load()) == listing


def test_a_file_that_kills_its_reader_is_passed_over_and_remembered(
    here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    listing = tree(here)

    # A reader that dies of one file, as a grammar would that crashes: the same protocol, spoken by a stand-in.
    read = reader.Scan(os.fspath(here), dict.fromkeys(listing), time.monotonic() + 60, boot=DYING).run([listing])

    assert read["http/models.py"] == unreadable(os.fspath(here), "http/models.py")
    client = read["http/client.py"]
    assert client is not None
    assert "connect" in client.names
    assert "cannot read http/models.py" in caplog.text


DYING = f"""\
import dataclasses, json, os, sys
request = json.load(sys.stdin)
sys.path[:] = request["sys_path"]
from learnagent.outline import facts, reader
sys.stdout.write(reader.READY)
for path, _ in request["files"]:
    if path == "http/models.py":
        os.kill(os.getpid(), {int(signal.SIGKILL)})
    read = facts.read(request["root"], path, None)
    print(json.dumps([path, dataclasses.astuple(read)]), flush=True)
"""


def test_where_no_child_can_start_the_files_are_read_here(here: Path, caplog: pytest.LogCaptureFixture) -> None:
    listing = tree(here)
    scan = reader.Scan(os.fspath(here), dict.fromkeys(listing), time.monotonic() + 60, boot="import sys; sys.exit(3)")

    read = scan.run([listing])

    assert sorted(read) == listing
    assert "without a process of its own" in caplog.text


def test_files_not_reached_in_time_stay_unread_and_are_told_of(here: Path) -> None:
    listing = tree(here)
    outline = build(here, listing, limit_s=0)

    assert outline.unread == len(listing)
    assert "3 files are not read yet" in outline.render()

    outline.refresh(listing)
    assert outline.unread == 0


def test_the_reader_imports_nothing_from_the_folder_it_reads(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = tree(here, **{"json.py": "open('ran', 'w').close()\n", "sitecustomize.py": "open('ran', 'w')\n"})
    monkeypatch.chdir(here)

    build(here, listing)

    assert not (here / "ran").exists()


def test_lines_enclose_by_place_not_by_name() -> None:
    def at(line: int, end_line: int) -> Definition:
        return Definition("n", "", "class", line, end_line, "s")

    assert show.outer([at(1, 9), at(2, 3), at(4, 8), at(5, 5), at(9, 9), at(12, 12)]) == [None, 0, 0, 2, 0, None]


@pytest.mark.parametrize(
    ("identifier", "stems"),
    [
        ("get_redirect_url", ["get", "redirect", "url"]),
        ("HTTPResponseParser", ["http", "respons", "pars"]),
        ("parseX509", ["pars"]),
        ("", []),
    ],
)
def test_identifiers_are_cut_at_case_and_underscore(identifier: str, stems: list[str]) -> None:
    assert stems_of(identifier) == stems


@pytest.mark.parametrize(
    "words",
    [
        ("parse", "parser", "parsing", "parsed", "parses"),
        ("query", "queries"),
        ("cookie", "cookies"),
        ("file", "files"),
    ],
)
def test_forms_of_a_word_have_one_stem(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


def test_words_that_say_nothing_are_left_out_of_a_task() -> None:
    assert stems_in("Please fix the redirect, it should be followed") == {"redirect", "follow"}


def test_an_empty_tree_has_an_empty_map(here: Path) -> None:
    outline = build(here, [])

    assert outline.render(task="anything") == "no files in .\n"
