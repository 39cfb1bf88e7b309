"""Tells by their names what Rust calls and macros do about an error: print it, end the program, wait, clean up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.rust.errors import receiver
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

PRINT_MACROS = frozenset(
    "print println eprint eprintln dbg debug info warn error trace log event debug_log log_error log_warn warning"
    " crit notice".split()
)
"""Macros that only show something to whoever looks."""
FAIL_MACROS = frozenset(
    "panic todo unimplemented unreachable assert assert_eq assert_ne bail ensure anyhow eyre err compile_error".split()
)
"""Macros that end what runs, or make an error."""
VALUE_MACROS = frozenset({"vec", "format", "json", "hashmap", "concat", "String"})
_LOG_CALL = lazy_pattern(r"(?:^|[.:])(?:log|logger|logging)\w*(?:\.|::)(?:debug|info|warn|warning|error|trace|log)$")
_EMPTY = lazy_pattern(
    r"(?:::|^)(?:default|new|empty|with_capacity|zero|nil|none|now|from_secs|from_millis|null|min_value|max_value|default_\w+|"
    r"\w+_default|pending|ok)$"
)
_WRAPPING = lazy_pattern(r"^(?:\w+::)*[A-Z]\w*$|^(?:\w+::)*[A-Za-z]\w*::(?:from|new)$|^Duration::\w+$|^Cow::\w+$")
"""Tuple structs, variants, and what is made from a value: as plain as what they hold."""
_TO_OWNED = frozenset(
    {"to_string", "to_owned", "into", "clone", "to_vec", "as_str", "as_ref", "to_path_buf", "as_bytes"}
)
_CONSTANT = lazy_pattern(r"^[\"'&\d(b]|^(?:\w+::)*[A-Z][A-Z\d_]*$|(?i:default|empty|fallback)")
"""What is copied: a literal, a constant, what is called a default; anything else is another way to the value."""
_WAITS = lazy_pattern(r"(?:^|::)(?:sleep|sleep_ms|yield_now|spin_loop|drop|flush)$")
FAILURE_NAME = lazy_pattern(
    r"(?i)err|fail|invalid|bad_?request|internal|not_?found|unauth|forbidden|unhealthy|\bdown$|missing|reject|unavailable|"
    r"denied|corrupt|broken|unsupported|malformed|abort|exit|unreachable|timeout|expired|disconnect|closed|stop|degraded|offline"
)
_EXIT = lazy_pattern(r"(?:^|::)(?:exit|abort)$")

CHANNELS = frozenset(
    "send try_send blocking_send send_timeout send_async send_blocking force_send recv try_recv recv_timeout"
    " recv_async blocking_recv changed lock try_lock read write try_read try_write join compare_exchange"
    " compare_exchange_weak binary_search binary_search_by binary_search_by_key try_unwrap into_inner downcast"
    " downcast_ref downcast_mut strip_prefix duration_since elapsed var var_os try_from try_into set try_init init"
    " set_logger set_global_default try_wait timeout timeout_at try_acquire acquire acquire_owned notified"
    " poll_ready try_borrow try_borrow_mut fetch_update current_dir try_get_with try_current kill abort start_kill"
    " try_reserve checked_duration_since compare_and_swap set_boxed_logger install is_terminal dotenv from_path"
    " from_filename unbounded_send start_send try_set close_channel partition_point as_str to_str into_string"
    " from_utf8 into_data try_from_default_env try_from_env from_env".split()
)
"""Calls whose error is an answer: the other end is gone, the lock is poisoned, the value does not fit."""
CLEANUP = frozenset(
    "remove_file remove_dir remove_dir_all shutdown close kill terminate wait rollback abort release unlock delete_file"
    " cleanup teardown disconnect unregister unsubscribe stop set_nodelay set_keepalive set_ttl advise".split()
)
"""Calls that let go of something."""
CONNECTIONS = frozenset("accept serve_connection serve_connection_with_upgrades".split())
"""Calls that serve one client: its errors are told, and the next one is served."""
STREAM = frozenset(
    "accept read read_line read_exact read_to_end read_buf next next_line recv_from write write_all flush poll"
    " peek recv_msg next_frame read_frame read_message write_message send".split()
)
"""Calls on a connection: their error is the end of it."""
PARSING = frozenset(
    "parse from_str from_utf8 from_str_radix parse_from_str parse_from_rfc3339 from_slice metadata"
    " symlink_metadata canonicalize read_link decode from_bytes try_parse read_dir".split()
)
"""Calls that ask whether something has a form, or is there: none is an answer."""


def macro_name(file: SourceFile, node: Node) -> str:
    """Return the last part of the name of a macro."""
    return file.text(node.child_by_field_name("macro")).rpartition("::")[2]


def prints(file: SourceFile, node: Node) -> bool:
    """Return whether a macro or a call only shows something."""
    if node.type == "macro_invocation":
        name = macro_name(file, node)
        if "cargo:warning" in file.text(node) or "cargo::warning" in file.text(node):
            return False  # a build script has no other way to tell
        if name in {"write", "writeln"}:
            return re.search(r"!\s*[({\[]\s*&?(?:mut\s+)?(?:\w+::)*std(?:err|out)", file.text(node)) is not None
        return name in PRINT_MACROS
    return _LOG_CALL.search(callee(file, node)) is not None


def ends(file: SourceFile, node: Node) -> bool:
    """Return whether a call ends the program as a failure."""
    return _EXIT.search(callee(file, node)) is not None and not re.search(r"\(\s*0\s*\)$", file.text(node))


def waits(file: SourceFile, call: Node) -> bool:
    """Return whether a call neither handles nor reports."""
    called = callee(file, call)
    return _WAITS.search(called) is not None or (_EXIT.search(called) is not None and not ends(file, call))


def callee(file: SourceFile, call: Node) -> str:
    """Return how a call spells what it calls, type parameters left out: `self.store.save`, `fs::read`."""
    function = call.child_by_field_name("function")
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    text = file.text(function)[-200:] if function is not None else ""
    return re.sub(r"\s+|::<[^>]*>", "", text)


def last_name(file: SourceFile, node: Node | None) -> str:
    """Return the name of the call whose value an expression is; `?`, `.await` and context are looked through."""
    call = result_call(file, node)
    if call is None:
        return ""
    if call.type == "macro_invocation":
        return f"{macro_name(file, call)}!"
    return re.split(r"\.|::", callee(file, call))[-1]


_LOOKED_THROUGH = frozenset(
    "context with_context map_err inspect_err or_else as_ref as_mut await ok_or map inspect copied cloned".split()
)


def result_call(file: SourceFile, node: Node | None) -> Node | None:
    """Return the call that makes the result which an expression hands on."""
    while node is not None:
        if node.type in {"await_expression", "try_expression", "reference_expression", "parenthesized_expression"}:
            node = node.child_by_field_name("value") or next(iter(node.named_children), None)
        elif node.type == "call_expression" and re.split(r"\.|::", callee(file, node))[-1] in _LOOKED_THROUGH:
            inner = receiver(node)
            if inner is None:
                return node
            node = inner
        elif node.type in {"call_expression", "macro_invocation"}:
            return node
        else:
            return None
    return None


def makes_value(file: SourceFile, call: Node) -> bool:
    """Return whether a call makes an empty or constant value, or wraps what it is given."""
    called = callee(file, call)
    arguments = file.arguments(call)
    count = arguments.named_child_count if arguments is not None else 0
    owner = receiver(call)
    if re.split(r"\.|::", called)[-1] in _TO_OWNED and owner is not None:
        return count == 0 and _CONSTANT.match(file.text(owner)) is not None
    if _WRAPPING.match(called):
        return True
    is_path = receiver(call) is None
    return is_path and _EMPTY.search(called) is not None
