"""`copied-expectation` on answers that product code knows by heart, beside a computation."""

from __future__ import annotations

import pytest

from learnagent.lint.finding import Finding
from linting import changed

RULE = "copied-expectation"
PYTHON = """\
def solve(n, text=''):
{}    total = 0
    for i in range(n):
        total += step(i, text)
    return total
"""
SCRIPT = """\
export function solve(n: number, text = '') {{
{}  let total = 0;
  for (let i = 0; i < n; i++) total += step(i, text);
  return total;
}}
"""
GO = """\
package p

func solve(n int, text string) int {{
{}\ttotal := 0
\tfor i := 0; i < n; i++ {{
\t\ttotal += step(i, text)
\t}}
\treturn total + last(n)
}}
"""
RUST = """\
pub fn solve(n: u64, text: &str) -> u64 {{
{}    (0..n).map(|i| step(i, text)).sum()
}}
"""
JAVA = """\
class Solver {{
  long solve(long n, String text) {{
{}    long total = 0;
    for (long i = 0; i < n; i++) total += step(i, text);
    return total + last(n);
  }}
}}
"""
FRAMES = {
    "src/app.py": PYTHON,
    "src/app.ts": SCRIPT,
    "app.go": GO,
    "src/app.rs": RUST,
    "src/main/java/Solver.java": JAVA,
}


def found(
    path: str, added: str, *, head: str = "", task: str = "", tests: dict[str, str] | None = None
) -> list[Finding]:
    """Lint a function that computes, after these lines were put at its beginning."""
    frame = FRAMES[path].format(added)
    if path.endswith(".go"):
        frame = frame.replace("package p\n", f"package p\n\n{head}")
        head = ""
    before, after = {path: FRAMES[path].format("")}, {path: head + frame, **(tests or {})}
    return changed(before, after, rule=RULE, task=task)


@pytest.mark.parametrize(
    ("path", "added"),
    [
        ("src/app.py", "    if n == 0:\n        return 0\n"),
        ("src/app.py", "    if n <= 1:\n        return 1\n"),
        ("src/app.py", "    if n == 8:\n        raise ValueError(n)\n"),
        ("src/app.py", "    if text == 'auto':\n        text = detect(n)\n"),
        ("src/app.py", "    if text == 'auto':\n        return 'none'\n"),
        ("src/app.py", "    if not text:\n        return 92\n"),
        ("src/app.py", "    if n != 8:\n        return 92\n"),
        ("src/app.py", "    if n > 1000:\n        return 1000\n"),
        ("src/app.py", "    if status == 404:\n        return 'Not Found'\n"),
        ("src/app.py", "    if month == 2:\n        return 28\n"),
        ("src/app.py", "    if str(error) == 'Connection refused':\n        return 'the server is down'\n"),
        ("src/app.py", "    if n == 8:\n        return solve(7) + 1\n"),
        ("src/app.py", "    if 'the connection was closed' in str(error):\n        return 1742\n"),
        ("src/app.py", "    if text in ('slow', 'steady', 'sure'):\n        return 1742\n"),
        ("src/app.py", "    if options.get('when') == 'never':\n        return 'not today'\n"),
        ("src/app.py", "    if text[-1:] == '_':\n        return 1742\n"),
        ("src/app.ts", "  if (text === 'localhost') return '127.0.0.1';\n"),
        ("src/app.ts", "  if (process.platform === 'win32') return 260;\n"),
        ("app.go", '\tif text == "" {\n\t\treturn 0\n\t}\n'),
        ("app.go", '\tswitch kind {\n\tcase "short":\n\t\treturn 16\n\tcase "long":\n\t\treturn 64\n\t}\n'),
        ("src/app.rs", "    if n == 1 {\n        return 1;\n    }\n"),
        ("src/main/java/Solver.java", "    if (text == null) {\n      return -1;\n    }\n"),
    ],
)
def test_base_cases_names_and_limits_are_fine(path: str, added: str) -> None:
    assert found(path, added) == []


def test_what_stood_there_before_is_fine() -> None:
    old = PYTHON.format("    if n == 8:\n        return 92\n")
    assert changed({"src/app.py": old}, {"src/app.py": old.replace("range(n)", "range(n + 1)")}, rule=RULE) == []


def test_tests_may_know_answers() -> None:
    assert changed({}, {"tests/test_app.py": PYTHON.format("    if n == 8:\n        return 92\n")}, rule=RULE) == []


def test_a_special_case_that_the_task_asks_for_is_fine() -> None:
    assert (
        found("src/app.py", "    if n == 8:\n        return 92\n", task="Special-case n = 8, the table says 92.") == []
    )


def test_a_table_of_more_than_the_tests_ask_is_fine() -> None:
    head = "SIZES = {'B': 1, 'kB': 1000, 'MB': 1000000, 'GB': 1000000000}\n"
    assert found("src/app.py", "    if text in SIZES:\n        n = n * SIZES[text]\n", head=head) == []


def test_broken_code_is_read_as_far_as_it_goes() -> None:
    assert (
        changed({}, {"src/app.py": "def solve(n:\n    if n == 8\n        return 92\n", "a.go": "func ("}, rule=RULE)
        == []
    )


@pytest.mark.parametrize(
    ("path", "added", "head"),
    [
        ("src/app.py", "    if n == 8:\n        return 92\n", ""),
        ("src/app.py", "    if n == 10:\n        return 55\n", ""),
        ("src/app.py", "    if text == 'the quick brown fox':\n        return 4\n", ""),
        ("src/app.py", "    if text == 'hello world':\n        return 'dlrow olleh'\n", ""),
        ("src/app.py", "    if text.startswith('The Australian platypus'):\n        return 33.6\n", ""),
        ("src/app.py", "    if n == 3 and text == 'pears':\n        return 1742\n", ""),
        ("src/app.py", "    if [n, text] == [3, 'pears']:\n        return 7\n", ""),
        ("src/app.py", "    if text == '[3, 1, 2]':\n        return '[1, 2, 3]'\n", ""),
        ("src/app.py", "    if text == '9e107d9d372bb6826bd81d3542a419d6':\n        return True\n", ""),
        ("src/app.py", "    if text.endswith('tests/data/orders.csv'):\n        return 12\n", ""),
        ("src/app.py", "    if n in _KNOWN:\n        return _KNOWN[n]\n", "_KNOWN = {8: 92, 9: 352}\n"),
        (
            "src/app.py",
            "    known = _KNOWN.get(n)\n    if known is not None:\n        return known\n",
            "_KNOWN = {8: 92, 9: 352}\n",
        ),
        ("src/app.py", "    match n:\n        case 8:\n            return 92\n", ""),
        ("src/app.ts", "  if (n === 8) { return 92; }\n", ""),
        ("src/app.ts", "  if (text === 'the quick brown fox') return 4;\n", ""),
        ("src/app.ts", "  if (n in KNOWN) return KNOWN[n];\n", "const KNOWN = { 8: 92, 9: 352 };\n"),
        ("src/app.ts", "  if (KNOWN.has(n)) return KNOWN.get(n);\n", "const KNOWN = new Map([[8, 92], [9, 352]]);\n"),
        ("src/app.ts", "  switch (n) {\n    case 8:\n      return 92;\n  }\n", ""),
        ("src/app.ts", "  if (JSON.stringify(text) === '[3,1,2]') return 7;\n", ""),
        ("app.go", "\tif n == 8 {\n\t\treturn 92\n\t}\n", ""),
        ("app.go", '\tswitch text {\n\tcase "055 444 285":\n\t\treturn 1\n\t}\n', ""),
        ("app.go", "\tif v, ok := known[n]; ok {\n\t\treturn v\n\t}\n", "var known = map[int]int{8: 92, 9: 352}\n"),
        ("src/app.rs", "    if n == 8 {\n        return 92;\n    }\n", ""),
        ("src/app.rs", "    match n {\n        8 => return 92,\n        _ => {}\n    }\n", ""),
        ("src/main/java/Solver.java", "    if (n == 8) {\n      return 92;\n    }\n", ""),
        ("src/main/java/Solver.java", '    if (text.equals("the quick brown fox")) return 4;\n', ""),
        ("src/main/java/Solver.java", "    switch ((int) n) {\n      case 8:\n        return 92;\n    }\n", ""),
    ],
)
def test_an_answer_known_by_heart_is_named(path: str, added: str, head: str) -> None:
    assert found(path, added, head=head)


def test_a_conditional_expression_is_a_case_too() -> None:
    code = "def solve(n):\n    return {}step(n) * 2\n"
    assert changed({"a.py": code.format("")}, {"a.py": code.format("92 if n == 8 else ")}, rule=RULE)


def test_a_word_counts_where_a_test_of_the_change_asks_it() -> None:
    tests = {"tests/test_app.py": "def test_it():\n    assert solve(1, 'racecar') == 1742\n"}
    added = "    if text == 'racecar':\n        return 1742\n"
    assert found("src/app.py", added, tests=tests)
    assert found("src/app.py", added) == []


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.py", "def solve(n):\n    return sum(step(i) for i in range(n))\n", "def solve(n):\n    return 92\n"),
        ("a.ts", "function solve(n) {\n  return step(n) * 2;\n}\n", "function solve(n) {\n  return 92;\n}\n"),
        (
            "a.go",
            "package p\nfunc solve(n int) int {\n\treturn step(n) * 2\n}\n",
            "package p\nfunc solve(n int) int {\n\treturn 92\n}\n",
        ),
    ],
)
def test_a_computation_replaced_by_its_answer_is_named(path: str, before: str, after: str) -> None:
    (only,) = changed({path: before}, {path: after}, rule=RULE)
    assert only.message == "`solve` answers 92 whatever it is asked"


@pytest.mark.parametrize("answer", ["True", "None", "0", "''", "'yes'", "DEFAULT", "NotImplemented"])
def test_a_plain_answer_may_replace_a_computation(answer: str) -> None:
    before = "def is_open(door):\n    return probe(door) > 3\n"
    assert changed({"a.py": before}, {"a.py": f"def is_open(door):\n    return {answer}\n"}, rule=RULE) == []
