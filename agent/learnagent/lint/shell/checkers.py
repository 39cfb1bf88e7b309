"""Knows the commands whose exit status matters: tests, linters, type checkers, builds, deployments, data steps.

It reads one command's text. What asks for a version or for help, cleans, or only formats is none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from learnagent.lint.shell.commands import Command, split
from learnagent.lint.syntax.patterns import lazy_pattern

_ALWAYS = frozenset(
    "pytest py.test nosetests nose2 tox nox mypy dmypy pyright basedpyright pylint flake8 pyflakes pycodestyle"
    " pydocstyle bandit vulture xenon radon pip-audit safety interrogate pytype pyre codespell djlint sqlfluff"
    " import-linter lint-imports deptry ty jest vitest mocha ava karma cypress playwright eslint tsc tslint"
    " stylelint oxlint xo standard vue-tsc svelte-check htmlhint commitlint knip depcheck jshint nyc c8 tap tape"
    " protractor nightwatch testcafe webpack rollup esbuild golangci-lint staticcheck gotestsum govulncheck gosec"
    " revive ginkgo gradle gradlew mvn mvnw sbt ctest ninja bazel buck2 meson scons rspec rubocop minitest"
    " brakeman reek standardrb cucumber phpunit phpstan psalm phpcs phpmd pest paratest infection behat phan"
    " shellcheck hadolint yamllint markdownlint markdownlint-cli2 actionlint ansible-lint tflint cfn-lint kubeval"
    " kubeconform checkov tfsec trivy semgrep bats spectral vale checkmake luacheck ktlint detekt swiftlint"
    " checkstyle spotbugs pmd cppcheck clang-tidy cpplint valgrind lcov gcovr conftest opa kube-linter gitleaks"
    " alembic pg_restore pg_dump mysqldump mongodump mongorestore ansible-playbook flyway liquibase dbt sqlx goose"
    " xcodebuild msbuild nmake rake".split()
)
_ASKS = frozenset(
    "--version -V -v --help -h help version list ls --list --show-config --print-config --init init config".split()
)
"""First arguments that only ask."""
_TASK = lazy_pattern(
    r"^(?:\w+[-_:.])*?(?:tests?|unit|e2e|integration|spec|specs|lint\w*|check\w*|type-?check\w*|types|tsc|verify|validate|"
    r"build\w*|compile|ci|cover\w*|deploy\w*|publish|release|migrate\w*|migrations|audit|format[-_:]check|fmt[-_:]check|"
    r"pytest|mypy|ruff|eslint|flake8|qa|all|static-analysis|analy[sz]e|package|dist|vet|bench\w*)(?:[-_:.]\w+)*$"
)
"""Names of tasks (make, npm run, rake): what they check, build or deploy."""
_CLEANS = lazy_pattern(r"clean|stop|down\b|uninstall|undeploy|kill|teardown|destroy|watch|serve|start|dev\b|help")
_SCRIPT = lazy_pattern(
    r"(?:^|/)(?:run[-_])?(?:all[-_])?(?:\w+[-_])*?(?:tests?|testsuite|lint\w*|checks?|verify|validate|build|deploy|migrate|ci|"
    r"typecheck|e2e)(?:[-_]\w+)*(?:\.(?:sh|bash|py|js|ts|mjs|rb|pl|php|cmd|ps1))?$|(?:^|/)tests?/(?:run|all)\w*\.\w+$",
    re.IGNORECASE,
)
_FUNCTION = lazy_pattern(
    r"^(?:run|do|exec|execute|start)[-_](?:\w+[-_])*(?:tests?|lint\w*|checks?|verify|validation|build|deploy|migrations?)"
    r"(?:[-_]\w+)*$|^(?:unit|integration|e2e|smoke|all)[-_]tests?$"
)
_VARIABLE = lazy_pattern(r"^\$[({]?([A-Za-z_]+)(?::?[-=?][^})]*)?[)}]?$")
"""`$(MAKE)`, `"$PYTHON"`, `${PYTEST:-pytest}`: called what they stand for."""
_ASSIGNMENT = lazy_pattern(r"^\w+\+?=")
_WRAPPERS = frozenset(
    "sudo env time nice ionice nohup command exec xvfb-run stdbuf unbuffer caffeinate dotenv if while until elif"
    " ! then else do @ npx bunx pnpx chronic setsid catchsegv doas direnv arch -".split()
)
_RUNNERS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("poetry", "pipenv", "uv", "hatch", "pdm", "rye", "conda", "mamba", "pixi", "doppler", "op"), frozenset({"run"})
    ),
    "bundle": frozenset({"exec"}),
    "mise": frozenset({"exec", "x"}),
    "opam": frozenset({"exec"}),
    "uvx": frozenset(),
    "pipx": frozenset({"run"}),
}
"""Commands that run what follows their sub-command."""


def is_checker(text: str, depth: int = 0) -> bool:
    """Return whether a command checks, builds, deploys or moves data, so that its exit status says something."""
    words = [word.strip("\"'") for word in Command(text, 0, len(text), "").words]
    words = _unwrapped([word for word in words if word])
    if not words:
        return False
    words[0] = _VARIABLE.sub(lambda match: match[1].lower(), words[0])
    name, arguments = words[0].rpartition("/")[2].removesuffix(".exe"), words[1:]
    if arguments and arguments[0] in _ASKS and name not in {"bazel"}:
        return False
    if name == "eval":
        return depth < 2 and is_checker(" ".join(arguments), depth + 1)
    if name in {"bash", "sh", "zsh", "dash", "ksh"}:
        return _shell(arguments, depth)
    reader = _READERS.get(name)
    if reader is not None:
        return reader(arguments)
    if name in _ALWAYS:
        return not any(one in {"--version", "--help", "-h"} for one in arguments) and not _only_cleans(name, arguments)
    is_path = "/" in words[0] or words[0].endswith((".sh", ".py"))
    return bool((_SCRIPT.search(words[0]) if is_path else _FUNCTION.match(name)) and not _CLEANS.search(name))


def _only_cleans(name: str, arguments: list[str]) -> bool:
    tasks = [one for one in arguments if not one.startswith("-")]
    if name in {"gradle", "gradlew", "mvn", "mvnw", "ninja", "sbt", "rake", "xcodebuild", "bazel", "webpack"}:
        return (bool(tasks) and all(_CLEANS.search(one) for one in tasks)) or "--stop" in arguments
    return False


def _unwrapped(words: list[str]) -> list[str]:
    """Return the words without what stands in front of the command: assignments, `sudo`, `npx`, `poetry run`."""
    while words:
        first = words[0].lstrip("@-+") or words[0]
        name = first.rpartition("/")[2]
        if first in {"command", "type", "hash"} and words[1:2] and words[1] in {"-v", "-V", "-p"}:
            return []
        if _ASSIGNMENT.match(first) or first in _WRAPPERS or not first:
            words = _without_options(words[1:])
        elif name in {"timeout", "gtimeout", "retry"}:
            words = _without_options(words[1:])
            words = words[1:] if words and re.match(r"^[\d.$][\w.{}]*$", words[0]) else words
        elif name in _RUNNERS and (not _RUNNERS[name] or _first(words[1:]) in _RUNNERS[name]):
            rest = _without_options(words[1:])
            words = _without_options(rest[1:] if _RUNNERS[name] else rest)
        elif name in {"npm", "pnpm", "yarn"} and _first(words[1:]) in {"exec", "dlx", "x"}:
            words = _without_options(_without_options(words[1:])[1:])
        elif name in {"docker", "docker-compose", "podman"}:
            return _in_container(words)
        else:
            return [first, *words[1:]]
    return words


def _first(words: list[str]) -> str:
    return next(iter(_without_options(words)), "")


def _without_options(words: list[str]) -> list[str]:
    while words and words[0].startswith("-") and words[0] != "-":
        words = words[1:]
    return words


def _in_container(words: list[str]) -> list[str]:
    """Return the command that runs in a container: the first known one behind `run` or `exec`."""
    if not {"run", "exec"} & set(words):
        return words
    behind = words[1 + next(i for i, word in enumerate(words) if word in {"run", "exec"}) :]
    for index in range(len(behind)):
        if index and not behind[index - 1].startswith("--") and is_checker(" ".join(behind[index:]), 1):
            return behind[index:]
    return []


def _shell(arguments: list[str], depth: int) -> bool:
    rest = _without_options(arguments)
    if not rest or depth > 2:
        return False
    if any(re.match(r"^-\w*c$", one) for one in arguments):
        return any(is_checker(one.text, depth + 1) for one in split(rest[0]))
    return _SCRIPT.search(rest[0]) is not None


def _task(arguments: list[str]) -> bool:
    """`make lint test`, `just check`: without a task they build."""
    tasks = [one for one in arguments if not one.startswith("-") and "=" not in one and not one.startswith("$")]
    if "-C" in arguments and tasks:
        tasks = [one for one in tasks if one != arguments[arguments.index("-C") + 1]]
    if any(one in {"-q", "-n", "--question", "--dry-run", "-p"} for one in arguments):
        return False
    return not tasks or any(_TASK.match(one) and not _CLEANS.search(one) for one in tasks)


def _named_task(arguments: list[str]) -> bool:
    return bool(_without_options(arguments)) and _task(arguments)


def _npm(arguments: list[str]) -> bool:
    rest = _without_options(arguments)
    first, tasks = (rest[0], _without_options(rest[1:])) if rest else ("", [])
    if first in {"run", "run-script", "rum", "urn", "-r", "recursive"}:
        return bool(tasks) and _TASK.match(tasks[0]) is not None and not _CLEANS.search(tasks[0])
    if first in {"ci", "publish", "audit", "test", "t", "tst", "it", "cit"}:
        return True
    if first in {"workspace", "workspaces"} and len(rest) > 2:
        return _npm(rest[2:])
    if first in _ALWAYS:
        return is_checker(" ".join(rest), 1)
    return _TASK.match(first) is not None and not _CLEANS.search(first) and first not in {"version", "release"}


def _python(arguments: list[str]) -> bool:
    if "-m" in arguments:
        return is_checker(" ".join(arguments[arguments.index("-m") + 1 :]), 1)
    rest = _without_options(arguments)
    if rest and rest[0].endswith("manage.py"):
        return bool(rest[1:]) and rest[1] in {"test", "check", "migrate", "makemigrations", "collectstatic", "loaddata"}
    if rest and rest[0] == "setup.py":
        return bool({"test", "build", "bdist_wheel", "sdist", "install", "check"} & set(rest))
    return bool(rest) and rest[0] != "-c" and _SCRIPT.search(rest[0]) is not None


def _one_of(text: str) -> Callable[[list[str]], bool]:
    """Return a reader that asks whether one of the first two plain words is one of these."""
    wanted = frozenset(text.split())

    def read(arguments: list[str]) -> bool:
        plain = [one for one in arguments if not one.startswith(("-", "+"))]
        return not wanted.isdisjoint(plain[:2])

    return read


def _with_flag(pattern: str) -> Callable[[list[str]], bool]:
    """Return a reader that asks for an option: formatters check only when they are told to."""

    def read(arguments: list[str]) -> bool:
        return any(re.match(pattern, one) for one in arguments)

    return read


def _pip(arguments: list[str]) -> bool:
    return arguments[:1] == ["check"] or (
        arguments[:1] == ["install"]
        and any(
            one in {"-r", "-e", "--requirement", "--editable"} or one.startswith((".", "-r")) for one in arguments[1:]
        )
    )


_READERS: Mapping[str, Callable[[list[str]], bool]] = {
    "make": _task,
    "gmake": _task,
    "just": _named_task,
    "task": _named_task,
    "invoke": _named_task,
    "rails": _one_of("test spec db:migrate"),
    "npm": _npm,
    "pnpm": _npm,
    "yarn": _npm,
    "bun": _npm,
    "turbo": _npm,
    "nx": _npm,
    "lerna": _npm,
    "python": _python,
    "python2": _python,
    "python3": _python,
    "py": _python,
    "unittest": lambda _: True,
    "build": lambda _: True,
    "pip": _pip,
    "pip3": _pip,
    "ruff": lambda arguments: arguments[:1] != ["format"] or "--check" in arguments or "--diff" in arguments,
    "black": _with_flag(r"--check|--diff"),
    "isort": _with_flag(r"--check|-c$|--diff"),
    "prettier": _with_flag(r"--check|-c$|-l$|--list-different"),
    "biome": _one_of("check lint ci"),
    "gofmt": _with_flag(r"-[ld]"),
    "rustfmt": _with_flag(r"--check"),
    "clang-format": _with_flag(r"--dry-run|-n$|--Werror"),
    "coverage": lambda arguments: arguments[:1] == ["run"] or any(one.startswith("--fail-under") for one in arguments),
    "pre-commit": _one_of("run"),
    "prek": _one_of("run"),
    "lefthook": _one_of("run"),
    "cargo": _one_of("test t check c clippy build b nextest bench audit deny publish doc miri tarpaulin llvm-cov fmt"),
    "go": _one_of("test vet build install generate mod"),
    "deno": _one_of("test lint check bench"),
    "dotnet": _one_of("test build publish format pack"),
    "swift": _one_of("test build"),
    "flutter": _one_of("test analyze build"),
    "dart": _one_of("test analyze"),
    "mix": _one_of("test credo dialyzer compile ecto.migrate"),
    "rebar3": _one_of("ct eunit dialyzer"),
    "lein": _one_of("test check"),
    "stack": _one_of("test build"),
    "cabal": _one_of("test build"),
    "zig": _one_of("test build"),
    "julia": lambda arguments: any("test" in one.lower() for one in arguments),
    "cmake": _with_flag(r"--build"),
    "composer": _one_of("test validate install check lint phpstan"),
    "artisan": _one_of("test migrate"),
    "php": lambda arguments: bool(arguments) and (arguments[0] == "-l" or is_checker(" ".join(arguments), 1)),
    "node": lambda arguments: "--test" in arguments or bool(arguments and _SCRIPT.search(arguments[0])),
    "ruby": lambda arguments: (
        bool(_without_options(arguments)) and _SCRIPT.search(_without_options(arguments)[0]) is not None
    ),
    "terraform": _one_of("validate plan apply test fmt"),
    "tofu": _one_of("validate plan apply test"),
    "helm": _one_of("lint upgrade install test"),
    "kubectl": _one_of("apply rollout"),
    "docker": _one_of("build push buildx"),
    "docker-compose": _one_of("build"),
    "podman": _one_of("build push"),
    "twine": _one_of("upload check"),
    "gcloud": lambda arguments: "deploy" in arguments,
    "firebase": _one_of("deploy"),
    "serverless": _one_of("deploy"),
    "sls": _one_of("deploy"),
    "fly": _one_of("deploy"),
    "flyctl": _one_of("deploy"),
    "vercel": _with_flag(r"--prod|deploy"),
    "netlify": _one_of("deploy"),
    "wrangler": _one_of("deploy publish"),
    "cdk": _one_of("deploy synth"),
    "pulumi": _one_of("up preview"),
    "flask": _one_of("db upgrade"),
    "prisma": _one_of("migrate validate"),
    "knex": _with_flag(r"migrate"),
    "aws": lambda arguments: arguments[:2] in (["s3", "sync"], ["s3", "cp"]) or "deploy" in arguments[:2],
    "psql": _with_flag(r"-f|--file|-c|--command"),
    "mysql": _with_flag(r"-e|--execute"),
    "ansible": lambda _: False,
    "gem": _one_of("build push"),
    "poetry": _one_of("install build publish check"),
    "uv": _one_of("sync build publish"),
    "hatch": _one_of("test build"),
    "pdm": _one_of("install build test"),
    "git": lambda _: False,
    "config": lambda _: False,
}
"""Commands of many uses: which of them count."""
