"""Function calls for models without function calling: tools told in words, calls as fenced blocks.

A call is a block

    ```tool edit
    path: src/app.py
    <old>
    return 1
    </old>
    <new>
    return 2
    </new>
    ```

One `name: value` line for a short argument; text of several lines stands between tags as it is, and
each line of it ends with a newline, the last one too. Weak models write this right more often than
JSON with escaped newlines, which is understood as well. Pure functions; `fenced_block` reads blocks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from learnagent.model import ToolSpec
from learnagent.models.chat_wire import load_object
from learnagent.models.fenced_block import Shape, parse_blocks, starts_like_json
from learnagent_memory.episode import Message, ToolCall

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_TOOL_NAME = re.compile(r"[\w.-]+", re.ASCII)

_RULES = """\
# Tools

You call a tool by writing a fenced block: three backticks, the word `tool` and the tool's name; then \
one `name: value` line for each short argument. Text of several lines goes between `<name>` and \
`</name>`, each alone on its line, exactly as it is, with nothing escaped. For example:

```tool write
path: notes/hello.txt
<content>
Hello,
world.
</content>
```

Write one block or several, then stop: the results come in the next message. Never write a result \
yourself. Your tools:
"""


def render(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> list[Message]:
    """Return the conversation with tools, calls and results as text.

    A longer conversation repeats the messages of a shorter one; results that follow each other, and
    what the user adds to them, become one message, because many chat templates insist on turns.
    """
    rendered: list[Message] = []
    names: dict[str, str] = {}
    for message in _with_rules(messages, tools):
        names |= {call.id: call.name for call in message.tool_calls}
        role, text = _render_message(message, names, tools)
        if role == "user" and rendered and rendered[-1].role == "user":
            text = f"{rendered.pop().content}\n\n{text}"
        rendered.append(Message(role=role, content=text))
    return rendered


def render_call(call: ToolCall, tools: Sequence[ToolSpec] = ()) -> str:
    """Return one call as a block that `parse` reads back as the same call."""
    arguments = load_object(call.arguments)
    if arguments is None:
        return _fence(f"tool {call.name}", call.arguments)
    if _TOOL_NAME.fullmatch(call.name) and all(_NAME.fullmatch(name) for name in arguments):
        block = _fence(f"tool {call.name}", "\n".join(map(_render_argument, arguments.items())))
        if _reads_back(block, call.name, arguments, tools):
            return block
    return _fence("tool", json.dumps({"name": call.name, "arguments": arguments}, ensure_ascii=False))


def parse(text: str, tools: Sequence[ToolSpec] = ()) -> tuple[str, tuple[ToolCall, ...]]:
    """Split a reply into its prose and its calls; ids are empty.

    A block that makes no sense becomes a call whose arguments are its raw text, which is no JSON
    object: it is refused like any malformed call. Results that the model made up are dropped.
    """
    return parse_blocks(text, {tool.name: _shape(tool) for tool in tools})


def _with_rules(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> list[Message]:
    if not tools:
        return list(messages)
    rules = _RULES + "".join(f"\n{_describe(tool)}" for tool in tools)
    if messages and messages[0].role == "system":
        return [Message(role="system", content=f"{messages[0].content}\n\n{rules}"), *messages[1:]]
    return [Message(role="system", content=rules), *messages]


def _describe(tool: ToolSpec) -> str:
    required = tool.parameters.get("required", ())
    lines = [f"## {tool.name}", tool.description]
    for name, schema in tool.parameters.get("properties", {}).items():
        need = "required" if name in required else "optional"
        about = schema.get("description", "")
        lines.append(f"- {name} ({schema.get('type', 'any')}, {need}){': ' if about else ''}{about}")
    return "\n".join(lines) + "\n"


def _render_message(message: Message, names: Mapping[str, str], tools: Sequence[ToolSpec]) -> tuple[Any, str]:
    if message.role == "tool":
        name = names.get(message.tool_call_id or "", "unknown")
        return "user", f'<result tool="{name}">\n{message.content}\n</result>'
    blocks = [render_call(call, tools) for call in message.tool_calls]
    return message.role, "\n\n".join(part for part in (message.content, *blocks) if part)


def _render_argument(argument: tuple[str, Any]) -> str:
    name, value = argument
    if isinstance(value, str) and value.endswith("\n"):
        return f"<{name}>\n{value}</{name}>"
    plain = isinstance(value, str) and value and "\n" not in value and value == value.strip()
    if plain and not starts_like_json(value):
        return f"{name}: {value}"
    return f"{name}: {json.dumps(value, ensure_ascii=False)}"


def _reads_back(block: str, name: str, arguments: Mapping[str, Any], tools: Sequence[ToolSpec]) -> bool:
    text, calls = parse(block, tools)
    if text or len(calls) != 1 or calls[0].name != name:
        return False
    read = load_object(calls[0].arguments)
    # Compared as text: 1, 1.0 and True are equal in Python and not in JSON.
    return json.dumps(read) == json.dumps(arguments)


def _fence(info: str, body: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{info}\n{body}\n{fence}" if body else f"{fence}{info}\n{fence}"


def _shape(tool: ToolSpec) -> Shape:
    properties: Mapping[str, Any] = tool.parameters.get("properties", {})
    return Shape(
        types={name: str(schema.get("type", "")) for name, schema in properties.items()},
        required=tuple(tool.parameters.get("required", ())),
    )
