"""What every implementation of learnagent.model.Model must do: subclass it and override `make_model`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

import pytest

from learnagent.model import Model, Reply, ToolSpec
from learnagent.testing import (
    Call,
    ContextOverflow,
    CutStream,
    Hang,
    ModelNotFound,
    Say,
    Tokens,
    ToolUse,
    Turn,
    Unauthorized,
    WrongContentType,
    call,
)
from learnagent_memory.episode import Message
from learnagent_memory.errors import BudgetSpentError, ContextOverflowError, ModelError

MakeModel = Callable[[Sequence[Turn]], Model]

CONVERSATION = (
    Message(role="system", content="You are a test."),
    Message(role="user", content="Say something."),
)
TOOLS = (
    ToolSpec(
        name="bash",
        description="Run a command.",
        parameters={
            "type": "object",
            "properties": {"command": {"type": "string"}},
            "required": ["command"],
        },
    ),
)


def ask(
    model: Model, conversation: Sequence[Message] = CONVERSATION, *, deadline: float | None = None
) -> tuple[Reply, list[str]]:
    """Return the reply and the pieces of text in the order streamed."""
    pieces: list[str] = []
    return model.reply(conversation, TOOLS, on_text=pieces.append, deadline=deadline), pieces


class ModelContract:
    @pytest.fixture
    def make_model(self) -> MakeModel:
        """Return a function that makes a model whose provider plays these turns."""
        raise NotImplementedError

    def test_it_has_a_name_and_a_window(self, make_model: MakeModel) -> None:
        model = make_model([])
        assert model.name
        assert model.context_tokens > 0

    def test_text_is_streamed_in_pieces_and_returned_whole(self, make_model: MakeModel) -> None:
        text = "Ein längerer Satz, with 日本語 and\nseveral lines, so that it comes in pieces. " * 5
        reply, pieces = ask(make_model([Say(text)]))
        assert reply.text == text
        assert "".join(pieces) == text
        assert len(pieces) > 1
        assert reply.tool_calls == ()
        assert reply.finish_reason == "stop"

    def test_tool_calls_come_whole_and_in_order_beside_the_text(self, make_model: MakeModel) -> None:
        uses = (
            ToolUse("bash", {"command": "echo 'a \"b\"' \\ ü"}, id="call_a"),
            ToolUse("bash", {"command": "ls"}, id="call_b"),
        )
        reply, pieces = ask(make_model([Call(uses, text="Looking.")]))
        assert [(made.id, made.name) for made in reply.tool_calls] == [("call_a", "bash"), ("call_b", "bash")]
        assert [json.loads(made.arguments) for made in reply.tool_calls] == [use.arguments for use in uses]
        assert "".join(pieces) == reply.text == "Looking."
        assert reply.finish_reason == "tool_calls"

    def test_malformed_arguments_are_handed_on_as_the_model_wrote_them(self, make_model: MakeModel) -> None:
        reply, _ = ask(make_model([Call((ToolUse("bash", '{"command": '),))]))
        assert reply.tool_calls[0].arguments == '{"command": '

    def test_an_unknown_tool_is_handed_on(self, make_model: MakeModel) -> None:
        reply, _ = ask(make_model([call("no_such_tool", x=1)]))
        assert reply.tool_calls[0].name == "no_such_tool"

    def test_an_empty_answer_is_an_empty_reply(self, make_model: MakeModel) -> None:
        reply, pieces = ask(make_model([Say("")]))
        assert (reply.text, reply.tool_calls, "".join(pieces)) == ("", (), "")

    def test_an_answer_cut_by_the_limit_says_so(self, make_model: MakeModel) -> None:
        reply, _ = ask(make_model([Say("half a sen", finish_reason="length")]))
        assert (reply.text, reply.finish_reason) == ("half a sen", "length")

    def test_token_counts_are_the_providers(self, make_model: MakeModel) -> None:
        reply, _ = ask(make_model([Say("x", tokens=Tokens(prompt=1000, cached=800, completion=7))]))
        usage = reply.usage
        assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (1000, 800, 7)

    def test_a_provider_that_counts_nothing_is_no_failure(self, make_model: MakeModel) -> None:
        reply, _ = ask(make_model([Say("x", tokens=Tokens(reported=False))]))
        assert reply.text == "x"

    def test_a_conversation_goes_on_with_answered_calls(self, make_model: MakeModel) -> None:
        model = make_model([call("bash", command="ls"), Say("One file.", expect=("README.md",))])
        first, _ = ask(model)
        answered = (
            *CONVERSATION,
            Message(role="assistant", content=first.text, tool_calls=first.tool_calls),
            Message(role="tool", content="README.md", tool_call_id=first.tool_calls[0].id),
        )
        second, _ = ask(model, answered)
        assert second.text == "One file."

    def test_a_full_window_is_a_context_overflow(self, make_model: MakeModel) -> None:
        with pytest.raises(ContextOverflowError):
            ask(make_model([ContextOverflow()]))

    @pytest.mark.parametrize("fault", [Unauthorized(), ModelNotFound(), WrongContentType()])
    def test_a_fault_for_good_is_a_model_error_in_one_line(self, make_model: MakeModel, fault: Turn) -> None:
        with pytest.raises(ModelError) as caught:
            ask(make_model([fault] * 20))
        assert not isinstance(caught.value, ContextOverflowError)
        assert len(str(caught.value).splitlines()) == 1

    def test_a_connection_that_keeps_breaking_is_a_model_error(self, make_model: MakeModel) -> None:
        with pytest.raises(ModelError):
            ask(make_model([CutStream(Say("a long answer that never ends"), after_characters=6)] * 20))

    def test_nothing_is_asked_after_the_deadline(self, make_model: MakeModel) -> None:
        with pytest.raises(BudgetSpentError):
            ask(make_model([Say("too late")]), deadline=time.monotonic() - 1)

    def test_a_silent_provider_is_left_at_the_deadline(self, make_model: MakeModel) -> None:
        with pytest.raises(BudgetSpentError):
            ask(make_model([Hang(60, Say("too late"))] * 20), deadline=time.monotonic() + 1)
