from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "focused-test"


@pytest.mark.parametrize(
    "code",
    [
        "it('a', () => { f(); });",
        "new Query('users').only('id', 'name');",
        "expect(fit({ width: 1 }, { width: 2 })).toBe(3);",
        "fit.options({ fit: 'cover', only: 'width' });",
        "expect(x).to.have.only.keys('a');",
        "it('keeps only the first', () => { only(3); });",
        "test('a', { only: false }, () => { f(); });",
        "model.fit(x, () => { done(); });",
    ],
)
def test_what_focuses_nothing_is_fine(code: str) -> None:
    assert findings(code, "src/a.test.js", rule=RULE) == []


def test_product_code_is_not_asked() -> None:
    assert findings("it.only('a', () => { f(); });", "src/a.js", rule=RULE) == []


@pytest.mark.parametrize("path", ["src/a.test.js", "src/a.test.ts", "src/a.spec.tsx", "cypress/e2e/a.cy.js"])
@pytest.mark.parametrize(
    "code",
    [
        "it.only('a', () => { f(); });",
        "test.only(`a`, async () => { f(); });",
        "describe.only('s', () => { it('a', () => { f(); }); });",
        "fit('a', () => { f(); });",
        "fdescribe('s', () => { it('a', () => { f(); }); });",
        "test.only.each([[1], [2]])('a %i', (n) => { f(n); });",
        "it.concurrent.only('a', async () => { f(); });",
        "test.describe.only('s', () => { test('a', () => { f(); }); });",
        "context.only('s', function () { f(); });",
        "test('a', { only: true }, () => { f(); });",
        "it.only('a', function (done) { f(done); }).timeout(500);",
    ],
)
def test_a_focused_test_is_found(path: str, code: str) -> None:
    assert lines(code, path, rule=RULE) == [1]


def test_the_finding_points_at_the_focus_itself() -> None:
    found = findings("it.only('a', () => {\n  f();\n});\n", "src/a.test.js", rule=RULE)

    assert [one.code for one in found] == ["it.only"]


def test_broken_code_never_fails() -> None:
    findings("it.only('a', () => { describe.only(", "src/a.test.js")
