"""Handlers in C#."""

from __future__ import annotations

from learnagent.lint.exceptions.dialect.form import DEFAULT_MAKER, LOGGED, Dialect, types
from learnagent.lint.syntax.patterns import lazy_pattern

CSHARP = Dialect(
    handlers=("catch_clause",),
    broad=types("Exception SystemException"),
    raises=types("throw_statement throw_expression"),
    nothing=types("comment empty_statement"),
    blocks=types(
        "block expression_statement if_statement for_statement foreach_statement while_statement "
        "do_statement"
        " try_statement catch_clause finally_clause switch_statement switch_body switch_section using_statement"
        " lock_statement labeled_statement checked_statement unsafe_statement"
    ),
    conditions=types("condition left right type initializer update value pattern"),
    leaves=types("return_statement break_statement continue_statement yield_statement goto_statement"),
    assignments=types("assignment_expression variable_declarator"),
    plain=types(
        "identifier member_access_expression member_binding_expression element_access_expression string_literal"
        " string_literal_content verbatim_string_literal raw_string_literal interpolated_string_expression"
        " interpolation interpolation_start interpolation_brace interpolation_quote string_content integer_literal"
        " real_literal character_literal boolean_literal null_literal default_expression typeof_expression"
        " conditional_expression binary_expression prefix_unary_expression parenthesized_expression cast_expression"
        " as_expression is_expression is_pattern_expression tuple_expression argument collection_expression"
        " array_creation_expression implicit_array_creation_expression initializer_expression predefined_type"
        " generic_name type_argument_list qualified_name nullable_type array_type array_rank_specifier implicit_type"
        " constant_pattern switch_expression escape_sequence bracketed_argument_list "
        " conditional_access_expression"
    ),
    names=types("identifier"),
    calls=types("invocation_expression object_creation_expression implicit_object_creation_expression"),
    wrappers=types(
        "await_expression parenthesized_expression local_declaration_statement variable_declaration"
        " conditional_access_expression"
    ),
    print_call=lazy_pattern(
        rf"{LOGGED}|^(?:System\.)?(?:Diagnostics\.)?(?:Console|Debug|Trace)\.(?:\w+\.)?(?:Write\w*|Print\w*|Trace\w*)$"
        r"|\bAnsiConsole\.\w+$|(?:^|\.)WriteLine$"
    ),
    trace_call=lazy_pattern(r"StackTrace|\.ToString\(\)|\.Demystify\(\)"),
    exit_call=lazy_pattern(r"^Environment\.(?:Exit\s*\((?!\s*0?\s*\))|FailFast)"),
    neutral_call=lazy_pattern(r"(?:^|\.)(?:Sleep|Delay|Yield|SpinWait)$"),
    empty_value=lazy_pattern(
        r"^(?:Array\.Empty|Enumerable\.(?:Empty|Repeat)|Task\.FromResult|ValueTask\.FromResult|ValueTask|"
        r"(?:List|Dictionary|HashSet|Queue|Stack|Immutable\w+|Concurrent\w+|ObservableCollection|object|Object|string)|"
        r"ImmutableArray\.Create|Option\.None|Maybe\.None|new)$"
        rf"|{DEFAULT_MAKER}"
    ),
    empty_is_silent=True,
    trusts_logged_error=True,
    transparent=types("string.Format nameof Equals"),
)
