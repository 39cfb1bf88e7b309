from __future__ import annotations

import pytest

from contracts.model_contract import CONVERSATION, TOOLS, MakeModel, ModelContract, ask
from learnagent.testing import (
    Call,
    CutStream,
    HalfToolCall,
    Hang,
    HugeReply,
    RateLimited,
    ReceivedRequest,
    Say,
    ScriptedModel,
    ScriptError,
    ServerError,
    ToolsUnsupported,
    ToolUse,
    Turn,
    call,
)
from learnagent_memory.episode import Message
from learnagent_memory.errors import ModelError


class TestContract(ModelContract):
    @pytest.fixture
    def make_model(self) -> MakeModel:
        return ScriptedModel


def test_a_script_that_is_used_up_says_how_many_turns_were_played() -> None:
    model = ScriptedModel([Say("one"), Say("two")])
    ask(model)
    ask(model)
    with pytest.raises(ScriptError, match="all 2 turns were played"):
        ask(model)


def test_an_expectation_that_is_not_met_ends_the_run() -> None:
    model = ScriptedModel([Say("one", expect=("Say something", "no such words"))])
    with pytest.raises(ScriptError, match=r"turn 1 expects 'no such words', .* ends in 'Say something\.'"):
        ask(model)
    assert model.turns_left == 1


def test_an_expectation_within_a_fault_is_checked_too() -> None:
    with pytest.raises(ScriptError):
        ask(ScriptedModel([Hang(0, Say("x", expect=("no such words",)))]))


def test_an_expectation_looks_only_at_what_the_model_has_not_seen() -> None:
    model = ScriptedModel([Say("x", expect=("Say something",))])
    later = (*CONVERSATION, Message(role="assistant", content="a"), Message(role="user", content="b"))
    with pytest.raises(ScriptError):
        ask(model, later)


@pytest.mark.parametrize("fault", [RateLimited(1.5), ServerError(503), ToolsUnsupported(), Hang(0)])
def test_a_fault_is_raised_and_not_retried(fault: Turn) -> None:
    model = ScriptedModel([fault, Say("after")])
    with pytest.raises(ModelError):
        ask(model)
    assert model.turns_left == 1


def test_a_cut_stream_shows_its_beginning() -> None:
    pieces: list[str] = []
    with pytest.raises(ModelError):
        ScriptedModel([CutStream(Say("0123456789"), 4)]).reply(CONVERSATION, TOOLS, on_text=pieces.append)
    assert "".join(pieces) == "0123"


def test_half_a_tool_call_is_a_reply_with_half_the_arguments_of_its_last_call() -> None:
    uses = (ToolUse("bash", '{"command": "a"}'), ToolUse("bash", '{"command": "b"}'))
    reply, _ = ask(ScriptedModel([HalfToolCall(Call(uses))]))
    assert [made.arguments for made in reply.tool_calls] == ['{"command": "a"}', '{"comman']
    assert reply.finish_reason == "length"


def test_a_huge_reply_has_the_size_asked_for() -> None:
    reply, _ = ask(ScriptedModel([HugeReply(1_000_003)]))
    assert len(reply.text) == 1_000_003


def test_ids_are_fresh_unless_the_script_gives_them() -> None:
    script = [Call((ToolUse("a"), ToolUse("b"), ToolUse("c", id=""), ToolUse("d", id="call_1")))]
    taken = (
        *CONVERSATION,
        Message(role="assistant", tool_calls=ask(ScriptedModel([call("bash")]))[0].tool_calls),
        Message(role="tool", content="x", tool_call_id="call_1"),
    )
    reply, _ = ask(ScriptedModel(script), taken)
    assert [made.id for made in reply.tool_calls] == ["call_2", "call_3", "", "call_1"]


def test_tokens_of_a_prefix_seen_before_count_as_cached() -> None:
    model = ScriptedModel([Say("x" * 40), Say("y")])
    first, _ = ask(model)
    longer = (*CONVERSATION, Message(role="assistant", content=first.text), Message(role="user", content="z"))
    second, _ = ask(model, longer)
    assert first.usage.cached_tokens == 0
    assert first.usage.output_tokens == 10
    assert second.usage.cached_tokens == first.usage.input_tokens
    assert second.usage.input_tokens > first.usage.input_tokens


def test_a_function_sees_the_request_and_decides() -> None:
    def script(request: ReceivedRequest) -> Turn:
        return Say(f"{request.latest[-1].content} / {request.tools[0].name} / {request.model}")

    reply, _ = ask(ScriptedModel(script, name="fake"))
    assert reply.text == "Say something. / bash / fake"


def test_requests_are_recorded_and_checked() -> None:
    model = ScriptedModel([Say("x"), Say("y")], secrets=["hunter2"])
    ask(model)
    model.check()
    ask(model, (*CONVERSATION, Message(role="assistant", content="hunter2")))
    assert model.requests[0] == (CONVERSATION, TOOLS)
    with pytest.raises(AssertionError, match="request 2: secret 1 of 1 is in the body"):
        model.check()
