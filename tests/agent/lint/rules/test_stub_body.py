from __future__ import annotations

import pytest

from linting import changed, findings, lines

RULE = "stub-body"


@pytest.mark.parametrize(
    "code",
    [
        "class A(ABC):\n    @abstractmethod\n    def f(self) -> int:\n        raise NotImplementedError\n",
        "class A(Protocol):\n    def f(self) -> int: ...\n",
        "@overload\ndef f(x: int) -> int: ...\ndef f(x):\n    return x\n",
        "@singledispatch\ndef show(x):\n    raise NotImplementedError(type(x))\n",
        "class AppError(Exception):\n    pass\n",
        "class Shape:\n    def area(self):\n        raise NotImplementedError\n",
        "class A:\n    def f(self):\n        raise NotImplementedError('subclasses must implement this')\n",
        "class A(Base):\n    def seek(self, n):\n        raise NotImplementedError('the stream cannot seek')\n",
        "class A(Base):\n    def wait(self):\n        raise NotImplementedError('no longer implemented, use join()')\n",
        "class Listener:\n    def on_start(self):\n        pass\n",
        "class A:\n    def close(self):\n        pass  # nothing is held\n",
        "class NullMetrics:\n    def count(self, name):\n        pass\n",
        "class A:\n    def f(self):\n        pass\n    def g(self):\n        pass\n    def h(self):\n        pass\n",
        "class A(HTMLParser):\n    def handle_comment(self, data):\n        pass\n",
        "if sys.platform == 'win32':\n    def lock(f):\n        pass\nelse:\n    def lock(f):\n        flock(f)\n",
        "try:\n    import x\nexcept ImportError:\n    def f():\n        raise NotImplementedError\n",
        "class A:\n    if TYPE_CHECKING:\n        def f(self) -> int: ...\n",
        "def noop(*args):\n    pass\n",
        "def _ignore(number, frame):\n    pass\n\nsignal.signal(signal.SIGHUP, _ignore)\n",
        "def f():\n    def inner():\n        pass\n    return inner\n",
        "@click.group()\ndef cli():\n    '''Look after the database.'''\n",
        "@hookspec\ndef after_run(result):\n    '''Told of a result.'''\n",
        "def wait(number, frame):\n    '''Do nothing: the signal alone ends the pause.'''\n",
        "class A:\n    def __init__(self):\n        pass\n",
        "def limit():\n    return 10\n",
        "def limit():\n    # TODO: make it a setting\n    return 10\n",
        "def f(x):\n    # TODO: remove the alias in 3.0\n    return None\n",
        "def f(x):\n    logger.warning('no rows for %s', x)\n",
    ],
)
def test_what_others_fill_or_what_does_nothing_by_design_is_fine(code: str) -> None:
    assert findings(code, rule=RULE) == []


@pytest.mark.parametrize("path", ["src/codec.pyi", "tests/fakes.py", "docs/example.py"])
def test_type_stubs_tests_and_documentation_are_left_alone(path: str) -> None:
    assert findings("def f(x) -> int:\n    pass\n", path, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "def area(points):\n    pass\n",
        "def area(points):\n    ...\n",
        "def area(points):\n    '''The area of a polygon.'''\n",
        "def area(points):\n    '''TODO: compute the area.'''\n",
        "def area(points):\n    raise NotImplementedError\n",
        "def area(points):\n    raise NotImplementedError('TODO')\n",
        "def area(points):\n    raise RuntimeError('not implemented yet')\n",
        "async def area(points):\n    # TODO: implement\n    pass\n",
        "def area(points):\n    # TODO: implement\n    return None\n",
        "def area(points):\n    # Not implemented yet.\n    return 0.0\n",
        "def area(points):\n    print('TODO: compute the area')\n",
        "def area(points):\n    return 'not implemented'\n",
        "def area(points):\n    return NotImplemented\n",
        "def area(points):\n    pass  # placeholder\n",
        "def area(points):\n    # your code here\n    pass\n",
        "class A(Base):\n    def area(self):\n        pass  # for now\n",
        "def area(points):\n    assert False, 'not implemented'\n",
        "def area(points):\n    logger.warning('area is not implemented')\n    return None\n",
        "class A:\n    def area(self) -> float:\n        pass\n    def name(self):\n        return 'a'\n",
        "class A(Base):\n    def area(self) -> list[int]:\n        ...\n    def name(self):\n        return 'a'\n",
        "class A(Base):\n    def area(self):\n        raise NotImplementedError('area is not implemented yet')\n",
        "class A:\n    @x.setter\n    def x(self, value):\n        pass\n    def name(self):\n        return 'a'\n",
        "@app.command()\ndef prune(url):\n    '''Remove old entries.'''\n    pass\n",
    ],
)
def test_a_function_that_does_none_of_its_work_is_named(code: str) -> None:
    assert len(findings(code, rule=RULE)) == 1


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("class A { constructor() {} onStart() {} }\n", "src/a.js"),
        ("class Shape { area() { throw new Error('area() must be implemented'); } }\n", "src/a.js"),
        (
            "class S { a() { throw new Error('not implemented'); } }\nclass T extends S { a() { return 1; } }\n",
            "src/a.js",
        ),
        ("const f = () => {};\n", "src/a.ts"),
        ("export abstract class A { abstract f(): void; g(): void {} }\n", "src/a.ts"),
        ("export function assertNever(x: never): never { throw new Error(`unexpected ${x}`); }\n", "src/a.ts"),
        ("package a\n\nfunc (Number) exprNode() {}\n", "a.go"),
        ('package a\n\nfunc (h Heap) must() {\n\tpanic("heap: empty")\n}\n', "a.go"),
        ("trait T { fn f(&self) { todo!() } }\n", "src/lib.rs"),
        ("#[cfg(test)]\nmod tests {\n    fn f() { todo!() }\n}\n", "src/lib.rs"),
        ('fn f() { unreachable!("a remainder is below 2") }\n', "src/lib.rs"),
        ('class A { int f() { throw new UnsupportedOperationException("the list is immutable"); } }\n', "A.java"),
        ("class A { int f() { throw new UnsupportedOperationException(); } }\n", "A.java"),
        ("interface A { default void f() {} }\n", "A.java"),
        ("open class A { open fun f() {} }\n", "a.kt"),
        ("class A { public virtual int F() { throw new NotImplementedException(); } }\n", "A.cs"),
        ('class A { int F() => throw new NotSupportedException("The stream cannot seek."); }\n', "A.cs"),
        ("<?php\nabstract class A { abstract function f(); }\n", "a.php"),
        ('class A\n  def f\n    raise NotImplementedError, "#{self.class} must define f"\n  end\nend\n', "a.rb"),
        ("class A { virtual void f() {} virtual int g() = 0; A() {} ~A() = default; };\n", "a.cpp"),
    ],
)
def test_what_others_fill_is_fine_in_every_language(code: str, path: str) -> None:
    assert findings(code, path, rule=RULE) == []


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("export async function f(x) { throw new Error('Not implemented'); }\n", "src/a.js"),
        ("function f(x) {\n  // TODO: implement\n}\n", "src/a.js"),
        ("const f = (x) => Promise.reject(new Error('not implemented'));\n", "src/a.js"),
        ("class A { f(x) { console.log('TODO: implement f'); } }\n", "src/a.ts"),
        ("class A implements B { f(): string { throw new Error('Method not implemented.'); } }\n", "src/a.ts"),
        ("export const f = (x: T): U => {\n  // TODO\n  return null;\n};\n", "src/a.tsx"),
        ('package a\n\nfunc f() {\n\tpanic("not implemented")\n}\n', "a.go"),
        ('package a\n\nfunc f() error {\n\treturn errors.New("not implemented")\n}\n', "a.go"),
        ("package a\n\nfunc f() (int, error) {\n\t// TODO: implement\n\treturn 0, nil\n}\n", "a.go"),
        ("fn f() -> u8 { todo!() }\n", "src/lib.rs"),
        ('fn f() -> u8 { unimplemented!("decoding") }\n', "src/lib.rs"),
        ('fn f() -> Result<u8> { Err(anyhow!("not implemented")) }\n', "src/lib.rs"),
        ("fn f(k: K) -> u8 {\n    match k {\n        K::A => 1,\n        K::B => todo!(),\n    }\n}\n", "src/lib.rs"),
        ('class A { int f() { throw new UnsupportedOperationException("Not supported yet."); } }\n', "A.java"),
        ("class A { int f() {\n  // TODO Auto-generated method stub\n  return 0;\n} }\n", "A.java"),
        ('class A { fun f(): Int = TODO("Not yet implemented") }\n', "a.kt"),
        ("class A { fun f(): Int { throw NotImplementedError() } }\n", "a.kt"),
        ("class A : B { public int F() { throw new NotImplementedException(); } }\n", "A.cs"),
        ("class A : B { public int F => throw new System.NotImplementedException(); }\n", "A.cs"),
        ("<?php\nclass A { function f() { throw new \\LogicException('not implemented'); } }\n", "a.php"),
        ("<?php\nfunction f($x) {\n  // TODO: implement\n}\n", "a.php"),
        ("class A < B\n  def f\n    raise NotImplementedError, 'TODO'\n  end\nend\n", "a.rb"),
        ("class A\n  def f\n    # TODO: draw the chart\n  end\nend\n", "a.rb"),
        ('int f() { throw std::logic_error("not implemented"); }\n', "a.cpp"),
        ("int f() {\n  // TODO: implement\n  return 0;\n}\n", "a.cpp"),
    ],
)
def test_a_stub_is_named_in_every_language(code: str, path: str) -> None:
    assert len(findings(code, path, rule=RULE)) == 1


def test_the_place_is_the_statement_so_that_a_gutted_function_counts_in_a_change() -> None:
    before = {"src/app.py": "def area(points):\n    return shoelace(points)\n"}
    after = {"src/app.py": "def area(points):\n    raise NotImplementedError\n"}

    assert [one.line for one in changed(before, after, rule=RULE)] == [2]


def test_a_class_that_is_made_in_the_file_is_not_abstract() -> None:
    code = """
        class Report:
            def write(self, path):
                pass

            def add(self, page):
                self.pages.append(page)

        report = Report()
        """

    assert lines(code, rule=RULE) == [4]
