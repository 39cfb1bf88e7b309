from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "erased-type"


@pytest.mark.parametrize(
    "code",
    [
        "x = cast(int, y)\n",
        "x = cast('Message', y)\n",
        "x = cast(func.extract('hour', Reading.at), Integer)\n",
        "x = cast(dict[str, Any], y)\n",
        "def f(x: Any) -> Any:\n    return x\n",
        "x = cast(Any, y)  # the library's stub says None\n",
        "# mypy knows no type for this callback\nx = cast(Any, y)\n",
        "broadcast(Any)\n",
    ],
)
def test_a_cast_that_keeps_a_type_or_says_why_is_fine(code: str) -> None:
    assert findings(code, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "cast(Any, application).settings = 1\n",
        "x = typing.cast('typing.Any', y)\n",
        "x = f(t.cast(t.Any, y))\n",
        "x = cast(\n    Any,\n    y,\n)\n",
        "# Send the request.\nx = send(cast(Any, y))\n",
    ],
)
def test_a_cast_to_any_is_named(code: str) -> None:
    assert len(findings(code, rule=RULE)) == 1


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("const x = y as Foo;\n", "src/a.ts"),
        ("const x = y as const;\n", "src/a.ts"),
        ("const x = y as unknown;\n", "src/a.ts"),
        ("// as any other value\nconst x = 'as any';\n", "src/a.ts"),
        ("function isFoo(x: any): x is Foo { return 'a' in x; }\n", "src/a.ts"),
        ("function f(_x: any): void {}\n", "src/a.ts"),
        ("function f(...args: any[]): void {}\n", "src/a.ts"),
        ("function f(x: any) { if (typeof x === 'string') return x; return ''; }\n", "src/a.ts"),
        ("function f(x: string): string;\nfunction f(x: any) { return x; }\n", "src/a.ts"),
        ("type F = (x: any) => void;\n", "src/a.ts"),
        ("let x: any;\n", "src/a.ts"),
        ("interface A { f(x: any): void }\n", "src/a.ts"),
        ("try { f(); } catch (e: any) { throw e; }\n", "src/a.ts"),
        ("const x = y as any; // the DOM types lack the field\n", "src/a.ts"),
        ("const x = y as any;\n", "src/a.test.ts"),
        ("declare function f(x: any): void;\n", "src/a.d.ts"),
    ],
)
def test_types_that_are_kept_are_fine(code: str, path: str) -> None:
    assert findings(code, path, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "const x = f(y as any);\n",
        "(window as any).patched = true;\n",
        "const x = y as any[];\n",
        "const x = y as unknown as Foo;\n",
        "const x = <any>y;\n",
        "function f(event: any) { return event.id; }\n",
        "const f = (events: any[]) => events.map(g);\n",
        "class A { f(x?: any) { return x.id; } }\n",
        "const f = ({ id }: any) => id;\n",
        "const data: any = await load();\n",
    ],
)
def test_a_type_thrown_away_is_named(code: str) -> None:
    assert len(findings(code, "src/a.ts", rule=RULE)) == 1


def test_it_is_named_in_tsx() -> None:
    assert lines("const a = 1;\nconst x = <Foo bar={y as any} />;\n", "src/a.tsx", rule=RULE) == [2]
