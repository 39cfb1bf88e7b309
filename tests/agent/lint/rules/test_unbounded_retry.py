from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "unbounded-retry"


@pytest.mark.parametrize(
    "code",
    [
        "for n in range(5):\n    try:\n        f()\n        break\n    except OSError:\n        time.sleep(1)\n",
        "while tries < 5:\n    try:\n        f()\n        break\n    except OSError:\n        tries += 1\n",
        (
            "while True:\n    try:\n        f()\n        break\n    except OSError:\n        tries += 1\n        if "
            "tries > 5: raise\n"
        ),
        (
            "while True:\n    if time.monotonic() > deadline: raise Late\n    try:\n        f()\n        break\n    "
            "except OSError: pass\n"
        ),
        (
            "while True:\n    try:\n        x = int(input('> '))\n        break\n    except ValueError:\n        "
            "print('a number, please')\n"
        ),
        "while True:\n    try:\n        handle(jobs.get())\n    except OSError:\n        time.sleep(1)\n",
        (
            "while True:\n    try:\n        job = jobs.get(timeout=1)\n        break\n    except queue.Empty:\n      "
            "  continue\n"
        ),
        (
            "while True:\n    try:\n        os.mkdir(name())\n        break\n    except FileExistsError:\n        "
            "continue\n"
        ),
        "while True:\n    try:\n        f()\n        break\n    except OSError as e:\n        on_error(e)\n",
        "while True:\n    try:\n        f()\n        break\n    except OSError:\n        return None\n",
        "while not stopped:\n    try:\n        f()\n    except OSError:\n        time.sleep(1)\n",
    ],
)
def test_a_loop_with_an_end_in_python_is_fine(code: str) -> None:
    assert findings(code, rule=RULE) == []


@pytest.mark.parametrize("loop", ["while True:", "while 1:", "for n in itertools.count():", "for n in count(1):"])
@pytest.mark.parametrize("caught", ["Exception", "OSError", "(OSError, ValueError) as e"])
@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "continue",
        "time.sleep(1)",
        "print('again')",
        "logger.exception('x')",
        "delay *= 2",
        "delay = min(delay * 2, 60)",
    ],
)
def test_an_endless_retry_in_python_is_found(loop: str, caught: str, body: str) -> None:
    code = f"def f():\n    {loop}\n        try:\n            return g()\n        except {caught}:\n            {body}\n"

    assert lines(code, rule=RULE) == [5]


@pytest.mark.parametrize(
    "code",
    [
        (
            "while True:\n    try:\n        c = connect()\n    except OSError:\n        time.sleep(1)\n    else:\n   "
            "     break\n"
        ),
        "while True:\n    try:\n        c = connect()\n    except OSError:\n        continue\n    break\n",
        (
            "done = False\nwhile not done:\n    try:\n        f()\n        done = True\n    except OSError:\n        "
            "time.sleep(1)\n"
        ),
        (
            "async def f():\n    while True:\n        try:\n            return await g()\n        except OSError:\n  "
            "          await asyncio.sleep(1)\n"
        ),
    ],
)
def test_other_endless_retries_in_python_are_found(code: str) -> None:
    assert len(findings(code, rule=RULE)) == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (
            "a.js",
            "async function f() { for (let i = 0; i < 5; i++) { try { return await g() } catch { await sleep(1) } } }",
        ),
        ("a.ts", "async function f() { while (true) { try { return await g() } catch (e) { if (++n > 5) throw e } } }"),
        ("a.js", "async function f() { while (true) { try { await g() } catch (e) { console.error(e) } } }"),
        (
            "A.java",
            (
                "class A { int f() { for (int i = 0; i < 3; i++) { try { return g(); } catch (IOException e) { } } "
                "return 0; } }"
            ),
        ),
        (
            "A.java",
            (
                "class A { int f() { while (true) { try { return g(); } catch (IOException e) { if (n++ == 3) throw "
                "e; } } } }"
            ),
        ),
        (
            "a.go",
            (
                "package a\nfunc f() error {\n for i := 0; i < 3; i++ {\n  if err := g(); err == nil {\n   return "
                "nil\n  }\n }\n return x\n}\n"
            ),
        ),
        (
            "a.go",
            (
                "package a\nfunc f() {\n for {\n  err := g()\n  if err == nil {\n   return\n  }\n  select {\n  case "
                "<-done:\n   return\n"
                "  case <-time.After(1):\n  }\n }\n}\n"
            ),
        ),
        (
            "a.go",
            (
                "package a\nfunc f() error {\n for {\n  c, err := l.Accept()\n  if err != nil {\n   return err\n  }\n"
                "  go h(c)\n }\n}\n"
            ),
        ),
        (
            "a.go",
            (
                "package a\nfunc f() {\n for {\n  job := next()\n  if err := job(); err != nil {\n   log.Print(err)\n"
                "  }\n }\n}\n"
            ),
        ),
    ],
)
def test_a_loop_with_an_end_elsewhere_is_fine(path: str, code: str) -> None:
    assert findings(code, f"src/{path}", rule=RULE) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.js", "async function f() { while (true) { try { return await g() } catch { } } }"),
        (
            "a.ts",
            (
                "async function f() { for (;;) { try { return await g() } catch (e) { console.warn(e); await "
                "sleep(1000) } } }"
            ),
        ),
        ("a.tsx", "async function f() { while (1) { try { await g(); break } catch (e) { continue } } }"),
        (
            "a.js",
            (
                "async function f() { let ok = false; while (!ok) { try { await g(); ok = true } catch (e) { await "
                "sleep(1) } } }"
            ),
        ),
        (
            "A.java",
            "class A { int f() { while (true) { try { return g(); } catch (IOException e) { Thread.sleep(5); } } } }",
        ),
        (
            "A.java",
            'class A { void f() { for (;;) { try { g(); break; } catch (IOException e) { LOG.warn("x", e); } } } }',
        ),
        ("A.java", "class A { void f() { do { try { g(); return; } catch (IOException e) { } } while (true); } }"),
        (
            "a.go",
            "package a\nfunc f() {\n for {\n  if err := g(); err == nil {\n   return\n  }\n  time.Sleep(1)\n }\n}\n",
        ),
        (
            "a.go",
            (
                "package a\nfunc f() *C {\n for {\n  c, err := dial()\n  if err != nil {\n   log.Println(err)\n   "
                "continue\n  }\n"
                "  return c\n }\n}\n"
            ),
        ),
    ],
)
def test_an_endless_retry_elsewhere_is_found(path: str, code: str) -> None:
    assert len(findings(code, f"src/{path}", rule=RULE)) == 1
