"""How each checker is told to be silent in a comment: one table, and nothing that reads.

`suppressions` reads files by it, and attributes and pragmas besides. What only steers a formatter (fmt: off,
isort: skip, prettier-ignore, clang-format off) silences no check and is not here, nor is this linter's own form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from learnagent.lint.syntax.patterns import lazy_pattern

Blanket = Literal["uncoded", "silent", "always", "never"]
"""When a form silences everything: without a code; without a code and without words; always; never."""

BLANKET_CODES = frozenset(
    "all * warnings clippy::all everything -weverything -wall -wextra phpmd lint 0 detekt:all detekt.all"
    " c e r w".split()
)
"""Codes, in lower case, that stand for all or nearly all."""

_BEGIN = r"(?:^\W*?|[#*;|]\W*?|//\W*?)"
_NO_PROSE = (
    r"(?![\w-])(?!\s+(?:is|are|was|were|be|comments?|directives?|pragmas?|would|should|can|could|does|will|markers?|"
    r"tags?|or|and|instead|above|below)\b)"
)
_NAMES = r"[@\w./-]+(?:\s*,\s*[@\w./-]+)*"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a suppression in a comment."""

    kind: str
    """What its users call it."""
    pattern: re.Pattern[str]
    """The directive within a comment; group `codes`, if any, holds what it silences."""
    word: str
    """What every directive of the form holds, in lower case: asked for before the pattern."""
    blanket: Blanket


def _form(kind: str, word: str, pattern: str, blanket: Blanket = "uncoded", *, flags: int = 0) -> Form:
    return Form(kind, lazy_pattern(rf"{_BEGIN}(?P<directive>{pattern}){_NO_PROSE}", re.M | flags), word, blanket)


_EVERYWHERE = (
    _form("NOSONAR", "nosonar", r"NOSONAR(?:\((?P<codes>[^)]*)\))?", "never"),
    _form("noinspection", "noinspection", rf"@?noinspection[ \t]+(?P<codes>{_NAMES})"),
    _form("nosemgrep", "nosem", rf"nosem(?:grep)?(?:[ \t]*:[ \t]*(?P<codes>{_NAMES}))?", "silent"),
)

_CODE = r"(?:[A-Za-z]{1,7}\d+|[A-Z]{1,3}(?=\s*(?:[,#]|$)))"
_CODES = rf"{_CODE}(?:[\s,]+{_CODE})*"
_PYTHON = (
    _form("noqa", "noqa", rf"noqa(?:\s*:\s*(?P<codes>{_CODES}))?", flags=re.I),
    _form("noqa", "noqa", rf"(?:flake8|ruff)\s*[:=]\s*noqa(?:\s*:\s*(?P<codes>{_CODES}))?", flags=re.I),
    _form("ruff: ignore", "ruff", r"ruff\s*:\s*(?:file-)?(?:ignore|disable)\s*\[(?P<codes>[^\]]*)\]"),
    _form("type: ignore", "ignore", r"type:\s*ignore(?:\s*\[(?P<codes>[^\]]*)\])?"),
    _form("mypy: ignore-errors", "mypy", r"mypy:\s*ignore[-_]errors(?:\s*=\s*True)?", "always", flags=re.I),
    _form("mypy: disable-error-code", "mypy", r"mypy:\s*disable[-_]error[-_]code\s*=\s*\"?(?P<codes>[\w, -]+)\"?"),
    _form("pyright: ignore", "pyright", r"(?:based)?pyright:\s*ignore(?:\s*\[(?P<codes>[^\]]*)\])?"),
    _form("pyright: basic", "pyright", r"(?:based)?pyright:\s*(?:basic|standard)", "never"),
    _form(
        "pyright setting",
        "pyright",
        r"(?:based)?pyright:\s*(?:strict\s*,\s*)?(?P<codes>report\w+)\s*=\s*(?:false|none)\"?",
        flags=re.I,
    ),
    _form("ty: ignore", "ignore", r"(?:ty|pyrefly|pyre|zuban):\s*ignore(?:\s*\[(?P<codes>[^\]]*)\])?"),
    _form("pyre-ignore", "pyre-", r"pyre-(?:ignore-all-errors|ignore|fixme)(?:\s*\[(?P<codes>[^\]]*)\])?"),
    _form("pytype: disable", "pytype", rf"pytype:\s*(?:skip-file|disable(?:\s*=\s*(?P<codes>{_NAMES}))?)"),
    _form("pylint: skip-file", "pylint", r"pylint:\s*skip-file", "always"),
    _form("pylint: disable", "pylint", rf"pylint:\s*disable(?:-next|-msg)?\s*=\s*(?P<codes>{_NAMES})"),
    _form("pragma: no cover", "pragma", r"pragma\s*:?\s*no\s?(?:cover|branch)", "never", flags=re.I),
    _form(
        "nosec",
        "nosec",
        r"nosec(?:[\s:,]*(?P<codes>(?:B\d+|[a-z]+(?:_[a-z]+)+)(?:[\s,]+(?:B\d+|[a-z]+(?:_[a-z]+)+))*))?",
        "silent",
    ),
)

_COVERAGE = (
    r"(?:istanbul|c8|v8|node:coverage)\s+(?:ignore|disable)(?!\s+(?:stop|end))"
    r"(?:\s+(?:next|if|else|file|start))?(?:\s+\d+)?"
)
_SCRIPT = (
    _form(
        "eslint-disable",
        "lint-disable",
        rf"(?:eslint|oxlint)-disable(?:-next-line|-line)?(?:\s+(?!--)(?P<codes>{_NAMES}))?",
    ),
    _form("eslint setting", "eslint", r"eslint\s+(?P<codes>@?[\w/-]+)\s*:\s*(?:\[?\s*)?(?:0|[\"']?off[\"']?)"),
    _form("@ts-nocheck", "@ts-nocheck", r"@ts-nocheck", "always"),
    _form("@ts-ignore", "@ts-ignore", r"@ts-ignore", "never"),
    _form("@ts-expect-error", "@ts-expect-error", r"@ts-expect-error", "never"),
    _form("coverage ignore", "ignore", _COVERAGE, "never"),
    _form("biome-ignore", "biome-ignore", r"biome-ignore(?:-all|-start)?\s+(?!format|assist)(?P<codes>[\w/]+)"),
    _form(
        "deno-lint-ignore",
        "deno-lint-ignore",
        r"deno-lint-ignore(?:-file)?(?:[ \t]+(?!--)(?P<codes>[\w/-]+(?:[ \t,]+[\w/]+-[\w/-]+)*))?",
    ),
    _form("tslint:disable", "tslint", r"tslint:disable(?:-next-line|-line)?(?:\s*:\s*(?P<codes>[\w -]+))?"),
    _form("jshint ignore", "jshint", r"jshint\s+(?:ignore\s*:\s*(?:start|line)|(?P<codes>-W\d+))"),
    _form("$FlowFixMe", "$flow", r"\$Flow(?:FixMe|Ignore|Issue|ExpectedError)(?:\[(?P<codes>[^\]]*)\])?", "never"),
)

_GO = (
    _form("nolint", "nolint", r"nolint(?:[ \t]*:[ \t]*(?P<codes>[\w-]+(?:\s*,\s*[\w-]+)*))?"),
    _form("lint:ignore", "lint:", r"lint:(?:file-)?ignore[ \t]+(?P<codes>[\w*]+(?:,[\w*]+)*)"),
    _form("gosec:disable", "gosec:", r"gosec:disable(?:[ \t]+(?P<codes>G\d+(?:[\s,]+G\d+)*))?"),
    _form("#nosec", "nosec", r"nosec(?:[\s:]*(?P<codes>G\d+(?:[\s,]+G\d+)*))?", "silent"),
    _form("revive:disable", "revive:", rf"revive:disable(?:-next-line|-line)?(?:\s*:\s*(?P<codes>{_NAMES}))?"),
)

_CHECK = r"(?:[ \t:=]*(?P<codes>[A-Z][a-z0-9]*[A-Z]\w*))?"
_JAVA = (
    _form("NOPMD", "nopmd", r"NOPMD", "never"),
    _form(
        "CHECKSTYLE:OFF",
        "checkstyle",
        r"(?:CHECKSTYLE|[Cc]heckstyle)[:. ]\s*(?:OFF|off|SUPPRESS|IGNORE|ignore|DISABLE)" + _CHECK,
    ),
    _form("CSOFF", "csoff", r"CSOFF" + _CHECK),
    _form("SUPPRESS CHECKSTYLE", "checkstyle", r"SUPPRESS CHECKSTYLE" + _CHECK),
    _form("ktlint-disable", "ktlint", r"ktlint-disable(?:[ \t]+(?P<codes>[\w:-]+))?"),
)

_CSHARP = (_form("ReSharper disable", "resharper", r"ReSharper\s+disable(?:\s+once)?(?:\s+(?P<codes>\w+(?:\.\w+)*))?"),)

_PHP = (
    _form("phpcs:ignoreFile", "ignorefile", r"@?(?:phpcs:ignoreFile|codingStandardsIgnoreFile)", "always"),
    _form(
        "phpcs:ignore",
        "phpcs",
        r"@?phpcs:(?:ignore|disable)(?:[ \t]+(?!--)(?P<codes>[A-Z][\w.]*(?:\s*,\s*[A-Z][\w.]*)*))?",
    ),
    _form("codingStandardsIgnore", "codingstandards", r"@codingStandardsIgnore(?:Line|Start)"),
    _form("@phpstan-ignore", "@phpstan", r"@phpstan-ignore-(?:next-line|line)", "never"),
    _form(
        "@phpstan-ignore",
        "@phpstan",
        r"@phpstan-ignore(?:[ \t]+(?P<codes>[a-z]+\w*(?:\.\w+)+(?:\s*,\s*[a-z]\w*(?:\.\w+)+)*))?",
    ),
    _form(
        "@psalm-suppress",
        "-suppress",
        r"@(?:psalm|phan)(?:-file)?-suppress(?:[ \t]+(?P<codes>[A-Za-z]\w*(?:\s*,\s*[A-Z]\w*)*))?",
    ),
    _form(
        "@SuppressWarnings",
        "@suppresswarnings",
        r"@SuppressWarnings\s*\(\s*\"?(?P<codes>PHPMD[\w.]*|[\w.,: ]+)\"?\s*\)",
    ),
    _form("@codeCoverageIgnore", "@codecoverage", r"@codeCoverageIgnore(?:Start)?", "never"),
)

_RUBY = (
    _form(
        "rubocop:disable",
        ":",
        r"(?:rubocop|standard)\s*:\s*(?:disable|todo)(?:[ \t]+(?!--)(?P<codes>[\w/]+(?:\s*,\s*[\w/]+)*))?",
    ),
    _form(":nocov:", "nocov", r":nocov:", "never"),
    _form("steep:ignore", "steep", r"steep:ignore(?::start)?(?:[ \t]+(?P<codes>[A-Z]\w*(?:\s*,\s*[A-Z]\w*)*))?"),
)

_CPP = (
    _form("NOLINT", "nolint", r"NOLINT(?:NEXTLINE|BEGIN)?(?:\s*\((?P<codes>[^)]*)\))?"),
    _form(
        "cppcheck-suppress",
        "cppcheck",
        r"cppcheck-suppress(?:-file|-begin|-macro)?[ \t]*\[?(?P<codes>[\w*]+(?:\s*,\s*\w+)*)\]?",
    ),
    _form("LCOV_EXCL", "_excl_", r"(?:LCOV|GCOVR?)_EXCL_(?:LINE|START|BR_LINE|BR_START)", "never"),
)

_BASH = (
    _form("shellcheck disable", "shellcheck", r"shellcheck\s+(?:[\w-]+=\S+\s+)*disable=(?P<codes>[\w-]+(?:,[\w-]+)*)"),
)
_RUST = (_form("coverage ignore", "grcov", r"grcov-excl-(?:line|start|br-line)", "never"),)

FORMS: Mapping[str, tuple[Form, ...]] = {
    "python": _PYTHON + _EVERYWHERE,
    "javascript": _SCRIPT + _EVERYWHERE,
    "typescript": _SCRIPT + _EVERYWHERE,
    "tsx": _SCRIPT + _EVERYWHERE,
    "go": _GO + _EVERYWHERE,
    "rust": _RUST + _EVERYWHERE,
    "java": _JAVA + _EVERYWHERE,
    "kotlin": _JAVA + _EVERYWHERE,
    "csharp": _CSHARP + _EVERYWHERE,
    "php": _PHP + _EVERYWHERE,
    "ruby": _RUBY + _EVERYWHERE,
    "cpp": _CPP + _EVERYWHERE,
    "bash": _BASH + _EVERYWHERE,
}
"""By language."""

WORDS: Mapping[str, frozenset[bytes]] = {
    language: frozenset(form.word.encode() for form in forms) for language, forms in FORMS.items()
}
"""What the forms of a language hold, in lower case."""
