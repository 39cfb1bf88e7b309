from __future__ import annotations

import pytest

from learnagent.lint import test_code
from learnagent.lint.source_file import parse_file


def _read(code: str, path: str = "src/a.test.ts") -> list[test_code.TestFunction]:
    file = parse_file(path, code.encode())
    assert file is not None
    return test_code.tests(file)


def _asserted(body: str) -> list[tuple[str, str, str]]:
    (test,) = _read(f"it('a', async () => {{ {body} }});\n")
    return [(one.kind, one.subject, one.expected) for one in test.assertions]


@pytest.mark.parametrize(
    ("code", "qualified"),
    [
        ("describe('s', () => { describe('t', () => { it('a', () => {}); }); });", "s > t > a"),
        ("test.each([1, 2])('a %i', (n) => {});", "a %i"),
        ("it.concurrent('a', async () => {});", "a"),
        ("test.describe('s', () => { test('a', async () => {}); });", "s > a"),
        ("Deno.test({ name: 'a', fn() {} });", "a"),
        ("(ci ? it.skip : it)('a', () => {});", "a"),
        ("itIfPosix('a', () => {});", "a"),
        ("it('a', wrap(async () => {}));", "a"),
        ("it('a', function (done) {}).timeout(3);", "a"),
    ],
)
def test_tests_are_found_however_written(code: str, qualified: str) -> None:
    assert [test.qualified for test in _read(code)] == [qualified]


@pytest.mark.parametrize(
    "code", ["pattern.test('a');", "iterate('a', () => {});", "fit({ a: 1 }, { b: 2 });", "test(x);"]
)
def test_what_is_no_test_is_left_out(code: str) -> None:
    assert _read(code) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("expect(f(x)).toBe(3);", [("equal", "f(x)", "3")]),
        ("expect(x).not.toBe(3);", [("not_equal", "x", "3")]),
        ("expect(x).toBeNull();", [("equal", "x", "null")]),
        ("expect(x).not.toBeNull();", [("not_none", "x", "")]),
        ("expect(x).toBeDefined();", [("not_none", "x", "")]),
        ("expect(x).toHaveLength(3);", [("equal", "x.length", "3")]),
        ("expect(x.length).toBeGreaterThan(0);", [("truth", "x", "not empty")]),
        ("expect(x === 3).toBe(true);", [("equal", "x", "3")]),
        ("expect(typeof x).toBe('string');", [("instance", "x", '"string"')]),
        ("expect(x).toEqual(expect.any(Number));", [("instance", "x", "expect.any(Number)")]),
        ("expect(x).toBeCloseTo(3, 2);", [("close", "x", "3")]),
        ("expect(x).to.be.true;", [("equal", "x", "true")]),
        ("x.should.equal(3);", [("equal", "x", "3")]),
        ("assert.equal(x, 3);", [("equal", "x", "3")]),
        ("assert(x && y);", [("truth", "x", ""), ("truth", "y", "")]),
        ("t.is(x, 3);", [("equal", "x", "3")]),
        ("expect(fn).toHaveBeenCalledWith(1, 2);", [("called", "fn", "1, 2")]),
        ("await request(app).get('/').expect(200);", [("other", "", "")]),
        ("expect(x);", []),
        ("expect(x).toBeTruthy;", []),
        ("expect.assertions(2);", []),
    ],
)
def test_assertions_are_read_alike_however_written(body: str, expected: list[tuple[str, str, str]]) -> None:
    assert _asserted(body) == expected


@pytest.mark.parametrize(
    ("matcher", "raised", "match"),
    [
        ("toThrow(RangeError)", "RangeError", ""),
        ("toThrow('no key')", "", '"no key"'),
        ("to.throw(Error, /no key/)", "Error", "/no key/"),
    ],
)
def test_expected_errors_tell_type_and_match(matcher: str, raised: str, match: str) -> None:
    (test,) = _read(f"it('a', () => {{ expect(() => f()).{matcher}; }});")

    assert [(one.kind, one.raised, one.match) for one in test.assertions] == [("raises", raised, match)]


@pytest.mark.parametrize(
    ("code", "kind", "is_conditional"),
    [
        ("it.skip('a', () => {});", "skip", False),
        ("describe.skip('s', () => { it('a', () => {}); });", "skip", False),
        ("it.skipIf(ci)('a', () => {});", "skip", True),
        ("it.todo('a');", "todo", False),
        ("it('a', () => { return; expect(1).toBe(2); });", "return", False),
        ("test('a', { skip: noDatabase }, () => {});", "skip", True),
    ],
)
def test_skips_tell_their_condition(code: str, kind: str, is_conditional: bool) -> None:
    (test,) = _read(code)

    assert test.skip is not None
    assert (test.skip.kind, test.skip.is_conditional) == (kind, is_conditional)


def test_rows_are_listed() -> None:
    assert _read("test.each([[1, 2], [3, 4]])('a', (x, y) => {});")[0].parameters == ("[1, 2]", "[3, 4]")
    assert _read("for (const x of [1, 2]) {\n  test('a ' + x, () => {});\n}")[0].parameters == ("1", "2")
    assert _read("it.each`\n  x | y\n  ${1} | ${2}\n`('a', ({ x }) => {});")[0].parameters == ("${1} | ${2}",)


def test_a_focused_group_focuses_its_tests() -> None:
    assert _read("describe.only('s', () => { it('a', () => {}); });")[0].is_focused
