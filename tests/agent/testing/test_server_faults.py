"""What a client sees of each fault, with and without streaming, and that none of them disturbs the server."""

from __future__ import annotations

import http.client
import json
import socket
import threading

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from learnagent.testing import (
    Call,
    ContextOverflow,
    CutStream,
    HalfToolCall,
    Hang,
    ModelNotFound,
    ModelServer,
    RateLimited,
    Say,
    ServerError,
    ToolsUnsupported,
    ToolUse,
    Turn,
    Unauthorized,
    WrongContentType,
)

ASK: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hello"}]
HALF = HalfToolCall(Call((ToolUse("bash", '{"command": "ls"}', id="call_a"),)))

BROKEN = (openai.APIConnectionError, httpx.RemoteProtocolError)
"""What a broken connection is, before the answer and within it; newer clients say the first for both."""


def connect(server: ModelServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.url, api_key="key", max_retries=0, timeout=20)


def ask(client: openai.OpenAI, *, stream: bool) -> str:
    """Return the text of the answer, read to its end."""
    if not stream:
        return client.chat.completions.create(model="fake", messages=ASK).choices[0].message.content or ""
    options: dict[str, bool] = {"include_usage": True}
    with client.chat.completions.create(
        model="fake", messages=ASK, stream=True, extra_body={"stream_options": options}
    ) as chunks:
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fault", "status", "code", "words"),
    [
        (RateLimited(), 429, "rate_limit_exceeded", "Rate limit"),
        (ServerError(), 500, None, "had an error"),
        (ServerError(503), 503, None, "had an error"),
        (Unauthorized(), 401, "invalid_api_key", "API key"),
        (ModelNotFound(), 404, "model_not_found", "`fake` does not exist"),
        (ContextOverflow(), 400, "context_length_exceeded", "maximum context length"),
        (ToolsUnsupported(), 400, None, "fake does not support tools"),
    ],
)
def test_an_error_has_the_status_and_shape_of_the_provider(
    *, fault: Turn, status: int, code: str | None, words: str, stream: bool
) -> None:
    with ModelServer([fault, Say("after")]) as server, connect(server) as client:
        with pytest.raises(openai.APIStatusError, match=words) as caught:
            ask(client, stream=stream)
        assert (caught.value.status_code, caught.value.code) == (status, code)
        assert ask(client, stream=stream) == "after"
        server.check()


@pytest.mark.parametrize(("wait", "header"), [(None, None), (0.25, "0.25"), (2, "2")])
def test_retry_after_is_sent_where_given(wait: float | None, header: str | None) -> None:
    with ModelServer([RateLimited(wait)]) as server, connect(server) as client:
        with pytest.raises(openai.RateLimitError) as caught:
            ask(client, stream=False)
        assert caught.value.response.headers.get("retry-after") == header


@pytest.mark.parametrize("stream", [False, True])
def test_a_page_instead_of_an_answer_is_html(stream: bool) -> None:
    with ModelServer([WrongContentType()]) as server:
        response = httpx.post(
            f"{server.url}/chat/completions",
            json={"model": "m", "messages": ASK, "stream": stream, "stream_options": {"include_usage": True}},
        )
        server.check()
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("after", [0, 4, 1000])
def test_a_cut_answer_breaks_the_connection(*, stream: bool, after: int) -> None:
    with (
        ModelServer([CutStream(Say("0123456789"), after), Say("after")]) as server,
        connect(server) as client,
    ):
        with pytest.raises(BROKEN):
            ask(client, stream=stream)
        assert ask(client, stream=stream) == "after"
        server.check()


def test_a_cut_stream_delivers_exactly_the_characters_asked_for() -> None:
    pieces: list[str] = []
    with ModelServer([CutStream(Say("0123456789"), 4)]) as server, connect(server) as client:
        chunks = client.chat.completions.create(model="fake", messages=ASK, stream=True)
        with chunks, pytest.raises(BROKEN):
            pieces.extend(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "".join(pieces) == "0123"


def test_half_a_tool_call_ends_a_stream_cleanly_and_without_a_reason() -> None:
    with ModelServer([HALF]) as server, connect(server) as client:
        chunks = list(client.chat.completions.create(model="fake", messages=ASK, stream=True))
    parts = [part.function for chunk in chunks for part in chunk.choices[0].delta.tool_calls or []]
    assert "".join(part.arguments or "" for part in parts if part) == '{"comman'
    assert all(chunk.choices[0].finish_reason is None for chunk in chunks)


def test_half_a_tool_call_may_claim_to_be_whole() -> None:
    claim = HalfToolCall(HALF.answer, finish_reason="tool_calls")
    with ModelServer([claim]) as server, connect(server) as client:
        *_, last = client.chat.completions.create(model="fake", messages=ASK, stream=True)
    assert last.choices[0].finish_reason == "tool_calls"


def test_half_a_tool_call_without_streaming_was_cut_by_the_limit() -> None:
    with ModelServer([HALF]) as server, connect(server) as client:
        choice = client.chat.completions.create(model="fake", messages=ASK).choices[0]
    (made,) = choice.message.tool_calls or []
    assert made.type == "function"
    assert (made.function.arguments, choice.finish_reason) == ('{"comman', "length")


@pytest.mark.parametrize("stream", [False, True])
def test_a_hang_ends_without_an_answer(stream: bool) -> None:
    with ModelServer([Hang(0.01), Say("after")]) as server, connect(server) as client:
        with pytest.raises(openai.APIConnectionError):
            ask(client, stream=stream)
        assert ask(client, stream=stream) == "after"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("after_chunks", [0, 2])
def test_a_hang_may_end_with_an_answer(*, stream: bool, after_chunks: int) -> None:
    script = [Hang(0.01, Say("late"), after_chunks=after_chunks)]
    with ModelServer(script) as server, connect(server) as client:
        assert ask(client, stream=stream) == "late"


@pytest.mark.parametrize("after_chunks", [0, 2])
def test_the_server_closes_while_a_turn_hangs(after_chunks: int) -> None:
    failures: list[Exception] = []

    def wait() -> None:
        try:
            ask(client, stream=True)
        except BROKEN as error:
            failures.append(error)

    script = [Hang(3600, Say("never"), after_chunks=after_chunks)]
    with ModelServer(script) as server, connect(server) as client:
        waiting = threading.Thread(target=wait)
        waiting.start()
        while not server.requests:
            threading.Event().wait(0.01)
        server.__exit__(None, None, None)
        waiting.join(20)
        assert len(failures) == 1


def send_again(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/v1/models")
    connection.getresponse()


def test_the_server_closes_while_a_connection_is_idle() -> None:
    with ModelServer([Say("hi")]) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("GET", "/v1/models")
        connection.getresponse().read()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        send_again(connection)
    connection.close()


def test_a_client_that_leaves_is_no_problem_and_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    body = json.dumps({"model": "m", "messages": ASK}).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    with ModelServer([Hang(0.05, Say("x" * 1_000_000)), Say("after")]) as server, connect(server) as client:
        for sent in (head + body[:10], head + body):
            with socket.create_connection(("127.0.0.1", server.port)) as leaving:
                leaving.sendall(sent)
        while server.turns_left != 1:
            threading.Event().wait(0.01)
        assert ask(client, stream=False) == "after"
        server.check()
    assert capfd.readouterr() == ("", "")
