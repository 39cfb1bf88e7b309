from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "broad-suppress"
HEAD = "import contextlib\nfrom contextlib import suppress\n"


@pytest.mark.parametrize(
    "code",
    [
        "with contextlib.suppress(FileNotFoundError):\n    path.unlink()\n",
        "with suppress(KeyError, ValueError):\n    del cache[key]\n",
        "filter.suppress(Exception)\n",
        "def __del__(self):\n    with suppress(Exception):\n        self.flush_all()\n",
        "def close(self):\n    with suppress(Exception):\n        self.socket.close()\n",
        "try:\n    work()\nfinally:\n    with suppress(Exception):\n        process.kill()\n        process.wait()\n",
        "with suppress(Exception):\n    connection.close()\n",
    ],
)
def test_a_narrow_suppress_and_clean_up_are_fine(code: str) -> None:
    assert findings(HEAD + code, rule=RULE) == []


def test_another_function_of_that_name_is_fine() -> None:
    code = "def suppress(error):\n    return error\n\n\nsuppress(Exception)\n"

    assert findings(code, rule=RULE) == []


@pytest.mark.parametrize("caught", ["Exception", "BaseException", "OSError, Exception", "builtins.Exception"])
@pytest.mark.parametrize("callee", ["contextlib.suppress", "suppress"])
def test_a_broad_suppress_is_found(caught: str, callee: str) -> None:
    assert lines(f"{HEAD}with {callee}({caught}):\n    store.save(rows)\n", rule=RULE) == [3]


@pytest.mark.parametrize(
    "code",
    [
        "from contextlib import suppress as quiet\nwith quiet(Exception):\n    f()\n",
        "from contextlib import (\n    ExitStack,\n    suppress as quiet,\n)\nwith quiet(Exception):\n    f()\n",
        "from contextlib import suppress\nwith open(p) as f, suppress(Exception):\n    f.write(x)\n",
        "import contextlib\nstack.enter_context(contextlib.suppress(Exception))\n",
        "import contextlib\nquiet = contextlib.suppress(Exception)\n",
        "import contextlib\n@contextlib.suppress(Exception)\ndef f(): ...\n",
    ],
)
def test_it_is_found_under_any_name_and_in_any_place(code: str) -> None:
    assert len(findings(code, rule=RULE)) == 1
