from __future__ import annotations

import pytest

from linting import changed

RULE = "added-wait"
PYTHON = "import pytest\n\n\ndef test_all_jobs_are_run(pool):\n    pool.submit(pow, 2, 2)\n    pool.join()\n    assert pool.results == [4]\n"
ASYNC = "async def test_listener(bus):\n    await bus.send('a')\n    assert bus.got == ['a']\n"
SCRIPT = "it('saves', async () => {\n  await draft.change('a');\n  expect(save).toHaveBeenCalledWith('a');\n});\n"
GO = (
    'package bus\n\nfunc TestBus(t *testing.T) {\n\tbus.Publish("a")\n\tif bus.Last() != "a" {\n\t\tt.Fatal()\n\t}\n}\n'
)
RUST = "use std::thread;\nuse std::time::Duration;\n\n#[test]\nfn sees() {\n    bus.send(1);\n    assert_eq!(bus.last(), 1);\n}\n"
JAVA = "class BusTest {\n  @Test\n  void sees() throws Exception {\n    bus.send(1);\n    assertEquals(1, bus.last());\n  }\n}\n"


def levels(path: str, before: str, after: str, task: str = "") -> list[str]:
    return [finding.level for finding in changed({path: before}, {path: after}, rule=RULE, task=task)]


@pytest.mark.parametrize(
    ("path", "before", "old", "new"),
    [
        ("tests/test_pool.py", PYTHON, "    pool.join()\n", "    assert pool.done.wait(timeout=5)\n"),
        (
            "tests/test_pool.py",
            PYTHON,
            "    pool.submit",
            "    monkeypatch.setattr('pool.time.sleep', naps.append)\n    pool.submit",
        ),
        ("tests/test_pool.py", PYTHON, "    pool.submit(pow, 2, 2)", "    pool.submit(run, ['sleep', '30'])"),
        (
            "tests/test_pool.py",
            PYTHON,
            "    pool.submit",
            "    def slow():\n        time.sleep(5)\n\n    pool.submit(slow)\n    pool.submit",
        ),
        ("tests/test_bus.py", ASYNC, "    assert", "    await asyncio.sleep(0)\n    assert"),
        ("draft.test.ts", SCRIPT, "  expect", "  await waitFor(() => saved);\n  expect"),
        ("draft.test.ts", SCRIPT, "it(", "vi.useFakeTimers();\nit("),
        (
            "bus_test.go",
            GO,
            "\tif bus",
            "\tselect {\n\tcase <-bus.done:\n\tcase <-time.After(5 * time.Second):\n\t\tt.Fatal()\n\t}\n\tif bus",
        ),
    ],
)
def test_waiting_for_the_event_is_fine(path: str, before: str, old: str, new: str) -> None:
    assert levels(path, before, before.replace(old, new, 1)) == []


def test_a_wait_in_a_new_test_is_the_business_of_another_rule() -> None:
    assert (
        levels(
            "tests/test_pool.py", PYTHON, PYTHON + "\n\ndef test_idle(pool):\n    time.sleep(1)\n    assert pool.idle\n"
        )
        == []
    )


def test_a_wait_that_stood_before_is_fine() -> None:
    before = PYTHON.replace("    pool.join()\n", "    time.sleep(1)\n")

    assert levels("tests/test_pool.py", before, before.replace("sleep(1)", "sleep(0.5)").replace("2, 2", "2, 3")) == []


@pytest.mark.parametrize(
    "task", ["Wait a second in test_all_jobs_are_run.", "Mark the tests of the pool as flaky.", "Retry flaky tests"]
)
def test_what_the_task_asks_for_is_fine(task: str) -> None:
    assert (
        levels("tests/test_pool.py", PYTHON, PYTHON.replace("    assert", "    time.sleep(1)\n    assert"), task) == []
    )


@pytest.mark.parametrize(
    ("path", "before", "old", "new"),
    [
        ("tests/test_pool.py", PYTHON, "    pool.join()\n", "    time.sleep(0.5)\n"),
        ("tests/test_pool.py", "from time import sleep\n" + PYTHON, "    assert", "    sleep(2)\n    assert"),
        (
            "tests/test_pool.py",
            PYTHON,
            "    assert",
            "    for _ in range(10):\n        if pool.results:\n            break\n        time.sleep(0.1)\n    assert",
        ),
        ("tests/test_bus.py", ASYNC, "    assert", "    await asyncio.sleep(1)\n    assert"),
        ("tests/test_pool.py", PYTHON, "def test", "@pytest.mark.flaky(reruns=3)\ndef test"),
        ("tests/test_pool.py", PYTHON, "def test", "@flaky(max_runs=3)\ndef test"),
        ("tests/test_pool.py", PYTHON, "def test", "@retry(stop=stop_after_attempt(3))\ndef test"),
        (
            "tests/test_pool.py",
            PYTHON,
            "import pytest\n",
            "import pytest\n\npytestmark = pytest.mark.flaky(reruns=2)\n",
        ),
        ("draft.test.ts", SCRIPT, "  expect", "  await new Promise((resolve) => setTimeout(resolve, 300));\n  expect"),
        (
            "draft.test.ts",
            "import { setTimeout as sleep } from 'node:timers/promises';\n" + SCRIPT,
            "  expect",
            "  await sleep(300);\n  expect",
        ),
        ("draft.test.js", SCRIPT, "it(", "jest.retryTimes(3);\n\nit("),
        ("draft.test.js", SCRIPT, "it('saves', async", "it('saves', { retry: 3 }, async"),
        ("cypress/draft.cy.js", SCRIPT, "  expect", "  cy.wait(5000);\n  expect"),
        ("draft.spec.ts", SCRIPT, "  expect", "  await page.waitForTimeout(2000);\n  expect"),
        ("bus_test.go", GO, "\tif bus", "\ttime.Sleep(200 * time.Millisecond)\n\tif bus"),
        ("tests/bus.rs", RUST, "    assert", "    thread::sleep(Duration::from_secs(1));\n    assert"),
        ("tests/bus.rs", RUST, "    assert", "    std::thread::sleep(Duration::from_millis(50));\n    assert"),
        ("src/test/java/BusTest.java", JAVA, "    assert", "    Thread.sleep(500);\n    assert"),
        ("src/test/java/BusTest.java", JAVA, "    assert", "    TimeUnit.SECONDS.sleep(1);\n    assert"),
        ("src/test/java/BusTest.java", JAVA, "  @Test", "  @RepeatedIfExceptionsTest(repeats = 3)\n  @Test"),
    ],
)
def test_an_added_wait_is_found(path: str, before: str, old: str, new: str) -> None:
    assert levels(path, before, before.replace(old, new, 1)) == ["error"]
