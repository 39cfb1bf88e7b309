from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from contracts.model_contract import CONVERSATION, TOOLS, MakeModel, ModelContract
from learnagent.model import Model, Reply
from learnagent.models import litellm_model
from learnagent.models.litellm_model import LiteLLMModel, ModelSettings
from learnagent.models.model_choice import DEFAULT_MODELS
from learnagent.settings import Prices
from learnagent.testing import (
    ModelNotFound,
    ModelServer,
    RateLimited,
    Say,
    Tokens,
    ToolsUnsupported,
    Turn,
    call,
)
from learnagent_memory.episode import Message, ToolCall
from learnagent_memory.errors import ModelError


class TestLiteLLMModel(ModelContract):
    @pytest.fixture
    def make_model(self) -> Iterator[MakeModel]:
        with ExitStack() as stack:

            def make(turns: Sequence[Turn]) -> Model:
                return model_at(stack.enter_context(ModelServer(turns)))

            yield make


class TestLiteLLMModelOverAnHTTPHandler(ModelContract):
    """The same over the other of litellm's two ways to hold a connection."""

    @pytest.fixture
    def make_model(self) -> Iterator[MakeModel]:
        with ExitStack() as stack:

            def make(turns: Sequence[Turn]) -> Model:
                return model_at(stack.enter_context(ModelServer(turns)), name="hosted_vllm/scripted")

            yield make


def model_at(server: ModelServer, *, name: str = "openai/scripted", **settings: object) -> LiteLLMModel:
    chosen = replace(ModelSettings(name, api_base=server.url), **settings)
    return LiteLLMModel(chosen, on_notice=ignore, sleep=ignore)


def ignore(_: object) -> None:
    """Take a piece of text, a notice or a wait, and do nothing about it."""


def say(model: Model, messages: Sequence[Message] = CONVERSATION) -> Reply:
    return model.reply(messages, TOOLS, on_text=ignore)


def converse(model: Model, turns: int) -> None:
    """Hold a conversation in which each call is answered."""
    messages = list(CONVERSATION)
    for number in range(turns):
        reply = say(model, messages)
        messages.append(Message(role="assistant", content=reply.text, tool_calls=reply.tool_calls))
        output = f"output {number}\x00\udcff"
        messages += [Message(role="tool", content=output, tool_call_id=made.id) for made in reply.tool_calls]


@pytest.mark.parametrize("name", ["openai/scripted", "openrouter/anthropic/claude-scripted"])
def test_each_request_repeats_the_bytes_of_the_one_before(name: str) -> None:
    with ModelServer([call("bash", command=f"echo {n}") for n in range(5)]) as server:
        converse(model_at(server, name=name), turns=5)
        server.check()
        assert len(server.requests) == 5
        prefixes = [request.segments for request in server.requests]
    for before, after in pairwise(prefixes):
        assert after[: len(before)] == before


def test_a_provider_that_caches_by_itself_gets_no_marks() -> None:
    with ModelServer([Say("x")]) as server:
        say(model_at(server))
        assert b"cache_control" not in server.requests[0].raw


def test_claude_gets_four_marks_at_most_and_the_last_messages_carry_two() -> None:
    with ModelServer([call("bash", command=f"echo {n}") for n in range(4)]) as server:
        converse(model_at(server, name="openrouter/anthropic/claude-scripted"), turns=4)
        body = server.requests[-1].body
    marked = [i for i, message in enumerate(body["messages"]) if "cache_control" in json.dumps(message)]
    spoken = [i for i, message in enumerate(body["messages"]) if message["role"] in ("user", "tool")]
    assert marked == [0, *spoken[-2:]]
    assert "cache_control" in json.dumps(body["tools"])


def test_a_history_with_malformed_arguments_is_sent_as_json() -> None:
    messages = (
        *CONVERSATION,
        Message(role="assistant", tool_calls=(ToolCall(id="a", name="bash", arguments='{"command": '),)),
        Message(role="tool", tool_call_id="a", content="malformed"),
    )
    with ModelServer([Say("x")]) as server:
        say(model_at(server), messages)
        server.check()
        sent = server.requests[0].messages[2].tool_calls[0].arguments
    assert json.loads(sent) == {"malformed_arguments": '{"command": '}


def test_the_cost_is_reckoned_from_the_prices_of_the_settings() -> None:
    with ModelServer([Say("x", tokens=Tokens(prompt=1_000_000, cached=600_000, completion=100_000))]) as server:
        reply = say(model_at(server, prices=Prices(input=2.0, cached=0.5, output=10.0)))
    assert reply.usage.cost_usd == pytest.approx(0.4 * 2 + 0.6 * 0.5 + 0.1 * 10)


def test_the_cost_of_a_known_model_is_litellms() -> None:
    with ModelServer([Say("x", tokens=Tokens(prompt=1000, cached=500, completion=100))]) as server:
        reply = say(model_at(server, name="openai/gpt-5.6"))
    assert reply.usage.cost_usd == pytest.approx(500 * 4e-6 + 500 * 4e-7 + 100 * 2e-5)


def test_the_cost_of_an_unknown_model_or_without_counts_is_unknown() -> None:
    turns = [Say("x"), Say("y", tokens=Tokens(reported=False))]
    with ModelServer(turns) as server:
        assert say(model_at(server)).usage.cost_usd is None
        counted = say(model_at(server, prices=Prices(input=1, output=1))).usage
    assert (counted.input_tokens, counted.cost_usd) == (0, None)


def test_the_window_is_what_was_set_or_is_known_or_modest() -> None:
    def window(name: str, tokens: int | None = None) -> int:
        settings = ModelSettings(name, context_tokens=tokens)
        return LiteLLMModel(settings, on_notice=ignore).context_tokens

    assert window("openai/whatever", 1234) == 1234
    assert window("anthropic/claude-sonnet-5-5") == 1_000_000
    assert window("openai/whatever") == 32_768


def test_the_default_models_are_known_to_litellm_with_function_calling() -> None:
    library = litellm_model._library()
    for name in {name for _, name in DEFAULT_MODELS} - {"openrouter/openrouter/auto"}:
        assert library.known(name).get("supports_function_calling"), name


def test_a_model_without_function_calling_is_told_the_tools_in_words_from_then_on() -> None:
    answer = "I look.\n\n```tool bash\ncommand: ls -la\n```\n"
    notices: list[str] = []
    shown: list[str] = []
    with ModelServer([ToolsUnsupported(), Say(answer), Say("done")]) as server:
        settings = ModelSettings("openai/scripted", api_base=server.url)
        model = LiteLLMModel(settings, on_notice=notices.append)
        reply = model.reply(CONVERSATION, TOOLS, on_text=shown.append)
        say(model)
        tools = [len(request.tools) for request in server.requests]
        system = server.requests[-1].messages[0].content
    assert reply.text == "I look."
    assert [(made.name, json.loads(made.arguments)) for made in reply.tool_calls] == [("bash", {"command": "ls -la"})]
    assert reply.finish_reason == "tool_calls"
    assert "tool" not in "".join(shown)
    assert tools == [1, 0, 0]
    assert "## bash" in system
    assert len(notices) == 1


def test_a_summary_of_a_conversation_with_calls_is_asked_for_without_tools() -> None:
    messages = (
        *CONVERSATION,
        Message(role="assistant", tool_calls=(ToolCall(id="a", name="bash", arguments='{"command": "ls"}'),)),
        Message(role="tool", tool_call_id="a", content="README.md"),
        Message(role="user", content="Sum it up."),
    )
    with ModelServer([Say("One file.")]) as server:
        assert model_at(server).reply(messages, (), on_text=ignore).text == "One file."
        sent = server.requests[0]
    assert [message.role for message in sent.messages] == ["system", "user", "assistant", "user"]
    assert "README.md" in sent.messages[-1].content


def test_native_tools_that_were_asked_for_are_not_given_up() -> None:
    with ModelServer([ToolsUnsupported()]) as server, pytest.raises(ModelError, match="no function calling"):
        say(model_at(server, tools="native"))


def test_a_model_in_this_process_is_told_to_be_served_instead() -> None:
    with pytest.raises(ModelError, match="--api-base"):
        LiteLLMModel(ModelSettings("local/some/model"), on_notice=ignore)


def test_a_name_without_a_provider_says_how_to_write_it() -> None:
    with pytest.raises(ModelError, match="provider/model"):
        say(LiteLLMModel(ModelSettings("no-such-thing"), on_notice=ignore))


def test_lone_surrogates_and_nuls_of_a_model_do_not_come_in() -> None:
    turn = call("bash", command="a\x00b\ud800c")
    with ModelServer([turn, Say("x\ud83d\ude00y\ud800z")]) as server:
        model = model_at(server)
        arguments = say(model).tool_calls[0].arguments
        text = say(model).text
    assert json.loads(arguments) == {"command": "a\ufffdb\ufffdc"}
    assert text == "x\U0001f600y\ufffdz"


SCRIPT = """
import os, sys
from learnagent.models import fenced
from learnagent.models import litellm_model
from learnagent.models import model_choice
from learnagent_memory.episode import Message
from learnagent_memory.errors import ModelError
assert "litellm" not in sys.modules and "httpx" not in sys.modules
litellm_model.preload()
settings = litellm_model.ModelSettings("openai/scripted", api_base=sys.argv[1])
model = litellm_model.LiteLLMModel(settings, on_notice=lambda line: None, sleep=lambda seconds: None)
for _ in range(3):
    try:
        model.reply([Message(role="user", content="hi")], (), on_text=lambda piece: None)
    except ModelError as error:
        assert "knows no openai/scripted" in error.message, error
assert "FROM_DOTENV" not in os.environ
"""


def test_requests_print_nothing_read_no_dotenv_and_use_no_proxy_for_loopback(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FROM_DOTENV=1\n")
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    with ModelServer([Say("x"), RateLimited(), Say("y"), ModelNotFound()]) as server:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, server.url],
            cwd=tmp_path,
            env=os.environ | proxies,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
