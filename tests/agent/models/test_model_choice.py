from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from learnagent.models.model_choice import DEFAULT_MODELS, LOCAL_SERVERS, choose, fetch
from learnagent.testing import ModelServer
from learnagent_memory.errors import UsageError

OLLAMA, LM_STUDIO, VLLM, LLAMA_CPP = (address for _, address in LOCAL_SERVERS)


class Listings:
    """Answers for addresses, and which of them were asked."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.asked: list[str] = []

    def at(self, address: str, *models: str) -> Listings:
        self.answers[f"{address}/models"] = json.dumps({"data": [{"id": model} for model in models]}).encode()
        return self

    def __call__(self, address: str, timeout_s: float) -> bytes | None:
        assert timeout_s > 0
        self.asked.append(address)
        return self.answers.get(address)


def test_a_given_model_is_taken_and_nothing_is_asked() -> None:
    probe = Listings().at(OLLAMA, "x")
    choice = choose("anthropic/claude-sonnet-5-5", None, {"OPENAI_API_KEY": "k"}, probe)
    assert (choice.name, choice.api_base, choice.source) == ("anthropic/claude-sonnet-5-5", None, "given")
    assert probe.asked == []


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("llama3", "openai/llama3"),
        ("Qwen/Qwen3-8B", "openai/Qwen/Qwen3-8B"),
        ("openai/llama3", "openai/llama3"),
        ("anthropic/claude-sonnet-5-5", "anthropic/claude-sonnet-5-5"),
        ("hosted_vllm/x", "hosted_vllm/x"),
    ],
)
def test_a_bare_name_at_an_address_speaks_the_openai_protocol(given: str, name: str) -> None:
    assert choose(given, "http://127.0.0.1:1/v1", {}, Listings()).name == name


def test_a_bare_name_without_an_address_stays_as_it_is() -> None:
    assert choose("gpt-5.6", None, {}, Listings()).name == "gpt-5.6"


@pytest.mark.parametrize("given", ["http://box:1234", "http://box:1234/", "http://box:1234/v1", "http://box:1234/v1/"])
def test_an_address_alone_is_asked_for_its_first_model(given: str) -> None:
    choice = choose(None, given, {"OPENAI_API_KEY": "k"}, Listings().at("http://box:1234/v1", "a/b", "c"))
    assert (choice.name, choice.api_base) == ("openai/a/b", "http://box:1234/v1")


def test_an_address_that_lists_nothing_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="lists no models") as caught:
        choose(None, "http://box:1234", {}, Listings())
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("variable", "model"), DEFAULT_MODELS)
def test_the_provider_whose_key_is_set_is_asked(variable: str, model: str) -> None:
    probe = Listings().at(OLLAMA, "x")
    choice = choose(None, None, {variable: "k"}, probe)
    assert (choice.name, choice.api_base, choice.source) == (model, None, f"{variable} is set")
    assert probe.asked == []


def test_an_empty_key_is_no_key() -> None:
    choice = choose(None, None, {"ANTHROPIC_API_KEY": " ", "OPENAI_API_KEY": "k"}, Listings())
    assert choice.source == "OPENAI_API_KEY is set"


def test_the_first_server_on_loopback_that_answers_is_asked() -> None:
    choice = choose(None, None, {}, Listings().at(VLLM, "v").at(LM_STUDIO, "text-embedding-x", "chat"))
    assert (choice.name, choice.api_base) == ("openai/chat", LM_STUDIO)
    assert choice.source == "LM Studio on 127.0.0.1:1234"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"data": {}}',
        b'{"data": [1, {"id": 2}, {}]}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_page_that_is_no_list_of_models_is_no_model_server(answer: bytes) -> None:
    probe = Listings().at(LLAMA_CPP, "found")
    probe.answers[f"{OLLAMA}/models"] = answer
    assert choose(None, None, {}, probe).name == "openai/found"


def test_nothing_at_all_lists_the_ways_in_one_line() -> None:
    with pytest.raises(UsageError) as caught:
        choose(None, None, {}, Listings())
    text = str(caught.value)
    assert "\n" not in text
    for way in ("--model", "--api-base", "LEARNAGENT_MODEL", "ANTHROPIC_API_KEY", "Ollama", "llama.cpp"):
        assert way in text


def test_a_real_server_is_asked_over_http_whatever_proxy_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with ModelServer([], model="scripted") as server:
        assert choose(None, server.url, {}).name == "openai/scripted"


@contextmanager
def server_that_sends(answer: bytes) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)
                if not answer:
                    connection.recv(1000)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1/models"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
    ],
)
def test_a_server_of_another_kind_or_a_silent_one_answers_nothing(answer: bytes) -> None:
    with server_that_sends(answer) as address:
        assert not fetch(address, 0.3)


def test_nobody_there_answers_nothing() -> None:
    assert fetch("http://127.0.0.1:9/v1/models", 0.3) is None


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "http://", "http://x:port/v1"])
def test_what_is_no_address_is_a_usage_error(address: str) -> None:
    with pytest.raises(UsageError, match="is not the address"):
        choose("openai/m", address, {}, Listings())
