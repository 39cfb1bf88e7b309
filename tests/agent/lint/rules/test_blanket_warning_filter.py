from __future__ import annotations

import pytest

from linting import findings

RULE = "blanket-warning-filter"


@pytest.mark.parametrize(
    "code",
    [
        "warnings.filterwarnings('ignore', category=DeprecationWarning)\n",
        "warnings.filterwarnings('ignore', message='x')\n",
        "warnings.filterwarnings('ignore', 'some words')\n",
        "warnings.filterwarnings('ignore', module='legacy')\n",
        "warnings.simplefilter('ignore', ResourceWarning)\n",
        "warnings.filterwarnings('error')\n",
        "warnings.simplefilter('default')\n",
        "with warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    f()\n",
        "with warnings.catch_warnings(record=True), open(p):\n    if x:\n        warnings.filterwarnings('ignore')\n",
        "def f(stack):\n    stack.enter_context(warnings.catch_warnings())\n    warnings.simplefilter('ignore')\n",
        "logging.disable(logging.NOTSET)\n",
        "logging.disable(logging.DEBUG)\n",
        "feature.disable()\n",
        "with np.errstate(all='ignore'):\n    f()\n",
        "np.seterr(divide='ignore')\n",
        "np.seterr(all='raise')\n",
        "old = np.seterr(all='ignore')\n",
        "image.filterwarnings('ignore')\n",
        "CODE = \"os.environ['PYTHONWARNINGS'] = 'ignore'\"\n",
    ],
)
def test_a_filter_that_is_narrow_or_local_is_fine(code: str) -> None:
    assert findings("import logging\nimport warnings\n" + code, rule=RULE) == []


def test_tests_may_switch_logging_off() -> None:
    assert findings("import logging\nlogging.disable(logging.CRITICAL)\n", "tests/test_a.py", rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "warnings.filterwarnings('ignore')\n",
        'warnings.filterwarnings("ignore")\n',
        "warnings.filterwarnings(action='ignore')\n",
        "warnings.simplefilter('ignore')\n",
        "warnings.filterwarnings('ignore', category=Warning)\n",
        "warnings.filterwarnings('ignore', '')\n",
        "from warnings import filterwarnings\nfilterwarnings('ignore')\n",
        "def f():\n    warnings.simplefilter(action='ignore')\n",
        "logging.disable(logging.CRITICAL)\n",
        "logging.disable()\n",
        "logging.disable(level=logging.CRITICAL)\n",
        "logging.disable(100)\n",
        "np.seterr(all='ignore')\n",
        "numpy.seterr(all='ignore')\n",
        "warnings.warn = lambda *a, **k: None\n",
        "os.environ['PYTHONWARNINGS'] = 'ignore'\n",
    ],
)
def test_a_blanket_filter_is_found(code: str) -> None:
    assert len(findings("import logging\nimport warnings\n" + code, rule=RULE)) == 1
