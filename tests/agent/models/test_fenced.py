from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnagent.model import ToolSpec
from learnagent.models.fenced import parse, render, render_call
from learnagent.models.fenced_block import BlockFilter
from learnagent_memory.episode import Message, ToolCall


def tool(name: str, required: tuple[str, ...], **types: str) -> ToolSpec:
    properties = {parameter: {"type": kind, "description": "Words."} for parameter, kind in types.items()}
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return ToolSpec(name, f"Do {name}.", schema)


TOOLS = (
    tool("bash", ("command",), command="string", timeout_s="number"),
    tool("write", ("path", "content"), path="string", content="string"),
    tool("edit", ("path", "old", "new"), path="string", old="string", new="string"),
)


def one(text: str) -> tuple[str, object]:
    """Return name and arguments of the only call."""
    _, calls = parse(text, TOOLS)
    assert len(calls) == 1
    return calls[0].name, json.loads(calls[0].arguments)


def is_malformed(text: str) -> bool:
    _, calls = parse(text, TOOLS)
    try:
        return not isinstance(json.loads(calls[0].arguments), dict)
    except ValueError:
        return True


def test_text_without_a_block_is_only_text() -> None:
    text = "Use\n\n```python\nprint(1)\n```\n\nor `tool bash`."
    assert parse(text, TOOLS) == (text, ())


def test_a_block_with_fields_and_sections_is_a_call_and_its_prose_stays() -> None:
    text, calls = parse(
        "Fixing.\n\n```tool edit\npath: src/a.py\n<old>\n    return 1\n</old>\n<new>\n    return 2\n</new>\n```\nDone.",
        TOOLS,
    )
    assert text == "Fixing.\n\nDone."
    assert json.loads(calls[0].arguments) == {
        "path": "src/a.py",
        "old": "    return 1\n",
        "new": "    return 2\n",
    }


def test_several_blocks_are_calls_in_order() -> None:
    _, calls = parse("```tool bash\ncommand: a\n```\nthen\n```tool bash\ncommand: b\n```", TOOLS)
    assert [json.loads(made.arguments)["command"] for made in calls] == ["a", "b"]


def test_fences_within_a_section_belong_to_it() -> None:
    content = "# Title\n\n```python\nx = 1\n```\n\n```tool bash\ncommand: rm -rf /\n```\n"
    assert one(f"```tool write\npath: a.md\n<content>\n{content}</content>\n```") == (
        "write",
        {"path": "a.md", "content": content},
    )


def test_dos_line_ends_are_taken_away_where_the_fence_has_them() -> None:
    text = "```tool write\r\npath: a.py\r\n<content>\r\nx\r\n</content>\r\n```\r\n"
    assert one(text) == ("write", {"path": "a.py", "content": "x\n"})


def test_text_stays_text_and_numbers_become_numbers() -> None:
    assert one("```tool bash\ncommand: true\ntimeout_s: 60\n```") == (
        "bash",
        {"command": "true", "timeout_s": 60},
    )


def test_a_block_of_bare_text_is_the_one_required_argument() -> None:
    assert one("```tool bash\ncd src\npytest -q\n```") == ("bash", {"command": "cd src\npytest -q"})


@pytest.mark.parametrize(
    "body",
    [
        'tool\n{"name": "bash", "arguments": {"command": "ls"}}',
        'tool bash\n{"command": "ls"}',
        'tool bash\n{\n  "name": "bash",\n  "arguments": {"command": "ls"}\n}',
        "Tool: bash\ncommand: ls",
    ],
)
def test_json_bodies_and_small_variations_are_understood(body: str) -> None:
    assert one(f"```{body}\n```") == ("bash", {"command": "ls"})


@pytest.mark.parametrize(
    "text",
    [
        "```tool bash\ncommand: rm -rf build",
        "```tool write\npath: a\n<content>\nhalf a fi\n```",
        "```tool write\npath: a\nwhatever this is\n```",
        '```tool bash\n{"command": "ls\n```',
        "```tool bash\ncommand: a\ncommand: b\n```",
        "```tool bash\ncd src",
    ],
)
def test_what_was_cut_off_or_makes_no_sense_is_a_malformed_call(text: str) -> None:
    assert is_malformed(text)


def test_results_that_the_model_makes_up_are_dropped_with_what_follows() -> None:
    text, calls = parse(
        '```tool bash\ncommand: ls\n```\n<result tool="bash">\na.py\n</result>\n```tool bash\ncommand: rm a.py\n```',
        TOOLS,
    )
    assert (text, len(calls)) == ("", 1)


def test_results_become_one_message_of_the_user_and_a_longer_conversation_keeps_its_prefix() -> None:
    calls = (ToolCall(id="a", name="bash", arguments='{"command": "ls"}'),) * 2
    messages = [
        Message(role="system", content="Be good."),
        Message(role="user", content="Go."),
        Message(role="assistant", content="Yes.", tool_calls=calls),
        Message(role="tool", tool_call_id="a", content="one"),
        Message(role="tool", tool_call_id="a", content="two"),
        Message(role="assistant", content="Done."),
        Message(role="user", content="Thanks."),
    ]
    rendered = render(messages, TOOLS)
    assert [message.role for message in rendered] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
    ]
    assert rendered[0].content.startswith("Be good.\n\n# Tools")
    assert rendered[3].content == '<result tool="bash">\none\n</result>\n\n<result tool="bash">\ntwo\n</result>'
    assert render(messages[:5], TOOLS) == rendered[:4]


def test_the_example_in_the_rules_is_a_call() -> None:
    system = render([Message(role="user", content="x")], TOOLS)[0]
    example = system.content[system.content.index("```tool") : system.content.index("Write one block")]
    assert one(example) == ("write", {"path": "notes/hello.txt", "content": "Hello,\nworld.\n"})


LINES = st.lists(
    st.sampled_from(["", "```", "````", "```tool bash", "</content>", "<content>", "path: x", "x`y", "<old>", " a "])
    | st.text(max_size=12)
)
TEXTS = LINES.map("\n".join) | LINES.map(lambda lines: "".join(line + "\n" for line in lines))
VALUES = TEXTS | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False)
ANY_ARGUMENTS = st.dictionaries(st.sampled_from(["path", "content", "a b", "1"]) | st.text(max_size=5), VALUES)


@given(arguments=ANY_ARGUMENTS, name=st.sampled_from(["bash", "write", "no.such-tool", "odd name"]))
@settings(deadline=None)
def test_any_call_reads_back_as_it_was(arguments: dict[str, object], name: str) -> None:
    for tools in ((), TOOLS):
        text, calls = parse("Before.\n\n" + render_call(call_of(name, arguments), tools) + "\nAfter.", tools)
        assert text == "Before.\n\nAfter."
        assert [(made.name, json.loads(made.arguments)) for made in calls] == [(name, arguments)]


@given(path=TEXTS, content=TEXTS)
@settings(deadline=None)
def test_a_file_of_any_content_reads_back_as_it_was(path: str, content: str) -> None:
    arguments = {"path": path, "content": content}
    assert one(render_call(call_of("write", arguments), TOOLS)) == ("write", arguments)


@given(text=st.text(max_size=300) | LINES.map("\n".join))
@settings(deadline=None)
def test_no_text_is_too_odd_to_read(text: str) -> None:
    parse(text, TOOLS)


def call_of(name: str, arguments: object) -> ToolCall:
    return ToolCall(id="", name=name, arguments=json.dumps(arguments))


@given(cuts=st.lists(st.integers(0, 200), max_size=8))
@settings(deadline=None)
def test_streamed_text_is_shown_without_its_blocks_however_it_is_cut(cuts: list[int]) -> None:
    block = "```tool write\npath: a.md\n<content>\n```\ninner\n```\n</content>\n```\n"
    text = f"Before `code`.\n```python\nx\n```\n{block}After."
    shown: list[str] = []
    visible = BlockFilter(shown.append)
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    for start, end in pairwise(edges):
        visible(text[start:end])
    visible.finish()
    assert "".join(shown) == text.replace(block, "")


def test_neither_this_nor_the_choice_of_a_model_imports_litellm() -> None:
    script = "import learnagent.models.fenced, learnagent.models.model_choice, sys; print('litellm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
