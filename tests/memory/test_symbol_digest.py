from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnagent_memory.languages import GRAMMARS
from learnagent_memory.source import MAX_BYTES, read_digests, symbol_digests

# A function with strings, calls and nesting, and the same laid out and commented in another way.
SAME: dict[str, tuple[str, str]] = {
    "python": (
        r'''
@cache(size=3)
def area(self, width, *, unit="m  m"):
    """Return it."""
    if width > 0 and (unit == 'a'):
        total = (width * 2) + area(f"{width} {unit}\n \n")
    return sum([1, 2, total])
''',
        r"""
# moved down
@cache(
    size=3,
)
def area(
    self,
    width,  # in metres
    *,
    unit='m  m',
):
        if (
            width > 0
            and unit == "a"
        ):
            # why
            total = width * 2 + area(f'{width} {unit}\n \n');
        return sum(
            [
                1,
                2,
                total,
            ],
        )
""",
    ),
    "javascript": (
        """\
function area(width, unit = 'm  m') {
  const a = [width, { unit }];
  for (let i = 0; i < 3; i++) { a.push(i) }
  return `${width} x ${a}  y` + area(/a  b/);
}
""",
        """\
// moved
/** Documented. */
function area(
  width, // why
  unit = "m  m",
) {
    const a = [
        width,
        { unit, },
    ]
    for (let i = 0; i < 3; i++) {
        a.push(i);
    }
    return `${width} x ${a}  y` +
      area(/a  b/)
}
""",
    ),
    "typescript": (
        """\
export async function area<T>(width: number, unit?: T): Promise<string> {
  const o = { a: width, b: 'x  y' }; return o.b as string;
}
""",
        """\
/* c */ export async function area<T>(
    width: number,
    unit?: T,
): Promise<string> {
    const o = {
        a: width,
        b: "x  y",
    }
    // c
    return o.b as string
}
""",
    ),
    "tsx": (
        """\
function area(p: P) { return <div id='a'><b>{p.x}</b> kept  text</div>; }
""",
        """\
function area(p: P) {
  return <div id="a">
      <b>{p.x}</b> kept  text
    </div>
}
""",
    ),
    "go": (
        """\
func area(width int, unit string) (int, error) {
	if width > 0 { return width * 2, nil }
	for i := 0; i < 3; i++ { f(`a  b`) }
	return area(1, "x  y")
}
""",
        """\
// Area is it.
func area(
	width int,
	unit string,
) (int, error) {
	if width > 0 {
		return width * 2, nil // c
	}
	for i := 0; i < 3; i++ {
		f(`a  b`)
	}
	return area(
		1,
		"x  y",
	)
}
""",
    ),
    "rust": (
        """\
#[inline]
pub fn area(width: u32, unit: &str) -> Option<u32> {
    let v = vec![1, 2];
    if width > 0 { return Some(width * 2); }
    area(v.len(), "x  y")
}
""",
        """\
/// Documented.
#[inline]
pub fn area(
    width: u32,
    unit: &str,
) -> Option<u32> {
    let v = vec![1, 2]; // c
    if width > 0 {
        return Some(width * 2);
    }
    area(
        v.len(),
        "x  y",
    )
}
""",
    ),
    "java": (
        """\
class A { @Override public int area(int width, String unit) { return width > 0 ? 2 : area(1, "x  y"); } }
""",
        """\
class A {
    /** Doc. */
    @Override
    public int area(int width,
            String unit) {
        // c
        return width > 0
            ? 2
            : area(1, "x  y");
    }
}
""",
    ),
    "c": (
        """\
static int area(int width, const char *unit) { int a[] = {1, 2}; return f("x  y", 'c') + area(a[0], unit); }
""",
        """\
/* Doc. */
static int
area(int width, const char *unit)
{
    int a[] = {
        1,
        2,
    };
    // c
    return f("x  y", 'c')
        + area(a[0], unit);
}
""",
    ),
    "cpp": (
        """\
template <typename T> int area(T width) { auto f = [&](int i) { return i; }; return f(1) + g<int>("x  y"); }
""",
        """\
// Doc.
template <typename T>
int area(T width)
{
    auto f = [&](int i) {
        return i;
    };
    return f(1)
        + g<int>("x  y"); /* c */
}
""",
    ),
    "ruby": (
        """\
def area(width, unit: 'x  y')
  return 2 if width > 0; b = [1, 2]
  b.each { |i| puts "#{i}  z" }
  area(b)
end
""",
        """\
# Doc.
def area(width,
         unit: 'x  y')
  return 2 if width > 0
  b = [
    1,
    2,
  ]
  # c
  b.each { |i|
    puts "#{i}  z"
  }
  area(b)
end
""",
    ),
    "csharp": (
        """\
class A { [Obsolete] public int area(int width) { var s = $"{width}  x"; return width > 0 ? 2 : area(1); } }
""",
        """\
class A
{
    /// <summary>Doc.</summary>
    [Obsolete]
    public int area(int width)
    {
        var s = $"{width}  x"; // c
        return width > 0
            ? 2
            : area(1);
    }
}
""",
    ),
    "php": (
        """\
<?php
function area(int $width, $unit = "x  y") { $a = [1, 2]; return "$width  z" . area($a); }
""",
        """\
<?php
/** Doc. */
function area(
    int $width,
    $unit = "x  y",
) {
    $a = [
        1,
        2,
    ]; # c
    return "$width  z" . area($a);
}
""",
    ),
    "kotlin": (
        """\
fun area(width: Int, unit: String): Int {
    val a = listOf(1, 2); println("$width  x")
    return area(a.size, unit)
}
""",
        """\
/** Doc. */
fun area(
    width: Int,
    unit: String,
): Int {
    val a = listOf(
        1,
        2,
    )
    // c
    println("$width  x")
    return area(a.size, unit)
}
""",
    ),
    "bash": (
        """\
area() { local a="$1  x"; if [ -n "$a" ]; then echo 'b  c'; fi; area "$a"; }
""",
        """\
# Doc.
area() {
    local a="$1  x" # c
    if [ -n "$a" ]; then
        echo 'b  c'
    fi
    area "$a"
}
""",
    ),
}


def area(code: str, language: str, name: str = "area") -> str | None:
    """Return the digest of the function of that name, wherever it stands."""
    found = symbol_digests(code.encode(), language)
    return next((digest for symbol, digest in found.items() if symbol.rpartition(".")[2] == name), None)


def test_every_language_is_shown() -> None:
    assert SAME.keys() == GRAMMARS.keys()


@pytest.mark.parametrize("language", SAME)
def test_layout_comments_and_place_do_not_count(language: str) -> None:
    code, other = SAME[language]

    assert area(code, language)
    assert area(code, language) == area(other, language)


@pytest.mark.parametrize("language", SAME)
def test_a_renamed_function_keeps_its_digest(language: str) -> None:
    code, other = SAME[language]

    assert area(other.replace("area", "size_of"), language, "size_of") == area(code, language)


@pytest.mark.parametrize("language", SAME)
def test_every_word_of_a_function_counts(language: str) -> None:
    code, _ = SAME[language]
    before = symbol_digests(code.encode(), language)
    code = code.replace('"""Return it."""', '"""     """')

    for word in re.finditer(r"(?<!\\)[A-Za-z0-9]+", code):
        changed = f"{code[: word.start()]}z{word[0]}9{code[word.end() :]}"
        if word[0] not in {"class", "export", "php"}:
            assert symbol_digests(changed.encode(), language) != before, changed


@pytest.mark.parametrize("language", SAME)
def test_blanks_in_a_string_count(language: str) -> None:
    code, _ = SAME[language]

    for blanks in re.finditer(r"(?<=\S)  (?=\S)", code):
        changed = f"{code[: blanks.start()]} {code[blanks.end() :]}"
        assert area(changed, language) != area(code, language), changed


@pytest.mark.parametrize("language", SAME)
def test_code_removed_anywhere_counts(language: str) -> None:
    code, _ = SAME[language]
    code = code.replace('    """Return it."""\n', "")
    before = symbol_digests(code.encode(), language)

    for sign in re.finditer(r"[-+*<>?!&|=.:@$`]", code):
        changed = f"{code[: sign.start()]} {code[sign.end() :]}"
        assert symbol_digests(changed.encode(), language) != before, changed


# What looks like layout and is none.
DIFFERENT: list[tuple[str, str, str]] = [
    ("python", "def area():\n    if a:\n        b()\n        c()\n", "def area():\n    if a:\n        b()\n    c()\n"),
    ("python", "def area():\n    return (1,)\n", "def area():\n    return (1)\n"),
    ("python", "def area():\n    return ()\n", "def area():\n    return\n"),
    ("python", "def area():\n    return a[1,]\n", "def area():\n    return a[1]\n"),
    ("python", "def area():\n    return a * (b + c)\n", "def area():\n    return a * b + c\n"),
    ("python", "def area():\n    return r'\\n'\n", "def area():\n    return '\\n'\n"),
    ("python", "def area():\n    return '\\n \\n'\n", "def area():\n    return '\\n\\n'\n"),
    ("python", "def area(): pass\n", "@cached\ndef area(): pass\n"),
    ("python", "def area(): pass\n", "async def area(): pass\n"),
    ("python", "def area():\n    if a:\n        'kept'\n", "def area():\n    if a:\n        'changed'\n"),
    ("python", "def area():\n    f'{a()}'\n", "def area():\n    f'{b()}'\n"),
    ("javascript", "function area() { return\n1 }", "function area() { return 1 }"),
    ("javascript", "function area() { return [1,,] }", "function area() { return [1,] }"),
    ("javascript", "function area() { return [,] }", "function area() { return [] }"),
    ("javascript", "function area() { for (;a;) {} }", "function area() { for (a;;) {} }"),
    ("javascript", "function area() { return a\n++b }", "function area() { return a++\nb }"),
    ("javascript", "function area() { return (a?.b).c }", "function area() { return a?.b.c }"),
    ("typescript", "class A { @dec area() {} }", "class A { area() {} }"),
    ("rust", "fn area() -> (u8,) { x }", "fn area() -> (u8) { x }"),
    ("rust", "fn area() -> u8 { x }", "fn area() -> u8 { x; }"),
    ("rust", "#[test]\nfn area() {}", "fn area() {}"),
    ("rust", "fn area() { m!(1,) }", "fn area() { m!(1) }"),
    ("go", "func area() { for i := 0; ; {} }", "func area() { for ; i := 0; {} }"),
    ("cpp", "template <class T> int area() { return 1; }", "int area() { return 1; }"),
    ("ruby", "def area; foo\n-1; end", "def area; foo -1; end"),
    ("ruby", "def area; '\\n'; end", 'def area; "\\n"; end'),
    ("bash", "area() { a\nb; }", "area() { a b; }"),
    ("bash", "area() { echo {a,}; }", "area() { echo {a}; }"),
    ("php", "<?php function area() { return '$a'; }", '<?php function area() { return "$a"; }'),
]


@pytest.mark.parametrize(("language", "one", "other"), DIFFERENT)
def test_what_only_looks_like_layout_counts(language: str, one: str, other: str) -> None:
    assert area(one, language) is not None
    assert area(one, language) != area(other, language)


CLASS = """\
class Order(Base):
    '''Doc.'''
    size: int = 3

    @property
    def total(self) -> int:
        return self.size

    def add(self, one): self.size += one
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return self.size", "return self.size * 2"),
        ("(self, one)", "(self, one, two=None)"),
        ("    @property\n", ""),
        ("'''Doc.'''", "'''Other.'''"),
    ],
)
def test_a_class_stays_the_same_when_only_its_methods_change(old: str, new: str) -> None:
    assert (
        symbol_digests(CLASS.replace(old, new).encode(), "python")["Order"]
        == (symbol_digests(CLASS.encode(), "python")["Order"])
    )


@pytest.mark.parametrize(("old", "new"), [("Base", "Other"), ("size: int = 3", "size: int = 4"), ("add", "put")])
def test_a_class_changes_with_its_head_its_fields_and_the_names_of_its_methods(old: str, new: str) -> None:
    assert (
        symbol_digests(CLASS.replace(old, new).encode(), "python")["Order"]
        != (symbol_digests(CLASS.encode(), "python")["Order"])
    )


def test_the_order_of_methods_does_not_count_and_a_renamed_class_keeps_all_its_digests() -> None:
    one = "class A:\n    def f(self): return A\n    def g(self): pass\n"
    other = "class B:\n    def g(self): pass\n    def f(self): return B\n"

    found, renamed = symbol_digests(one.encode(), "python"), symbol_digests(other.encode(), "python")

    assert {name.replace("B", "A"): digest for name, digest in renamed.items()} == found


def test_methods_without_a_body_are_part_of_their_interface() -> None:
    interface = "interface Shape { area(a: number): void; name(): string }"

    assert (
        symbol_digests(interface.encode(), "typescript")["Shape"]
        != (symbol_digests(interface.replace("number", "string").encode(), "typescript")["Shape"])
    )


def test_definitions_of_one_name_share_a_digest_whatever_their_order() -> None:
    getter = "    @property\n    def x(self): return self._x\n"
    setter = "    @x.setter\n    def x(self, to): self._x = to\n"

    def of(*methods: str) -> str:
        return symbol_digests(("class A:\n" + "".join(methods)).encode(), "python")["A.x"]

    assert of(getter, setter) == of(setter, getter)
    assert len({of(getter), of(setter), of(getter, setter), of(getter, setter.replace("to", "value"))}) == 4


def test_constants_and_fields_have_digests() -> None:
    one = symbol_digests(b"LIMIT = 3\nclass A:\n    size = 1\n", "python")
    other = symbol_digests(b"LIMIT = 4\nclass A:\n    size = 1  # why\n", "python")

    assert one["LIMIT"] != other["LIMIT"]
    assert one["A.size"] == other["A.size"]


def test_a_reading_says_whether_it_is_complete() -> None:
    filler = (b"#" * 9_999 + b"\n") * (MAX_BYTES // 10_000)

    assert read_digests(b"def f(): pass\n", "python").is_complete
    assert read_digests(b"", "python").is_complete
    assert not read_digests(b"def f(): pass\ndef g(:\n", "python").is_complete
    assert not read_digests(b"def f(): pass\n" + filler, "python").is_complete
    assert not read_digests(b"\0def f(): pass", "python").is_complete
    assert not read_digests(b"def f(): pass", "cobol").is_complete


def test_broken_code_gives_the_digests_of_what_can_be_read() -> None:
    whole = symbol_digests(b"def good(a):\n    return a\n", "python")
    broken = symbol_digests(b"def good(a):\n    return a\n\n\ndef bad(:\n    ]]\n", "python")

    assert broken["good"] == whole["good"]


def test_a_deep_tree_is_walked_without_recursion() -> None:
    deep = "def f():\n    return " + "[" * 2_500 + "]" * 2_500

    assert symbol_digests(deep.encode(), "python").keys() == {"f"}


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(SAME)), st.data())
def test_code_cut_anywhere_is_digested_without_an_error(language: str, data: st.DataObject) -> None:
    code = SAME[language][0].encode()
    start = data.draw(st.integers(0, len(code)))
    end = data.draw(st.integers(start, len(code)))

    symbol_digests(code[:start] + data.draw(st.binary(max_size=3)) + code[end:], language)


STDLIB = Path(sysconfig.get_path("stdlib"))


@pytest.mark.parametrize("name", ["textwrap.py", "queue.py", "graphlib.py"])
@pytest.mark.parametrize("option", ["line-length=60", "line-length=200", "format.quote-style='single'"])
def test_a_formatter_changes_no_digest_of_real_code(name: str, option: str, tmp_path: Path) -> None:
    ruff = shutil.which("ruff") or str(Path(sysconfig.get_path("scripts")) / "ruff")
    copy = tmp_path / name
    copy.write_bytes((STDLIB / name).read_bytes())

    subprocess.run([ruff, "format", "--isolated", "--quiet", "--config", option, copy], check=True)

    assert copy.read_bytes() != (STDLIB / name).read_bytes()
    assert symbol_digests(copy.read_bytes(), "python") == symbol_digests((STDLIB / name).read_bytes(), "python")


def test_indenting_a_whole_class_changes_no_digest() -> None:
    inside = "if True:\n" + textwrap.indent(CLASS, "      ")

    assert symbol_digests(inside.encode(), "python") == symbol_digests(CLASS.encode(), "python")
