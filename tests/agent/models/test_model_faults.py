from __future__ import annotations

import http.server
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from contracts.model_contract import CONVERSATION, TOOLS
from learnagent.model import Reply
from learnagent.models.litellm_model import LiteLLMModel, ModelSettings
from learnagent.testing import (
    Call,
    CutStream,
    HalfToolCall,
    Hang,
    HugeReply,
    ModelNotFound,
    ModelServer,
    RateLimited,
    ReceivedRequest,
    Say,
    ServerError,
    ToolUse,
    Turn,
    Unauthorized,
    WrongContentType,
)
from learnagent_memory.errors import BudgetSpentError, ModelError

LISTING = Call((ToolUse("bash", {"command": "ls"}),))


class Asked:
    """A model at a server, with its waits and notices recorded."""

    def __init__(self, url: str, *, name: str = "openai/scripted", **settings: object) -> None:
        self.waits: list[float] = []
        self.notices: list[str] = []
        self.shown: list[str] = []
        chosen = replace(ModelSettings(name, api_base=url), **settings)
        self.model = LiteLLMModel(chosen, on_notice=self.notices.append, sleep=self.waits.append)

    def reply(self, *, deadline: float | None = None) -> Reply:
        return self.model.reply(CONVERSATION, TOOLS, on_text=self.shown.append, deadline=deadline)


class Raw(http.server.ThreadingHTTPServer):
    """A server that answers each request with a function of ours, and knows when clients leave."""

    daemon_threads = True

    def __init__(self, answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> None:
        self.headers_seen: list[dict[str, str]] = []
        self.left = threading.Event()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                server.headers_seen.append({name.lower(): value for name, value in self.headers.items()})
                try:
                    answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    server.left.set()

            def log_message(self, *_said: object) -> None:
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


@contextmanager
def raw_server(answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Iterator[Raw]:
    with Raw(answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def begin_events(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()


def trickle(handler: http.server.BaseHTTPRequestHandler) -> None:
    begin_events(handler)
    while True:
        handler.wfile.write(b": keep-alive\n\n")
        time.sleep(0.05)


def answer_openai(handler: http.server.BaseHTTPRequestHandler) -> None:
    begin_events(handler)
    for delta, finish in (({"role": "assistant", "content": "hi"}, None), ({}, "stop")):
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {
            "id": "x",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
        }
        handler.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    handler.wfile.write(b"data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (RateLimited(), "rate limited"),
        (ServerError(500), "the provider failed (500"),
        (ServerError(503), "overloaded"),
        (ServerError(529), "overloaded"),
        (CutStream(Say("a longer answer"), after_characters=5), "the stream broke"),
        (CutStream(LISTING, after_characters=4), "the stream broke"),
        (HalfToolCall(LISTING), "the stream broke"),
        (WrongContentType(), "answered with text/html"),
        (Hang(0), "the stream broke"),
    ],
)
def test_a_fault_that_may_pass_is_asked_again_once_and_told_in_one_line(fault: Turn, why: str) -> None:
    with ModelServer([fault, Say("at last")]) as server:
        asked = Asked(server.url)
        assert asked.reply().text == "at last"
        assert len(server.requests) == 2
        server.check()
    assert len(asked.waits) == len(asked.notices) == 1
    assert why in asked.notices[0]
    assert asked.notices[0].endswith("(attempt 2 of 5)")


def test_it_gives_up_after_the_attempts_that_were_set() -> None:
    with ModelServer([ServerError(500)] * 9) as server:
        asked = Asked(server.url, max_attempts=3)
        with pytest.raises(ModelError, match="3 attempts"):
            asked.reply()
        assert len(server.requests) == 3
    assert len(asked.waits) == 2


@pytest.mark.parametrize(("fault", "hint"), [(Unauthorized(), "check the API key"), (ModelNotFound(), "model's name")])
def test_a_refusal_for_good_is_asked_once_and_says_what_to_do(fault: Turn, hint: str) -> None:
    with ModelServer([fault] * 9) as server:
        asked = Asked(server.url, api_key="sk-very-secret-key")
        with pytest.raises(ModelError) as caught:
            asked.reply()
        assert len(server.requests) == 1
    assert hint in str(caught.value)
    assert "litellm" not in str(caught.value)
    assert "very-secret" not in str(caught.value)
    assert asked.notices == []


def test_the_wait_that_the_provider_asks_for_is_kept() -> None:
    with ModelServer([RateLimited(7), RateLimited(0.5), Say("x")]) as server:
        asked = Asked(server.url)
        asked.reply()
    assert asked.waits == [7, 0.5]
    assert asked.notices[0] == "rate limited, waiting 7 s (attempt 2 of 5)"


def test_a_wait_beyond_the_deadline_ends_the_run_at_once() -> None:
    with ModelServer([RateLimited(60), Say("x")]) as server:
        asked = Asked(server.url)
        with pytest.raises(BudgetSpentError):
            asked.reply(deadline=time.monotonic() + 20)
        assert len(server.requests) == 1
    assert asked.waits == []


def test_fallbacks_are_asked_in_order_and_the_one_that_answers_is_kept() -> None:
    def by_model(request: ReceivedRequest) -> Turn:
        return {"a": Unauthorized(), "b": ServerError(500), "c": Say("from c")}[request.model]

    with ModelServer(by_model) as server:
        asked = Asked(server.url, name="openai/a", fallbacks=("openai/b", "openai/c"), max_attempts=2)
        assert asked.reply().model == "openai/c"
        assert asked.reply().text == "from c"
        assert [request.model for request in server.requests] == ["a", "b", "b", "c", "c"]
    assert "going on with openai/b" in asked.notices[0]
    assert "going on with openai/c" in asked.notices[2]


def test_a_reply_without_end_is_left_and_not_asked_again() -> None:
    with ModelServer([HugeReply(3_000_000)] * 3) as server:
        asked = Asked(server.url)
        with pytest.raises(ModelError, match="more than 2,000,000 characters"):
            asked.reply()
        assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_named() -> None:
    asked = Asked("http://127.0.0.1:9/v1", max_attempts=2)
    with pytest.raises(ModelError, match=r"cannot reach 127\.0\.0\.1:9"):
        asked.reply()
    assert len(asked.waits) == 1


def test_a_silent_server_is_asked_again_after_the_time_out() -> None:
    with ModelServer([Hang(30), Hang(30, Say("abc"), after_chunks=2), Say("x")]) as server:
        asked = Asked(server.url, timeout_s=0.5)
        assert asked.reply().text == "x"
    assert ["no answer from" in notice for notice in asked.notices] == [True, True]


@pytest.mark.parametrize("name", ["openai/m", "anthropic/claude-sonnet-5-5", "gemini/gemini-3.8-flash"])
def test_a_stream_of_keep_alives_ends_at_the_deadline_and_is_closed(name: str) -> None:
    with raw_server(trickle) as server:
        asked = Asked(server.url, name=name)
        assert asked.model.context_tokens  # waits for the import, which would use up the deadline
        with pytest.raises(BudgetSpentError):
            asked.reply(deadline=time.monotonic() + 3)
        assert server.left.wait(30)


@pytest.mark.parametrize("before_headers", [True, False])
def test_an_interrupt_gets_through_and_closes_the_connection(before_headers: bool) -> None:
    def wait(handler: http.server.BaseHTTPRequestHandler) -> None:
        if not before_headers:
            begin_events(handler)
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        handler.connection.settimeout(20)
        if handler.rfile.read(1) == b"":
            raise BrokenPipeError

    with raw_server(wait) as server:
        asked = Asked(server.url)
        with pytest.raises(KeyboardInterrupt):
            asked.reply()
        assert server.left.wait(10)
    assert asked.notices == []


KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORGANIZATION")


@pytest.mark.parametrize(
    "name",
    ["openai/m", "hosted_vllm/m", "openrouter/x/m", "anthropic/claude-sonnet-5-5", "gemini/gemini-3.8-flash"],
)
def test_no_key_of_the_environment_goes_to_an_address_of_somebody_else(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in (*KEYS, "OPENROUTER_API_KEY", "OPENAI_PROJECT_ID", "HOSTED_VLLM_API_KEY"):
        monkeypatch.setenv(variable, "sk-real-secret-123")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Custom: sk-real-secret-123")
    with raw_server(answer_openai) as server:
        asked = Asked(server.url, name=name, max_attempts=1)
        with suppress(ModelError):  # the answer is in the words of one protocol only
            asked.reply()
        assert server.headers_seen
        assert "real-secret" not in json.dumps(server.headers_seen)


def test_a_key_that_was_given_for_the_address_goes_there() -> None:
    with ModelServer([Say("x")], api_key="sk-mine") as server:
        assert Asked(server.url, api_key="sk-mine").reply().text == "x"


def test_no_key_follows_a_redirect_to_another_host() -> None:
    with raw_server(answer_openai) as elsewhere:

        def redirect(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.send_response(307)
            handler.send_header("Location", f"{elsewhere.url}/chat/completions")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with raw_server(redirect) as server:
            for name in ("openai/m", "anthropic/claude-sonnet-5-5"):
                asked = Asked(server.url, name=name, api_key="sk-for-here", max_attempts=1)
                with suppress(ModelError):  # the answer is in the words of one protocol only
                    asked.reply()
        assert len(elsewhere.headers_seen) == 2
        assert "sk-for-here" not in json.dumps(elsewhere.headers_seen)


ANTHROPIC = (
    {
        "type": "message_start",
        "message": {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5-5",
            "content": [],
            "usage": {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Looking."}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "tool_use", "id": "t1", "name": "bash", "input": {}},
    },
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": '{"command"'},
    },
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": ': "ls"}'},
    },
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 20}},
    {"type": "message_stop"},
)


def test_another_protocol_is_held_to_the_same() -> None:
    played: list[int] = []

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        played.append(len(played))
        if played[-1] == 0:
            handler.send_response(429)
            handler.send_header("Retry-After", "4")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        begin_events(handler)
        for event in ANTHROPIC[:6] if played[-1] == 1 else ANTHROPIC:
            handler.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())

    with raw_server(answer) as server:
        asked = Asked(server.url, name="anthropic/claude-sonnet-5-5")
        reply = asked.reply()
    assert asked.notices[0] == "rate limited, waiting 4 s (attempt 2 of 5)"
    assert "the stream broke" in asked.notices[1]
    assert (reply.text, reply.finish_reason) == ("Looking.", "tool_calls")
    assert [(made.id, made.name, made.arguments) for made in reply.tool_calls] == [("t1", "bash", '{"command": "ls"}')]
    assert (reply.usage.input_tokens, reply.usage.cached_tokens, reply.usage.output_tokens) == (100, 90, 20)
    assert reply.usage.cost_usd == pytest.approx(10 * 2e-6 + 90 * 1e-7 + 20 * 1e-5)


def test_a_stream_whose_finish_reason_litellm_keeps_elsewhere_is_complete() -> None:
    listing = {"functionCall": {"name": "bash", "args": {"command": "ls"}}}
    candidate = {"content": {"role": "model", "parts": [listing]}, "finishReason": "STOP", "index": 0}
    counts = {"promptTokenCount": 5, "candidatesTokenCount": 4, "totalTokenCount": 9}

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        begin_events(handler)
        event = {"candidates": [candidate], "usageMetadata": counts}
        handler.wfile.write(b"data: " + json.dumps(event).encode() + b"\r\n\r\n")

    with raw_server(answer) as server:
        reply = Asked(server.url, name="gemini/gemini-3.8-flash").reply()
    assert [made.arguments for made in reply.tool_calls] == ['{"command": "ls"}']
    assert reply.usage.input_tokens == 5
