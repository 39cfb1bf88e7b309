"""Tells which Go calls return an error, by what the standard library and the same file say of them.

There is no type checker: `error_place` is sure, `sounds_fallible` is a guess by the verb of a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from learnagent.lint.go.functions import callee, field_type, is_error_type, plain_type, signatures, type_of
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node


def _table(text: str, count: int) -> dict[str, int]:
    return dict.fromkeys(text.split(), count)


_FUNCTIONS: Mapping[str, int] = {
    **_table(
        "os.Remove os.RemoveAll os.Rename os.Mkdir os.MkdirAll os.Chmod os.Chown os.Chtimes os.Chdir os.WriteFile"
        " os.Link os.Symlink os.Truncate os.CopyFS ioutil.WriteFile json.Unmarshal xml.Unmarshal yaml.Unmarshal"
        " toml.Unmarshal proto.Unmarshal bson.Unmarshal binary.Write binary.Read http.ListenAndServe"
        " http.ListenAndServeTLS http.Serve filepath.Walk filepath.WalkDir fs.WalkDir json.Indent json.Compact"
        " syscall.Kill syscall.Mount mapstructure.Decode mapstructure.WeakDecode envconfig.Process godotenv.Load"
        " viper.ReadInConfig viper.Unmarshal pem.Encode png.Encode jpeg.Encode gif.Encode pprof.WriteHeapProfile"
        " pprof.StartCPUProfile trace.Start windows.CloseHandle gob.Register",
        1,
    ),
    **_table(
        "fmt.Scan fmt.Scanln fmt.Scanf fmt.Sscan fmt.Sscanf fmt.Sscanln fmt.Fscan fmt.Fscanf fmt.Fscanln"
        " strconv.Atoi strconv.ParseInt strconv.ParseUint strconv.ParseFloat strconv.ParseBool strconv.Unquote"
        " os.Open os.Create os.OpenFile os.ReadFile os.ReadDir os.Stat os.Lstat os.Getwd os.Hostname os.Readlink"
        " os.MkdirTemp os.CreateTemp os.UserHomeDir os.UserCacheDir os.UserConfigDir os.Executable os.FindProcess"
        " os.StartProcess ioutil.ReadFile ioutil.ReadAll ioutil.ReadDir ioutil.TempDir ioutil.TempFile io.ReadAll"
        " io.Copy io.CopyN io.ReadFull io.WriteString json.Marshal json.MarshalIndent xml.Marshal"
        " xml.MarshalIndent yaml.Marshal toml.Marshal proto.Marshal bson.Marshal http.Get http.Post http.PostForm"
        " http.Head http.NewRequest http.NewRequestWithContext url.Parse url.ParseRequestURI url.ParseQuery"
        " url.QueryUnescape url.PathUnescape net.Dial net.DialTimeout net.Listen net.LookupHost net.LookupIP"
        " net.LookupAddr net.ResolveTCPAddr net.ResolveUDPAddr net.ListenPacket net.Interfaces tls.Dial"
        " tls.LoadX509KeyPair x509.ParseCertificate x509.ParsePKCS1PrivateKey sql.Open sqlx.Open sqlx.Connect"
        " gorm.Open time.Parse time.ParseInLocation time.ParseDuration time.LoadLocation regexp.Compile"
        " regexp.MatchString regexp.Match filepath.Abs filepath.Rel filepath.Glob filepath.EvalSymlinks"
        " filepath.Match path.Match hex.DecodeString hex.Decode base64.StdEncoding.DecodeString"
        " base64.URLEncoding.DecodeString base64.RawURLEncoding.DecodeString base64.RawStdEncoding.DecodeString"
        " gzip.NewReader zlib.NewReader zip.OpenReader zip.NewReader rand.Read rand.Int template.ParseFiles"
        " template.ParseGlob exec.LookPath user.Current user.Lookup mail.ParseAddress netip.ParseAddr uuid.Parse"
        " uuid.NewRandom fs.ReadFile fs.ReadDir fs.Sub fs.Glob fs.Stat bcrypt.GenerateFromPassword jwt.Parse"
        " big.ParseFloat csv.ReadAll pem.Decode aes.NewCipher cipher.NewGCM rsa.GenerateKey ecdsa.GenerateKey"
        " decimal.NewFromString semver.NewVersion cron.ParseStandard plugin.Open image.DecodeConfig afero.ReadFile"
        " afero.ReadDir os.Pipe",
        2,
    ),
    **_table("net.ParseCIDR net.SplitHostPort image.Decode mime.ParseMediaType os.Pipe user.LookupId", 3),
}
"""Functions of well-known packages: how many values they return, the last of them an error."""
_NO_ERROR = frozenset({"pem.Decode", "rand.Read", "gob.Register"})
"""Of those, the ones that return none, or by their documents never one."""

_METHODS: Mapping[str, Mapping[str, int]] = {
    "sql.DB": {
        **_table("Ping PingContext", 1),
        **_table("Exec ExecContext Query QueryContext Prepare Begin BeginTx", 2),
    },
    "sql.Tx": {**_table("Commit Rollback", 1), **_table("Exec ExecContext Query QueryContext Prepare", 2)},
    "sql.Stmt": _table("Exec ExecContext Query QueryContext", 2),
    "sql.Rows": {**_table("Scan Err", 1)},
    "sql.Row": {**_table("Scan", 1)},
    "sql.Conn": _table("ExecContext QueryContext", 2),
    "sql.Result": _table("RowsAffected LastInsertId", 2),
    "exec.Cmd": {
        **_table("Run Start Wait", 1),
        **_table("Output CombinedOutput StdoutPipe StdinPipe StderrPipe", 2),
    },
    "os.Process": {**_table("Kill Signal Release", 1), **_table("Wait", 2)},
    "os.File": {
        **_table("Sync Truncate Chmod Close", 1),
        **_table("Write WriteString WriteAt Read Seek Stat ReadFrom", 2),
    },
    "io.Writer": {},
    "io.WriteCloser": _table("Close", 1),
    "net.Conn": {**_table("SetDeadline SetReadDeadline SetWriteDeadline", 1), **_table("Write Read", 2)},
    "net.Listener": _table("Accept", 2),
    "bufio.Writer": _table("Flush", 1),
    "json.Encoder": _table("Encode", 1),
    "json.Decoder": _table("Decode", 1),
    "xml.Encoder": _table("Encode", 1),
    "xml.Decoder": _table("Decode", 1),
    "yaml.Encoder": _table("Encode Close", 1),
    "yaml.Decoder": _table("Decode", 1),
    "gob.Encoder": _table("Encode", 1),
    "gob.Decoder": _table("Decode", 1),
    "csv.Writer": _table("WriteAll Error", 1),
    "tabwriter.Writer": {},
    "bytes.Buffer": {},
    "strings.Builder": {},
    "gzip.Writer": {**_table("Flush Close", 1), **_table("Write", 2)},
    "zlib.Writer": {**_table("Flush Close", 1), **_table("Write", 2)},
    "zip.Writer": {**_table("Close", 1), **_table("Create", 2)},
    "tar.Writer": {**_table("Close WriteHeader Flush", 1), **_table("Write", 2)},
    "multipart.Writer": {**_table("WriteField Close", 1), **_table("CreateFormFile", 2)},
    "template.Template": _table("Execute ExecuteTemplate", 1),
    "http.Server": _table("ListenAndServe ListenAndServeTLS Serve Shutdown Close", 1),
    "http.Client": _table("Do Get Post Head PostForm", 2),
    "errgroup.Group": _table("Wait", 1),
    "pgx.Tx": {**_table("Commit Rollback", 1), **_table("Exec", 2)},
}
"""Methods by type."""
_CHAINED: Mapping[str, int] = {
    **_table(
        "Scan Decode Encode Unmarshal UnmarshalJSON Execute ExecuteTemplate Err Ping Commit Rollback ReadInConfig", 1
    ),
    **_table("Output CombinedOutput RowsAffected LastInsertId DecodeString MarshalJSON ReadAll ParseMultipartForm", 2),
}
"""Methods of these names return an error wherever they are known, by how many values."""
_FILLS = frozenset({"Scan", "Decode", "Unmarshal"})
"""Methods that fill what they are given the address of."""
_DATABASE = lazy_pattern(r"(?:^|\.)(?:db|DB|tx|Tx|sqlDB|sqldb)$")
_KNOWN_NAMES = frozenset(
    [known.rpartition(".")[2] for known in _FUNCTIONS] + [name for methods in _METHODS.values() for name in methods]
) | frozenset(_CHAINED)
_VERB = lazy_pattern(
    r"^(?i:Parse|Read|Open|Write|Marshal|Unmarshal|Decode|Encode|Exec|Query|Dial|Create|Fetch|Send|Save|Delete|Update|Insert|"
    r"Connect|Compile|Execute|Run|Do|Post|Put|Patch|Upload|Download|Publish|Subscribe|Commit|Render|Validate|Verify|"
    r"Migrate|Sync|Persist|Store|Flush|Import|Export|Generate|Build|Process|Handle|Apply|Start|Move|Copy|Rename|Load|Listen|"
    r"Serve|Charge|Notify|Emit|Enqueue|Push|Authenticate|Authorize|Install|Checkout|Clone|Submit|Refresh|Reload|Scan|Ping|"
    r"Set|Register|Bind|Init|Begin|Prepare|Encrypt|Decrypt|Sign|Record|Archive|Extract|Unzip|Remove|Chmod|Mkdir|Touch|Request)"
    r"(?=[A-Z_]|$)",
    re.ASCII,
)
_FOUND_OR_NOT = lazy_pattern(
    r"^(?:Load|Store|LoadOrStore|LoadAndDelete|Swap|CompareAndSwap|Pop|Push|Peek|Read\w*Rune|ReadBuildInfo|SetString|Set|"
    r"Decode(?:Last)?Rune\w*|Do|Load\w*Ok|ParsePrefix|Scan|Handle\w*|Register|Processed|Copy|Init|Start|Run|Build|Process)$"
)
"""Names whose second value is as often a flag."""


def error_place(file: SourceFile, call: Node) -> int | None:
    """Return how many values a call returns if the last of them is surely an error; 0 if it surely is none."""
    called = callee(file, call)
    if called in _NO_ERROR:
        return 0
    name = called.rpartition(".")[2]
    if name not in _KNOWN_NAMES and not any(own == name or own.endswith(f".{name}") for own in signatures(file)):
        return None
    if called in _FUNCTIONS:
        return _FUNCTIONS[called]
    owner, _, name = called.rpartition(".")
    if not owner:
        return _own(file, called)
    kind = _type_of_owner(file, owner, call)
    if kind in _METHODS:
        return _METHODS[kind].get(name, _CHAINED.get(name))
    if kind:
        return _own(file, f"{kind}.{name}")
    if _DATABASE.search(owner) and b"gorm" not in file.content:
        return _METHODS["sql.Tx"].get(name)
    return (
        _CHAINED[name] if name in _FILLS and "&" in file.text(file.arguments(call)) else _made_inline(file, call, name)
    )


def _own(file: SourceFile, name: str) -> int | None:
    """Return what the same file says of a function or method."""
    kinds = signatures(file).get(name)
    if kinds is None:
        return None
    return len(kinds) if kinds and is_error_type(kinds[-1]) else 0


def _type_of_owner(file: SourceFile, owner: str, at: Node) -> str:
    first, *rest = owner.split(".")
    kind = plain_type(type_of(file, first, at)) if first else ""
    for name in rest:
        kind = plain_type(field_type(file, kind, name)) if kind else ""
    return kind


def _made_inline(file: SourceFile, call: Node, name: str) -> int | None:
    """Return what is known of a method of a value made in place: `json.NewDecoder(r).Decode(&x)`, `row().Scan(&id)`."""
    function = call.child_by_field_name("function")
    operand = function.child_by_field_name("operand") if function is not None else None
    if operand is None or operand.type != "call_expression":
        return None
    maker = callee(file, operand)
    if maker in {"exec.Command", "exec.CommandContext"}:
        return _METHODS["exec.Cmd"].get(name)
    if re.search(r"\.New(?:Encoder|Decoder|Reader|Writer)$|\.QueryRow(?:Context|x)?$|\.Template$|^template\.", maker):
        return _CHAINED.get(name)
    return None


def sounds_fallible(file: SourceFile, call: Node) -> bool:
    """Return whether the name of a call that nothing is known of is one of those that return an error."""
    name = callee(file, call).rpartition(".")[2]
    return _VERB.match(name) is not None and _FOUND_OR_NOT.match(name) is None
