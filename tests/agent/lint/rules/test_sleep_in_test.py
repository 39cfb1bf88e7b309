from __future__ import annotations

from textwrap import dedent, indent

import pytest

from linting import findings, lines

RULE = "sleep-in-test"
PYTHON = "tests/test_writer.py"
SCRIPT = "src/writer.test.ts"


def _python(body: str, imports: str = "import time, asyncio") -> str:
    return f"{imports}\nasync def test_writes():\n{indent(dedent(body), '    ')}\n"


@pytest.mark.parametrize(
    "body",
    [
        "await asyncio.sleep(0)",
        "time.sleep(0)",
        "pet.sleep(3)",
        "task = asyncio.create_task(asyncio.sleep(10))",
        "assert done.wait(timeout=10)",
        "def slow():\n    time.sleep(3)\nrun(slow)",
        "run(lambda: time.sleep(3))",
        "with pytest.raises(TimeoutError):\n    time.sleep(3)",
        "async with asyncio.timeout(1):\n    await asyncio.sleep(9)",
        "while time.monotonic() < deadline:\n    time.sleep(0.01)",
        "await asyncio.wait_for(asyncio.sleep(3), 1)",
    ],
)
def test_what_does_not_wait_for_a_fixed_time_is_fine(body: str) -> None:
    assert findings(_python(body), PYTHON, rule=RULE) == []


@pytest.mark.parametrize(
    "start",
    [
        "@patch('jobs.time.sleep')\n",
        "@pytest.fixture(autouse=True)\ndef fast(monkeypatch):\n    monkeypatch.setattr(time, 'sleep', print)\n",
    ],
)
def test_a_sleep_that_is_replaced_takes_no_time(start: str) -> None:
    assert findings(f"{start}def test_a():\n    time.sleep(3)\n", PYTHON, rule=RULE) == []


def test_a_stand_in_may_be_slow() -> None:
    code = (
        "class SlowClient:\n    def get(self):\n        time.sleep(3)\n\ndef work():\n    time.sleep(3)\n    return 1\n"
    )

    assert findings(code, PYTHON, rule=RULE) == []


def test_product_code_may_sleep() -> None:
    assert findings(_python("time.sleep(3)"), "src/writer.py", rule=RULE) == []


@pytest.mark.parametrize(
    ("body", "imports"),
    [
        ("time.sleep(2)", "import time"),
        ("t.sleep(2)", "import time as t"),
        ("sleep(2)", "from time import sleep"),
        ("nap(2)", "from time import sleep as nap"),
        ("await asyncio.sleep(0.5)", "import asyncio"),
        ("await anyio.sleep(0.5)", "import anyio"),
        ("for _ in range(10):\n    time.sleep(1)", "import time"),
        ("while not done():\n    time.sleep(1)", "import time"),
        ("if slow:\n    time.sleep(DELAY)", "import time"),
        ("await page.wait_for_timeout(500)", "import x"),
        ("with open(p) as f:\n    time.sleep(1)", "import time"),
        ("asyncio.run(asyncio.sleep(1))", "import asyncio"),
    ],
)
def test_a_fixed_wait_is_found_in_python(body: str, imports: str) -> None:
    assert len(lines(_python(body, imports), PYTHON, rule=RULE)) == 1


@pytest.mark.parametrize(
    "head", ["@pytest.fixture\ndef server():", "class A(TestCase):\n  def setUp(self):", "def setup_method(self):"]
)
def test_a_fixed_wait_in_what_prepares_a_test_is_found(head: str) -> None:
    assert len(lines(f"import time\n{head}\n      time.sleep(3)\n", PYTHON, rule=RULE)) == 1


def test_a_helper_that_only_waits_is_found_where_a_test_calls_it() -> None:
    code = "import time\ndef settle():\n    time.sleep(1)\n\ndef test_a():\n    settle()\n"

    assert lines(code, PYTHON, rule=RULE) == [6]


@pytest.mark.parametrize(
    "body",
    [
        "await new Promise((r) => setTimeout(r, 0));",
        "await new Promise((r) => setTimeout(r));",
        "load.mockImplementation(() => new Promise((r) => setTimeout(r, 100)));",
        "const slow = async () => { await sleep(100); };",
        "await waitFor(() => expect(x).toBe(1));",
        "setTimeout(() => { server.close(); }, 100);",
        "await delay();",
        "while (Date.now() < end) { await sleep(10); }",
    ],
)
def test_what_does_not_wait_for_a_fixed_time_is_fine_in_typescript(body: str) -> None:
    assert findings(f"it('a', async () => {{\n  {body}\n}});\n", SCRIPT, rule=RULE) == []


def test_fake_timers_take_no_time() -> None:
    code = "jest.useFakeTimers();\nit('a', async () => { await new Promise((r) => setTimeout(r, 500)); });\n"

    assert findings(code, SCRIPT, rule=RULE) == []


@pytest.mark.parametrize("path", ["src/writer.test.js", SCRIPT, "src/writer.test.tsx"])
@pytest.mark.parametrize(
    "body",
    [
        "await new Promise((resolve) => setTimeout(resolve, 500));",
        "await new Promise(function (done) { setTimeout(done, DELAY); });",
        "await new Promise((r) => { setTimeout(r, 500); });",
        "await sleep(300);",
        "await delay(1000);",
        "await wait(2 * 1000);",
        "await page.waitForTimeout(500);",
        "cy.wait(1000);",
        "setTimeout(() => { expect(x).toBe(1); done(); }, 100);",
        "await act(async () => { await new Promise((r) => setTimeout(r, 50)); });",
    ],
)
def test_a_fixed_wait_is_found_in_javascript(path: str, body: str) -> None:
    assert lines(f"it('a', async (done) => {{\n  {body}\n}});\n", path, rule=RULE) == [2]


def test_a_wrapper_and_a_hook_are_found_in_javascript() -> None:
    code = (
        "const rest = (ms) => new Promise((r) => setTimeout(r, ms));\nbeforeEach(async () => {\n  await rest(p);\n});\n"
    )

    assert lines(code, "a.test.js", rule=RULE) == [3]


@pytest.mark.parametrize(
    "body",
    [
        "time.Sleep(0)",
        "go func() { time.Sleep(time.Second) }()",
        "select { case <-done: case <-time.After(time.Second): t.Fatal() }",
        "for time.Now().Before(deadline) { time.Sleep(time.Millisecond) }",
        "h := http.HandlerFunc(func(w W, r R) { time.Sleep(time.Second) })",
        "timer := time.After(time.Second)",
    ],
)
def test_what_does_not_wait_for_a_fixed_time_is_fine_in_go(body: str) -> None:
    assert findings(f"package a\nfunc TestA(t *testing.T) {{\n{body}\n}}\n", "a_test.go", rule=RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "time.Sleep(100 * time.Millisecond)",
        't.Run("a", func(t *testing.T) { time.Sleep(time.Second) })',
        "<-time.After(time.Second)",
        "for i := 0; i < 10; i++ { time.Sleep(time.Second) }",
    ],
)
def test_a_fixed_wait_is_found_in_go(body: str) -> None:
    assert lines(f"package a\nfunc TestA(t *testing.T) {{\n{body}\n}}\n", "a_test.go", rule=RULE) == [3]


@pytest.mark.parametrize("body", ["thread::spawn(|| thread::sleep(D));", "rx.recv_timeout(D);", "pet.sleep(3);"])
def test_what_does_not_wait_for_a_fixed_time_is_fine_in_rust(body: str) -> None:
    assert findings(f"#[test]\nfn a() {{\n    {body}\n}}\n", "tests/a.rs", rule=RULE) == []


@pytest.mark.parametrize(
    ("use", "body"),
    [
        ("use std::thread;", "thread::sleep(Duration::from_millis(500));"),
        ("", "std::thread::sleep(Duration::from_secs(1));"),
        ("", "tokio::time::sleep(Duration::from_secs(1)).await;"),
        ("use tokio::time::{sleep, Duration};", "sleep(Duration::from_secs(1)).await;"),
    ],
)
def test_a_fixed_wait_is_found_in_rust(use: str, body: str) -> None:
    assert lines(f"{use}\n#[tokio::test]\nasync fn a() {{\n    {body}\n}}\n", "tests/a.rs", rule=RULE) == [4]


@pytest.mark.parametrize("body", ["pool.submit(() -> { Thread.sleep(100); return 1; });", "latch.await(5, SECONDS);"])
def test_what_does_not_wait_for_a_fixed_time_is_fine_in_java(body: str) -> None:
    assert findings(f"class ATest {{\n@Test void a() {{\n{body}\n}}\n}}\n", "src/test/ATest.java", rule=RULE) == []


@pytest.mark.parametrize("annotation", ["@Test", "@BeforeEach", "@Before"])
@pytest.mark.parametrize(
    "body", ["Thread.sleep(1000);", "TimeUnit.SECONDS.sleep(2);", "for (;;) { Thread.sleep(10); }"]
)
def test_a_fixed_wait_is_found_in_java(annotation: str, body: str) -> None:
    code = f"class ATest {{\n{annotation} void a() {{\n{body}\n}}\n}}\n"

    assert lines(code, "src/test/ATest.java", rule=RULE) == [3]


@pytest.mark.parametrize("path", [PYTHON, SCRIPT, "a_test.go", "src/a.rs", "src/test/ATest.java"])
def test_broken_code_never_fails(path: str) -> None:
    code = "def test_a(: time.sleep( it('a', async () => { await sleep(3 func TestA(t *testing.T) { time.Sleep("

    findings(code, path)
