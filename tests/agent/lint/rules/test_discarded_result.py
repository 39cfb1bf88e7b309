from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "discarded-result"


def found(body: str, *, signature: str = "fn run(path: &Path)", path: str = "src/app.rs") -> int:
    own = "fn save(path: &Path) -> io::Result<()> { todo(path) }\nfn size() -> usize { 3 }\n"
    return len(lines(f"{own}{signature} {{\n    {body}\n}}\n", path, rule=RULE))


@pytest.mark.parametrize(
    "body",
    [
        'let _ = writeln!(out, "x");',
        "let _ = tx.send(1);",
        "tx.send(1).ok();",
        "let _ = handle.join();",
        "let _ = fs::remove_file(path);",
        "let _ = size();",
        "let _guard = lock.lock();",
        "let _ = map.insert(1, 2);",
        "let _ = tracing_subscriber::fmt().try_init();",
        "dotenv().ok();",
        "let _ = io::stdout().flush();",
        'let port = env::var("PORT").unwrap_or_default();',
        'let port: u16 = env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(80);',
        "let first = list.first().copied().unwrap_or_default();",
        "let small = u8::try_from(n).unwrap_or(u8::MAX);",
        "let text = fs::read_to_string(path)?;",
        "let text = fs::read_to_string(path).ok()?;",
        'let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{e}"));',
        "if let Ok(mut g) = lock.lock() { g.push(1); }",
        "if let Ok(n) = text.parse::<i64>() { return Value::Int(n); }\n    Value::Text(text)",
        "if let Ok(t) = fs::read_to_string(path) { go(t) } else { warn(path) }",
        "let rows = lines.map(parse).collect::<Result<Vec<_>, _>>()?;",
        "let flat: Vec<_> = nested.iter().flatten().collect();",
        "drop(guard);",
    ],
)
def test_what_is_no_result_or_whose_error_is_an_answer_is_fine(body: str) -> None:
    assert found(body) == 0


def test_a_test_module_is_fine() -> None:
    code = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn a() {\n        let _ = fs::write(p, b);\n    }\n}\n"

    assert findings(code, "src/app.rs", rule=RULE) == []


def test_letting_go_in_drop_is_fine() -> None:
    assert found("let _ = self.file.sync_all();", signature="fn drop(&mut self)") == 0


@pytest.mark.parametrize(
    "body",
    [
        "let _ = fs::write(path, bytes);",
        "let _ = save(path);",
        "_ = save(path);",
        "let _result = save(path);",
        "let _ = self.store.persist(row).await;",
        "let _ = client.post(url).json(&x).send().await;",
        "save(path).ok();",
        'store.load().map_err(|e| eprintln!("{e}")).ok();',
        "let n: usize = text.parse().unwrap_or(0);",
        "let n = text.parse::<usize>().ok().unwrap_or(1);",
        "let text = fs::read_to_string(path).unwrap_or_default();",
        "let config: Config = toml::from_str(&text).unwrap_or_else(|_| Config::default());",
        "let len = fs::metadata(path).map(|m| m.len()).unwrap_or(0);",
        "if let Ok(text) = fs::read_to_string(path) { go(text); }",
        "let lines: Vec<_> = reader.lines().filter_map(Result::ok).collect();",
        "let lines: Vec<_> = reader.lines().filter_map(|l| l.ok()).collect();",
        "let ns: Vec<u32> = words.filter_map(|w| w.parse().ok()).collect();",
        "for entry in fs::read_dir(path)?.flatten() { go(entry); }",
        "let rows: Vec<u32> = words.map(|w| w.parse::<u32>()).flatten().collect();",
        "drop(save(path));",
        "for line in reader.lines() { if let Ok(line) = line { go(line); } }",
        "let ns: Vec<u32> = words.flat_map(|w| w.parse::<u32>()).collect();",
    ],
)
def test_a_result_thrown_away_is_a_finding(body: str) -> None:
    assert found(body) == 1


def test_removing_what_could_fail_in_a_function_that_could_tell_is_a_finding() -> None:
    signature = "fn replace(path: &Path) -> io::Result<()>"

    assert found("let _ = fs::remove_file(path);\n    fs::write(path, b)", signature=signature) == 1


def test_broken_code_is_no_crash() -> None:
    assert findings("fn f( { let _ = x.; if let Ok( = \n drop(", "src/app.rs", rule=RULE) == []
