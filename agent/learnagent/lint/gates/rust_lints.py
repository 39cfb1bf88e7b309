"""Compares the lints of Cargo.toml, the limits of clippy.toml and the attributes of a crate. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from learnagent.lint.gates.loosening import Loosening, listed
from learnagent.lint.gates.values import Table, Value, at, flag, number, table, text

_LEVELS: Mapping[str, int] = {"allow": 0, "expect": 0, "warn": 1, "deny": 2, "forbid": 3}
_ATTRIBUTE = re.compile(
    r"^\s*#!\[\s*(?:cfg_attr\s*\([^\n\]]{0,200}?,\s*)?(allow|expect|warn|deny|forbid)\s*\(([^)]*)\)",
    re.MULTILINE | re.DOTALL,
)
_TASTE = re.compile(
    r"pedantic|nursery|style|restriction|cargo|module_name|must_use|too_many|cognitive|type_complexity|needless|"
    r"redundant|"
    r"missing_(?:docs|errors|panics)|similar_names|wildcard|large_|collapsible|uninlined|cast_|doc_markdown|"
    r"unexpected_cfgs|"
    r"unknown_lints|single_|match_|manual_|items_after|default_trait|struct_excessive|similar|multiple_crate"
)


def cargo(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield the lints of a crate or a workspace at a lower level."""
    if before is None or after is None:
        return
    was, now = cargo_lints(before), cargo_lints(after)
    is_shared = flag(at(after, "lints", "workspace")) and not flag(at(before, "lints", "workspace"))
    yield from compare_lints(was, now, is_shared=is_shared)


def cargo_lints(value: Value) -> dict[str, int]:
    """Return the level of each lint."""
    found: dict[str, int] = {}
    for tools in (table(value, "lints"), table(value, "workspace", "lints")):
        for tool, lints in tools.items():
            for lint, setting in table(lints).items():
                level = at(setting, "level") if isinstance(setting, Mapping) else setting
                found[lint if tool == "rust" else f"{tool}::{lint}"] = _LEVELS.get(text(level), 1)
    return found


def _crate_lints(source: str) -> dict[str, int]:
    """Return the level of each lint that the attributes of a crate set."""
    found: dict[str, int] = {}
    for level, lints in _ATTRIBUTE.findall(source):
        for lint in re.split(r"[,\s]+", lints):
            if re.match(r"[a-z_]", lint):
                found[lint] = _LEVELS[level]
    return found


def compare_lints(was: Mapping[str, int], now: Mapping[str, int], *, is_shared: bool = False) -> Iterator[Loosening]:
    """Yield the lints whose level is lower; one that was not named before counts where it is allowed now."""
    lower = [lint for lint, level in now.items() if level < was.get(lint, -1) and level < 2]
    new = [lint for lint, level in now.items() if level == 0 and lint not in was and not _TASTE.search(lint)]
    gone = [] if is_shared else [lint for lint, level in was.items() if level > 1 and lint not in now]
    moved = r"\[(?:workspace\.)?lints|#!\[(?:deny|forbid)"
    if lower:
        yield Loosening(f"the lint {listed(lower)} is at a lower level", (_last(lower[0]),), tuple(map(_last, lower)))
    if new:
        yield Loosening(f"the lint {listed(new)} is allowed", (_last(new[0]),), tuple(map(_last, new)))
    if gone:
        yield Loosening(
            f"the lint {listed(gone)} is not denied any more", (_last(gone[0]),), tuple(map(_last, gone)), moved=moved
        )


def _last(lint: str) -> str:
    return lint.rpartition("::")[2]


def crate(before: str, after: str) -> Iterator[Loosening]:
    """Yield the lints that a crate denied by an attribute, and does not any more."""
    was, now = _crate_lints(before), _crate_lints(after)
    yield from compare_lints(was, {lint: level for lint, level in now.items() if lint in was})


def clippy(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield the limits of Clippy that are higher, and what it lets pass in product code."""
    old, new = table(before), table(after)
    for key in new:
        was, now = number(old.get(key)), number(new.get(key))
        if key.endswith(("-threshold", "-limit", "-bools")) and was is not None and now is not None and now > was:
            yield Loosening(f"Clippy's {key} is raised from {was:g} to {now:g}", (key,), (key,))
    yield from _allowed(old, new)


def _allowed(old: Table, new: Table) -> Iterator[Loosening]:
    for key, value in new.items():
        if (
            key.startswith("allow-")
            and not key.endswith("-in-tests")
            and flag(value)
            and old
            and not flag(old.get(key))
        ):
            yield Loosening(f"Clippy's {key} is switched on", (key,), (key,))
