"""Handlers in Java and Kotlin."""

from __future__ import annotations

from learnagent.lint.exceptions.dialect.form import DEFAULT_MAKER, LOGGED, Dialect, types
from learnagent.lint.syntax.patterns import lazy_pattern

_BROAD = types("Exception Throwable RuntimeException")
_PRINT = lazy_pattern(
    rf"{LOGGED}|^(?:java\.lang\.)?System\.(?:out|err)\.\w+$|^print(?:ln)?$|(?:stdout|stderr|out|err)\.(?:print\w*|write)$"
)
_TRACE = lazy_pattern(r"printStackTrace|[sS]tackTrace")
_EXIT = lazy_pattern(r"^(?:System\.exit|exitProcess|Runtime\.getRuntime\(\)\.(?:exit|halt))\s*\((?!\s*0?\s*\))")
_WAIT = lazy_pattern(r"(?:^|\.)(?:sleep|delay|yield|wait|onSpinWait)$")
_EMPTY = lazy_pattern(
    r"^(?:Collections\.empty\w+|Optional\w*\.(?:empty|of|ofNullable)|(?:List|Set|Map|Stream|Arrays|EnumSet|ImmutableList|"
    r"ImmutableMap|ImmutableSet)\.(?:of|asList|noneOf|empty)|(?:Array|Linked|Hash|Tree|LinkedHash|Concurrent\w*)(?:List|Map|"
    r"Set|Deque)|Properties|Object|String(?:Builder)?|empty\w+|(?:list|set|map|array|arrayList|hashMap|mutableList|mutableSet|mutableMap)Of|"
    r"(?:Mutable)?(?:List|Map|Set)|JSONObject|JSONArray|CompletableFuture\.completedFuture|Mono\.empty|Flux\.empty|Pair|Triple|"
    rf"flowOf|emptyFlow|Result\.success)$|{DEFAULT_MAKER}"
)

JAVA = Dialect(
    handlers=("catch_clause",),
    broad=_BROAD,
    raises=types("throw_statement assert_statement"),
    nothing=types("line_comment block_comment"),
    blocks=types(
        "block constructor_body expression_statement if_statement for_statement enhanced_for_statement while_statement"
        " do_statement try_statement try_with_resources_statement catch_clause finally_clause synchronized_statement"
        " switch_expression switch_block switch_block_statement_group switch_rule labeled_statement"
    ),
    conditions=types("condition value parameters init update resources type name"),
    leaves=types("return_statement break_statement continue_statement yield_statement"),
    assignments=types("assignment_expression variable_declarator"),
    plain=types(
        "identifier field_access array_access string_literal string_fragment decimal_integer_literal"
        " hex_integer_literal decimal_floating_point_literal character_literal true false null_literal this super"
        " ternary_expression binary_expression unary_expression parenthesized_expression cast_expression"
        " array_creation_expression array_initializer dimensions dimensions_expr class_literal instanceof_expression"
        " type_identifier scoped_type_identifier generic_type type_arguments integral_type floating_point_type"
        " boolean_type array_type escape_sequence switch_label"
    ),
    names=types("identifier"),
    calls=types("method_invocation object_creation_expression"),
    wrappers=types("parenthesized_expression local_variable_declaration"),
    print_call=_PRINT,
    trace_call=_TRACE,
    exit_call=_EXIT,
    neutral_call=_WAIT,
    empty_value=_EMPTY,
    empty_is_silent=True,
    trusts_logged_error=True,
    transparent=types("getMessage toString valueOf format getName getSimpleName String.format copyOf equals"),
)

KOTLIN = Dialect(
    handlers=("catch_block",),
    broad=_BROAD,
    raises=types("throw_expression"),
    nothing=types("line_comment block_comment when_subject"),
    blocks=types(
        "block if_expression when_expression when_entry for_statement while_statement do_while_statement try_expression"
        " catch_block finally_block function_body"
    ),
    conditions=types("condition label"),
    leaves=types("return_expression labeled_expression"),
    assignments=types("assignment property_declaration"),
    plain=types(
        "identifier navigation_expression index_expression string_literal string_content"
        " multiline_string_literal interpolation number_literal float_literal character_literal"
        " this_expression super_expression unary_expression binary_expression parenthesized_expression"
        " as_expression is_expression infix_expression range_expression user_type nullable_type"
        " type_arguments type_projection callable_reference collection_literal spread_expression"
    ),
    names=types("identifier"),
    calls=types("call_expression"),
    wrappers=types("parenthesized_expression annotated_expression"),
    print_call=_PRINT,
    trace_call=_TRACE,
    exit_call=_EXIT,
    neutral_call=_WAIT,
    empty_value=_EMPTY,
    empty_is_silent=True,
    trusts_logged_error=True,
    last_is_value=True,
    transparent=types("toString format copy orEmpty"),
)
