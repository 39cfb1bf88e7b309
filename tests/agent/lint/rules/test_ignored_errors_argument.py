from __future__ import annotations

import pytest

from linting import findings

RULE = "ignored-errors-argument"


@pytest.mark.parametrize(
    "code",
    [
        "text = path.read_text(errors='replace')\n",
        "text = data.decode('utf-8')\n",
        "frame['x'] = pd.to_numeric(frame['x'], errors='coerce')\n",
        "frame = frame.drop(columns=['x'], errors='ignore')\n",
        "try:\n    work()\nfinally:\n    shutil.rmtree(folder, ignore_errors=True)\n",
        "try:\n    work()\nexcept OSError:\n    shutil.rmtree(folder, ignore_errors=True)\n    raise\n",
        "def __exit__(self, *details):\n    shutil.rmtree(self.folder, ignore_errors=True)\n",
        "def close(self):\n    shutil.rmtree(self.folder, ignore_errors=True)\n",
        "atexit.register(shutil.rmtree, folder, ignore_errors=True)\n",
        "def _gone():\n    shutil.rmtree(folder, ignore_errors=True)\n\n\natexit.register(_gone)\n",
        "shutil.rmtree(tmp_dir, ignore_errors=True)\n",
        "slug = unicodedata.normalize('NFKD', text).encode('ascii', 'ignore').decode('ascii')\n",
        "head = data[:limit].decode('utf-8', 'ignore')\n",
        "warnings.filterwarnings('error', 'ignore')\n",
        "shutil.rmtree(folder)\n",
        "shutil.rmtree(folder, False)\n",
        "frame = pd.read_csv(path, on_bad_lines='error')\n",
    ],
)
def test_nothing_lost_or_clean_up_is_fine(code: str) -> None:
    assert findings(code, rule=RULE) == []


def test_tests_may_lose_what_they_like() -> None:
    assert findings("shutil.rmtree(folder, ignore_errors=True)\n", "tests/test_a.py", rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "with open(path, errors='ignore') as handle: pass\n",
        'with open(path, "r", encoding="utf-8", errors="ignore") as handle: pass\n',
        "text = path.read_text(encoding='utf-8', errors='ignore')\n",
        "text = data.decode('utf-8', 'ignore')\n",
        "text = data.decode(errors='ignore')\n",
        "data = text.encode('ascii', 'ignore')\n",
        "text = str(data, 'utf-8', 'ignore')\n",
        "handle = codecs.open(path, 'r', 'utf-8', 'ignore')\n",
        "handle = io.TextIOWrapper(raw, errors='ignore')\n",
        "shutil.rmtree(folder, ignore_errors=True)\n",
        "rmtree(folder, True)\n",
        "frame = pd.read_csv(path, on_bad_lines='skip')\n",
        "frame = pd.read_csv(path, error_bad_lines=False)\n",
        "frame = pl.read_csv(path, ignore_errors=True)\n",
        "frame['x'] = pd.to_numeric(frame['x'], errors='ignore')\n",
        "reply = subprocess.run(cmd, text=True, errors='ignore')\n",
    ],
)
def test_an_argument_that_drops_errors_is_told(code: str) -> None:
    assert [one.level for one in findings(code, rule=RULE)] == ["warn"]
