from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "discarded-error"
IMPORTS = 'package app\n\nimport "os"\n\n'


def found(statement: str, *, signature: str = "func run(path string)", path: str = "internal/app/app.go") -> int:
    return len(lines(f"{IMPORTS}{signature} {{\n\t{statement}\n}}\n", path, rule=RULE))


@pytest.mark.parametrize(
    "statement",
    [
        "defer f.Close()",
        'fmt.Println("x")',
        'fmt.Fprintf(w, "x")',
        "v, _ := cache[path]",
        "v, _ := x.(string)",
        "v, _ := os.LookupEnv(path)",
        "before, _, _ := strings.Cut(path, x)",
        "v, _ := pool.Load(path)",
        "var _ Reader = Thing(nil)",
        "_ = ctx",
        "_ = append(a, b)",
        "var b bytes.Buffer\n\tb.WriteString(path)",
        "h := sha256.New()\n\th.Write(data)",
        'n, _ := strconv.Atoi("12")',
        'req, _ := http.NewRequest("GET", "http://x", nil)',
        "_, _ = io.Copy(io.Discard, resp.Body)",
        "if err != nil {\n\t\t_ = f.Close()\n\t\treturn\n\t}",
        "_ = logger.Sync()",
        "defer func() { _ = tx.Rollback() }()",
        "wg.Wait()",
        "host, _ := os.Hostname()",
        "f, err := os.Open(path)\n\tif err != nil {\n\t\treturn\n\t}\n\tf.Close()",
    ],
)
def test_what_is_no_error_or_cannot_matter_is_fine(statement: str) -> None:
    assert found(statement) == 0


def test_writing_to_the_client_of_a_server_is_fine() -> None:
    signature = "func show(w http.ResponseWriter, r *http.Request)"

    assert found("json.NewEncoder(w).Encode(x)\n\tw.Write(b)", signature=signature) == 0


def test_a_test_may_drop_errors_of_its_setting() -> None:
    assert found("data, _ := json.Marshal(x)", path="app_test.go") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "data, _ := os.ReadFile(path)",
        "n, _ := strconv.Atoi(path)",
        "body, _ := io.ReadAll(resp.Body)",
        "_ = os.Rename(path, path)",
        "os.WriteFile(path, data, 0o644)",
        "os.MkdirAll(path, 0o755)",
        "json.Unmarshal(data, &config)",
        "json.NewDecoder(r.Body).Decode(&config)",
        "cmd := exec.Command(path)\n\tcmd.Run()",
        "out, _ := exec.Command(path).Output()",
        "http.ListenAndServe(path, nil)",
        "io.Copy(dst, src)",
        "rows.Scan(&id)",
        "db.Exec(path)",
        "user, _ := s.store.FetchUser(path)",
        "_ = s.mailer.SendWelcome(path)",
        "_ = err",
        "f, err := os.Create(path)\n\tif err != nil {\n\t\treturn\n\t}\n\tf.Close()",
        "var re, _ = regexp.Compile(path)",
    ],
)
def test_an_error_thrown_away_is_a_finding(statement: str) -> None:
    assert found(statement) == 1


def test_a_function_of_the_same_file_tells_what_it_returns() -> None:
    methods = "func (s *Store) save() error { return nil }\nfunc (s *Store) size() int { return 0 }"
    own = f"{methods}\nfunc clean() error {{ return nil }}"
    code = f"package app\ntype Store struct{{}}\n{own}\nfunc run(s *Store) {{\n\ts.save()\n\ts.size()\n\tclean()\n}}\n"

    assert lines(code, "app.go", rule=RULE) == [7, 9]


def test_a_field_of_the_same_file_tells_its_type() -> None:
    body = "func (s *Store) drop() {\n\ts.db.Exec(q)\n\ts.db.Stats()\n}\n"

    assert lines(f"package app\ntype Store struct {{\n\tdb *sql.DB\n}}\n{body}", "app.go", rule=RULE) == [6]


def test_broken_code_is_no_crash() -> None:
    assert findings("package a\nfunc f( { v, _ := \n x, _ = f(", "app.go", rule=RULE) == []
