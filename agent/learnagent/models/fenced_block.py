"""Reads the blocks of the fenced protocol out of a model's text. `fenced` says what they mean."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from learnagent.model import TextSink
from learnagent.models.chat_wire import load_json, load_object
from learnagent_memory.episode import ToolCall

_OPENING = re.compile(r" {0,3}(`{3,}) *tool\b:? *([\w.-]*) *", re.IGNORECASE)
_TAG = re.compile(r" *<([A-Za-z_]\w*)> *")
_LINE = re.compile(r" *([A-Za-z_]\w*):(?: (.*))?")
_MADE_UP_RESULT = re.compile(r" *<result\b")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a tool takes, as far as reading a block needs to know."""

    types: Mapping[str, str]
    """JSON type of each parameter; empty where the schema names none."""
    required: tuple[str, ...]


@dataclass(slots=True)
class _Block:
    """One block as found, its meaning not yet judged."""

    name: str
    raw: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    """`name: value` lines."""
    sections: list[tuple[str, str]] = field(default_factory=list)
    """Text between tags."""
    closed: bool = False
    """Whether its fence was closed: what is cut off must not run."""
    tidy: bool = True
    """Whether nothing but fields and sections was found."""


def parse_blocks(text: str, shapes: Mapping[str, Shape]) -> tuple[str, tuple[ToolCall, ...]]:
    """Split text into prose and calls."""
    lines = text.split("\n")
    prose: list[str] = []
    calls: list[ToolCall] = []
    position = 0
    while position < len(lines):
        opening = _OPENING.fullmatch(lines[position].rstrip("\r"))
        if opening:
            block, position = _read_block(lines, position, opening, shapes)
            calls.append(_to_call(block, shapes))
        elif calls and _MADE_UP_RESULT.match(lines[position]):
            break
        else:
            prose.append(lines[position])
            position += 1
    return "\n".join(prose).strip(), tuple(calls)


def starts_like_json(value: str) -> bool:
    """Tell whether a value on its own line would be read as something else than this text."""
    return value.startswith('"') or _is_json(value)


class BlockFilter:
    """Passes streamed text on without its tool blocks; `finish` passes on what was held back."""

    def __init__(self, on_text: TextSink) -> None:
        self._on_text = on_text
        self._line = ""
        self._shown = 0
        """Characters of the current line that were passed on."""
        self._fence = ""
        self._awaited = ""
        """The closing tag that must come before a fence counts again."""

    def __call__(self, piece: str) -> None:
        """Take a piece of text."""
        *whole, rest = (self._line + piece).split("\n")
        for line in whole:
            self._line = line + "\n"
            self._take_line(line.strip())
            self._line, self._shown = "", 0
        self._line = rest
        may_open = (len(rest) < 4 and not rest.strip()) or rest.lstrip(" ").startswith("`")
        if not self._fence and not may_open:
            self._show()

    def finish(self) -> None:
        """Pass on what is left of the last line."""
        if not self._fence:
            self._show()

    def _show(self) -> None:
        if len(self._line) > self._shown:
            self._on_text(self._line[self._shown :])
            self._shown = len(self._line)

    def _take_line(self, line: str) -> None:
        opening = _OPENING.fullmatch(line)
        if self._awaited:
            self._awaited = "" if line == self._awaited else self._awaited
        elif self._fence:
            tag = _TAG.fullmatch(line)
            self._awaited = f"</{tag[1]}>" if tag else ""
            self._fence = "" if _closes(line, self._fence) else self._fence
        elif opening and not self._shown:
            self._fence = opening[1]
        else:
            self._show()


def _read_block(
    lines: Sequence[str], start: int, opening: re.Match[str], shapes: Mapping[str, Shape]
) -> tuple[_Block, int]:
    block = _Block(opening[2])
    shape = shapes.get(block.name)
    is_dos = lines[start].endswith("\r")
    position = start + 1
    while position < len(lines) and not _closes(lines[position], opening[1]):
        end = _section_end(lines, position, shape)
        taken = [line.removesuffix("\r") if is_dos else line for line in lines[position : end + 1]]
        block.raw += taken
        block.tidy = _take(block, taken, shape) and block.tidy
        position = end + 1
    block.closed = position < len(lines)
    return block, position + 1


def _take(block: _Block, lines: Sequence[str], shape: Shape | None) -> bool:
    """Take a section or a single line; False for a line that is neither field nor blank."""
    if len(lines) > 1:
        name = lines[0].strip()[1:-1]
        block.sections.append((name, "".join(line + "\n" for line in lines[1:-1])))
        return True
    match = _LINE.fullmatch(lines[0].rstrip("\r"))
    if match and _knows(shape, match[1]):
        block.fields.append((match[1], match[2] or ""))
        return True
    return not lines[0].strip()


def _section_end(lines: Sequence[str], start: int, shape: Shape | None) -> int:
    """Return the line of the closing tag; the line itself where no section starts or none ends."""
    tag = _TAG.fullmatch(lines[start].rstrip("\r"))
    if tag and _knows(shape, tag[1]):
        for position in range(start + 1, len(lines)):
            if lines[position].strip() == f"</{tag[1]}>":
                return position
    return start


def _to_call(block: _Block, shapes: Mapping[str, Shape]) -> ToolCall:
    raw = "\n".join(block.raw)
    written = load_object(raw)
    if written is not None:
        return _from_json(block.name, written)
    shape = shapes.get(block.name)
    if block.closed and block.tidy and block.name and not _repeats(block):
        typed = {name: _value(value, shape, name) for name, value in block.fields}
        return _call(block.name, typed | dict(block.sections))
    lone = _lone_parameter(shape)
    if lone and block.closed and _is_bare_text(block):
        return _call(block.name, {lone: raw})
    return ToolCall(id="", name=block.name, arguments=raw)


def _from_json(name: str, written: dict[str, Any]) -> ToolCall:
    named, arguments = written.get("name"), written.get("arguments")
    is_wrapped = isinstance(named, str) and isinstance(arguments, dict) and len(written) == 2
    if is_wrapped and name in ("", named):
        return _call(str(named), dict(arguments or {}))
    return _call(name, written)


def _call(name: str, arguments: dict[str, Any]) -> ToolCall:
    return ToolCall(id="", name=name, arguments=json.dumps(arguments, ensure_ascii=False))


def _value(text: str, shape: Shape | None, name: str) -> object:
    text = text.strip()
    is_text = shape is not None and shape.types.get(name) == "string"
    return load_json(text) if _is_json(text) and (not is_text or text.startswith('"')) else text


def _is_json(text: str) -> bool:
    try:
        load_json(text)
    except ValueError:
        return False
    return True


def _is_bare_text(block: _Block) -> bool:
    """Tell whether a block holds text that does not even try to name an argument."""
    text = "\n".join(block.raw).strip()
    return bool(text) and not (block.fields or block.sections or text.startswith(("{", "<")))


def _repeats(block: _Block) -> bool:
    names = [name for name, _ in (*block.fields, *block.sections)]
    return len(names) != len(set(names))


def _lone_parameter(shape: Shape | None) -> str | None:
    """Return the one required text parameter of a tool whose block may hold just that text."""
    if shape and len(shape.required) == 1 and shape.types.get(shape.required[0]) == "string":
        return shape.required[0]
    return None


def _knows(shape: Shape | None, name: str) -> bool:
    return shape is None or name in shape.types


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(fence) and set(stripped) == {"`"}
