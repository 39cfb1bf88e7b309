from __future__ import annotations

import pytest

from linting import changed, findings, lines

RULE = "swallowed-error"


def go(body: str, *, results: str = "error", path: str = "internal/app/app.go") -> list[int]:
    code = f"package app\n\nfunc load(path string) {results} {{\n{body}\n}}\n"
    return lines(code, path, rule=RULE)


def rust(body: str, *, returns: str = "Option<u32>", path: str = "src/app.rs") -> list[int]:
    return lines(f"fn load(path: &Path) -> {returns} {{\n{body}\n}}\n", path, rule=RULE)


@pytest.mark.parametrize(
    "branch",
    [
        "return err",
        'return fmt.Errorf("load: %w", err)',
        "return errors.Join(err, tx.Rollback())",
        "return ErrMissing",
        "log.Fatal(err)",
        "panic(err)",
        "fmt.Fprintln(os.Stderr, err)\nos.Exit(1)",
        'log.Printf("load: %v", err)\nreturn err',
        "errs = append(errs, err)\nreturn errors.Join(errs...)",
        "results <- Result{Err: err}\nreturn nil",
        "s.err = err",
        "callback(err)",
        "span.RecordError(err)\nreturn nil",
        'http.Error(w, "no", 500)\nreturn nil',
        "if errors.Is(err, os.ErrNotExist) {\nreturn nil\n}\nreturn err",
        "return loadFrom(backup)",
        'log.Printf("failed: %v\\n%s", err, debug.Stack())',
        "failures++",
        "conn.Close()",
    ],
)
def test_a_go_branch_that_returns_reports_or_works_is_fine(branch: str) -> None:
    assert go(f"err := read(path)\nif err != nil {{\n{branch}\n}}\nreturn nil") == []


@pytest.mark.parametrize(
    "body",
    [
        "if err := ctx.Err(); err != nil {\nreturn nil\n}\nreturn work()",
        "err := read(path)\nif errors.Is(err, io.EOF) {\nreturn nil\n}\nreturn err",
        "err := read(path)\nif err != nil && errors.Is(err, sql.ErrNoRows) {\nreturn nil\n}\nreturn err",
        'err := read(path)\nif err != nil {\nlog.Println("failed:", err)\n}\nreturn err',
        "defer func() {\nif err := f.Close(); err != nil {\nlog.Println(err)\n}\n}()\nreturn nil",
        "for range 3 {\nif err := try(); err != nil {\nlog.Println(err)\ncontinue\n}\nreturn nil\n}\nreturn ErrGaveUp",
        "go func() {\nif err := refresh(path); err != nil {\nlog.Println(err)\n}\n}()\nreturn nil",
        "if err := read(path); err == nil {\nreturn use()\n}\nreturn readFrom(backup)",
        "if _, err := exec.LookPath(path); err != nil {\nreturn nil\n}\nreturn run(path)",
    ],
)
def test_a_go_error_that_is_expected_or_judged_later_is_fine(body: str) -> None:
    assert go(body) == []


@pytest.mark.parametrize(
    ("results", "branch"),
    [
        ("(Item, bool)", "return Item{}, false"),
        ("(item Item, err error)", "return"),
        ("int", "return exitFailure"),
        ("Status", "return Status{Healthy: false}"),
    ],
)
def test_a_go_answer_that_says_it_failed_is_fine(results: str, branch: str) -> None:
    assert go(f"item, err := read(path)\nif err != nil {{\n{branch}\n}}\nreturn item", results=results) == []


def test_a_go_predicate_is_fine() -> None:
    body = "if _, err := os.Open(p); err != nil {\n\t\treturn false\n\t}\n\treturn true"
    code = f"package app\nfunc isReadable(p string) bool {{\n\t{body}\n}}\n"

    assert findings(code, "app.go", rule=RULE) == []


def test_the_end_of_a_go_connection_is_fine() -> None:
    assert go("for {\nline, err := conn.ReadString(1)\nif err != nil {\nreturn\n}\nuse(line)\n}", results="") == []


@pytest.mark.parametrize(
    "branch",
    [
        "",
        "// nothing to do",
        "_ = err",
        "return nil",
        'log.Printf("load: %v", err)',
        'log.Println("load failed")\nreturn nil',
        'fmt.Println("warning:", err)',
        'fmt.Fprintf(os.Stderr, "load: %v", err)',
        'slog.Error("load failed", "err", err)',
        's.logger.Warn("load failed", zap.Error(err))',
        'logrus.WithError(err).Error("load failed")',
        'log.Error().Err(err).Msg("load failed")',
        "config = DefaultConfig()",
        "err = nil",
        "time.Sleep(time.Second)",
    ],
)
def test_a_go_branch_that_drops_logs_or_makes_a_default_is_a_finding(branch: str) -> None:
    assert go(f"err := read(path)\nif err != nil {{\n{branch}\n}}\nreturn work(config)") == [5]


@pytest.mark.parametrize(
    ("results", "branch"),
    [
        ("(*Item, error)", "return nil, nil"),
        ("([]Item, error)", "return []Item{}, nil"),
        ("string", 'return "unknown"'),
        ("int", "return 0"),
        ("map[string]int", "return map[string]int{}"),
        ("Config", "return DefaultConfig()"),
        ("", "return"),
    ],
)
def test_a_go_zero_value_or_constant_for_any_error_is_a_finding(results: str, branch: str) -> None:
    assert go(f"item, err := read(path)\nif err != nil {{\n{branch}\n}}\nreturn item", results=results) == [5]


@pytest.mark.parametrize(
    "body",
    [
        "for _, p := range paths {\nif err := read(p); err != nil {\ncontinue\n}\n}\nreturn nil",
        "if err := read(path); err == nil {\nuse()\n} else {\nlog.Println(err)\n}\nreturn nil",
        "switch err := read(path); {\ncase err != nil:\nlog.Println(err)\n}\nreturn nil",
        "go func() {\nif readErr := read(path); readErr != nil {\nlog.Println(readErr)\n}\ndone()\n}()\nreturn nil",
        "go func() {\nif err := s.ListenAndServe(); err != nil {\nlog.Println(err)\n}\n}()\nreturn nil",
        "defer func() {\nif r := recover(); r != nil {\n}\n}()\nreturn work()",
        "defer func() {\n_ = recover()\n}()\nreturn work()",
        "if err := read(path); err == nil {\nreturn use()\n}\nreturn nil",
    ],
)
def test_a_go_error_dropped_in_another_form_is_a_finding(body: str) -> None:
    assert len(go(body)) == 1


def test_a_go_branch_that_logs_instead_is_a_finding_of_the_change() -> None:
    before = "package a\nfunc run() error {\n\tif err := f(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n"
    after = before.replace("return err\n", "log.Println(err)\n")

    assert [one.line for one in changed({"a.go": before}, {"a.go": after}, rule=RULE)] == [3]


@pytest.mark.parametrize(
    "arm",
    [
        "return Err(e.into())",
        'panic!("{e}")',
        '{ eprintln!("{e}"); std::process::exit(1) }',
        "{ errors.push(e); None }",
        "return Some(fallback(path))",
        'bail!("no: {e}")',
        "Some(e.code())",
        '{ failed = true; eprintln!("{e}"); None }',
    ],
)
def test_a_rust_arm_that_returns_reports_or_works_is_fine(arm: str) -> None:
    assert rust(f"match fs::read(path) {{\n    Ok(b) => Some(b.len()),\n    Err(e) => {arm},\n}}") == []


@pytest.mark.parametrize(
    "body",
    [
        "match read(path) {\n    Ok(b) => go(b),\n    Err(e) if e.is_gone() => None,\n    Err(e) => Err(e)?,\n}",
        "match rx.try_recv() {\n    Ok(m) => m,\n    Err(TryRecvError::Empty) => None,\n}",
        'match env::var("PORT") {\n    Ok(p) => p,\n    Err(_) => "80".to_string(),\n}',
        "match text.parse::<u32>() {\n    Ok(n) => Some(n),\n    Err(_) => None,\n}",
        "match text.parse::<u32>() {\n    Ok(n) => Value::Number(n),\n    Err(_) => Value::Text(text),\n}",
        "loop {\n    match rx.recv() {\n        Ok(m) => go(m),\n        Err(_) => break,\n    }\n}",
        "let ok = match save() {\n    Ok(_) => true,\n    Err(_) => false,\n};",
        'loop {\n    match get() {\n    Ok(v) => return v,\n    Err(e) => warn!("{e}"),\n    }\n}\nErr(GaveUp)',
        'if let Err(e) = fs::remove_file(path) {\n    warn!("{e}");\n}',
        "option.unwrap_or_else(|| 3)",
    ],
)
def test_a_rust_error_that_is_an_answer_or_judged_later_is_fine(body: str) -> None:
    assert rust(body) == []


@pytest.mark.parametrize(
    "arm",
    ["{}", "()", "None", "return None", "Vec::new()", "Default::default()", "Config { port: 80 }", '"".to_string()'],
)
def test_a_rust_arm_that_drops_any_error_is_a_finding(arm: str) -> None:
    assert rust(f"match store.save(path) {{\n    Ok(v) => v,\n    Err(_) => {arm},\n}}") == [4]


@pytest.mark.parametrize(
    "body",
    [
        'if let Err(e) = store.save() {\n    eprintln!("{e}");\n}\nnext()',
        "if let Err(_) = store.save() {}\nnext()",
        'if store.save().is_err() {\n    tracing::warn!("not saved");\n}\nnext()',
        "let Ok(text) = fs::read_to_string(path) else { return 0 };\nuse_it(text)",
        "if let Ok(text) = fs::read_to_string(path) { text } else { String::new() }",
        'config().unwrap_or_else(|e| { eprintln!("{e}"); Config::default() })',
        "match store.save() { Ok(v) => go(v), _ => {} }",
    ],
)
def test_a_rust_error_dropped_in_another_form_is_a_finding(body: str) -> None:
    assert rust(body) == [2]


@pytest.mark.parametrize("path", ["app.go", "app.rs"])
def test_broken_code_is_no_crash(path: str) -> None:
    assert findings("func f( { if err != nil { match x { Err(_ => \n}}", path, rule=RULE) == []
