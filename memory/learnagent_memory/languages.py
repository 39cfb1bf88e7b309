"""Which language a file is in, and what that language calls its definitions: tables, and nothing that parses.

`source` walks trees by these tables. Node types are those of the grammar wheels pinned in pyproject;
`tests/memory/test_source.py` shows each row on real code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

_CPP_HEADER = re.compile(rb"^\s*(?:class|namespace|template|using)\b|\b(?:public|private|protected)\s*:", re.M)

Naming = Literal["field", "declarator", "receiver", "member", "type"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one type of syntax node becomes a symbol."""

    kind: str
    """`function`, `class`, ...; `constant` becomes `field` in a class and nothing in a function."""
    name: tuple[str, ...] = ("name",)
    """Way to the name: at each step a field, else the first child of that type."""
    naming: Naming = "field"
    """`declarator` unwraps C's, `receiver` reads Go's, `member` splits `a.b`, `type` drops type arguments."""
    body: str = "body"
    """Fields or child types, the first that is there ends the head; empty: the head is the whole node."""
    head: tuple[str, ...] = ()
    """Where the body has no node of its own: the head ends with the last of these fields that is there."""
    value: str = ""
    """Field whose function or class makes this definition one: JavaScript's `const add = () => ...`."""
    needs: tuple[str, ...] = ()
    """Fields without which this node defines nothing (`struct node *next` against `struct node {...}`)."""
    name_types: frozenset[str] = frozenset()
    """Types the name's node may have; empty: any."""
    refine: Mapping[str, str] = field(default_factory=dict)
    """Kind instead of `kind` where a child of this type is there: Kotlin's `interface` keyword."""
    prefix: str = ""
    """Put before the signature where the keyword stands outside the node."""
    cut: str = ""
    """The signature ends before the first of this character."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language: where its parser comes from and what to read off its trees."""

    module: str
    definitions: Mapping[str, Rule]
    """By node type."""
    containers: frozenset[str]
    """Node types that may hold definitions; with the definitions themselves, all that is walked."""
    function: str = "language"
    """Function of the module that gives the language."""
    decorations: frozenset[str] = frozenset()
    """Leading children that do not belong to a signature."""
    comments: Literal["python", "hash", "slash", "both"] = "slash"
    scopes: frozenset[str] = field(default=frozenset())
    """Types among `containers` whose definitions are local, like a function's."""
    wrappers: frozenset[str] = frozenset()
    """Types that hold one definition and what decorates it: digests cover the whole."""
    leading: frozenset[str] = frozenset()
    """Types of what decorates the definition that follows it: digests cover it too."""
    optional: frozenset[str] = frozenset()
    """Leaves that only lay the code out: digests leave them out."""
    quotes: frozenset[str] = frozenset()
    """Leaves that may be single or double quotes without a difference."""
    redundant: frozenset[str] = frozenset()
    """Types whose parentheses the tree does not need."""


def _rules(*groups: tuple[str, Rule]) -> dict[str, Rule]:
    return {node_type: rule for types, rule in groups for node_type in types.split()}


def _types(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PYTHON = Grammar(
    module="tree_sitter_python",
    definitions=_rules(
        ("function_definition", Rule("function")),
        ("class_definition", Rule("class")),
        ("assignment", Rule("constant", ("left",), body="", name_types=_types("identifier"))),
        ("type_alias_statement", Rule("type", ("left",), body="")),
    ),
    containers=_types(
        "module block decorated_definition expression_statement if_statement elif_clause else_clause"
        " try_statement except_clause finally_clause with_statement"
    ),
    comments="python",
    wrappers=_types("decorated_definition"),
    optional=_types(";"),
    quotes=_types("string_start string_end"),
    redundant=_types("parenthesized_expression tuple tuple_pattern import_from_statement"),
)

_FUNCTION_VALUE = _types("identifier property_identifier private_property_identifier string")
_SCRIPT_RULES = _rules(
    ("function_declaration generator_function_declaration", Rule("function")),
    ("class_declaration", Rule("class")),
    ("class", Rule("class")),
    ("method_definition", Rule("method")),
    ("variable_declarator", Rule("constant", value="value", body="", name_types=_types("identifier"))),
    ("field_definition", Rule("constant", ("property",), value="value", body="", name_types=_FUNCTION_VALUE)),
    ("assignment_expression", Rule("", ("left",), naming="member", value="right")),
    ("pair", Rule("", ("key",), value="value", name_types=_FUNCTION_VALUE)),
)
_SCRIPT_CONTAINERS = (
    "program export_statement lexical_declaration variable_declaration class_body statement_block"
    " expression_statement object function_expression arrow_function call_expression arguments"
    " parenthesized_expression if_statement else_clause try_statement catch_clause finally_clause"
    " return_statement unary_expression sequence_expression"
)

_JAVASCRIPT = Grammar(
    module="tree_sitter_javascript",
    definitions=_SCRIPT_RULES,
    containers=_types(_SCRIPT_CONTAINERS),
    decorations=_types("decorator"),
    scopes=_types("function_expression arrow_function"),
    leading=_types("decorator"),
    optional=_types(";"),
    quotes=_types("' \""),
)

_TYPESCRIPT = Grammar(
    module="tree_sitter_typescript",
    function="language_typescript",
    definitions={
        **_SCRIPT_RULES,
        **_rules(
            ("abstract_class_declaration", Rule("class")),
            ("function_signature", Rule("function")),
            ("method_signature abstract_method_signature", Rule("method")),
            ("interface_declaration", Rule("interface")),
            ("type_alias_declaration", Rule("type", body="")),
            ("enum_declaration", Rule("enum")),
            ("internal_module module", Rule("namespace")),
            ("public_field_definition", Rule("constant", value="value", body="", name_types=_FUNCTION_VALUE)),
        ),
    },
    containers=_types(_SCRIPT_CONTAINERS + " ambient_declaration interface_body object_type"),
    decorations=_types("decorator"),
    scopes=_JAVASCRIPT.scopes,
    leading=_JAVASCRIPT.leading,
    optional=_JAVASCRIPT.optional,
    quotes=_JAVASCRIPT.quotes,
)

_TSX = Grammar(
    module="tree_sitter_typescript",
    function="language_tsx",
    definitions=_TYPESCRIPT.definitions,
    containers=_TYPESCRIPT.containers,
    decorations=_TYPESCRIPT.decorations,
    scopes=_TYPESCRIPT.scopes,
    leading=_TYPESCRIPT.leading,
    optional=_TYPESCRIPT.optional,
    quotes=_TYPESCRIPT.quotes,
)

_GO = Grammar(
    module="tree_sitter_go",
    definitions=_rules(
        ("function_declaration", Rule("function")),
        ("method_declaration", Rule("method", naming="receiver")),
        (
            "type_spec type_alias",
            Rule(
                "type",
                body="",
                prefix="type ",
                cut="{",
                refine={"struct_type": "struct", "interface_type": "interface"},
            ),
        ),
        ("method_elem", Rule("method")),
        ("const_spec", Rule("constant", body="", prefix="const ")),
        ("var_spec", Rule("constant", body="", prefix="var ")),
    ),
    containers=_types("source_file type_declaration interface_type const_declaration var_declaration var_spec_list"),
    optional=_types(";"),
)

_RUST = Grammar(
    module="tree_sitter_rust",
    definitions=_rules(
        ("function_item function_signature_item", Rule("function")),
        ("struct_item", Rule("struct")),
        ("union_item", Rule("struct")),
        ("enum_item", Rule("enum")),
        ("trait_item", Rule("trait")),
        ("impl_item", Rule("impl", ("type",), naming="type")),
        ("mod_item", Rule("module")),
        ("macro_definition", Rule("macro", head=("name",))),
        ("const_item static_item", Rule("constant", body="")),
        ("type_item", Rule("type", body="")),
    ),
    containers=_types("source_file declaration_list foreign_mod_item block expression_statement"),
    leading=_types("attribute_item"),
)

_JAVA = Grammar(
    module="tree_sitter_java",
    definitions=_rules(
        ("class_declaration", Rule("class")),
        ("interface_declaration annotation_type_declaration", Rule("interface")),
        ("enum_declaration", Rule("enum")),
        ("record_declaration", Rule("class")),
        ("method_declaration constructor_declaration compact_constructor_declaration", Rule("method")),
        ("field_declaration constant_declaration", Rule("constant", ("declarator", "name"), body="")),
    ),
    containers=_types("program class_body interface_body enum_body enum_body_declarations annotation_type_body"),
    decorations=_types("annotation marker_annotation"),
)

_C_TYPE = Rule("struct", naming="type", needs=("name", "body"))
_C_RULES = _rules(
    ("function_definition", Rule("function", ("declarator",), naming="declarator")),
    ("declaration", Rule("constant", ("declarator",), naming="declarator", body="")),
    ("struct_specifier union_specifier", _C_TYPE),
    ("enum_specifier", Rule("enum", needs=("name", "body"))),
    ("type_definition", Rule("type", ("declarator",), naming="declarator", body="")),
    ("preproc_def", Rule("constant", body="", needs=("value",))),
    ("preproc_function_def", Rule("macro", head=("parameters",))),
)
_C_CONTAINERS = (
    "translation_unit preproc_ifdef preproc_if preproc_else preproc_elif linkage_specification declaration_list"
)

_C = Grammar(module="tree_sitter_c", definitions=_C_RULES, containers=_types(_C_CONTAINERS))

_CPP = Grammar(
    module="tree_sitter_cpp",
    definitions={
        **_C_RULES,
        **_rules(
            ("class_specifier", Rule("class", naming="type", needs=("name", "body"))),
            ("field_declaration", Rule("method", ("declarator",), naming="declarator", body="")),
            ("namespace_definition", Rule("namespace", naming="type")),
            ("alias_declaration", Rule("type", body="")),
            ("concept_definition", Rule("type", body="")),
        ),
    },
    containers=_types(_C_CONTAINERS + " template_declaration field_declaration_list"),
    wrappers=_types("template_declaration"),
)

_RUBY = Grammar(
    module="tree_sitter_ruby",
    definitions=_rules(
        ("method singleton_method", Rule("method", head=("parameters", "name"))),
        ("class", Rule("class", naming="type", head=("superclass", "name"))),
        ("module", Rule("module", naming="type", head=("name",))),
        ("assignment", Rule("constant", ("left",), body="", name_types=_types("constant"))),
    ),
    containers=_types("program body_statement singleton_class begin call do_block block block_body if then else"),
    comments="hash",
    optional=_types(";"),
)

_CSHARP = Grammar(
    module="tree_sitter_c_sharp",
    definitions=_rules(
        ("class_declaration record_declaration record_struct_declaration", Rule("class")),
        ("struct_declaration", Rule("struct")),
        ("interface_declaration", Rule("interface")),
        ("enum_declaration", Rule("enum")),
        ("delegate_declaration", Rule("type", body="")),
        ("method_declaration constructor_declaration destructor_declaration", Rule("method")),
        ("local_function_statement", Rule("function")),
        ("property_declaration", Rule("constant", body="accessors")),
        (
            "field_declaration",
            Rule("constant", ("variable_declaration", "variable_declarator", "name"), body=""),
        ),
        ("namespace_declaration", Rule("namespace")),
    ),
    containers=_types("compilation_unit declaration_list global_statement file_scoped_namespace_declaration"),
    decorations=_types("attribute_list"),
)

_PHP = Grammar(
    module="tree_sitter_php",
    function="language_php",
    definitions=_rules(
        ("function_definition", Rule("function")),
        ("method_declaration", Rule("method")),
        ("class_declaration", Rule("class")),
        ("interface_declaration", Rule("interface")),
        ("trait_declaration", Rule("trait")),
        ("enum_declaration", Rule("enum")),
        ("const_element", Rule("constant", body="", prefix="const ")),
        ("property_element", Rule("constant", body="")),
    ),
    containers=_types(
        "program declaration_list enum_declaration_list namespace_definition compound_statement if_statement"
        " const_declaration property_declaration"
    ),
    decorations=_types("attribute_list"),
    comments="both",
)

_KOTLIN = Grammar(
    module="tree_sitter_kotlin",
    definitions=_rules(
        (
            "class_declaration",
            Rule("class", body="class_body enum_class_body", refine={"interface": "interface"}),
        ),
        ("object_declaration", Rule("object", body="class_body")),
        ("function_declaration", Rule("function", body="function_body")),
        ("property_declaration", Rule("constant", ("variable_declaration", "identifier"), body="")),
        ("type_alias", Rule("type", ("type",), body="")),
    ),
    containers=_types("source_file class_body enum_class_body companion_object"),
    decorations=_types("annotation"),
    optional=_types(";"),
)

_BASH = Grammar(
    module="tree_sitter_bash",
    definitions=_rules(
        ("function_definition", Rule("function")),
        ("variable_assignment", Rule("constant", body="")),
    ),
    containers=_types("program compound_statement if_statement elif_clause else_clause declaration_command list"),
    comments="hash",
    optional=_types(";"),
)

GRAMMARS: Mapping[str, Grammar] = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "tsx": _TSX,
    "go": _GO,
    "rust": _RUST,
    "java": _JAVA,
    "c": _C,
    "cpp": _CPP,
    "ruby": _RUBY,
    "csharp": _CSHARP,
    "php": _PHP,
    "kotlin": _KOTLIN,
    "bash": _BASH,
}

SUFFIXES: Mapping[str, str] = {
    suffix: language
    for language, suffixes in {
        "python": ".py .pyi .pyw",
        "javascript": ".js .jsx .mjs .cjs",
        "typescript": ".ts .mts .cts",
        "tsx": ".tsx",
        "go": ".go",
        "rust": ".rs",
        "java": ".java",
        "c": ".c .h",
        "cpp": ".cc .cpp .cxx .c++ .hh .hpp .hxx .h++ .ipp .tpp .inl .cu .cuh",
        "ruby": ".rb .rake .gemspec .ru",
        "csharp": ".cs .csx",
        "php": ".php .phtml",
        "kotlin": ".kt .kts",
        "bash": ".sh .bash .bats",
    }.items()
    for suffix in suffixes.split()
}

INTERPRETERS: Mapping[str, str] = {
    "python": "python",
    "pypy": "python",
    "node": "javascript",
    "nodejs": "javascript",
    "bun": "typescript",
    "deno": "typescript",
    "ts-node": "typescript",
    "tsx": "tsx",
    "ruby": "ruby",
    "php": "php",
    "kotlin": "kotlin",
    "sh": "bash",
    "bash": "bash",
    "dash": "bash",
    "ksh": "bash",
    "zsh": "bash",
}
"""By the program of a `#!` line, its version left off."""


def language_of(path: str, content: bytes | None = None) -> str | None:
    """Return the language of a file by its suffix, else by the `#!` line of its content; None if unknown.

    With content, a `.h` that holds C++ is told apart from C.
    """
    suffix = suffix_of(path)
    language = SUFFIXES.get(suffix)
    if language == "c" and suffix == ".h" and content is not None and _CPP_HEADER.search(content[:65536]):
        return "cpp"
    if language is None and content is not None and content.startswith(b"#!"):
        return _interpreter(content[: content.find(b"\n") if b"\n" in content[:256] else 256])
    return language


def suffix_of(path: str) -> str:
    """Return the suffix in lower case, with its dot; several times as fast as PurePath, for every file of a tree."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def _interpreter(line: bytes) -> str | None:
    words = line[2:].decode("utf-8", "replace").split()
    programs = [PurePath(word).name for word in words if not word.startswith("-") and "=" not in word]
    if programs and programs[0] == "env":
        programs = programs[1:]
    return INTERPRETERS.get(programs[0].rstrip("0123456789.")) if programs else None
