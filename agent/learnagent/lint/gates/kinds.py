"""Says what a command checks, by its program and its first words: tests, lint, types. Lists of names, no more."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["tests", "lint", "types", "any"]
"""`any` runs what another file says, and may stand for all."""


def _any_of(names: str) -> str:
    """Return a pattern for a list of names; a `~` in one of them is white space."""
    return "(?:" + "|".join(name.replace("~", r"\s+") for name in names.split()) + ")"


_START = r"^(?:uses\s+)?(?:\S*/)?"
_RUNNER = _any_of(
    r"npm pnpm yarn bun npx turbo nx just task make gmake invoke inv rake hatch pdm poe composer mise deno"
)
"""Programs that run a task by its name."""
_TYPES = _any_of(
    r"mypy dmypy pyright basedpyright pyre pytype ty~check pyrefly vue-tsc phpstan psalm srb~tc steep dialyzer"
)
_TYPE_TASKS = r"(?:type-?check\w*|check-?types|types|tsc|mypy|pyright|phpstan)"
_LINT = _any_of(
    r"ruff(?!\s+format(?!.*--(?:check|diff))) flake8 pylint pyflakes pycodestyle pydocstyle bandit vulture"
    r" eslint oxlint tslint stylelint jshint golangci-lint golangci-lint-action staticcheck gosec govulncheck"
    r" revive shellcheck hadolint rubocop phpcs php-cs-fixer phpmd actionlint yamllint markdownlint\S* codespell"
    r" swiftlint ktlint detekt checkstyle pmd spotbugs clang-tidy cpplint ansible-lint semgrep brakeman credo"
    r" lint-imports super-linter\S* codeql-action/analyze knip twine~check check-manifest learnagent~lint"
)
_LINT_COMMANDS = _any_of(
    r"go~vet cargo~(?:\+\S+\s+)?(?:clippy|deny|audit|fmt\s.*--check) biome~(?:ci|lint|check) dotnet~format"
)
_FORMATS = _any_of("black isort prettier")
_CHECK_ONLY = r"(?:--check|--diff|-c\b|--list-different)"
_TESTS = _any_of(
    r"py\.?test unittest nosetests nose2 trial jest vitest mocha ava karma cypress~run playwright~test jasmine"
    r" rspec phpunit pest paratest bats ctest gotestsum ginkgo behat cucumber minitest infection"
)
_TEST_COMMANDS = _any_of(
    r"go~test cargo~(?:\+\S+\s+)?(?:test|t|nextest|llvm-cov|tarpaulin|miri|hack\s.*test) dotnet~test swift~test"
    r" mix~test deno~test bun~test bazel(?:isk)?~test zig~(?:build~)?test stack~test cabal~test lein~test"
    r" flutter~test dart~test cross~test node\s.*--test coverage~run xcodebuild\s.*\btest npm~t"
    r" cmake\s.*--target~(?:test|check)"
)
_BUILD_TOOLS = _any_of(r"gradle gradlew mvn mvnw sbt")
_BUILD_TASKS = r"(?:\w*[tT]est\w*|check|verify|build|install|package|integration\w*)"
_TEST_SCRIPT = (
    r"(?:\.{0,2}/)?(?:[\w.-]+/)*(?:run[-_]?)?(?:tests?|check|ci|testall|runtests|unit|e2e)[-_\w]*"
    r"(?:\.(?:sh|bash|py|js|mjs|ps1|bat|cmd|rb))?(?=\s|$)"
)
_INTERPRETED = r"(?:bash|sh|python[\d.]*|node|ruby|tsx?|perl)\s+(?:-\S+\s+)*\S*(?:test|check|spec)\S*\.\w+\b"
_ANY = _any_of(
    r"tox nox make gmake just task rake invoke hatch~run pdm~run poe npm~run pnpm~run yarn bun~run"
    r" composer~run\S* earthly dagger uses~\./"
)

_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "types",
        re.compile(rf"{_START}{_TYPES}\b|{_START}tsc\b(?!.*(?:--watch|-w\b))|^{_RUNNER}\s.*\b{_TYPE_TASKS}\b"),
    ),
    (
        "lint",
        re.compile(
            rf"{_START}{_LINT}\b|^{_LINT_COMMANDS}\b|{_START}(?:pre-?commit\S*|prek)\s+run|pre-commit/action"
            rf"|{_START}{_FORMATS}\s.*{_CHECK_ONLY}|\bgofmt\s+-[ld]|^{_RUNNER}\s.*\b\w*lint\w*\b"
            r"|^(?:tox|nox)\s.*\b(?:lint|style|flake8|ruff|pre-commit)\b"
        ),
    ),
    (
        "tests",
        re.compile(
            rf"{_START}{_TESTS}\b(?![-:.])|^{_TEST_COMMANDS}\b|{_START}{_BUILD_TOOLS}(?:\.bat)?\s.*\b{_BUILD_TASKS}\b"
            r"|^(?:\S*(?:python|php)[\d.]*\s+)?\S*(?:manage\.py|artisan|setup\.py)\s+test\b"
            rf"|^php\s+\S*(?:phpunit|pest|paratest)\b|^{_RUNNER}\s.*\b\w*(?:tests?|spec|e2e|coverage|unit)\w*\b"
            rf"|^{_TEST_SCRIPT}|^{_INTERPRETED}"
        ),
    ),
    ("any", re.compile(rf"^{_ANY}(?=\s|$|/)")),
)


def kind_of(command: str) -> Kind | None:
    """Return what a command checks; None for nothing."""
    return next((kind for kind, pattern in _KINDS if pattern.search(command)), None)
