"""The wire format, as the real `openai` client reads it, and as bytes."""

from __future__ import annotations

import http.client
import json

import openai
import pytest
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from learnagent.testing import Call, HugeReply, ModelServer, Say, Script, Tokens, ToolUse, Turn, call

ASK: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hello"}]
ARGUMENTS = ['{"command": "ls -la"}', '{"path": ']
CALLS = Call(
    (ToolUse("bash", {"command": "ls -la"}, id="call_a"), ToolUse("read", '{"path": ', id="call_b")),
    text="Hm.",
)


def connect(server: ModelServer, api_key: str = "key") -> openai.OpenAI:
    return openai.OpenAI(base_url=server.url, api_key=api_key, max_retries=0, timeout=20)


def stream(client: openai.OpenAI) -> list[ChatCompletionChunk]:
    with client.chat.completions.create(
        model="fake", messages=ASK, stream=True, stream_options={"include_usage": True}
    ) as chunks:
        return list(chunks)


def events(server: ModelServer, body: dict[str, object]) -> list[str]:
    """Return the lines of a streamed answer as they stand on the wire."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("POST", "/v1/chat/completions", json.dumps({"model": "m", "messages": ASK, **body}))
    lines = connection.getresponse().read().decode().split("\n\n")
    connection.close()
    return lines


def test_text_comes_whole_without_streaming() -> None:
    with ModelServer([Say("Grüße, 日本")]) as server, connect(server) as client:
        answer = client.chat.completions.create(model="fake", messages=ASK)
    assert answer.choices[0].message.content == "Grüße, 日本"
    assert answer.choices[0].message.tool_calls is None
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.model, answer.object) == ("fake", "chat.completion")


def test_text_comes_in_pieces_with_streaming() -> None:
    with ModelServer([Say("short")]) as server, connect(server) as client:
        chunks = stream(client)
    assert chunks[0].choices[0].delta.role == "assistant"
    pieces = [chunk.choices[0].delta.content for chunk in chunks[1:-2]]
    assert "".join(piece or "" for piece in pieces) == "short"
    assert len(pieces) > 1
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_calls_come_whole_without_streaming() -> None:
    with ModelServer([CALLS]) as server, connect(server) as client:
        choice = client.chat.completions.create(model="fake", messages=ASK).choices[0]
    calls = choice.message.tool_calls or []
    assert [(c.id, c.type, c.function.name) for c in calls if c.type == "function"] == [
        ("call_a", "function", "bash"),
        ("call_b", "function", "read"),
    ]
    assert [c.function.arguments for c in calls if c.type == "function"] == ARGUMENTS
    assert choice.finish_reason == "tool_calls"


def test_calls_come_as_a_name_and_then_fragments_with_streaming() -> None:
    with ModelServer([CALLS]) as server, connect(server) as client:
        deltas = [c.choices[0].delta for c in stream(client) if c.choices]
    parts = [part for delta in deltas for part in delta.tool_calls or []]
    openings = [(p.index, p.id, p.function and p.function.name) for p in parts if p.id]
    assert openings == [(0, "call_a", "bash"), (1, "call_b", "read")]
    for index, arguments in enumerate(ARGUMENTS):
        fragments = [p.function.arguments or "" for p in parts if p.index == index and p.function]
        assert "".join(fragments) == arguments
        assert len(fragments) > 2


def test_the_stream_ends_with_finish_reason_usage_and_done() -> None:
    with ModelServer([Say("hi")]) as server:
        *_, finish, usage, done, rest = events(server, {"stream": True, "stream_options": {"include_usage": True}})
    assert json.loads(finish.removeprefix("data: "))["choices"][0] == {
        "index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop",
    }  # fmt: skip
    assert json.loads(usage.removeprefix("data: "))["choices"] == []
    assert (done, rest) == ("data: [DONE]", "")


def test_no_usage_is_streamed_where_none_was_asked_for() -> None:
    with ModelServer([Say("hi")]) as server:
        lines = events(server, {"stream": True})
    assert not any("usage" in line for line in lines)


def test_a_server_can_keep_its_token_counts_to_itself() -> None:
    script = [Say("a", tokens=Tokens(reported=False))] * 2
    with ModelServer(script) as server, connect(server) as client:
        assert client.chat.completions.create(model="fake", messages=ASK).usage is None
        assert all(chunk.usage is None for chunk in stream(client))


def test_given_token_counts_replace_the_measured_ones() -> None:
    with ModelServer([Say("a", tokens=Tokens(prompt=9, cached=4))]) as server, connect(server) as client:
        usage = stream(client)[-1].usage
    assert usage is not None
    assert usage.prompt_tokens_details is not None
    assert (usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens) == (9, 4)
    assert (usage.completion_tokens, usage.total_tokens) == (1, 10)


def test_a_missing_call_id_is_left_out() -> None:
    script = [Call((ToolUse("bash", id=""),))]
    with ModelServer(script) as server:
        body = "".join(events(server, {}))
    assert json.loads(body)["choices"][0]["message"]["tool_calls"] == [
        {"type": "function", "function": {"name": "bash", "arguments": "{}"}}
    ]


def test_a_huge_reply_arrives_whole() -> None:
    with ModelServer([HugeReply(3_000_000)]) as server, connect(server) as client:
        pieces = [c.choices[0].delta.content or "" for c in stream(client) if c.choices]
    assert len("".join(pieces)) == 3_000_000


def test_half_a_surrogate_pair_can_be_sent() -> None:
    with ModelServer([Say("a\ud800b")]) as server, connect(server) as client:
        answer = client.chat.completions.create(model="fake", messages=ASK)
    assert answer.choices[0].message.content == "a\ud800b"


def test_several_requests_go_over_one_connection() -> None:
    with ModelServer([Say("one"), call("bash"), Say("three")]) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        for streamed in (False, True, False):
            body = {"model": "m", "messages": ASK, "stream": streamed}
            connection.request("POST", "/v1/chat/completions", json.dumps(body))
            response = connection.getresponse()
            response.read()
            assert (response.status, response.will_close) == (200, False)
        connection.close()


def test_the_model_is_listed() -> None:
    with ModelServer([], model="tiny") as server, connect(server) as client:
        assert [model.id for model in client.models.list()] == ["tiny"]


def test_another_address_is_not_found() -> None:
    with ModelServer([]) as server, connect(server) as client, pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="m", input="x")


@pytest.mark.parametrize(("key", "accepted"), [("right", True), ("wrong", False)])
def test_a_key_is_asked_for_where_one_is_given(key: str, accepted: bool) -> None:
    with ModelServer([Say("hi")], api_key="right") as server, connect(server, key) as client:
        if accepted:
            client.chat.completions.create(model="fake", messages=ASK)
        else:
            with pytest.raises(openai.AuthenticationError):
                client.chat.completions.create(model="fake", messages=ASK)
        assert len(server.requests) == accepted


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"model": "m"}',
        b'{"model": "m", "messages": [{"role": "boss", "content": "x"}]}',
    ],
)
def test_what_is_no_chat_request_is_refused_and_reported(body: bytes) -> None:
    with ModelServer([Say("hi")]) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("POST", "/v1/chat/completions", body)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        assert (response.status, answer["error"]["type"]) == (400, "invalid_request_error")
        assert "not a chat request" in server.problems[0]


def test_requests_are_recorded_with_body_headers_and_raw_bytes() -> None:
    with ModelServer([Say("hi")]) as server, connect(server, "sesame") as client:
        client.chat.completions.create(model="fake", messages=ASK, temperature=0)
        (request,) = server.requests
    assert request.headers["authorization"] == "Bearer sesame"
    assert request.body["temperature"] == 0
    assert json.loads(request.raw) == request.body
    assert [(m.role, m.content) for m in request.messages] == [("user", "hello")]


def test_content_in_parts_is_one_text() -> None:
    parts: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": [{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}]}
    ]
    with ModelServer([Say("hi", expect=("hello",))]) as server, connect(server) as client:
        client.chat.completions.create(model="fake", messages=parts)
        server.check()


def test_a_script_that_is_used_up_is_a_server_error_and_a_problem() -> None:
    script: Script = [Say("only")]
    with ModelServer(script) as server, connect(server) as client:
        client.chat.completions.create(model="fake", messages=ASK)
        with pytest.raises(openai.InternalServerError, match="all 1 turns were played"):
            client.chat.completions.create(model="fake", messages=ASK)
        assert server.problems == ["request 2: the script is exhausted: all 1 turns were played"]


def test_a_script_that_drifted_stays_at_its_turn() -> None:
    with ModelServer([Say("x", expect=("goodbye",))]) as server, connect(server) as client:
        for _ in range(2):
            with pytest.raises(openai.InternalServerError, match="expects 'goodbye'"):
                client.chat.completions.create(model="fake", messages=ASK)
        assert server.turns_left == 1
        with pytest.raises(AssertionError, match="turn 1 expects 'goodbye'"):
            server.check()


def test_a_function_that_raises_is_a_problem_and_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    turns: dict[str, Turn] = {}
    with ModelServer(lambda request: turns[request.model]) as server, connect(server) as client:
        with pytest.raises(openai.APIConnectionError):
            client.chat.completions.create(model="fake", messages=ASK)
        assert server.problems == ["the script failed: KeyError: 'fake'"]
    assert capfd.readouterr() == ("", "")
