"""Handlers in C++. Errors carry no trace there: what is printed and forgotten is lost."""

from __future__ import annotations

from learnagent.lint.exceptions.dialect.form import DEFAULT_MAKER, LOGGED, NEVER, Dialect, types
from learnagent.lint.syntax.patterns import lazy_pattern

STREAM = lazy_pattern(
    r"^(?:std::)?w?(?:cout|cerr|clog)$|(?:^|[.>:])\w*(?:[lL]og|err)\w*$"
    r"|^(?:P?D?V?LOG|LOG_\w+|BOOST_LOG\w*|SPDLOG\w*|Q_LOG\w*|qDebug|qWarning|qCritical|qInfo)$"
    r"|^(?:NOTIFY|ERR|WARN(?:ING)?|INFO|DEBUG)$"
)
"""What `<<` prints to: the name of the call or variable at its left end."""

CPP = Dialect(
    handlers=("catch_clause",),
    broad=types("exception"),
    raises=types("throw_statement"),
    nothing=types("comment static_assert_declaration using_declaration"),
    blocks=types(
        "compound_statement expression_statement if_statement else_clause for_statement for_range_loop while_statement"
        " do_statement try_statement catch_clause switch_statement case_statement labeled_statement preproc_ifdef"
        " preproc_if preproc_else"
    ),
    conditions=types("condition value initializer update declarator right type parameters name label"),
    leaves=types("return_statement break_statement continue_statement co_return_statement goto_statement"),
    assignments=types("assignment_expression init_declarator"),
    plain=types(
        "identifier qualified_identifier namespace_identifier field_expression field_identifier subscript_expression"
        " subscript_argument_list string_literal string_content concatenated_string raw_string_literal char_literal"
        " number_literal true false null this initializer_list unary_expression binary_expression"
        " conditional_expression parenthesized_expression cast_expression compound_literal_expression "
        "pointer_expression"
        " sizeof_expression type_descriptor primitive_type type_identifier template_type template_argument_list"
        " user_defined_literal escape_sequence system_lib_string type_qualifier sized_type_specifier"
        " initializer_pair field_designator template_function"
    ),
    names=types("identifier"),
    calls=types("call_expression new_expression"),
    wrappers=types("parenthesized_expression declaration co_await_expression"),
    print_call=lazy_pattern(
        rf"{LOGGED}|^(?:std::)?(?:f?printf|f?puts|perror|println?|print|wprintf|syslog)$|^fmt::print\w*$"
        r"|^(?:q(?:Debug|Warning|Critical|Info))$|^(?:SPDLOG|LOG|BOOST_LOG|TRACE|WARN|LOGE|LOGW|ALOGE|ALOGW)\w*$"
        r"|^OutputDebugString\w*$"
    ),
    trace_call=NEVER,
    exit_call=lazy_pattern(
        r"^(?:std::)?(?:(?:quick_)?_?exit\s*\((?!\s*(?:0|EXIT_SUCCESS)?\s*\))|_Exit\s*\((?!\s*0)|abort\b|terminate\b)"
    ),
    neutral_call=lazy_pattern(r"(?:^|::)(?:sleep|usleep|sleep_for|sleep_until|yield)$"),
    empty_value=lazy_pattern(
        r"^(?:std::)?(?:string|wstring|string_view|vector|map|unordered_map|set|unordered_set|optional|pair|make_pair|tuple|"
        r"make_tuple|shared_ptr|unique_ptr|make_unique|make_shared|numeric_limits::\w+|span|array|list|deque)$"
        rf"|^Q(?:String|List|Map|Variant|ByteArray|StringList|Json\w+)$|{DEFAULT_MAKER}"
    ),
    empty_is_silent=True,
    transparent=types("what c_str to_string std::to_string"),
)
