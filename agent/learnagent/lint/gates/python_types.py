"""Compares the settings of mypy and of pyright. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from learnagent.lint.gates.loosening import Loosening, is_harmless, listed, news
from learnagent.lint.gates.python_tests import narrowed
from learnagent.lint.gates.values import Table, Value, at, entries, flag, items, table, text, words

_STRICT = frozenset(
    "warn_unused_configs disallow_any_generics disallow_subclassing_any disallow_untyped_calls disallow_untyped_defs"
    " disallow_incomplete_defs check_untyped_defs disallow_untyped_decorators warn_redundant_casts warn_unused_ignores"
    " warn_return_any no_implicit_reexport strict_equality extra_checks strict_bytes strict_concatenate".split()
)
_MANY = 6
_ON_BY_DEFAULT = frozenset({"strict_optional", "warn_no_return", "no_implicit_optional"})
_OTHER = frozenset(
    "disallow_any_unimported disallow_any_expr disallow_any_decorated disallow_any_explicit warn_unreachable"
    " strict_equality_for_none disallow_redefinition".split()
)
_LOOSE = frozenset(
    {"ignore_errors", "ignore_missing_imports", "implicit_optional", "allow_untyped_defs", "allow_untyped_globals"}
)
_LEVELS: Mapping[str, int] = {"none": 0, "false": 0, "information": 1, "warning": 2, "error": 3, "true": 3}
_MODES: Mapping[str, int] = {"off": 0, "basic": 1, "standard": 2, "strict": 3, "recommended": 4, "all": 5}
_INVERSE = {"implicit_reexport": "no_implicit_reexport", "implicit_optional": "no_implicit_optional"}


def mypy(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of mypy's settings is looser: for everything, for some modules."""
    old, new = table(before), table(after)
    if not old or not new:
        return
    yield from _switches(old, new)
    yield from _codes(old, new)
    found = [one for one in news(entries(old.get("exclude")), entries(new.get("exclude"))) if not is_harmless(one)]
    if found:
        yield Loosening(f"mypy does not look at {listed(found)} any more", (found[0], "exclude"), (*found, "exclude"))
    for key in ("files", "packages", "modules"):
        gone = [one for one in narrowed(words(old.get(key)), words(new.get(key))) if not is_harmless(one)]
        if gone:
            yield Loosening(f"mypy does not look at all of {listed(gone)} any more", (gone[0], key), (*gone, key))
    yield from _modules(old, new)


def _switches(old: Table, new: Table) -> Iterator[Loosening]:
    """Yield what is switched for everything; `strict` may give way to most of what it stands for."""
    if flag(old.get("strict")) and not flag(new.get("strict")) and sum(_is_on(new, key) for key in _STRICT) < _MANY:
        yield Loosening("mypy's strict is switched off", ("strict", "mypy"), ("strict", "mypy"), moved=r"--strict\b")
        return
    for key in sorted((_STRICT | _OTHER | _ON_BY_DEFAULT) - {"warn_unused_configs"}):
        if _is_on(old, key) and not _is_on(new, key):
            yield Loosening(f"mypy's {key} is switched off", (key, key.removeprefix("no_")), (key,), moved=key)
    for key in ("ignore_errors", "ignore_missing_imports"):
        if flag(new.get(key)) and not flag(old.get(key)):
            yield Loosening(f"mypy's {key} is switched on for everything", (key,), (key,))
    if text(new.get("follow_imports")) == "skip" and text(old.get("follow_imports")) != "skip":
        yield Loosening("mypy does not follow imports", ("follow_imports",), ("follow_imports",))


def _is_on(settings: Table, key: str) -> bool:
    for positive, negative in _INVERSE.items():
        if key == negative and positive in settings:
            return not flag(settings.get(positive))
    default = key in _ON_BY_DEFAULT or (key in _STRICT and flag(settings.get("strict")))
    return flag(settings.get(key), default=default) if key in settings else default


def _codes(old: Table, new: Table) -> Iterator[Loosening]:
    found = news(words(old.get("disable_error_code")), words(new.get("disable_error_code")))
    if found:
        yield Loosening(
            f"mypy does not report {listed(found)} any more",
            (found[0], "disable_error_code"),
            (*found, "disable_error_code"),
        )
    lost = news(words(new.get("enable_error_code")), words(old.get("enable_error_code")))
    if lost:
        yield Loosening(
            f"mypy does not report {listed(lost)} any more",
            (lost[0], "enable_error_code"),
            (*lost, "enable_error_code"),
        )


def _modules(old: Table, new: Table) -> Iterator[Loosening]:
    """Yield settings of single modules that are looser than those for everything, or than theirs before."""
    were, are = _by_module(old), _by_module(new)
    for module, settings in are.items():
        if is_harmless(module.replace("*", "")) or module in {"*", "setup"}:
            continue
        for key, value in settings.items():
            known = were.get(module, {}).get(key, old.get(key))
            if text(value) != text(known) and _is_loose(key, value, old):
                told = f"mypy's {key} is {_position(value)} for {module}"
                yield Loosening(told, (module, key), (module.removesuffix(".*"), key))


def _is_loose(key: str, value: Value, old: Table) -> bool:
    if key in {"ignore_missing_imports", "follow_imports", "follow_untyped_imports"}:
        return False
    if key == "disable_error_code":
        return bool(words(value))
    if key in _LOOSE:
        return flag(value)
    return _is_on(old, key) and not flag(value)


def _position(value: Value) -> str:
    written = text(value).lower()
    return {"true": "switched on", "false": "switched off"}.get(written, f"set to {listed(words(value))}")


def _by_module(settings: Table) -> dict[str, Table]:
    """Return the settings of single modules, from TOML's overrides or INI's sections."""
    found: dict[str, Table] = {}
    for one in items(settings.get("overrides")):
        for module in entries(at(one, "module")):
            found[module] = {**found.get(module, {}), **{k: v for k, v in table(one).items() if k != "module"}}
    for name, value in settings.items():
        if name.startswith("mypy-"):
            for module in name.removeprefix("mypy-").split(","):
                found[module.strip()] = table(value)
    return found


def pyright(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of pyright's settings is looser."""
    old, new = table(before), table(after)
    if not old or not new:
        return
    was, now = _mode(old), _mode(new)
    if now < was:
        yield Loosening("pyright's typeCheckingMode is looser", ("typeCheckingMode",), ("typeCheckingMode", "pyright"))
    yield from _reports(old, new)
    for key in ("ignore", "exclude"):
        found = [one for one in news(entries(old.get(key)), entries(new.get(key))) if not is_harmless(one)]
        if found:
            yield Loosening(f"pyright does not look at {listed(found)} any more", (found[0], key), (*found, "pyright"))
    lost = news(entries(new.get("strict")), entries(old.get("strict")))
    if lost:
        yield Loosening(f"pyright is not strict about {listed(lost)} any more", (lost[0], "strict"), ("strict", *lost))


def _reports(old: Table, new: Table) -> Iterator[Loosening]:
    """Yield single checks of a lower level; one that was not named before stood at the level of the mode."""
    was, now = _mode(old), _mode(new)
    for key in sorted(key for key in old.keys() | new.keys() if re.match(r"report[A-Z]|strict[A-Z]", key)):
        usual = _LEVELS["error"] if was > 0 and key.startswith("report") else 0
        known = _level(old.get(key)) if key in old else usual
        if key in new and _level(new.get(key)) < known and was <= now:
            yield Loosening(f"pyright's {key} is looser", (key,), (key,))
        elif key not in new and known > 1 and now < _MODES["strict"]:
            yield Loosening(f"pyright's {key} is taken away", (key,), (key,))


def _mode(settings: Table) -> int:
    return _MODES.get(text(settings.get("typeCheckingMode")), 2)


def _level(value: Value) -> int:
    return _LEVELS.get(text(value), 3)
