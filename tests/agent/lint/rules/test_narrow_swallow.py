from __future__ import annotations

import pytest

from linting import changed, findings

RULE = "narrow-swallow"


def _added(after: str, path: str = "src/a.py", before: str = "") -> list[str]:
    return [one.level for one in changed({path: before}, {path: after}, rule=RULE)]


@pytest.mark.parametrize(
    ("guarded", "handler"),
    [
        ("path.unlink()", "except FileNotFoundError:\n        pass"),
        ("del cache[key]", "except KeyError:\n        pass"),
        ("value = next(rows)", "except StopIteration:\n        return None"),
        ("job = jobs.get_nowait()", "except queue.Empty:\n        return None"),
        ("number = int(text)", "except ValueError:\n        return None"),
        ("a = int(x)\n        b = int(y)", "except (TypeError, ValueError):\n        return None"),
        ("import orjson", "except ImportError:\n        orjson = None"),
        ("a()\n        b()", "except OSError:\n        raise"),
        ("a()\n        b()", "except OSError as error:\n        raise LoadError(path) from error"),
        ("a()\n        b()", "except OSError as error:\n        errors.append(error)"),
        ("a()\n        b()", "except OSError:\n        logger.exception('x')"),
        ("a()\n        b()", "except OSError as error:\n        print(error)\n        sys.exit(1)"),
        ("self.socket.close()", "except OSError:\n        pass"),
        ("load()", "except OSError:\n        return None"),
    ],
)
def test_an_expected_error_and_a_handled_one_are_fine(guarded: str, handler: str) -> None:
    assert _added(f"def f(path):\n    try:\n        {guarded}\n    {handler}\n") == []


def test_a_handler_that_stands_is_not_spoken_of() -> None:
    code = "try:\n    a()\n    b()\nexcept OSError as error:\n    print(error)\n"

    assert findings(code, rule=RULE) == []
    assert _added(code + "\n\nprint('more')\n", before=code) == []


@pytest.mark.parametrize(
    ("guarded", "handler"),
    [
        ("load()", "except OSError as error:\n        print(f'failed: {error}')"),
        (
            "load()",
            "except (OSError, ValueError) as error:\n        logger.warning('failed: %s', error)\n        return None",
        ),
        ("a()\n        b()", "except OSError:\n        pass"),
        ("with open(path) as f:\n            return json.load(f)", "except ValueError:\n        return {}"),
        ("a = d['x']\n        b = d['y']\n        c = d['z']", "except KeyError:\n        pass"),
        ("a()\n        b()", "except requests.RequestException:\n        rows = []"),
    ],
)
def test_a_new_handler_that_loses_the_error_is_told(guarded: str, handler: str) -> None:
    assert _added(f"def f(path, d):\n    try:\n        {guarded}\n    {handler}\n") == ["warn"]


def test_a_new_suppress_around_several_steps_is_told() -> None:
    assert _added("from contextlib import suppress\nwith suppress(ValueError):\n    a()\n    b()\n") == ["warn"]
    assert _added("from contextlib import suppress\nwith suppress(ValueError):\n    a()\n") == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (
            "src/A.java",
            'class A { void f() { try { g(); } catch (IOException e) { LOG.warn("x {}", e.getMessage()); } } }',
        ),
        ("src/A.java", "class A { int f() { try { g(); h(); } catch (IOException e) { return 0; } return 1; } }"),
        ("src/a.kt", "fun f() { try { g() } catch (e: IOException) { println(e.message) } }"),
        ("src/A.cs", "class A { void F() { try { G(); } catch (IOException e) { Console.WriteLine(e.Message); } } }"),
        ("src/a.php", "<?php function f() { try { g(); } catch (PDOException $e) { error_log($e->getMessage()); } }"),
        ("src/a.rb", "def f\n  g\nrescue IOError => e\n  puts e.message\nend\n"),
        ("src/a.cpp", "void f() { try { g(); } catch (const std::system_error& e) { std::cerr << e.what(); } }"),
    ],
)
def test_it_is_told_in_every_language(path: str, code: str) -> None:
    assert _added(code, path) == ["warn"]
