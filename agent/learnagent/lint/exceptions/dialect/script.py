"""Handlers in JavaScript and TypeScript."""

from __future__ import annotations

from learnagent.lint.exceptions.dialect.form import DEFAULT_MAKER, LOGGED, Dialect, types
from learnagent.lint.syntax.patterns import lazy_pattern

SCRIPT = Dialect(
    handlers=("catch_clause",),
    broad=frozenset(),
    raises=types("throw_statement"),
    nothing=types("comment empty_statement string template_string debugger_statement"),
    blocks=types(
        "statement_block expression_statement if_statement else_clause for_statement for_in_statement while_statement"
        " do_statement try_statement catch_clause finally_clause switch_statement switch_body switch_case"
        " switch_default labeled_statement"
    ),
    conditions=types("condition left right value parameter initializer increment label"),
    leaves=types("return_statement break_statement continue_statement yield_expression"),
    assignments=types("assignment_expression variable_declarator"),
    plain=types(
        "identifier member_expression subscript_expression string template_string number true false null undefined"
        " array object pair unary_expression binary_expression ternary_expression parenthesized_expression"
        " as_expression satisfies_expression non_null_expression template_substitution string_fragment regex"
        " property_identifier shorthand_property_identifier type_identifier predefined_type"
        " sequence_expression this generic_type type_arguments object_type array_type union_type literal_type"
        " computed_property_name escape_sequence spread_element optional_chain"
    ),
    names=types("identifier shorthand_property_identifier"),
    calls=types("call_expression new_expression"),
    wrappers=types("await_expression parenthesized_expression lexical_declaration variable_declaration"),
    print_call=lazy_pattern(
        rf"{LOGGED}|^(?:window\.)?console\.\w+$|(?:stdout|stderr)\.write$|^core\.(?:warning|info|debug)$"
    ),
    trace_call=lazy_pattern(r"\.stack\b|^console\.trace$"),
    exit_call=lazy_pattern(r"^process\.(?:exit\s*\((?!\s*0?\s*\))|abort)|^Deno\.exit\s*\((?!\s*0?\s*\))"),
    neutral_call=lazy_pattern(r"(?:^|\.)(?:sleep|delay|setTimeout|wait|preventDefault|stopPropagation)$"),
    empty_value=lazy_pattern(
        rf"^(?:Map|Set|Array|Object|Date|WeakMap|Boolean|String|Number|Promise\.resolve|Object\.(?:freeze|create))$"
        rf"|{DEFAULT_MAKER}"
    ),
    empty_is_silent=True,
    trusts_logged_error=True,
    transparent=types("String stringify toString Boolean Number includes startsWith test match structuredClone slice"),
)
