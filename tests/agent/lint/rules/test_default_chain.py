from __future__ import annotations

import pytest

from linting import findings

RULE = "default-chain"


@pytest.mark.parametrize(
    "code",
    [
        "x = data.get('a', {}).get('b')\n",
        "x = (data or {}).get('a')\n",
        "x = data.get('a') or data.get('b') or {}\n",
        "x = data.get('a', {})\ny = x.get('b', {})\n",
        "f(data.get('a', {}), data.get('b', {}))\n",
        "x = data['a'].get('b', [])\n",
        "x = a or b or c\n",
        "x = data.get('a', 1).get('b', 2)\n",
        "x = {**data.get('a', {}), **data.get('b', {})}\n",
        "x = data.setdefault('a', {}).setdefault('b', {})\n",
    ],
)
def test_one_optional_level_is_fine(code: str) -> None:
    assert findings(code, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "x = data.get('a', {}).get('b', {}).get('c')\n",
        "x = data.get('a', {}).get('b', [])\n",
        "x = (data.get('a') or {}).get('b') or []\n",
        "x = ((data or {}).get('a') or {}).get('b')\n",
        "for x in data.get('a', {}).get('b', []): f(x)\n",
        "return_(data.get('a', dict()).get('b', list()))\n",
        "x = data.get(\n    'a', {}\n).get(\n    'b', {},\n)['c']\n",
        "x = (await f() or {}).get('a', {})\n",
        "x = response.json().get('a', {}).get('b', {}).get('c', '')\n",
    ],
)
def test_a_chain_of_defaults_is_told_once(code: str) -> None:
    assert [one.level for one in findings(code, rule=RULE)] == ["warn"]
