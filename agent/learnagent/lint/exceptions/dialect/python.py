"""Handlers in Python."""

from __future__ import annotations

from learnagent.lint.exceptions.dialect.form import DEFAULT_MAKER, LOGGED, Dialect, types
from learnagent.lint.syntax.patterns import lazy_pattern

PYTHON = Dialect(
    handlers=("except_clause",),
    broad=types("Exception BaseException"),
    raises=types("raise_statement assert_statement"),
    nothing=types(
        "pass_statement comment import_statement import_from_statement global_statement nonlocal_statement"
        " delete_statement string concatenated_string ellipsis line_continuation"
    ),
    blocks=types(
        "block expression_statement if_statement elif_clause else_clause for_statement while_statement with_statement"
        " try_statement except_clause finally_clause match_statement case_clause"
    ),
    conditions=types("condition left right subject alternative_condition pattern value"),
    leaves=types("return_statement break_statement continue_statement yield"),
    assignments=types("assignment"),
    plain=types(
        "identifier attribute subscript string concatenated_string integer float true false none ellipsis list tuple"
        " dictionary set pair unary_operator binary_operator boolean_operator not_operator comparison_operator"
        " conditional_expression parenthesized_expression expression_list interpolation string_content string_start"
        " string_end escape_sequence format_specifier slice list_comprehension dictionary_comprehension"
        " set_comprehension generator_expression for_in_clause if_clause list_splat dictionary_splat"
    ),
    names=types("identifier"),
    calls=types("call"),
    wrappers=types("await parenthesized_expression"),
    print_call=lazy_pattern(
        rf"{LOGGED}|^(?:print|pprint|rprint|cprint)$|^(?:pprint\.pprint|warnings\.warn|click\.s?echo|typer\.s?echo)$"
        r"|^s?echo$|(?:stdout|stderr|tqdm)\.(?:write|flush|writelines)$|(?:^|\.)(?:st|streamlit)\.(?:write|warning|error|info)$"
    ),
    trace_call=lazy_pattern(
        r"\.exception$|^traceback\.(?:print|format)_\w+|^(?:print|format)_exc$"
        r"|exc_info\s*=\s*(?!False|None)|\bexception\s*=\s*(?!False|None)|stack_info\s*=\s*True|\bformat_exc\b|__traceback__"
    ),
    exit_call=lazy_pattern(
        r"^(?:sys\.exit|exit|quit|os\._exit|SystemExit)\s*\((?!\s*(?:0|None)?\s*\))|^(?:os\.abort|os\.kill)\b"
    ),
    neutral_call=lazy_pattern(r"(?:^|\.)sleep$"),
    empty_value=lazy_pattern(
        r"^(?:dict|list|set|tuple|frozenset|str|bytes|int|float|bool|object|OrderedDict|(?:collections\.)?(?:defaultdict|"
        r"Counter|deque|OrderedDict)|(?:decimal\.)?Decimal|(?:pd|pandas|pl|polars)\.(?:DataFrame|Series|Timestamp)|"
        r"(?:np|numpy|torch|jnp)\.(?:zeros|ones|empty|full|array|zeros_like|ones_like|full_like|tensor|asarray|float\d*|"
        rf"nan_to_num)|(?:\w+\.)?SimpleNamespace|(?:\w+\.)*Path)$|{DEFAULT_MAKER}"
    ),
    transparent=types(
        "str repr format type getattr len bool hasattr isinstance join strip lower upper vars dir copy deepcopy range"
    ),
)
