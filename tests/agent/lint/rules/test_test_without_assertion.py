from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "test-without-assertion"
PYTHON = "tests/test_cart.py"


def _python(body: str, *, name: str = "test_total", parameters: str = "", above: str = "") -> str:
    return f"{above}def {name}({parameters}):\n    {body}\n"


def _script(body: str, title: str = "counts") -> str:
    return f"it('{title}', async () => {{\n  {body}\n}});\n"


@pytest.mark.parametrize(
    "body",
    [
        "assert total() == 3",
        "with pytest.raises(ValueError):\n        total()",
        "pytest.raises(ValueError, total)",
        "with pytest.warns(UserWarning):\n        total()",
        "mock.assert_called_once_with(1)",
        "np.testing.assert_allclose(total(), 3)",
        "check_total(3)",
        "verify(total())",
        "expect(page).to_have_title('a')",
        "result.stdout.fnmatch_lines(['*'])",
        "if total() != 3:\n        pytest.fail('no')",
        "if total() != 3:\n        raise AssertionError('no')",
        "subprocess.run(['x'], check=True)",
        "assert_that(total(), equal_to(3))",
        "total()  # must not raise",
        "warnings.simplefilter('error')\n    total()",
    ],
)
def test_a_test_that_asks_something_is_fine(body: str) -> None:
    assert findings(_python(body), PYTHON, rule=RULE) == []


@pytest.mark.parametrize("name", ["test_total_does_not_raise", "test_no_error", "test_smoke", "test_never_crashes"])
def test_a_name_may_say_that_the_code_must_only_not_raise(name: str) -> None:
    assert findings(_python("total()", name=name), PYTHON, rule=RULE) == []


@pytest.mark.parametrize("parameters", ["benchmark", "snapshot", "data_regression", "assert_no_queries"])
def test_a_fixture_may_ask(parameters: str) -> None:
    assert findings(_python("total()", parameters=parameters), PYTHON, rule=RULE) == []


@pytest.mark.parametrize("above", ["@raises(ValueError)\n", "@check_figures_equal()\n", "@given(st.text())\n"])
def test_a_decorator_may_ask(above: str) -> None:
    assert findings(_python("total()", above=above), PYTHON, rule=RULE) == []


def test_a_skipped_test_is_not_asked() -> None:
    assert findings(_python("total()", above="@pytest.mark.skip('x y')\n"), PYTHON, rule=RULE) == []


def test_a_function_of_the_file_that_asserts_counts_however_deep() -> None:
    code = """
        def compare(a, b):
            assert a == b

        def roundtrip(text):
            compare(parse(text), text)

        def test_roundtrip():
            roundtrip("a")
        """

    assert findings(code, PYTHON, rule=RULE) == []


def test_a_helper_of_another_test_module_is_trusted() -> None:
    assert findings("from .helpers import roundtrip\n\n" + _python("roundtrip(3)"), PYTHON, rule=RULE) == []


def test_a_method_of_a_base_class_elsewhere_is_trusted() -> None:
    code = "class TestA(ParserTests):\n    def test_a(self):\n        self.parses('a')\n"

    assert findings(code, PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "def total():\n    pass\n",
        "@pytest.fixture\ndef test_data():\n    return 1\n",
        "class Helper:\n    def test_it(self):\n        pass\n",
    ],
)
def test_what_is_no_test_is_not_asked(code: str) -> None:
    assert findings(code, PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "total()",
        "print(total())",
        "total() == 3",
        "return total() == 3",
        "result = total()\n    if result != 3:\n        print('FAIL')",
        "mock.send.assert_called_once_with",
        "logger.info('%s', total())",
        "checksum_file(total())",
        "ok = check_total(3)",
        "for row in rows:\n        total(row)",
        "pass",
        "with open('x') as f:\n        total(f)",
    ],
)
def test_a_test_that_asks_nothing_is_found(body: str) -> None:
    assert lines(_python(body), PYTHON, rule=RULE) == [1]


def test_async_tests_and_methods_are_found() -> None:
    code = """
        class TotalTest(unittest.IsolatedAsyncioTestCase):
            async def test_total(self):
                await total()

            def test_count(self):
                self.assertEqual(count(), 3)
        """

    assert lines(code, PYTHON, rule=RULE) == [3]


@pytest.mark.parametrize(
    "body",
    [
        "expect(total()).toBe(3);",
        "await expect(total()).rejects.toThrow('x');",
        "return expect(total()).resolves.toBe(3);",
        "assert.equal(total(), 3);",
        "total().should.equal(3);",
        "await request(app).get('/').expect(200);",
        "sinon.assert.calledOnce(spy);",
        "cy.get('h1').should('be.visible');",
        "await screen.findByText('Total');",
        "if (total() !== 3) { throw new Error('no'); }",
        "expectTypeOf(total()).toEqualTypeOf<number>();",
        "// @ts-expect-error wrong type\n  total('a');",
    ],
)
def test_a_script_that_asks_something_is_fine(body: str) -> None:
    assert findings(_script(body), "src/cart.test.ts", rule=RULE) == []


def test_a_pending_or_skipped_script_test_is_not_asked() -> None:
    code = "it('counts');\nit.todo('adds');\nit.skip('subtracts', () => { f(); });\n"

    assert findings(code, "src/cart.test.js", rule=RULE) == []


@pytest.mark.parametrize("path", ["src/cart.test.js", "src/cart.test.ts", "src/cart.spec.tsx"])
@pytest.mark.parametrize(
    "body",
    [
        "await total();",
        "console.log(total());",
        "expect(total() === 3);",
        "const ok = total() === 3;",
        "expect(total());",
        "total(() => { done(); });",
    ],
)
def test_a_script_that_asks_nothing_is_found(path: str, body: str) -> None:
    assert lines(_script(body), path, rule=RULE) == [1]


@pytest.mark.parametrize(
    "body",
    [
        "if Total() != 3 { t.Fatal() }",
        "assert.Equal(t, 3, Total())",
        "checkTotal(t, 3)",
        "evaluates(t, 3)",
        "suite.Run(t, new(S))",
        "runner.ExpectNoIssues()",
        "apply(t.Errorf, 3)",
    ],
)
def test_a_go_test_that_asks_something_is_fine(body: str) -> None:
    assert findings(f"package a\nfunc TestA(t *testing.T) {{\n\t{body}\n}}\n", "a_test.go", rule=RULE) == []


def test_benchmarks_and_examples_of_go_are_not_asked() -> None:
    code = "package a\nfunc BenchmarkA(b *testing.B) {\n\tTotal()\n}\nfunc ExampleA() {\n\tTotal()\n}\n"

    assert findings(code, "a_test.go", rule=RULE) == []


@pytest.mark.parametrize("body", ["Total()", "t.Log(Total())", "s := newServer(t)\n\ts.Get()", "_ = Total()"])
def test_a_go_test_that_asks_nothing_is_found(body: str) -> None:
    assert lines(f"package a\nfunc TestA(t *testing.T) {{\n\t{body}\n}}\n", "a_test.go", rule=RULE) == [2]


@pytest.mark.parametrize("body", ["assert_eq!(total(), 3);", "total().unwrap();", "insta::assert_snapshot!(total());"])
def test_a_rust_test_that_may_fail_is_fine(body: str) -> None:
    assert findings(f"#[test]\nfn a() {{\n    {body}\n}}\n", "src/a.rs", rule=RULE) == []


def test_a_rust_test_that_should_panic_is_fine() -> None:
    assert findings("#[test]\n#[should_panic]\nfn a() {\n    total();\n}\n", "src/a.rs", rule=RULE) == []


@pytest.mark.parametrize("body", ["total();", 'println!("{:?}", total());', "let ok = total() == 3;"])
def test_a_rust_test_that_asks_nothing_is_found(body: str) -> None:
    assert lines(f"#[test]\nfn a() {{\n    {body}\n}}\n", "src/a.rs", rule=RULE) == [2]


@pytest.mark.parametrize(
    "method",
    [
        "@Test void a() { assertEquals(3, total()); }",
        "@Test(expected = E.class) public void a() { total(); }",
        "@Test void a() { verify(mock).send(); }",
        "@Test void a() { mvc.perform(get()).andExpect(status().isOk()); }",
        "@Test void contextLoads() { }",
        "void helper() { total(); }",
    ],
)
def test_a_java_test_that_asks_something_is_fine(method: str) -> None:
    assert findings(f"class ATest {{\n{method}\n}}\n", "src/test/ATest.java", rule=RULE) == []


@pytest.mark.parametrize("body", ["total();", "System.out.println(total());", "assertThat(total() == 3);"])
def test_a_java_test_that_asks_nothing_is_found(body: str) -> None:
    assert lines(f"class ATest {{\n@Test void a() {{ {body} }}\n}}\n", "src/test/ATest.java", rule=RULE) == [2]


@pytest.mark.parametrize("path", ["tests/test_a.py", "a.test.js", "a_test.go", "src/a.rs", "src/test/ATest.java"])
def test_broken_code_never_fails(path: str) -> None:
    findings("def test_a(: it('a', () => { func TestA(t *testing.T) { #[test] fn a() {", path)
