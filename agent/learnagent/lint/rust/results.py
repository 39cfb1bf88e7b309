"""Tells which Rust calls return a `Result` whose error matters, by their names and by what the same file says.

There is no type checker: `is_plain_result` is sure, `may_be_result` is sure only of what is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from learnagent.lint.rust.calls import CHANNELS, CLEANUP, callee, macro_name, result_call
from learnagent.lint.rust.errors import receiver
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_PLAIN = frozenset(
    "parse from_str from_slice from_reader from_str_radix parse_from_str parse_from_rfc3339 parse_from_rfc2822"
    " read_to_string read_to_end read_line read_exact read_dir read_link write_all write_str create create_new"
    " open create_dir create_dir_all copy rename hard_link set_permissions sync_all sync_data set_len canonicalize"
    " metadata symlink_metadata execute query_row query_map query_as fetch_one fetch_all fetch_optional"
    " execute_batch text json bytes output status to_writer to_writer_pretty to_string_pretty to_vec to_vec_pretty"
    " deserialize serialize connect bind listen commit flush decode decode_slice encode_to_string persist"
    " try_from_slice to_socket_addrs from_utf8 run_until error_for_status send_to lookup_host remove_file"
    " remove_dir_all current_exe into_inner_checked load_from_file from_yaml from_json from_toml write_record".split()
)
"""Names that belong to results wherever they are known."""
_MODULES = lazy_pattern(
    r"(?:^|::)(?:fs|serde_json|serde_yaml|serde_yml|toml|bincode|ron|rmp_serde|csv|base64|hex|File|Url|Regex|OpenOptions|"
    r"TcpStream|TcpListener|UdpSocket|UnixStream|reqwest|Uuid|IpAddr|Ipv4Addr|SocketAddr|NaiveDate|NaiveDateTime|DateTime|"
    r"Version|Semver|Connection|image|zip|tempfile)::(?:<[^>]*>::)?(?:\w+::)*"
    r"(?:parse\w*|from_\w+|to_\w+|new|open\w*|read\w*|write\w*|create\w*|connect|bind|get|decode|encode|rename|copy|metadata|"
    r"canonicalize|set_permissions|load|save|tempfile|tempdir)$"
)
_NO_RESULT = frozenset(
    "unwrap expect unwrap_or unwrap_or_default unwrap_or_else unwrap_err expect_err collect iter into_iter"
    " iter_mut len insert remove pop push push_back push_front pop_front pop_back get get_mut take replace clone"
    " next to_string new default map for_each as_ref as_mut abort notify_one notify_waiters subscribe enter"
    " entered guard span spawn spawn_blocking spawn_local force get_or_init get_or_insert get_or_insert_with"
    " get_or_try_init black_box closed notified tick ready cancelled wait_for sleep sleep_until select yield_now"
    " extend drain retain truncate swap mem swap_remove entry or_insert or_insert_with or_default first last nth"
    " count sum min max fold any all find position contains contains_key is_some is_none is_ok is_err ok err then"
    " then_some leak forget from_raw into_raw as_ptr as_str as_bytes to_owned into from with builder build_fake"
    " set_hook take_hook set_handler arg args env current_dir stdout stderr stdin header headers size_of fetch_add"
    " fetch_sub fetch_or store load swap_bytes type_id type_name hash finish record instrument in_scope id name"
    " path key value filter filter_map flat_map chain zip skip rev cloned copied peek chunks windows split trim"
    " lines chars bytes_len resize set_text get_or_create detach leave inspect await_ready now elapsed_secs ok_or"
    " request_redraw set_title wrapping_add".split()
)
"""Names of what is no result, or one of an option."""
_NOT_A_CHANNEL = lazy_pattern(
    r"(?i)listener|subscriber|observer|mail|smtp|http|client|api|request|transport|notif|webhook|slack|gateway|telegram|producer|publish"
)
_REMOVALS = frozenset({"remove_file", "remove_dir", "remove_dir_all"})
_TERMINAL = lazy_pattern(r"(?i)std(?:out|err)|\bterm|\bconsole|\bout\b|\btty|screen")
_RESTORES = lazy_pattern(
    r"^(?:enable_ansi|enable_virtual|disable|leave|restore|reset|show|hide|clear|cleanup|close|stop|cancel|release|unlock|deregister|unregister)_"
)


def signatures(file: SourceFile) -> Mapping[str, bool]:
    """Return whether each function of a file returns a result, by name; names with both are left out."""
    return file.once(_signatures)


def _signatures(file: SourceFile) -> dict[str, bool]:
    found: dict[str, bool] = {}
    unclear = set()
    for function in file.nodes("function_item"):
        name = file.name(function)
        is_result = (
            re.match(r"(?:\w+::)*\w*Result\b", file.text(function.child_by_field_name("return_type"))) is not None
        )
        if found.setdefault(name, is_result) != is_result:
            unclear.add(name)
    return {name: is_result for name, is_result in found.items() if name not in unclear}


def is_plain_result(file: SourceFile, node: Node | None) -> bool:
    """Return whether an expression surely is a result whose error matters."""
    call = result_call(file, node)
    if call is None or _ends_in_try(node) or call.type == "macro_invocation":
        return False
    if is_excused(file, call, node):
        return False
    called = callee(file, call)
    name = _last(called)
    if _is_own(call, called) and name in signatures(file):
        return signatures(file)[name]
    if name in {"text", "json", "bytes"}:
        return ".await" in file.text(node)  # of an answer of a server
    return name in _PLAIN or _MODULES.search(called) is not None or _is_http_send(file, call, name)


def may_be_result(file: SourceFile, node: Node | None, *, is_result: bool = False) -> bool:
    """Return whether an expression that is thrown away is a result, or a call that nothing is known of.

    `is_result` says that it surely is one: then only what excuses it counts.
    """
    call = result_call(file, node)
    if call is None or _ends_in_try(node) or call.type == "macro_invocation" or is_excused(file, call, node):
        return False
    called = callee(file, call)
    name = _last(called)
    if is_result:
        return True
    if _is_own(call, called) and name in signatures(file):
        return signatures(file)[name]
    if name == "spawn":
        return "Command" in file.text(call)
    return name not in _NO_RESULT and name.isidentifier() and not name[:1].isupper()


def is_excused(file: SourceFile, call: Node, whole: Node | None) -> bool:
    """Return whether the error of a call is an answer, or one that nothing can be done about."""
    if call.type == "macro_invocation":
        return macro_name(file, call) in {"write", "writeln"}
    name, owner = _last(callee(file, call)), file.text(receiver(call))
    if name in {"send", "try_send"}:
        return not (_is_http_send(file, call, name) or _NOT_A_CHANNEL.search(owner))
    if name in {"read", "write"}:
        return receiver(call) is not None and file.text(file.arguments(call)) == "()"
    if name in {"flush", "write_all", "write_str", "queue", "execute"} and _TERMINAL.search(owner):
        return True
    if name in {"into_inner", "write_str", "write_char", "write_fmt"} or (
        name == "parse" and "Token!" in file.text(call)
    ):
        return True
    if _RESTORES.match(name):
        return True
    if name in _REMOVALS and not _is_on_the_way_out(file, call):
        return False
    return name in CHANNELS | CLEANUP or _is_in_drop(file, whole or call)


def _is_on_the_way_out(file: SourceFile, call: Node) -> bool:
    """Return whether a file is removed where nobody could be told, or because something else failed."""
    function = file.enclosing(call, "function_item")
    if (
        function is None
        or _is_in_drop(file, call)
        or "Result" not in file.text(function.child_by_field_name("return_type"))
    ):
        return True
    above: Node | None = call
    while above is not None and above != function:
        later = above.next_named_sibling
        if above.type in {"match_arm", "closure_expression", "if_expression", "else_clause"}:
            return True
        if later is not None and re.match(r"(?:return\s+)?Err\b|bail!|return\s+Err", file.text(later)):
            return True
        above = above.parent
    return False


def _is_http_send(file: SourceFile, call: Node, name: str) -> bool:
    return (
        name == "send"
        and re.search(r"\.(?:get|post|put|delete|patch|json|body|header|form|query|request)\s*\(", file.text(call))
        is not None
    )


def _is_own(call: Node, called: str) -> bool:
    """Return whether a call can be one of the same file: a plain function, `self.f`, `Self::f`."""
    return (receiver(call) is None and "::" not in called) or re.match(r"(?:self\.|Self::)\w+$", called) is not None


def _is_in_drop(file: SourceFile, node: Node) -> bool:
    function = file.enclosing(node, "function_item")
    return (
        function is not None
        and re.match(r"(?:drop|cleanup|shutdown|close|teardown|stop|kill)\w*$", file.name(function)) is not None
    )


def _ends_in_try(node: Node | None) -> bool:
    """Return whether `?` has taken the error already."""
    while node is not None and node.type in {"await_expression", "parenthesized_expression", "reference_expression"}:
        node = next(iter(node.named_children), None)
    return node is not None and node.type == "try_expression"


def _last(called: str) -> str:
    return re.split(r"\.|::", called)[-1]


def is_in_test(file: SourceFile, node: Node) -> bool:
    """Return whether code stands in a test, or in a module that is compiled for tests only."""
    if file.is_test:
        return True
    if b"test" not in file.content:
        return False
    above: Node | None = node
    while above is not None:
        if above.type in {"mod_item", "function_item"} and _is_marked_test(file, above):
            return True
        above = above.parent
    return False


def _is_marked_test(file: SourceFile, item: Node) -> bool:
    before = item.prev_named_sibling
    while before is not None and before.type in {"attribute_item", "line_comment", "block_comment"}:
        if before.type == "attribute_item" and re.search(r"\btest\b", file.text(before)):
            return True
        before = before.prev_named_sibling
    return False


def results_flattened(file: SourceFile, chain: Node | None) -> bool:
    """Return whether an iterator surely yields results: lines of a reader, entries of a folder, a `map` that parses."""
    while chain is not None and chain.type in {"try_expression", "parenthesized_expression", "await_expression"}:
        chain = next(iter(chain.named_children), None)
    if chain is None or chain.type != "call_expression":
        return False
    called, owner = callee(file, chain), receiver(chain)
    name = _last(called)
    if name in {
        "lines",
        "read_dir",
        "glob",
        "glob_with",
        "records",
        "query_map",
        "deserialize",
        "byte_records",
        "walk",
        "into_records",
    }:
        return True
    if name == "map":
        return _maps_to_results(file, chain)
    if re.search(r"(?:WalkDir|Walk|WalkBuilder)::new$", called):
        return True
    if name in {
        "into_iter",
        "skip",
        "take",
        "enumerate",
        "iter",
        "unwrap",
        "expect",
        "min_depth",
        "max_depth",
        "follow_links",
        "sort_by",
        "rev",
        "chain",
        "build",
        "filter",
        "sort_by_file_name",
        "unwrap_or_else",
        "context",
        "by_ref",
        "step_by",
        "peekable",
    }:
        return results_flattened(file, owner)
    return False


def _maps_to_results(file: SourceFile, call: Node) -> bool:
    arguments = file.arguments(call)
    given = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    return given is not None and gives_results(file, given)


def gives_results(file: SourceFile, given: Node) -> bool:
    """Return whether a closure, or a function by its name, surely returns a result."""
    if given.type == "closure_expression":
        body = given.child_by_field_name("body")
        return body is not None and is_plain_result(file, _tail(body))
    name = _last(re.sub(r"::<[^>]*>", "", file.text(given)))
    return name in _PLAIN or signatures(file).get(name, False)


def _tail(body: Node) -> Node:
    """Return the value of a block, or the expression itself."""
    inner = [child for child in body.named_children if "comment" not in child.type] if body.type == "block" else []
    return inner[-1] if inner else body
