from __future__ import annotations

import pytest

from linting import findings

RULE = "silenced-hook"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.py", "sys.excepthook = report\n"),
        (
            "a.py",
            "def report(kind, error, trace):\n    log.critical('x', exc_info=error)\n\n\nsys.excepthook = report\n",
        ),
        ("a.py", "sys.excepthook = sys.__excepthook__\n"),
        ("a.py", "loop.set_exception_handler(None)\n"),
        ("a.py", "loop.set_exception_handler(lambda loop, context: loop.stop())\n"),
        ("a.py", "if sys.excepthook == lambda *a: None: pass\n"),
        ("a.js", "process.on('uncaughtException', (e) => { log(e); process.exit(1) })"),
        ("a.js", "process.on('exit', () => {})"),
        ("a.js", "window.onerror = (m) => { send(m) }"),
        ("a.js", "image.onerror = () => {}"),
        ("a.js", "xhr.onerror = null"),
        ("a.php", "<?php set_error_handler(fn ($n, $m) => throw new ErrorException($m));"),
        ("a.php", "<?php set_error_handler(fn () => false);"),
        ("a.php", "<?php function f() { set_error_handler(fn () => true); g(); restore_error_handler(); }"),
        ("a.php", "<?php error_reporting(E_ALL);"),
        ("a.php", "<?php $old = error_reporting(0); f(); error_reporting($old);"),
        ("a.php", "<?php ini_set('display_errors', '0');"),
        ("A.java", 'class A { void f() { Thread.setDefaultUncaughtExceptionHandler((t, e) -> log.error("x", e)); } }'),
        ("A.java", "class A { void f() { Thread.setDefaultUncaughtExceptionHandler(null); } }"),
        ("A.java", "class A { void f() { Thread.setDefaultUncaughtExceptionHandler(new Reporter()); } }"),
    ],
)
def test_a_hook_that_reports_or_is_put_back_is_fine(path: str, code: str) -> None:
    assert findings(code, f"src/{path}", rule=RULE) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.py", "sys.excepthook = lambda *details: None\n"),
        ("a.py", "sys.excepthook = lambda kind, error, trace: 0\n"),
        ("a.py", "def quiet(*details):\n    '''Say nothing.'''\n\n\nthreading.excepthook = quiet\n"),
        ("a.py", "def quiet(*details): ...\n\n\nsys.unraisablehook = quiet\n"),
        (
            "a.py",
            (
                "class A:\n    def go(self):\n        sys.excepthook = self._quiet\n    def _quiet(self, *a):\n      "
                "  return None\n"
            ),
        ),
        ("a.py", "asyncio.get_event_loop().set_exception_handler(lambda loop, context: None)\n"),
        ("a.js", "process.on('uncaughtException', () => {})"),
        ("a.js", 'process.once("unhandledRejection", function () { /* go on */ })'),
        ("a.ts", "function noop(): void {}\nprocess.addListener('unhandledRejection', noop)"),
        ("a.js", "window.onerror = () => true"),
        ("a.js", "window.onerror = function () { return true }"),
        ("a.js", "window.onunhandledrejection = (event) => event.preventDefault()"),
        ("a.tsx", "window.addEventListener('unhandledrejection', (event) => { event.preventDefault() })"),
        ("a.js", "['uncaughtException', 'unhandledRejection'].forEach((name) => process.on(name, () => {}))"),
        ("a.php", "<?php set_error_handler(function () { return true; });"),
        ("a.php", "<?php set_error_handler(fn () => true);"),
        ("a.php", "<?php set_error_handler(function ($n, $m) {});"),
        ("a.php", "<?php set_exception_handler(function (Throwable $e) { });"),
        ("a.php", "<?php function quiet() {}\nset_error_handler('quiet');"),
        ("a.php", "<?php error_reporting(0);"),
        ("a.php", "<?php ini_set('error_reporting', 0);"),
        ("A.java", "class A { void f() { Thread.setDefaultUncaughtExceptionHandler((t, e) -> {}); } }"),
        ("A.java", "class A { void f() { t.setUncaughtExceptionHandler((t, e) -> { /* no */ }); } }"),
        (
            "A.java",
            (
                "class A { void f() { Thread.setDefaultUncaughtExceptionHandler(new H() { public void "
                "uncaughtException(Thread t,"
                " Throwable e) { } }); } }"
            ),
        ),
        (
            "A.java",
            (
                "class A { void f() { Thread.setDefaultUncaughtExceptionHandler(A::quiet); } static void "
                "quiet(Thread t, Throwable e) { } }"
            ),
        ),
    ],
)
def test_a_hook_that_does_nothing_is_found(path: str, code: str) -> None:
    assert len(findings(code, f"src/{path}", rule=RULE)) == 1
