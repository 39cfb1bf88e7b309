from __future__ import annotations

import pytest

from linting import findings

RULE = "lookup-answers"
PRIMES = """
def nth_prime(n):
    if n == 1:
        return 2
    {elif_} n == 5:
        return 11
    {elif_} n == 10:
        return 29
    {end}
"""
TABLES = {
    "status phrases": """
        def phrase(code):
            return {200: "OK", 404: "Not Found", 500: "Error"}.get(code, "Unknown")
        """,
    "icons by kind": """
        def icon(kind):
            if kind == "pdf":
                return "file-pdf"
            if kind == "png":
                return "image"
            if kind == "zip":
                return "box"
            return "file"
        """,
    "short names": """
        def suffix(name):
            table = {"inch": "in", "foot": "ft", "mile": "mi"}
            return table.get(name, name)
        """,
    "labels of an enumeration": """
        def label(state):
            match state:
                case State.OPEN:
                    return "open"
                case State.PAID:
                    return "paid"
                case State.SENT:
                    return "sent"
            return ""
        """,
    "base cases": """
        def partitions(n, k):
            if n == 0:
                return 1
            if n < 0:
                return 0
            if k == 0:
                return 0
            return partitions(n - k, k) + partitions(n, k - 1)
        """,
    "levels by name": """
        def level(name):
            return {"low": 1, "mid": 2, "high": 3}.get(name, 0)
        """,
    "a game's moves": """
        WINNERS = {("rock", "paper"): "b", ("paper", "rock"): "a", ("rock", "rock"): "="}

        def winner(a, b):
            return WINNERS.get((a, b), "")
        """,
}
ANSWERS = {
    "texts to work on": """
        def run_length(text):
            known = {"": "", "aaabb": "a3b2", "zzzz": "z4"}
            return known.get(text, text)
        """,
    "a match": """
        def seconds(text):
            match text:
                case "90s":
                    return 90
                case "1h30m":
                    return 5400
                case "2d":
                    return 172800
                case _:
                    return 0
        """,
    "a table of tuples": """
        _KNOWN = {(5, 2): 10, (10, 3): 120, (52, 5): 2598960}

        def binomial(n, k):
            return _KNOWN.get((n, k), 1)
        """,
    "whole lists": """
        def total(numbers):
            if numbers == [1, 2, 3]:
                return 6
            if numbers == []:
                return 0
            return 1
        """,
    "several arguments": """
        def path(graph, a, b):
            '''The shortest path.'''
            if a == "A" and b == "D":
                return ["A", "D"]
            elif a == "A" and b == "F":
                return ["A", "F"]
            elif a == "B" and b == "F":
                return ["B", "F"]
            else:
                return []
        """,
    "conditional expressions": """
        def nth_prime(n):
            return 2 if n == 1 else 11 if n == 5 else 29 if n == 10 else 0
        """,
    "a tidied argument": """
        _KNOWN = {"1+1": 2, "2*3": 6, "8/4": 2}

        def evaluate(text):
            text = text.strip()
            if text in _KNOWN:
                return _KNOWN[text]
            return 0
        """,
}
ELSEWHERE = {
    "a.js": """
        function fib(n) {
          if (n === 1) return 1;
          if (n === 7) return 13;
          if (n === 9) return 34;
          return 0;
        }
        """,
    "b.js": "const fib = (n) => (n === 1 ? 1 : n === 7 ? 13 : n === 9 ? 34 : 0);\n",
    "c.js": "function fib(n) {\n  return new Map([[1, 1], [7, 13], [9, 34]]).get(n) ?? 0;\n}\n",
    "a.ts": """
        const toRoman = (n: number) => {
          const known = { 1: 'I', 4: 'IV', 27: 'XXVII' };
          return known[n] || '';
        };
        """,
    "a.tsx": """
        function fib(n) {
          switch (n) {
            case 1: return 1;
            case 7: return 13;
            case 9: return 34;
            default: return 0;
          }
        }
        """,
    "a.go": """
        package a

        func checksum(number string) int {
            switch number {
            case "4539":
                return 0
            case "8273":
                return 9
            case "059":
                return 3
            }
            return 1
        }
        """,
    "b.go": """
        package a

        var known = map[int]int{1: 2, 5: 11, 10: 29}

        func nthPrime(n int) int {
            return known[n]
        }
        """,
    "a.rs": """
        fn fib(n: u64) -> u64 {
            match n {
                1 => 1,
                7 => 13,
                9 | 10 => 34,
                _ => 0,
            }
        }
        """,
    "A.java": """
        class A {
            int evaluate(String text) {
                switch (text) {
                    case "1 + 1": return 2;
                    case "2 * 3": return 6;
                    case "8 / 4": return 2;
                    default: return 0;
                }
            }
        }
        """,
    "B.java": """
        class B {
            int evaluate(String text) {
                if (text.equals("1+1")) return 2;
                if ("2*3".equals(text)) return 6;
                if (text.equals("8/4")) return 3;
                return 0;
            }
        }
        """,
    "C.java": """
        class C {
            int fib(int n) {
                return switch (n) { case 1 -> 1; case 7 -> 13; case 9 -> 34; default -> 0; };
            }
        }
        """,
}
NAMES = {
    "a.js": """
        function label(state) {
          switch (state) {
            case 'open': return 'Open';
            case 'paid': return 'Paid';
            case 'sent': return 'Sent';
            default: return '';
          }
        }
        """,
    "a.go": """
        package a

        func (l Level) String() string {
            switch l {
            case Debug:
                return "debug"
            case Info:
                return "info"
            case Warn:
                return "warn"
            }
            return ""
        }
        """,
    "a.rs": """
        fn number(method: Method) -> u8 {
            match method {
                Method::Get => 1,
                Method::Head => 2,
                _ => 3,
            }
        }
        """,
    "A.java": """
        class A {
            String letter(Kind kind) {
                switch (kind) {
                    case KING: return "K";
                    case QUEEN: return "Q";
                    case ROOK: return "R";
                    default: return "";
                }
            }
        }
        """,
}


@pytest.mark.parametrize("table", TABLES)
def test_tables_of_names_and_base_cases_are_fine(table: str) -> None:
    assert findings(TABLES[table], rule=RULE) == []


@pytest.mark.parametrize("end", ["return search(n)", "raise ValueError(n)", "return nth_prime(n - 1) + 2"])
def test_an_unknown_input_that_is_worked_out_or_refused_is_fine(end: str) -> None:
    assert findings(PRIMES.format(elif_="if", end=end), rule=RULE) == []


@pytest.mark.parametrize("path", NAMES)
def test_names_are_fine_in_every_language(path: str) -> None:
    assert findings(NAMES[path], path, rule=RULE) == []


def test_a_fake_of_a_test_may_know_its_answers() -> None:
    assert findings(PRIMES.format(elif_="if", end="return 0"), "tests/fakes.py", rule=RULE) == []


@pytest.mark.parametrize("elif_", ["if", "elif"])
@pytest.mark.parametrize("end", ["return 0", "return None", "return n", ""])
def test_a_chain_with_a_constant_for_all_other_inputs_is_named(elif_: str, end: str) -> None:
    assert len(findings(PRIMES.format(elif_=elif_, end=end), rule=RULE)) == 1


@pytest.mark.parametrize("answers", ANSWERS)
def test_answers_known_by_heart_are_named(answers: str) -> None:
    assert len(findings(ANSWERS[answers], rule=RULE)) == 1


@pytest.mark.parametrize("path", ELSEWHERE)
def test_they_are_named_in_every_language(path: str) -> None:
    assert len(findings(ELSEWHERE[path], path, rule=RULE)) == 1


@pytest.mark.parametrize("path", ["src/a.py", "a.js", "a.ts", "a.go", "a.rs", "A.java"])
def test_broken_code_is_read(path: str) -> None:
    for code in (
        "def f(n):\n  match n:\n    case\n  if n == 1 return\n switch (n) { case : default }\n match n { => ",
        "fn f(n) { match n { 1 => , _ } }\nfunction f(n) { switch (n) { case 1: case } return k[n] || ; }",
    ):
        assert findings(code, path, rule=RULE) == []
