"""Knows what gives a test runner away: variables, loaded modules, flags, frames of a stack. Patterns only.

Each stands for a question that product code can ask; what sets such a value, or starts a runner, is not meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from learnagent.lint.syntax.patterns import lazy_pattern

_PY_RUNNER = r"_?pytest|py\.test|unittest|nose2?|doctest|_jb_pytest_runner"
_PY_VARIABLE = r"(?:PYTEST_(?:CURRENT_TEST|VERSION|XDIST_\w+|RUN_CONFIG)|UNITTEST_\w+|TOX_ENV_\w+|NOSE_\w+)"
_JS_VARIABLE = (
    r"(?:JEST_WORKER_ID|VITEST\w*|MOCHA_\w+|CYPRESS\w*|PLAYWRIGHT_TEST\w*|AVA_\w+|NODE_TEST_CONTEXT|KARMA\w*)"
)
_ENVIRONMENT = r"(?:process\.env|import\.meta\.env|Deno\.env|Bun\.env)"

SIGNS: Mapping[str, Sequence[tuple[bytes, re.Pattern[str]]]] = {
    "python": (
        (b"sys.modules", lazy_pattern(rf"[\"'](?:{_PY_RUNNER})[\"'][^\n]*\bsys\.modules\b")),
        (b"modules", lazy_pattern(rf"\bmodules(?:\.get\(\s*|\[)[\"'](?:{_PY_RUNNER})[\"']")),
        (
            b"sys.modules",
            lazy_pattern(r"[\"']\w*test[\"']\s+in\s+\w+[^\n]{0,40}\bfor\s+\w+\s+in\s+(?:list\()?sys\.modules\b"),
        ),
        (b"modules", lazy_pattern(rf"[\"'](?:{_PY_RUNNER})[\"']\s*(?:not\s+)?in\s+\w*mod(?:ule)?s\b")),
        (b"environ", lazy_pattern(rf"\benviron(?:\.get\(\s*|\[\s*)[\"']{_PY_VARIABLE}[\"'](?!\s*\]\s*=[^=])")),
        (b"environ", lazy_pattern(rf"[\"']{_PY_VARIABLE}[\"']\s*(?:not\s+)?in\s+(?:os\.)?environ\b")),
        (b"getenv", lazy_pattern(rf"\bgetenv\(\s*[\"']{_PY_VARIABLE}[\"']")),
        (b"environ", lazy_pattern(r"startswith\(\s*[\"']PYTEST_?[\"']")),
        (
            b"sys.argv",
            lazy_pattern(
                r"[\"'][\w./]*(?:py\.?test|unittest|nose|jest)[\w.]*[\"']\s*(?:not\s+)?(?:in|==)\s+[^\n]*\bsys\.argv"
            ),
        ),
        (b"sys.argv", lazy_pattern(r"\bsys\.argv\b[^\n]{0,60}[\"'][\w./]*(?:py\.?test|unittest|nosetests)[\w.]*[\"']")),
        (b"sys.argv", lazy_pattern(r"[\"']test[\"']\s*(?:not\s+)?in\s+sys\.argv\b")),
        (
            b"attr(",
            lazy_pattern(
                r"\b(?:hasattr|getattr)\(\s*(?:sys|builtins|os)\s*,\s*[\"']_*\w*(?:test|pytest)\w*[\"']", re.IGNORECASE
            ),
        ),
        (b"sys._", lazy_pattern(r"\bsys\._(?:called_from_test|is_test\w*|testing|pytest\w*|in_test\w*)\b(?!\s*=[^=])")),
    ),
    "javascript": (
        (
            b"NODE_ENV",
            lazy_pattern(
                rf"{_ENVIRONMENT}(?:\.NODE_ENV|\[\s*[\"']NODE_ENV[\"']\s*\])(?:\??\.\w+\(\))*\s*[!=]==?\s*[\"'`]test(?:ing)?[\"'`]"
            ),
        ),
        (b"NODE_ENV", lazy_pattern(r"[\"'`]test(?:ing)?[\"'`]\s*[!=]==?\s*process\.env\.NODE_ENV\b")),
        (b"NODE_ENV", lazy_pattern(r"\bNODE_ENV\s*[!=]==?\s*[\"'`]test[\"'`]")),
        (b"NODE_ENV", lazy_pattern(r"\[[^\]]*[\"']test[\"'][^\]]*\]\.includes\(\s*process\.env\.NODE_ENV")),
        (b"NODE_ENV", lazy_pattern(r"process\.env\.NODE_ENV\??\.(?:startsWith|includes)\(\s*[\"']test")),
        (b"env", lazy_pattern(r"\bimport\.meta\.env\.MODE\s*[!=]==?\s*[\"']test[\"']")),
        (
            b"env",
            lazy_pattern(rf"{_ENVIRONMENT}(?:\.|\[\s*[\"']|\.get\(\s*[\"']){_JS_VARIABLE}\b(?![\"']?\]?\s*=[^=])"),
        ),
        (b"env", lazy_pattern(rf"[\"']{_JS_VARIABLE}[\"']\s+in\s+process\.env\b")),
        (b"env", lazy_pattern(rf"\{{[^}}\n]*\b{_JS_VARIABLE}\b[^}}\n]*\}}\s*=\s*process\.env\b")),
        (
            b"typeof",
            lazy_pattern(
                r"\btypeof\s+(?:jest|vi|vitest|mocha|jasmine|describe|cy|Cypress|beforeEach|afterEach)\s*[!=]==?"
            ),
        ),
        (b"typeof", lazy_pattern(r"\btypeof\s+(?:it|test|expect)\s*[!=]==?\s*[\"'](?:function|undefined)[\"']")),
        (
            b"global",
            lazy_pattern(
                r"\b(?:global|globalThis|window)(?:\.|\[\s*[\"']|\s+as\s+any\)\.)"
                r"(?:jest|__vitest_\w+__|mocha|jasmine|describe|__karma__|Cypress|__TEST__)\b(?!\s*=[^=])"
            ),
        ),
        (
            b"in ",
            lazy_pattern(
                r"[\"'](?:jest|jasmine|__karma__|mocha|Cypress|__vitest_worker__)[\"']\s+in\s+(?:global|globalThis|window)\b"
            ),
        ),
        (
            b"argv",
            lazy_pattern(
                r"\bprocess\.(?:argv|execArgv|title)\b[^\n;]{0,80}[\"'/](?:[\w./]*)(?:jest|mocha|vitest|ava|jasmine|karma|--test)\b"
            ),
        ),
        (b"npm_", lazy_pattern(r"process\.env\.npm_lifecycle_event\s*[!=]==?\s*[\"']test")),
    ),
    "go": (
        (b"testing.Testing", lazy_pattern(r"\btesting\.Testing\(\)")),
        (b"flag.Lookup", lazy_pattern(r"\bflag\.(?:CommandLine\.)?Lookup\(\s*\"test\.\w+\"\s*\)")),
        (
            b"os.Args",
            lazy_pattern(
                r"\b(?:HasSuffix|Contains|HasPrefix)\(\s*(?:filepath\.Base\(\s*)?os\.Args\[\w+\]\s*\)?\s*,\s*\"[^\"]*test[^\"]*\""
            ),
        ),
        (b"os.Args", lazy_pattern(r"\b(?:HasPrefix|Contains)\(\s*\w+\s*,\s*\"-?-?test\.[^\"]*\"")),
        (b"os.Executable", lazy_pattern(r"\bHasSuffix\(\s*\w+\s*,\s*\"\.test(?:\.exe)?\"")),
        (b"GO_TEST", lazy_pattern(r"\bos\.(?:Getenv|LookupEnv)\(\s*\"(?:GO_TEST\w*|GOTEST\w*|GO_TESTING)\"")),
    ),
    "java": (
        (b"Class", lazy_pattern(r"\bforName\(\s*\"(?:org\.junit|org\.testng|junit\.)[\w.]*\"")),
        (
            b"getProperty",
            lazy_pattern(
                r"\bgetProperty\(\s*\"(?:surefire\.[\w.]+|org\.gradle\.test\.worker|sun\.java\.command)\"\s*\)[^;]{0,80}(?:[sS]urefire|junit|JUnit|test|null)"
            ),
        ),
        (
            b"java.class.path",
            lazy_pattern(r"getProperty\(\s*\"java\.class\.path\"\s*\)[^;]{0,60}\"[^\"]*(?:junit|surefire|testng)"),
        ),
    ),
    "rust": (
        (
            b"cfg!",
            lazy_pattern(
                r"\bcfg!\s*\(\s*(?:test|any\([^)]*\btest\b[^)]*\)|all\([^)]*\btest\b[^)]*\)|not\(\s*test\s*\))\s*\)"
            ),
        ),
        (b"RUST_TEST", lazy_pattern(r"\benv::var(?:_os)?\(\s*\"(?:RUST_TEST_\w+|NEXTEST\w*|CARGO_TARGET_TMPDIR)\"")),
        (b"option_env!", lazy_pattern(r"\boption_env!\(\s*\"(?:RUST_TEST_\w+|NEXTEST\w*)\"")),
    ),
}
"""By language: a word that must stand in the file, and what the question looks like."""
SIGNS = {**SIGNS, "typescript": SIGNS["javascript"], "tsx": SIGNS["javascript"]}

STACKS: Mapping[str, tuple[Sequence[bytes], re.Pattern[str], re.Pattern[str]]] = {
    "python": (
        (b"stack(", b"frame"),
        lazy_pattern(
            r"\binspect\.(?:stack|currentframe|getouterframes|getinnerframes)\(|\bsys\._getframe\("
            r"|\btraceback\.(?:extract_stack|format_stack|walk_stack)\(|(?<![\w.])(?:stack|currentframe|extract_stack)\(\)"
        ),
        lazy_pattern(
            r"[\"'](?:[^\"'\n]*\b)?(?:test_|_?pytest|unittest|tests?/|/tests?|test\b|conftest|_test\.py)[^\"'\n]*[\"']"
        ),
    ),
    "javascript": (
        (b"stack", b"StackTrace"),
        lazy_pattern(r"\bError\([^)\n]*\)\)?\.stack\b|\bcaptureStackTrace\b|\.prepareStackTrace\b"),
        lazy_pattern(
            r"[\"'`/](?:[^\"'`\n]*?)(?:\.spec\b|\.test\b|\\\.test\b|\\\.spec\b|__tests__|jest|vitest|mocha|jasmine|node:test)"
        ),
    ),
    "go": (
        (b"runtime.", b"debug.Stack"),
        lazy_pattern(r"\bruntime\.(?:Callers?|Stack|FuncForPC|CallersFrames)\b|\bdebug\.Stack\b"),
        lazy_pattern(r"\"(?:[^\"\n]*)(?:_test\.go|testing\.tRunner|\.Test|/testing)[^\"\n]*\""),
    ),
    "java": (
        (b"getStackTrace", b"StackWalker"),
        lazy_pattern(r"\bgetStackTrace\(\)|\bStackWalker\b"),
        lazy_pattern(r"\"(?:[^\"\n]*)(?:junit|JUnit|testng|TestNG|surefire|Test\b|\.test\.|\btest)[^\"\n]*\""),
    ),
    "rust": (
        (b"Backtrace::", b"thread::current", b"current_exe"),
        lazy_pattern(r"\bBacktrace::|\bthread::current\(\)\s*\.name\(\)|\bcurrent_exe\(\)"),
        lazy_pattern(r"\"(?:[^\"\n]*)(?:\btests?::|\btest_|/deps/|::tests?\b)[^\"\n]*\""),
    ),
}
"""By language: words one of which must stand in the file, how a stack is read, a test's words beside it."""
STACKS = {**STACKS, "typescript": STACKS["javascript"], "tsx": STACKS["javascript"]}
