"""Handlers in Ruby."""

from __future__ import annotations

from learnagent.lint.exceptions.dialect.form import DEFAULT_MAKER, LOGGED, Dialect, types
from learnagent.lint.syntax.patterns import lazy_pattern

RUBY = Dialect(
    handlers=("rescue", "rescue_modifier"),
    broad=types("Exception StandardError"),
    raises=frozenset(),
    nothing=types("comment empty_statement"),
    blocks=types(
        "then begin body_statement if unless elsif else if_modifier unless_modifier while until for do case when in"
        " rescue ensure while_modifier until_modifier case_match in_clause block_body parenthesized_statements"
    ),
    conditions=types("condition value pattern exceptions variable"),
    leaves=types("return next break redo retry"),
    assignments=types("assignment"),
    plain=types(
        "identifier constant instance_variable class_variable global_variable scope_resolution element_reference string"
        " string_content chained_string simple_symbol hash_key_symbol delimited_symbol integer float rational"
        " true false nil self array hash pair interpolation conditional binary unary range string_array symbol_array"
        " argument_list escape_sequence heredoc_beginning heredoc_body bare_string bare_symbol hash_splat_argument"
        " splat_argument right_assignment_list left_assignment_list regex"
    ),
    names=types("identifier"),
    calls=types("call"),
    wrappers=types("parenthesized_statements"),
    print_call=lazy_pattern(
        rf"{LOGGED}|^(?:Kernel\.)?(?:puts|print|p|pp|warn|printf)$|^(?:\$std(?:err|out)|STD(?:ERR|OUT))\.\w+$"
        r"|^(?:say|say_error|shell\.say|Jekyll\.logger\.\w+|output\.puts|UI\.\w+)$"
    ),
    trace_call=lazy_pattern(r"\.(?:backtrace|full_message|detailed_message)\b|\blog_exception\b"),
    exit_call=lazy_pattern(r"^(?:Kernel\.|Process\.)?(?:exit!?[\s(]+(?!0|true)\S|abort\b|exit!?[\s(]+false)"),
    neutral_call=lazy_pattern(r"^(?:Kernel\.)?sleep$"),
    empty_value=lazy_pattern(rf"^(?:Hash|Array|Set|OpenStruct|Struct|String|Object)\.new$|\.none$|{DEFAULT_MAKER}"),
    trusts_logged_error=True,
    last_is_value=True,
    transparent=types("freeze dup to_s inspect format sprintf"),
    raise_call=lazy_pattern(r"^(?:Kernel\.)?(?:raise|fail|throw)$"),
)
