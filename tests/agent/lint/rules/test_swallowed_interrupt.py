from __future__ import annotations

from textwrap import dedent

import pytest

from linting import findings, lines

RULE = "swallowed-interrupt"


@pytest.mark.parametrize(
    "code",
    [
        "def main():\n    try:\n        serve()\n    except KeyboardInterrupt:\n        pass\n",
        "def main():\n    try:\n        serve()\n    except KeyboardInterrupt:\n        print('stopped')\n",
        "try:\n    serve()\nexcept KeyboardInterrupt:\n    pass\n",
        "@click.command()\ndef watch_files():\n    try:\n        loop()\n    except KeyboardInterrupt:\n        pass\n",
        (
            "def go():\n    try:\n        loop()\n    except KeyboardInterrupt:\n        pass\n\n\nif __name__ == "
            "'__main__':\n    go()\n"
        ),
        "def work():\n    try:\n        step()\n    except KeyboardInterrupt:\n        save()\n        raise\n",
        (
            "def work():\n    try:\n        step()\n    except KeyboardInterrupt:\n        print('bye')\n        "
            "sys.exit(0)\n"
        ),
        (
            "def ask():\n    try:\n        return input('> ')\n    except (KeyboardInterrupt, EOFError):\n        "
            "return None\n"
        ),
        (
            "def converse():\n    while True:\n        try:\n            text = read_turn()\n"
            "        except EOFError:\n            return\n        except KeyboardInterrupt:\n            continue\n"
        ),
        "def run(f):\n    try:\n        f()\n    except SystemExit as e:\n        code = e.code\n    return code\n",
        (
            "async def end(t):\n    t.cancel()\n    try:\n        await t\n    except asyncio.CancelledError:\n      "
            "  pass\n"
        ),
        "async def end(t):\n    t.cancel()\n    with suppress(asyncio.CancelledError):\n        await t\n",
        (
            "async def aclose(self):\n    try:\n        await self.task\n    except asyncio.CancelledError:\n        "
            "pass\n"
        ),
        (
            "async def f():\n    try:\n        await g()\n    except asyncio.CancelledError:\n        await undo()\n "
            "       raise\n"
        ),
        "def rows():\n    try:\n        yield 1\n    except GeneratorExit:\n        return\n",
        "async def f():\n    try:\n        await g()\n    except asyncio.TimeoutError:\n        pass\n",
    ],
)
def test_an_interrupt_that_ends_or_is_passed_on_in_python_is_fine(code: str) -> None:
    assert findings("import asyncio\nfrom contextlib import suppress\n" + code, rule=RULE) == []


@pytest.mark.parametrize(
    "kind", ["KeyboardInterrupt", "SystemExit", "asyncio.CancelledError", "(ValueError, SystemExit)"]
)
@pytest.mark.parametrize(
    "body", ["pass", "continue", "logger.info('x')", "print('x')", "logger.exception('x')", "ok = False"]
)
def test_an_interrupt_that_a_loop_of_python_drops_is_found(kind: str, body: str) -> None:
    code = (
        f"def work(jobs):\n    for job in jobs:\n        try:\n            job()\n        except {kind}:\n           "
        f" {body}\n"
    )

    assert lines(code, rule=RULE) == [5]


@pytest.mark.parametrize(
    "code",
    [
        "async def call():\n    try:\n        return await f\n    except CancelledError:\n        return None\n",
        "def chunks():\n    try:\n        yield 1\n    except GeneratorExit:\n        pass\n    yield 2\n",
        (
            "def main():\n    while True:\n        try:\n            step()\n        except KeyboardInterrupt:\n     "
            "       pass\n"
        ),
        "from contextlib import suppress\ndef f():\n    with suppress(KeyboardInterrupt):\n        work()\n",
        (
            "from contextlib import suppress\nasync def f():\n    with suppress(asyncio.CancelledError):\n        "
            "await work()\n"
        ),
    ],
)
def test_other_ways_to_drop_it_in_python_are_found(code: str) -> None:
    assert len(findings(code, rule=RULE)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "Thread.currentThread().interrupt();",
        "throw new IllegalStateException(e);",
        "Thread.currentThread().interrupt(); return null;",
        "interrupted = true; throw e;",
        "System.exit(1);",
    ],
)
def test_an_interrupt_that_java_restores_is_fine(body: str) -> None:
    code = (
        f"class A {{ Object f() {{ while (true) {{ try {{ q.take(); }} catch (InterruptedException e) {{ {body} }} "
        f"}} }} }}"
    )

    assert findings(code, "src/A.java", rule=RULE) == []


@pytest.mark.parametrize(
    "body", ["", "// ignore", "continue;", "return null;", 'log.warn("x", e);', "e.printStackTrace();", "done = false;"]
)
@pytest.mark.parametrize("caught", ["InterruptedException e", "InterruptedException | IOException e"])
def test_an_interrupt_that_java_drops_is_found(body: str, caught: str) -> None:
    code = f"""
        class A {{
            Object poll() {{
                while (true) {{
                    try {{
                        q.take();
                    }} catch ({caught}) {{
                        {body}
                    }}
                }}
            }}
        }}
        """

    assert lines(code, "src/A.java", rule=RULE) == [7]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("src/a.kt", "suspend fun f() { try { g() } catch (e: CancellationException) { throw e } }"),
        ("src/a.kt", "suspend fun f() { try { g() } catch (e: TimeoutCancellationException) { null } }"),
        ("src/A.cs", "class A { async Task F() { try { await G(); } catch (OperationCanceledException) { throw; } } }"),
        (
            "src/A.cs",
            (
                "class A { async Task F() { try { await G(); } catch (OperationCanceledException) when "
                "(t.IsCancellationRequested)"
                " { } } }"
            ),
        ),
        (
            "src/A.cs",
            "class A { async Task ExecuteAsync() { try { await G(); } catch (OperationCanceledException) { } } }",
        ),
        ("src/a.js", "process.on('SIGINT', () => server.close())"),
        ("src/a.js", "emitter.on('SIGINT', () => {})"),
    ],
)
def test_an_interrupt_that_is_passed_on_elsewhere_is_fine(path: str, code: str) -> None:
    assert findings(code, path, rule=RULE) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (
            "src/a.kt",
            'suspend fun f() { while (true) { try { g() } catch (e: CancellationException) { log.info("x") } } }',
        ),
        ("src/a.kt", "fun close() { w.interrupt(); try { w.join() } catch (_: InterruptedException) { } }"),
        (
            "src/A.cs",
            (
                "class A { async Task<int> F() { try { return await G(); } catch (OperationCanceledException) { "
                "return 0; } } }"
            ),
        ),
        ("src/A.cs", "class A { void F() { while (x) { try { G(); } catch (ThreadInterruptedException) { } } } }"),
        ("src/a.js", "process.on('SIGINT', () => {})"),
        ("src/a.js", "process.on('SIGINT', () => { console.log('no') })"),
        ("src/a.ts", "function noop() {}\nprocess.once('SIGTERM', noop)"),
    ],
)
def test_an_interrupt_that_is_dropped_elsewhere_is_found(path: str, code: str) -> None:
    assert len(findings(dedent(code), path, rule=RULE)) == 1
