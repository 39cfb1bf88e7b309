"""Tells from a path alone what a file is for: source, tests, documents, changelog, and what nobody writes by hand.

It opens no file: these are the conventions of the field, not facts about the project, and they hold for paths
that are long gone too. The order of the questions matters: a test inside a vendored tree is vendored.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from learnagent_memory.languages import SUFFIXES, suffix_of

FileKind = Literal["source", "test", "docs", "changelog", "vendored", "generated", "lock", "other"]

_VENDORED = frozenset(
    "node_modules bower_components vendor vendored _vendor _vendored third_party thirdparty third-party 3rdparty "
    "site-packages external extern pods .venv venv .tox .yarn jspm_packages godeps".split()
)
_GENERATED_FOLDERS = frozenset("dist __pycache__ __generated__ generated .next .nuxt htmlcov target".split())
_TEST_FOLDERS = frozenset(
    "test tests testing __tests__ __test__ spec specs e2e testdata test-data test_data fixtures __fixtures__ "
    "__mocks__ __snapshots__ cypress unittests unittest integration-tests integration_tests functional_tests "
    "testcases testsuite androidtest tests.unit".split()
)
_DOCS_FOLDERS = frozenset("doc docs documentation man manual website wiki".split())
_OTHER_SOURCES = frozenset(
    ".swift .scala .ex .exs .erl .hs .ml .mli .clj .cljs .dart .lua .pl .pm .r .jl .m .mm .zig .nim .vue .svelte .sql "
    ".groovy .f90 .v .sv .vhd .ps1 .fs .elm .cr .d .lisp .el .proto .pyx .pxd .asm .s".split()
)
_PROSE = frozenset(".md .rst .txt .adoc .asciidoc .markdown .mdx .tex .rtf .org .pod .1 .2 .3 .5 .7 .8".split())

_GENERATED = re.compile(
    r"(?:\.min\.(?:js|css)|[-.]bundle\.js|\.map|\.snap|_pb2(?:_grpc)?\.pyi?|\.pb\.(?:go|cc|h)|\.g\.dart|_generated\.\w+|"
    r"\.generated\.\w+|\.designer\.cs|\.po|\.pot|\.mo|\.pyc|\.class|\.o|\.so|\.dll|\.wasm|\.svg|\.png|\.jpe?g|\.gif|"
    r"\.ico|\.pdf|\.zip|\.gz|\.woff2?|\.ttf|\.jar)$",
    re.IGNORECASE,
)
_LIBRARY = re.compile(
    r"^(?:jquery|bootstrap|underscore|backbone|modernizr|respond|html5shiv|css3-mediaqueries|mootools|prototype|d3|"
    r"require|handlebars|mathjax|sizzle|select2|xregexp|doctools|searchtools|language_data)(?:[-_.]\w+)*\.js$",
    re.IGNORECASE,
)
"""Libraries for the browser that projects carry along in folders of their own."""
_LOCK = re.compile(
    r"^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|pdm\.lock|uv\.lock|"
    r"pipfile\.lock|cargo\.lock|go\.sum|gemfile\.lock|composer\.lock|mix\.lock|flake\.lock|bun\.lockb?|"
    r"podfile\.lock|requirements.*\.lock)$",
    re.IGNORECASE,
)
_CHANGELOG_NAME = re.compile(
    r"^(?:changes?|changelog|history|news|releases?|release[-_]?notes|whatsnew|authors|contributors)(?:[-_.]\w+)*$",
    re.IGNORECASE,
)
_CHANGELOG_FOLDERS = frozenset(
    "changelog changelogs changes changelog.d changes.d newsfragments news news.d releasenotes release-notes whatsnew "
    ".changeset fragments".split()
)
_TEST_NAME = re.compile(
    r"^(?:tests?_.+|tests?|.+[-_.]tests?|.+[-_.]spec|conftest|spec_helper|test[-_]?helpers?|.+_test_.*)$", re.IGNORECASE
)
_TEST_FOLDER = re.compile(r"[a-z0-9.](?:Tests?|Specs)$")
"""Kotlin's `jvmTest`, C#'s `Library.Tests`."""
_TEST_CLASS = re.compile(r"^(?:Test[A-Z]\w*|\w*[a-z0-9](?:Tests?|TestCase|Spec|IT))$")
_CLASS_SUFFIXES = frozenset(".java .kt .cs .php .scala .swift .groovy .cpp .cc .m .mm".split())


@lru_cache(maxsize=50_000)
def kind_of(path: str) -> FileKind:
    """Return what a file is for; `other` is configuration, data, or unknown."""
    *folders, name = path.split("/")
    lower = [folder.lower() for folder in folders]
    suffix = suffix_of(path)
    if not _VENDORED.isdisjoint(lower) or (suffix == ".js" and folders and _LIBRARY.match(name)):
        return "vendored"
    if _LOCK.match(name):
        return "lock"
    if not _GENERATED_FOLDERS.isdisjoint(lower) or _GENERATED.search(name):
        return "generated"
    is_code = suffix in SUFFIXES or suffix in _OTHER_SOURCES
    if not is_code and _is_changelog(name, lower, suffix):
        return "changelog"
    if _is_test(name.removesuffix(suffix), folders, suffix if is_code else ""):
        return "test"
    if suffix in _PROSE or not _DOCS_FOLDERS.isdisjoint(lower):
        return "docs"
    return "source" if is_code else "other"


def is_test(path: str) -> bool:
    """Return whether a file is a test, or there for tests only: fixtures, snapshots, their data."""
    return kind_of(path) == "test"


def is_source(path: str) -> bool:
    """Return whether a file is code that somebody writes, and no test."""
    return kind_of(path) == "source"


def stem_of(path: str) -> str:
    """Return what a file is called without folders, suffixes and what marks a test: the same for both of a pair."""
    name = path.rsplit("/", 1)[-1]
    if name.partition(".")[0] in ("__init__", "mod", "index", "lib", "main") and "/" in path:
        name = path.rsplit("/", 2)[-2]
    stem = name.partition(".")[0] or name
    for pattern in (
        r"^[Tt]ests?[-_](?=.)",
        r"(?<=.)[-_](?:[Tt]ests?|[Ss]pec)$",
        r"^Test(?=[A-Z])",
        r"(?<=[a-z0-9])(?:Tests?|Spec)$",
    ):
        stem = re.sub(pattern, "", stem)
    return stem.lower().strip("_-")


def _is_changelog(name: str, folders: list[str], suffix: str) -> bool:
    return bool(_CHANGELOG_NAME.match(name.removesuffix(suffix))) or not _CHANGELOG_FOLDERS.isdisjoint(folders)


def _is_test(stem: str, folders: list[str], code_suffix: str) -> bool:
    if not _TEST_FOLDERS.isdisjoint(folder.lower() for folder in folders) or any(map(_TEST_FOLDER.search, folders)):
        return True
    if not code_suffix:
        return False
    return bool(_TEST_NAME.match(stem)) or (code_suffix in _CLASS_SUFFIXES and bool(_TEST_CLASS.match(stem)))
