from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "exit-swallows"


def _exit(body: str, head: str = "def __exit__(self, kind, error, trace):") -> str:
    return f"class A:\n    {head}\n        {body}\n"


@pytest.mark.parametrize(
    "body",
    [
        "self.close()",
        "return False",
        "return None",
        "return kind is Abort",
        "return self._inner.__exit__(kind, error, trace)",
        "if kind is KeyError:\n            return True",
        "if kind is None:\n            return False\n        return True",
        "self.error = error\n        return True",
        "logger.exception('x')\n        return True",
        "logger.error('x', exc_info=error)\n        return True",
        "self.errors.append(error)\n        return True",
        "if error is not None:\n            raise Wrapped() from error\n        return True",
        "traceback.print_exception(kind, error, trace)\n        return True",
        "def inner():\n            return True\n        inner()",
    ],
)
def test_an_exit_that_lets_errors_out_or_keeps_them_is_fine(body: str) -> None:
    assert findings(_exit(body), rule=RULE) == []


@pytest.mark.parametrize(
    "head", ["def __exit__(self, *details):", "async def __aexit__(self, kind, error, trace) -> bool:"]
)
@pytest.mark.parametrize(
    "body",
    [
        "return True",
        "return 1",
        "self.close()\n        return True",
        "return self.close() or True",
        "if self.open:\n            return True\n        else:\n            return True",
        "if self.open:\n            return True\n        self.close()\n        return True",
        "print('bye')\n        return True",
        "try:\n            self.close()\n        finally:\n            return True",
        "with self.lock:\n            return True",
    ],
)
def test_an_exit_that_is_always_true_is_found(head: str, body: str) -> None:
    assert lines(_exit(body, head), rule=RULE) == [2]


def test_a_lambda_in_the_class_body_is_found() -> None:
    assert lines("class A:\n    __exit__ = lambda self, *details: True\n", rule=RULE) == [2]


def test_printing_the_error_does_not_keep_it() -> None:
    assert lines(_exit("print(f'failed: {error}')\n        return True"), rule=RULE) == [2]
