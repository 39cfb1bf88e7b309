from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from learnagent.models.embedding_model import BATCH, EmbeddingModel
from learnagent_memory.errors import ModelError

Answer = Callable[[list[str]], tuple[int, bytes]]


def vectors(texts: list[str], *, width: int = 3) -> list[dict[str, Any]]:
    return [
        {"object": "embedding", "index": number, "embedding": [float(len(text)), *[1.0] * (width - 1)]}
        for number, text in enumerate(texts)
    ]


def answered(rows: Any) -> tuple[int, bytes]:
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return 200, json.dumps({"object": "list", "model": "m", "data": rows, "usage": usage}).encode()


@contextmanager
def served(answer: Answer) -> Iterator[tuple[EmbeddingModel, list[dict[str, Any]]]]:
    """Serve /v1/embeddings on loopback; yields an embedder of it and the requests it got."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, body = answer(requests[-1]["input"]) if self.path == "/v1/embeddings" else (404, b"{}")
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # it was given up
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}/v1"
        yield EmbeddingModel("openai/m", base, api_key="k", timeout_s=2.0), requests
        server.shutdown()
        thread.join()


def test_texts_become_vectors_of_length_one_in_their_order_whatever_the_order_sent() -> None:
    texts = ["word " * number for number in range(1, BATCH + 6)]

    with served(lambda batch: answered(vectors(batch)[::-1])) as (embedder, requests):
        found = embedder.embed(texts)

    expected = np.array([[len(text), 1, 1] for text in texts], dtype=np.float32)
    assert found.dtype == np.float32
    assert np.allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True))
    assert [len(request["input"]) for request in requests] == [BATCH, 5]


def test_the_dimension_is_asked_once_and_an_empty_text_is_not_sent_empty() -> None:
    with served(lambda batch: answered(vectors(batch, width=5))) as (embedder, requests):
        assert embedder.dimension == embedder.dimension == 5
        assert len(requests) == 1
        assert embedder.embed([""]).shape == (1, 5)
        assert requests[1]["input"] == [" "]


def test_a_server_of_one_s_own_is_part_of_the_name() -> None:
    assert EmbeddingModel("openai/m", "http://127.0.0.1:1/v1").name != EmbeddingModel("openai/m").name


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: (500, b'{"error": {"message": "broken"}}'),
        lambda _: (401, b'{"error": {"message": "no key"}}'),
        lambda _: (200, b"<html>"),
        lambda _: (200, b"{}"),
        lambda _: answered([]),
        lambda batch: answered(vectors(batch)[:-1]),
        lambda batch: answered([{"index": n, "embedding": [1.0] * (n + 1)} for n, _ in enumerate(batch)]),
        lambda batch: answered([{"index": n, "embedding": []} for n, _ in enumerate(batch)]),
        lambda batch: answered([{"index": n, "embedding": ["x"]} for n, _ in enumerate(batch)]),
        lambda batch: answered([{"embedding": None} for _ in batch]),
        lambda batch: answered([{"index": n, "embedding": [float("nan")]} for n, _ in enumerate(batch)]),
    ],
)
def test_whatever_else_a_server_sends_is_a_model_error(answer: Answer) -> None:
    with served(answer) as (embedder, _), pytest.raises(ModelError, match="openai/m"):
        embedder.embed(["one", "two"])


def test_a_server_that_is_not_there_or_says_nothing_is_a_model_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ModelError):
            EmbeddingModel("openai/m", f"http://127.0.0.1:{port}/v1", api_key="k", timeout_s=0.3).embed(["x"])
    with pytest.raises(ModelError):
        EmbeddingModel("openai/m", f"http://127.0.0.1:{port}/v1", api_key="k", timeout_s=5).embed(["x"])


def test_a_slow_server_is_given_up_at_the_limit() -> None:
    def slow(batch: list[str]) -> tuple[int, bytes]:
        time.sleep(1.0)
        return answered(vectors(batch))

    with served(slow) as (embedder, _):
        impatient = EmbeddingModel("openai/m", embedder._api_base, api_key="k", timeout_s=0.2)
        with pytest.raises(ModelError):
            impatient.embed(["x"])
