"""Compares the settings of TypeScript, ESLint and Biome: what is checked, and how gravely. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from learnagent.lint.gates.loosening import Loosening, is_harmless, listed, news
from learnagent.lint.gates.values import Table, Value, at, entries, flag, items, table, text

_STRICT_FAMILY = (
    "noImplicitAny strictNullChecks strictFunctionTypes strictBindCallApply strictPropertyInitialization noImplicitThis"
    " alwaysStrict useUnknownInCatchVariables strictBuiltinIteratorReturn"
).split()
_STRICTER = (
    "noUnusedLocals noUnusedParameters noImplicitReturns noFallthroughCasesInSwitch noUncheckedIndexedAccess"
    " noImplicitOverride exactOptionalPropertyTypes noPropertyAccessFromIndexSignature noEmitOnError checkJs"
    " noUncheckedSideEffectImports"
).split()
_LOOSER = (
    "noCheck allowUnreachableCode allowUnusedLabels suppressImplicitAnyIndexErrors suppressExcessPropertyErrors".split()
)
_LEVELS: Mapping[str, int] = {"off": 0, "0": 0, "warn": 1, "1": 1, "error": 2, "2": 2, "info": 1, "on": 2}
_LAYOUT = re.compile(
    r"^(?:@stylistic/|prettier/|style/|format|vue/(?:html|max|multi|single|attr|first|component-name|"
    r"component-def)|react/jsx-(?:indent|"
    r"curly|closing|wrap|tag|first|max|one)|(?:@typescript-eslint/|ts/)?(?:indent|quotes|semi|comma-\w+|"
    r"brace-style|keyword-spacing|space-.*|"
    r"member-delimiter-style|type-annotation-spacing|object-curly-.*|func-call-spacing|lines-.*|padding-.*)$|max-len$|"
    r"max-lines|arrow-\w+|array-\w+-\w+|block-spacing|camelcase|curly|dot-.*|eol-last|func-names|func-style|id-length|"
    r"linebreak|lines-|multiline|new-cap|newline|no-(?:mixed-spaces|multi|trailing|tabs|extra-(?:semi|parens)|"
    r"underscore|plusplus|"
    r"continue|else-return|lonely-if|nested-ternary|ternary|negated|inline-comments|mixed-operators|"
    r"restricted-syntax|param-reassign)|"
    r"object-|one-var|operator-|prefer-|quote|semi|sort-|spaced|switch-colon|template-|wrap-|yield-star|"
    r"import(?:-x)?/(?:order|prefer|"
    r"extensions|newline|first)|simple-import|perfectionist|unicorn/|jsdoc/|antfu/|yml/|jsonc/|yaml/|toml/|markdown/)"
)
"""Rules about layout and taste."""


def tsconfig(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield what of TypeScript's settings is looser."""
    old, new = table(before, "compilerOptions"), table(after, "compilerOptions")
    if not old or not new:
        return
    inherits = news(entries(at(before, "extends")), entries(at(after, "extends")))
    if flag(old.get("strict")) and not flag(new.get("strict")) and not (inherits and "strict" not in new):
        yield Loosening("TypeScript's strict is switched off", ("strict",), ("strict",))
        return
    for key in (*_STRICT_FAMILY, *_STRICTER):
        default = "strict" if key in _STRICT_FAMILY else ""
        was, now = (
            flag(side.get(key)) if key in side else bool(default) and flag(side.get(default)) for side in (old, new)
        )
        if was and not now and not (inherits and key not in new):
            yield Loosening(f"TypeScript's {key} is switched off", (key,), (key,))
    for key in _LOOSER:
        if flag(new.get(key)) and not flag(old.get(key)):
            yield Loosening(f"TypeScript's {key} is switched on", (key,), (key,))
    found = [one for one in news(entries(at(before, "exclude")), entries(at(after, "exclude"))) if not is_harmless(one)]
    if found and at(before, "exclude") is not None:
        yield Loosening(
            f"TypeScript does not look at {listed(found)} any more",
            (found[0], "exclude"),
            (*found, "exclude"),
            level="warn",
        )


def eslint(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield the rules of ESLint that are off, or warn only, and files that it does not look at any more."""
    was, now = _rules(before), _rules(after)
    if before is None or after is None or not (was or now):
        return
    has_new_presets = bool(news(_presets(before), _presets(after)))
    unnamed = -1 if has_new_presets else _LEVELS["error"]
    lower = [rule for rule, level in now.items() if level < was.get(rule, unnamed) and not _LAYOUT.match(rule)]
    off, weaker = ([rule for rule in lower if (now[rule] == 0) is is_off] for is_off in (True, False))
    if off:
        yield Loosening(f"ESLint's {listed(off)} is switched off", (off[0],), tuple(off))
    if weaker and any(rule in was for rule in weaker):
        yield Loosening(f"ESLint's {listed(weaker)} is a warning only", (weaker[0],), tuple(weaker))
    lost = [rule for rule, level in was.items() if level == 2 and rule not in now and not _LAYOUT.match(rule)]
    if lost and not has_new_presets:
        yield Loosening(
            f"ESLint's {listed(lost)} is not set to an error any more", (lost[0],), tuple(lost), level="warn"
        )
    found = [one for one in news(_ignored(before), _ignored(after)) if not is_harmless(one)]
    if found:
        yield Loosening(f"ESLint does not look at {listed(found)} any more", (found[0],), tuple(found))


def _blocks(value: Value) -> Iterator[Table]:
    """Yield the tables that set rules: the whole, overrides, members of a flat configuration."""
    for one in items(value) if not isinstance(value, Mapping) else (value,):
        block = table(one)
        yield block
        yield from (table(inner) for inner in items(block.get("overrides")))


def _rules(value: Value) -> dict[str, int]:
    """Return the level of each rule, the lowest that it has for product code."""
    found: dict[str, int] = {}
    for block in _blocks(value):
        files = [one for inner in items(block.get("files")) for one in entries(inner)]
        if files and all(is_harmless(one) or re.search(r"config|\.m?js$|\.cjs$|\.vue", one) for one in files):
            continue
        for rule, setting in table(block.get("rules")).items():
            level = _LEVELS.get(text(items(setting)[0]) if items(setting) else "", -1)
            if level >= 0:
                found[rule] = min(level, found.get(rule, 2))
    return found


def _presets(value: Value) -> list[str]:
    named = [one for block in _blocks(value) for one in items(block.get("extends"))]
    loose = [text(one) for one in items(value) if isinstance(one, str)] if not isinstance(value, Mapping) else []
    return [*map(text, named), *loose, *(key for block in _blocks(value) for key in block if key.startswith("..."))]


def _ignored(value: Value) -> list[str]:
    found = [one for block in _blocks(value) for key in ("ignorePatterns", "ignores") for one in items(block.get(key))]
    return [text(one) for one in found if isinstance(one, str) and not one.startswith("!")]


def biome(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield the rules of Biome that are off."""
    old, new = table(before, "linter"), table(after, "linter")
    if not old or not new:
        return
    if flag(old.get("enabled"), default=True) and not flag(new.get("enabled"), default=True):
        yield Loosening("Biome's linter is switched off", ("enabled",), ("linter", "biome"))
    was, now = _biome_rules(old), _biome_rules(new)
    off = [
        rule for rule, level in now.items() if level < was.get(rule, 2) and level == 0 and not rule.startswith("style/")
    ]
    if off:
        yield Loosening(f"Biome's {listed(off)} is switched off", (off[0].partition("/")[2],), tuple(off))


def _biome_rules(linter: Table) -> dict[str, int]:
    found: dict[str, int] = {}
    for group, rules in table(linter, "rules").items():
        for rule, setting in table(rules).items():
            level = at(setting, "level") if isinstance(setting, Mapping) else setting
            found[f"{group}/{rule}"] = _LEVELS.get(text(level), 2)
    return found
