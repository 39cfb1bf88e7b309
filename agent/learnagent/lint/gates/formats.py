"""Reads settings in TOML, INI, JSON with comments, YAML, and object literals of JavaScript. None for broken ones.

The one importer of PyYAML. It runs nothing: what a script computes stays its source text.
"""

from __future__ import annotations

import configparser
import functools
import json
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from learnagent.lint.gates.values import MAX_DEPTH, Value
from learnagent_memory import source
from learnagent_memory.reading import parse_json, parse_toml

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_CHARACTERS = 400_000
"""Longer files are data, no settings."""
MAX_VALUES = 40_000
"""Of one file: aliases of YAML may stand for a number without bound."""

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_STRING_OR_LAST_COMMA = re.compile(r'"(?:\\.|[^"\\\n])*"|,(?=\s*[}\]])')
_SCALARS: Mapping[str, Value] = {"true": True, "false": False, "null": None, "undefined": None}


def read_toml(text: str) -> Value:
    """Return what a TOML file says; None for a broken one."""
    return _tried(parse_toml, text)


def read_json(text: str) -> Value:
    """Return what a JSON file says, comments and last commas allowed; None for a broken one."""
    for pattern in (_STRING_OR_COMMENT, _STRING_OR_LAST_COMMA):
        text = pattern.sub(lambda match: match[0] if match[0].startswith('"') else "", text)
    return _tried(parse_json, text.removeprefix("\ufeff"))


def read_ini(text: str) -> Value:
    """Return the sections of an INI file; None for a broken one."""
    parser = configparser.RawConfigParser(strict=False, default_section="\0")
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return {name: dict(parser[name]) for name in parser.sections()}


def read_yaml(text: str) -> Value:
    """Return what a YAML file says, of several documents the first; None for a broken one."""
    return _tried(_load_yaml, text)


def _tried(parse: Callable[[str], object], text: str) -> Value:
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        return _Plain().of(parse(text))
    except (ValueError, RecursionError):
        return None


def _load_yaml(text: str) -> object:
    yaml, loader = _yaml()
    try:
        return next(iter(yaml.load_all(text, Loader=loader)), None)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


@functools.cache
def _yaml() -> tuple[Any, Any]:
    """Return PyYAML and a loader of plain values, to which a tag it does not know means nothing."""
    yaml = import_module("yaml")
    loader: Any = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
    loader.add_constructor(None, lambda self, node: getattr(self, f"construct_{node.id}")(node))
    return yaml, loader


class _Plain:
    """Makes values of what a parser gave: keys are texts, dates too, and there is an end to it."""

    def __init__(self) -> None:
        self._left = MAX_VALUES

    def of(self, value: object, depth: int = 0) -> Value:
        """Return the value. Raises ValueError for too many of them."""
        self._left -= 1
        if self._left < 0:
            raise ValueError("too many values")
        if depth > MAX_DEPTH:
            return None
        if isinstance(value, dict):
            return {_key(key): self.of(one, depth + 1) for key, one in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.of(one, depth + 1) for one in value]
        return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _key(key: object) -> str:
    return "on" if key is True else str(key)  # YAML takes `on:` of a workflow for true


def read_script(text: str, language: str) -> list[Value]:
    """Return the outermost object literals of a script, in their order; what is computed is source text."""
    content = text.encode()
    tree = source.parse(content, language) if len(text) <= MAX_CHARACTERS else None
    if tree is None:
        return []
    found: list[Value] = []
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.type == "object":
            found.append(_literal(node, content, 0))
        else:
            stack.extend(reversed(node.named_children))
    return found


def _literal(node: Node | None, content: bytes, depth: int) -> Value:
    """Return the value of an expression."""
    if node is None or depth > MAX_DEPTH:
        return None
    if node.type == "object":
        return dict(_pair(pair, content, depth) for pair in node.named_children if pair.type != "comment")
    if node.type == "array":
        return [_literal(one, content, depth + 1) for one in node.named_children if one.type != "comment"]
    written = content[node.start_byte : node.end_byte].decode("utf-8", "replace")
    if node.type in {"string", "template_string"}:
        return written[1:-1]
    if node.type in {"as_expression", "satisfies_expression", "parenthesized_expression"}:
        return _literal(node.named_child(0), content, depth + 1)
    if node.type == "number":
        return _tried(json.loads, written.replace("_", ""))
    return _SCALARS.get(written, written)


def _pair(pair: Node, content: bytes, depth: int) -> tuple[str, Value]:
    key = pair.child_by_field_name("key")
    if pair.type != "pair" or key is None:
        written = content[pair.start_byte : pair.end_byte].decode("utf-8", "replace")
        return written.partition("(")[0], written
    name = content[key.start_byte : key.end_byte].decode("utf-8", "replace").strip("\"'`")
    return name, _literal(pair.child_by_field_name("value"), content, depth + 1)
