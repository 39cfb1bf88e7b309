"""Which node types rules ask for, by language: tables, and nothing that reads.

`SourceFile.nodes` knows these and no others; one that is not here is a KeyError in the rule's own test.
Node types are those of the grammar wheels pinned in pyproject.
"""

from __future__ import annotations

from collections.abc import Mapping


def _types(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SCRIPT = (
    "catch_clause finally_clause comment function_declaration function_expression arrow_function method_definition"
    " class_declaration generator_function_declaration while_statement for_statement do_statement if_statement"
    " switch_statement"
)


WATCHED: Mapping[str, tuple[str, ...]] = {
    "python": _types(  # statements, their clauses and comments only: see `python_statements`
        "except_clause finally_clause comment function_definition class_definition assert_statement while_statement"
        " with_statement if_statement raise_statement"
    ),
    "javascript": _types(_SCRIPT),
    "typescript": _types(_SCRIPT),
    "tsx": _types(_SCRIPT),
    "go": _types(
        "comment function_declaration method_declaration func_literal if_statement for_statement"
        " short_var_declaration assignment_statement expression_statement expression_case var_spec"
    ),
    "rust": _types(
        "line_comment block_comment function_item impl_item let_declaration match_arm if_expression"
        " macro_invocation attribute_item inner_attribute_item assignment_expression"
    ),
    "java": _types(
        "line_comment block_comment catch_clause finally_clause method_declaration class_declaration"
        " while_statement for_statement do_statement marker_annotation annotation"
    ),
    "kotlin": _types(
        "line_comment block_comment catch_block finally_block function_declaration class_declaration annotation"
        " file_annotation"
    ),
    "csharp": _types(
        "comment catch_clause finally_clause method_declaration class_declaration attribute preproc_pragma"
        " accessor_declaration property_declaration"
    ),
    "php": _types("comment catch_clause finally_clause function_definition method_declaration class_declaration"),
    "ruby": _types("comment rescue rescue_modifier ensure method singleton_method class"),
    "cpp": _types("comment catch_clause function_definition preproc_call"),
    "bash": _types("comment command list pipeline redirected_statement function_definition negated_command"),
}

COMMENTS: Mapping[str, tuple[str, ...]] = {
    language: tuple(kind for kind in types if "comment" in kind) for language, types in WATCHED.items()
}

CALLS: Mapping[str, frozenset[str]] = {
    "python": frozenset({"call"}),
    "javascript": frozenset({"call_expression", "new_expression"}),
    "typescript": frozenset({"call_expression", "new_expression"}),
    "tsx": frozenset({"call_expression", "new_expression"}),
    "go": frozenset({"call_expression"}),
    "rust": frozenset({"call_expression", "macro_invocation"}),
    "java": frozenset({"method_invocation", "object_creation_expression"}),
    "kotlin": frozenset({"call_expression"}),
    "csharp": frozenset({"invocation_expression", "object_creation_expression"}),
    "php": frozenset(
        {
            "function_call_expression",
            "member_call_expression",
            "nullsafe_member_call_expression",
            "scoped_call_expression",
            "object_creation_expression",
        }
    ),
    "ruby": frozenset({"call"}),
    "cpp": frozenset({"call_expression"}),
    "bash": frozenset({"command"}),
}

FUNCTIONS: Mapping[str, frozenset[str]] = {
    "python": frozenset({"function_definition", "lambda"}),
    "javascript": frozenset(
        {
            "function_declaration",
            "function_expression",
            "arrow_function",
            "method_definition",
            "generator_function_declaration",
            "generator_function",
        }
    ),
    "go": frozenset({"function_declaration", "method_declaration", "func_literal"}),
    "rust": frozenset({"function_item", "closure_expression"}),
    "java": frozenset({"method_declaration", "constructor_declaration", "lambda_expression"}),
    "kotlin": frozenset({"function_declaration", "lambda_literal", "anonymous_function"}),
    "csharp": frozenset(
        {
            "method_declaration",
            "constructor_declaration",
            "destructor_declaration",
            "accessor_declaration",
            "local_function_statement",
            "anonymous_method_expression",
            "lambda_expression",
        }
    ),
    "php": frozenset({"function_definition", "method_declaration", "anonymous_function", "arrow_function"}),
    "ruby": frozenset({"method", "singleton_method", "lambda", "block", "do_block"}),
    "cpp": frozenset({"function_definition", "lambda_expression"}),
    "bash": frozenset({"function_definition"}),
}
FUNCTIONS = {**FUNCTIONS, "typescript": FUNCTIONS["javascript"], "tsx": FUNCTIONS["javascript"]}

_CLASSES = (
    "class_definition class_declaration abstract_class_declaration class interface_declaration impl_item trait_item"
    " struct_specifier class_specifier object_declaration module enum_declaration mod_item"
)
NAMED: Mapping[str, frozenset[str]] = {
    language: frozenset(_CLASSES.split()) | {kind for kind in kinds if "lambda" not in kind and "block" not in kind}
    for language, kinds in FUNCTIONS.items()
}
"""Definitions that give what stands in them a name."""
