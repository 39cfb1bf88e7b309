"""Handlers in PHP."""

from __future__ import annotations

from learnagent.lint.exceptions.dialect.form import DEFAULT_MAKER, LOGGED, Dialect, types
from learnagent.lint.syntax.patterns import lazy_pattern

PHP = Dialect(
    handlers=("catch_clause",),
    broad=types("Exception Throwable"),
    raises=types("throw_expression"),
    nothing=types("comment empty_statement unset_statement text_interpolation"),
    blocks=types(
        "compound_statement expression_statement if_statement else_clause else_if_clause for_statement"
        " foreach_statement while_statement do_statement try_statement catch_clause finally_clause switch_statement"
        " switch_block case_statement default_statement colon_block"
    ),
    conditions=types("condition value type name"),
    leaves=types("return_statement break_statement continue_statement yield_expression"),
    assignments=types("assignment_expression"),
    plain=types(
        "variable_name name member_access_expression nullsafe_member_access_expression "
        "scoped_property_access_expression"
        " class_constant_access_expression subscript_expression string string_content encapsed_string heredoc nowdoc"
        " integer float boolean null array_creation_expression array_element_initializer conditional_expression"
        " binary_expression unary_op_expression parenthesized_expression cast_expression cast_type qualified_name"
        " namespace_name relative_scope escape_sequence by_ref match_expression"
    ),
    names=types("variable_name"),
    calls=types(
        "function_call_expression member_call_expression nullsafe_member_call_expression scoped_call_expression"
        " object_creation_expression exit_statement"
    ),
    wrappers=types("parenthesized_expression error_suppression_expression"),
    print_call=lazy_pattern(
        rf"{LOGGED}|^\\?(?:error_log|syslog|print_r|var_dump|var_export|printf|vprintf|fprintf|fwrite|fputs|dump|logger|"
        r"trigger_deprecation)$|->(?:output|io|style)->\w+$|->(?:writeln|line|comment|warn|info)$|^WP_CLI::(?:warning|log|debug|line)$"
    ),
    trace_call=lazy_pattern(r"getTrace(?:AsString)?\b"),
    exit_call=lazy_pattern(r"^(?:exit|die)\s*\((?!\s*0?\s*\))"),
    neutral_call=lazy_pattern(r"^\\?(?:sleep|usleep|time_nanosleep)$"),
    empty_value=lazy_pattern(
        r"^\\?(?:collect|array|Collection|ArrayCollection|ArrayObject|ArrayIterator|EmptyIterator|stdClass|optional|"
        rf"new Collection|now|null)$|{DEFAULT_MAKER}"
    ),
    empty_is_silent=True,
    trusts_logged_error=True,
    transparent=types("sprintf getMessage get_class strval json_encode implode"),
    prints=types("echo_statement print_intrinsic"),
)
