from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnagent_memory import source
from learnagent_memory.languages import GRAMMARS, SUFFIXES
from learnagent_memory.source import Symbol, captures, language_of, parse, references, symbols

# One snippet a language: what is defined, in the order of the text, as `kind qualified | signature`.
SNIPPETS: dict[str, tuple[str, list[str]]] = {
    "python": (
        """\
LIMIT: int = 3
@dec(1)
class Order(Base, metaclass=Meta):
    size = field()
    def __init__(self, a: int,  # why
                 *, b: str = "#") -> None:
        local = 1
    @property
    async def name(self): return 1
    class Inner:
        def deep(self): pass
def outer():
    def inner(): pass
try:
    import fast
except ImportError:
    def fast(): pass
""",
        [
            "constant LIMIT | LIMIT: int = 3",
            "class Order | class Order(Base, metaclass=Meta)",
            "field Order.size | size = field()",
            'method Order.__init__ | def __init__(self, a: int, *, b: str = "#") -> None',
            "method Order.name | async def name(self)",
            "class Order.Inner | class Inner",
            "method Order.Inner.deep | def deep(self)",
            "function outer | def outer()",
            "function outer.inner | def inner()",
            "function fast | def fast()",
        ],
    ),
    "javascript": (
        """\
export const MAX = 3;
const add = (a, b) => a + b;
export default function main(x) { const local = 1; return <p>{x}</p>; }
class Store extends Base {
  static count = 0;
  handler = (e) => { };
  get size() { return 1; }
  static async *gen() {}
}
module.exports.run = function (a) { };
Foo.prototype.bar = function bar() {};
module.exports = { a() {}, b: function () {}, d: 1 };
(function () { function hidden() {} })();
""",
        [
            "constant MAX | MAX = 3",
            "function add | add = (a, b)",
            "function main | function main(x)",
            "class Store | class Store extends Base",
            "field Store.count | static count = 0",
            "method Store.handler | handler = (e)",
            "method Store.size | get size()",
            "method Store.gen | static async *gen()",
            "function run | module.exports.run = function (a)",
            "method Foo.bar | Foo.prototype.bar = function bar()",
            "function a | a()",
            "function b | b: function ()",
            "function hidden | function hidden()",
        ],
    ),
    "typescript": (
        """\
export interface Shape<T> extends Base { area(): number; name: string }
export type Id = string | number;
export enum Color { Red }
namespace App { export function f(a: number): void {} }
@Injectable()
export abstract class Store<T> implements Shape<T> {
  private x: number = 1;
  constructor(private a: string) { super(); }
  abstract todo(): void;
  async get<K>(k: K, d?: T): Promise<T> { return d; }
}
declare function ext(a: string): void;
""",
        [
            "interface Shape | interface Shape<T> extends Base",
            "method Shape.area | area(): number",
            "type Id | type Id = string | number",
            "enum Color | enum Color",
            "namespace App | namespace App",
            "function App.f | function f(a: number): void",
            "class Store | abstract class Store<T> implements Shape<T>",
            "field Store.x | private x: number = 1",
            "method Store.constructor | constructor(private a: string)",
            "method Store.todo | abstract todo(): void",
            "method Store.get | async get<K>(k: K, d?: T): Promise<T>",
            "function ext | function ext(a: string): void",
        ],
    ),
    "tsx": (
        """\
export const App: React.FC<Props> = ({ a }) => { return <div>{a}</div>; };
function Item<T>(props: { x: T }): JSX.Element { return <li/>; }
""",
        [
            "function App | App: React.FC<Props> = ({ a })",
            "function Item | function Item<T>(props: { x: T }): JSX.Element",
        ],
    ),
    "go": (
        """\
package main

const Max = 3

type Server struct{ addr string }
type Handler interface{ Serve(w Writer) error }
type ID = int

func New(addr string) (*Server, error) { return nil, nil }
func (s *Server) Run(ctx context.Context) error { return nil }
func (s Set[T]) Has(t T) bool { return true }
""",
        [
            "constant Max | const Max = 3",
            "struct Server | type Server struct",
            "interface Handler | type Handler interface",
            "method Handler.Serve | Serve(w Writer) error",
            "type ID | type ID = int",
            "function New | func New(addr string) (*Server, error)",
            "method Server.Run | func (s *Server) Run(ctx context.Context) error",
            "method Set.Has | func (s Set[T]) Has(t T) bool",
        ],
    ),
    "rust": (
        """\
pub const MAX: usize = 3;
pub struct Point<T> { x: T }
pub enum Kind { A, B(i32) }
pub trait Draw { fn draw(&self) -> String; }
impl<T: Clone> Draw for Point<T> { fn draw(&self) -> String { String::new() } }
mod inner { pub async fn deep() {} }
macro_rules! sq { ($x:expr) => { $x } }
#[test]
fn it_works() { fn nested() {} }
""",
        [
            "constant MAX | pub const MAX: usize = 3",
            "struct Point | pub struct Point<T>",
            "enum Kind | pub enum Kind",
            "trait Draw | pub trait Draw",
            "method Draw.draw | fn draw(&self) -> String",
            "impl Point | impl<T: Clone> Draw for Point<T>",
            "method Point.draw | fn draw(&self) -> String",
            "module inner | mod inner",
            "function inner.deep | pub async fn deep()",
            "macro sq | macro_rules! sq",
            "function it_works | fn it_works()",
            "function it_works.nested | fn nested()",
        ],
    ),
    "java": (
        """\
package a.b;
@Service("x")
public abstract class Order<T> extends Base implements Thing {
  public static final int MAX = 3;
  public Order(int a) { }
  @Override public List<String> run(String s, int... b) throws IOException { return null; }
  interface Inner { void deep(); }
  enum State { ON, OFF; void f() {} }
  record P(int x, int y) { }
}
""",
        [
            "class Order | public abstract class Order<T> extends Base implements Thing",
            "field Order.MAX | public static final int MAX = 3",
            "method Order.Order | public Order(int a)",
            "method Order.run | public List<String> run(String s, int... b) throws IOException",
            "interface Order.Inner | interface Inner",
            "method Order.Inner.deep | void deep()",
            "enum Order.State | enum State",
            "method Order.State.f | void f()",
            "class Order.P | record P(int x, int y)",
        ],
    ),
    "c": (
        """\
#ifndef HEADER_H
#define HEADER_H
#define MAX 3
#define SQ(x) ((x)*(x))
typedef struct point { int x; } point_t;
struct node { struct node *next; };
typedef int (*cmp)(const void *, const void *);
static int *find(struct node *n, /* which */ int k)
{
  int local = 0;
  return 0;
}
int proto(void);
#endif
""",
        [
            "constant MAX | #define MAX 3",
            "macro SQ | #define SQ(x)",
            "type point_t | typedef struct point { int x; } point_t",
            "struct node | struct node",
            "type cmp | typedef int (*cmp)(const void *, const void *)",
            "function find | static int *find(struct node *n, int k)",
            "function proto | int proto(void)",
        ],
    ),
    "cpp": (
        """\
namespace app { namespace inner {
template <typename T>
class Stack : public Base {
 public:
  Stack(int n) : size_(n) {}
  ~Stack();
  T& operator[](int i);
  virtual int size() const = 0;
  int field;
  struct Node { int v; };
};
enum class Color { Red };
}}
int app::Stack<int>::size() const { return 1; }
template <class T> T max(T a, T b) { return a > b ? a : b; }
using Id = int;
extern "C" { void cfun(void) {} }
""",
        [
            "namespace app | namespace app",
            "namespace app.inner | namespace inner",
            "class app.inner.Stack | class Stack : public Base",
            "method app.inner.Stack.Stack | Stack(int n) : size_(n)",
            "method app.inner.Stack.~Stack | ~Stack()",
            "method app.inner.Stack.operator[] | T& operator[](int i)",
            "method app.inner.Stack.size | virtual int size() const = 0",
            "struct app.inner.Stack.Node | struct Node",
            "enum app.inner.Color | enum class Color",
            "method app.Stack.size | int app::Stack<int>::size() const",
            "function max | T max(T a, T b)",
            "type Id | using Id = int",
            "function cfun | void cfun(void)",
        ],
    ),
    "ruby": (
        """\
module Shop
  LIMIT = 3
  class Order < Base
    def initialize(a, b = 1)
      @a = a
    end
    def self.build(*args) = new(*args)
    class << self
      def inner; end
    end
    def ok?; true; end
  end
end
class Foo::Bar
  def []=(k, v); end
end
def helper
  1
end
""",
        [
            "module Shop | module Shop",
            "constant Shop.LIMIT | LIMIT = 3",
            "class Shop.Order | class Order < Base",
            "method Shop.Order.initialize | def initialize(a, b = 1)",
            "method Shop.Order.build | def self.build(*args)",
            "method Shop.Order.inner | def inner",
            "method Shop.Order.ok? | def ok?",
            "class Foo.Bar | class Foo::Bar",
            "method Foo.Bar.[]= | def []=(k, v)",
            "function helper | def helper",
        ],
    ),
    "csharp": (
        """\
namespace Shop.Core {
  public interface IThing { int Count { get; } void Run(); }
  [Serializable]
  public abstract class Order<T> : Base, IThing where T : class {
    public const int Max = 3;
    public Order(int a) { }
    [Obsolete] public async Task<int> RunAsync(string s, int b = 2) { return 1; }
    public int Short() => 1;
    public enum State { On, Off }
  }
  public record Point(int X, int Y);
}
""",
        [
            "namespace Shop.Core | namespace Shop.Core",
            "interface Shop.Core.IThing | public interface IThing",
            "field Shop.Core.IThing.Count | int Count",
            "method Shop.Core.IThing.Run | void Run()",
            "class Shop.Core.Order | public abstract class Order<T> : Base, IThing where T : class",
            "field Shop.Core.Order.Max | public const int Max = 3",
            "method Shop.Core.Order.Order | public Order(int a)",
            "method Shop.Core.Order.RunAsync | public async Task<int> RunAsync(string s, int b = 2)",
            "method Shop.Core.Order.Short | public int Short()",
            "enum Shop.Core.Order.State | public enum State",
            "class Shop.Core.Point | public record Point(int X, int Y)",
        ],
    ),
    "php": (
        """\
<?php
namespace App\\Models;
const LIMIT = 3;
interface HasName { public function name(): string; }
trait Greets { public function hi() { return 1; } }
abstract class User extends Base implements HasName {
    const X = 1;
    public static function make(array $a = []): self { return new self(); }
}
enum Suit: string { case A = 'a'; public function label(): string { return ''; } }
if (!function_exists('helper')) { function helper(int $a) { return $a; } }
""",
        [
            "constant LIMIT | const LIMIT = 3",
            "interface HasName | interface HasName",
            "method HasName.name | public function name(): string",
            "trait Greets | trait Greets",
            "method Greets.hi | public function hi()",
            "class User | abstract class User extends Base implements HasName",
            "field User.X | const X = 1",
            "method User.make | public static function make(array $a = []): self",
            "enum Suit | enum Suit: string",
            "method Suit.label | public function label(): string",
            "function helper | function helper(int $a)",
        ],
    ),
    "kotlin": (
        """\
package a.b

const val MAX = 3

interface Shape {
    fun area(): Double
}

@Serializable
data class Point(val x: Int) : Shape {
    val size: Int = 3

    override fun area(): Double = 0.0

    companion object {
        fun origin() = Point(0)
    }
}

object Registry {
    fun add(i: Int) {
        items.add(i)
    }
}

fun String.shout(): String {
    return uppercase()
}
""",
        [
            "constant MAX | const val MAX = 3",
            "interface Shape | interface Shape",
            "method Shape.area | fun area(): Double",
            "class Point | data class Point(val x: Int) : Shape",
            "field Point.size | val size: Int = 3",
            "method Point.area | override fun area(): Double",
            "method Point.origin | fun origin()",
            "object Registry | object Registry",
            "method Registry.add | fun add(i: Int)",
            "function shout | fun String.shout(): String",
        ],
    ),
    "bash": (
        """\
#!/bin/bash
LIMIT=3
greet() { local word=hi; echo "$word"; }
function deploy { greet; }
if true; then inner() { :; }; fi
""",
        [
            "constant LIMIT | LIMIT=3",
            "function greet | greet()",
            "function deploy | function deploy",
            "function inner | inner()",
        ],
    ),
}


def shown(found: list[Symbol]) -> list[str]:
    return [f"{symbol.kind} {symbol.qualified} | {symbol.signature}" for symbol in found]


@pytest.mark.parametrize("language", SNIPPETS)
def test_the_definitions_of_each_language_are_read_with_their_heads(language: str) -> None:
    code, expected = SNIPPETS[language]

    found = symbols(code.encode(), language)

    assert [line for line in shown(found) if line != "struct point | struct point"] == expected


@pytest.mark.parametrize("language", SNIPPETS)
def test_line_ends_and_a_byte_order_mark_change_nothing(language: str) -> None:
    code = SNIPPETS[language][0].encode()
    windows = b"\xef\xbb\xbf" + code.replace(b"\n", b"\r\n")

    assert symbols(windows, language) == symbols(code, language)


def test_every_language_has_a_snippet() -> None:
    assert SNIPPETS.keys() == GRAMMARS.keys() == set(SUFFIXES.values())


def test_a_symbol_says_where_it_stands_and_in_what() -> None:
    code = b"class A:\n    @dec\n    def f(self):\n        return 1\n\n\ndef g(): pass\n"

    found = {symbol.name: symbol for symbol in symbols(code, "python")}

    assert (found["A"].line, found["A"].end_line, found["A"].parent) == (1, 4, "")
    assert (found["f"].line, found["f"].end_line, found["f"].parent) == (3, 4, "A")
    assert (found["g"].line, found["g"].end_line) == (7, 7)


def test_broken_code_gives_what_can_be_read_of_it() -> None:
    code = b"def good(a):\n    return a\n\n\ndef bad(:\n    ]]\n\n\nclass Fine:\n    def method(self): pass\n"

    names = {symbol.name for symbol in symbols(code, "python")}

    assert {"good", "Fine", "method"} <= names


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xef\xbb\xbf", b"\0\1\2\3def f(): pass", "def f(): pass".encode("utf-16"), b"\xff\xfe"]
)
def test_empty_and_binary_content_has_no_symbols(content: bytes) -> None:
    assert symbols(content, "python") == []
    assert not references(content, "python") & {"def", "pass"}


def test_text_in_another_encoding_is_read_with_replacements() -> None:
    found = symbols("def caf\xe9(a='\xfc'): pass\nclass B: pass\n".encode("latin-1"), "python")

    assert "B" in {symbol.name for symbol in found}


def test_an_unknown_language_has_neither_symbols_nor_references() -> None:
    assert symbols(b"def f(): pass", "cobol") == []
    assert references(b"def f(): pass", "cobol") == frozenset()
    assert source.parse(b"x", "cobol") is None


def test_of_a_huge_file_the_beginning_is_read() -> None:
    code = b"def first(): pass\n" + b"# filler\n" * 200_000 + b"def last(): pass\n"

    assert [symbol.name for symbol in symbols(code, "python")] == ["first"]


def test_a_signature_is_one_bounded_printable_line() -> None:
    parameters = ",\n".join(f"    parameter_{number}: int" for number in range(100))

    (symbol,) = symbols(f"def f(\n{parameters},\n): pass\n".encode(), "python")
    (escaped,) = symbols("def g(a='\x1b[31m\u202e'): pass\n".encode(), "python")

    assert symbol.signature.startswith("def f(parameter_0: int, parameter_1")
    assert len(symbol.signature) <= source.MAX_SIGNATURE
    assert symbol.signature.endswith("…")
    assert escaped.signature.isprintable()


def test_a_name_without_bound_is_no_symbol() -> None:
    assert symbols(b"def " + b"f" * 5000 + b"(): pass\n", "python") == []


# What crashed, hung or ate the memory of a parser before there were limits.
TOWERS = {
    "braces": ("javascript", b"{a:" * 200_000),
    "parentheses": ("python", b"(" * 500_000),
    "type arguments": ("csharp", b"a<" * 16_000),
    "type arguments of Java": ("java", b"a<" * 30_000),
    "functions": ("python", b"".join(b" " * depth + b"def f():\n" for depth in range(400))),
    "indentation": ("python", b"".join(b" " * depth + b"if x:\n" for depth in range(900))),
    "closures": ("javascript", b"function f(){" * 2_000),
    "pointers": ("c", b"int " + b"*" * 100_000 + b"f(int a);"),
    "declarators": ("c", b"int " + b"(" * 2_900 + b"f" + b")" * 2_900 + b"(int a);"),
    "scopes": ("cpp", b"void " + b"a::" * 100_000 + b"f() {}"),
    "members": ("javascript", b"a." * 100_000 + b"b = function () {};"),
    "comments": ("c", b"/*" * 400_000),
    "quotes": ("python", b'"""' * 200_001),
}


@pytest.mark.parametrize("name", TOWERS)
def test_towers_neither_crash_nor_recurse(name: str) -> None:
    language, code = TOWERS[name]

    found = symbols(code, language)
    references(code, language)

    assert all(symbol.qualified.count(".") <= source.MAX_DEPTH for symbol in found)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(GRAMMARS)), st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_in_any_language_are_read_without_an_error(language: str, content: bytes) -> None:
    for symbol in symbols(content, language):
        assert symbol.name
        assert symbol.signature.isprintable()
        assert 1 <= symbol.line <= symbol.end_line
    references(content, language)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SNIPPETS)), st.data())
def test_code_cut_anywhere_is_read_without_an_error(language: str, data: st.DataObject) -> None:
    code = SNIPPETS[language][0].encode()
    start = data.draw(st.integers(0, len(code)))
    end = data.draw(st.integers(start, len(code)))

    symbols(code[:start] + code[end:], language)


def test_references_leave_out_comments_docstrings_and_short_names() -> None:
    python = references(b'"""Docs here."""\nimport os  # comment\nresult = compute(it)\n', "python")
    script = references(b"// comment\n/* more\nwords */ total = compute(it);", "javascript")

    assert python == {"import", "result", "compute"}
    assert script == {"total", "compute"}


@pytest.mark.parametrize(
    ("path", "content", "language"),
    [
        ("a/b.PY", None, "python"),
        ("x.tsx", None, "tsx"),
        ("x.jsx", None, "javascript"),
        ("header.h", None, "c"),
        ("header.h", b"struct a { int b; };\n", "c"),
        ("header.h", b"#pragma once\nnamespace a {}\n", "cpp"),
        ("header.h", b"struct A {\npublic:\n  int b;\n};\n", "cpp"),
        ("run", b"#!/usr/bin/env -S python3.11 -u\n", "python"),
        ("run", b"#!/bin/sh\n", "bash"),
        ("run", b"#! /usr/bin/env node", "javascript"),
        ("run", b"#!", None),
        ("run", b"#!/opt/unknown\n", None),
        ("run", None, None),
        (".py", None, None),
        ("folder.py/readme", None, None),
        ("data.json", b"{}", None),
    ],
)
def test_a_language_is_known_by_suffix_then_by_the_interpreter(
    path: str, content: bytes | None, language: str | None
) -> None:
    assert language_of(path, content) == language


def test_a_kotlin_file_that_ends_in_an_annotation_is_parsed() -> None:
    tree = parse(b'val z = 1\n@S("x")', "kotlin")  # without a line end this grammar never returns

    assert tree is not None
    assert tree.root_node.type == "source_file"


def test_nodes_are_collected_by_type_in_the_order_of_the_text() -> None:
    content = b"try:\n    f()\nexcept A:\n    # why\n    pass\n\n\ndef g():\n    # later\n    return 1\n"
    tree = parse(content, "python")
    assert tree is not None

    found = captures(tree.root_node, "python", ("comment", "except_clause", "while_statement"))

    assert [content[node.start_byte : node.end_byte] for node in found["comment"]] == [b"# why", b"# later"]
    assert [len(found["except_clause"]), found["while_statement"]] == [1, []]
