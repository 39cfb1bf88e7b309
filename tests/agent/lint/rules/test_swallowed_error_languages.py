"""`swallowed-error` beyond Python and JavaScript: what a handler of every error may do, language by language."""

from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "swallowed-error"

JAVA = """\
package a;
import org.slf4j.Logger;
class A {
  private static final Logger LOG = null;
  List<String> load(Path p) {
    try {
      List<String> rows = read(p);
      store.save(rows);
      return rows;
    } catch (Exception e) {
      BODY
    }
    return rest();
  }
}
"""

KOTLIN = """\
class A {
  fun load(p: Path): List<String> {
    try {
      val rows = read(p)
      store.save(rows)
      return rows
    } catch (e: Exception) {
      BODY
    }
    return rest()
  }
}
"""

CSHARP = """\
class A {
  public List<string> Load(string p) {
    try {
      var rows = Read(p);
      store.Save(rows);
      return rows;
    } catch (Exception ex) {
      BODY
    }
    return Rest();
  }
}
"""

PHP = """\
<?php
class A {
  public function load($p) {
    try {
      $rows = $this->read($p);
      $this->store->save($rows);
      return $rows;
    } catch (\\Exception $e) {
      BODY
    }
    return $this->rest();
  }
}
"""

RUBY = """\
class A
  def load(path)
    rows = read(path)
    @store.save(rows)
    rows
  rescue => e
    BODY
  end
end
"""

CPP = """\
#include <x>
std::vector<int> A::load(const std::string& p) {
  try {
    auto rows = read(p);
    store_.save(rows);
    return rows;
  } catch (const std::exception& e) {
    BODY
  }
  return rest();
}
"""

JAVA_HANDLES = [
    "throw e;",
    "throw new LoadException(p, e);",
    'LOG.error("failed", e);',
    'LOGGER.log(Level.SEVERE, "failed", e);',
    "e.printStackTrace();",
    "future.completeExceptionally(e);",
    "errors.add(e);",
    "System.exit(1);",
    "return Result.failure(e);",
    "return fallback(p);",
    "this.failure = e;",
    "Sentry.captureException(e);",
    "if (!isRetryable(e)) throw e;",
    'Log.e(TAG, "failed", e);',
    "callback.onError(e);",
    'LOG.warn("x {}", p, e);',
    "fail(e.getMessage());",
    "return Either.left(e);",
    "listener.failed(p, e.getMessage());",
    "first.addSuppressed(e);",
    "response.sendError(500);",
    'LOG.error("x" + Throwables.getStackTraceAsString(e));',
    "failures++;",
    "Thread.currentThread().interrupt(); return null;",
]
JAVA_SWALLOWS = [
    "e.getMessage();",
    "String msg = e.getMessage();",
    "future.complete(null);",
    "",
    "// ignore",
    "return null;",
    "return Collections.emptyList();",
    "return new ArrayList<>();",
    "return List.of();",
    "return;",
    "continue;",
    'System.out.println("failed");',
    'System.err.println("x" + e);',
    'LOG.warn("failed: " + e.getMessage());',
    'LOG.error("failed {}", e.getMessage()); return List.of();',
    'log.info("x");',
    "this.rows = null;",
    "rows = new ArrayList<String>(); return rows;",
    "return Optional.empty();",
    "logger.log(Level.WARNING, e.getMessage());",
    "Thread.sleep(100);",
    "return DEFAULTS;",
    'if (e instanceof RuntimeException) { LOG.warn("x"); }',
    "LOG.error(e.toString());",
    'Log.e(TAG, "failed");',
    "result = false;",
    "return new Config();",
    "boolean ok = false;",
    "return -1;",
    'return "";',
    'LOGGER.fine("x");',
    'log.error("failed: {}", e.getLocalizedMessage());',
]
KOTLIN_HANDLES = [
    "throw e",
    "throw LoadException(p, e)",
    'log.error("failed", e)',
    'logger.error(e) { "x" }',
    'Log.e(TAG, "x", e)',
    "Timber.e(e)",
    'Timber.w(e, "x")',
    "e.printStackTrace()",
    "cont.resumeWithException(e)",
    "return Result.failure(e)",
    "errors += e",
    "_state.value = UiState.Error(e)",
    "onError(e)",
    "exitProcess(1)",
    "Firebase.crashlytics.recordException(e)",
    "return fallback(p)",
    "Failed(e)",
    "e",
    "failure = e",
    "if (e is CancellationException) throw e",
]
KOTLIN_SWALLOWS = [
    "val msg = e.message",
    "e.message?.let { Log.d(TAG, it) }",
    "cont.resume(null)",
    "",
    "// ignore",
    "null",
    "return null",
    "emptyList()",
    "return emptyList()",
    'println("failed")',
    'println("failed: $e")',
    'log.warn("failed: ${e.message}")',
    'logger.error { "failed: ${e.message}" }',
    'Log.e(TAG, "failed")',
    'Timber.w("failed")',
    "return listOf()",
    "rows = emptyList()",
    "_state.value = UiState.Empty",
    "Unit",
    "return@run",
    "continue",
    "false",
    "System.err.println(e.message)",
    "result = null",
    'Log.d("T", e.message ?: "unknown")',
    "mutableListOf<String>()",
]
CSHARP_HANDLES = [
    "throw;",
    "throw new LoadException(p, ex);",
    '_logger.LogError(ex, "failed");',
    'Log.Error(ex, "x");',
    'log.Error("x", ex);',
    "tcs.SetException(ex);",
    "errors.Add(ex);",
    "Environment.Exit(1);",
    'Environment.FailFast("x", ex);',
    "return Result.Fail(ex);",
    "Console.WriteLine(ex.StackTrace);",
    "Console.Error.WriteLine(ex.ToString());",
    "return Fallback(p);",
    "_failure = ex;",
    "OnError(ex);",
    "SentrySdk.CaptureException(ex);",
    "MessageBox.Show(ex.Message);",
    "return BadRequest(ex.Message);",
    "return StatusCode(500);",
    "ExceptionDispatchInfo.Capture(ex).Throw();",
    "failed++;",
]
CSHARP_SWALLOWS = [
    "var message = ex.Message;",
    "tcs.SetResult(null);",
    "await transaction.RollbackAsync();",
    "",
    "// ignore",
    "return null;",
    "return new List<string>();",
    "return Array.Empty<string>();",
    "return default;",
    "Console.WriteLine(ex.Message);",
    'Console.Error.WriteLine($"failed: {ex.Message}");',
    '_logger.LogError("failed: {Message}", ex.Message);',
    '_logger.LogWarning("failed");',
    "Debug.WriteLine(ex.Message);",
    "continue;",
    "_ = ex;",
    "Rows = null;",
    "return string.Empty;",
    'Log.Error("failed");',
    "log.Warn(ex.Message);",
    "return false;",
    "ok = false;",
    '_logger?.LogError("failed");',
    "Trace.TraceError(ex.Message);",
    "return Enumerable.Empty<string>();",
    "return [];",
    "return -1;",
    "await Task.Delay(100);",
    'System.Diagnostics.Debug.WriteLine("x");',
    "return Task.FromResult<Foo>(null);",
]
PHP_HANDLES = [
    "throw $e;",
    "throw new LoadException('x', 0, $e);",
    "report($e);",
    "$this->logger->error('failed', ['exception' => $e]);",
    "Log::error($e);",
    "exit(1);",
    "$errors[] = $e;",
    "$this->fail($e);",
    "return $this->fallback($p);",
    "$this->error = $e;",
    "app('sentry')->captureException($e);",
    "error_log($e->getTraceAsString());",
    "return new Failure($e);",
    "return response()->json(['error' => $e->getMessage()], 500);",
    "abort(500);",
    "trigger_error($e->getMessage(), E_USER_WARNING);",
    "DB::rollBack(); throw $e;",
]
PHP_SWALLOWS = [
    "",
    "// ignore",
    "return null;",
    "return [];",
    "return false;",
    "error_log($e->getMessage());",
    "echo 'failed';",
    "echo $e->getMessage();",
    "Log::error($e->getMessage());",
    "$this->logger->error('failed: ' . $e->getMessage());",
    "$this->logger->warning('failed', ['message' => $e->getMessage()]);",
    "continue;",
    "$rows = [];",
    "$this->rows = null;",
    "return;",
    "return '';",
    "return array();",
    "\\Log::warning('failed');",
    "return collect();",
    "print('x');",
    "usleep(100);",
    "logger()->error('x');",
    "return $default;",
    "$ok = false;",
    "$output->writeln('failed');",
    "return new Collection();",
    "unset($e);",
    "logger('failed');",
]
RUBY_HANDLES = [
    "raise",
    "raise LoadError, 'x'",
    "fail 'x'",
    "Rails.logger.error(e)",
    "logger.error(e.full_message)",
    'logger.error "x #{e.backtrace.join}"',
    "Sentry.capture_exception(e)",
    "errors << e",
    "exit 1",
    'abort "x"',
    "exit(1)",
    "Failure.new(e)",
    "Rails.error.report(e)",
    "@error = e",
    "fallback(path)",
    "callback.call(e)",
    "render json: { error: e.message }, status: 500",
    "raise unless expected?(e)",
    "errors.add(:base, e.message)",
    "e",
    "notify_airbrake(e)",
    "puts e.full_message",
    "handle_failure",
]
RUBY_SWALLOWS = [
    "",
    "# ignore",
    "nil",
    "[]",
    "{}",
    "return nil",
    "false",
    'puts "failed: #{e.message}"',
    "puts e",
    'warn "failed"',
    'logger.error("failed: #{e.message}")',
    'Rails.logger.error "failed: #{e.message}"',
    "Rails.logger.warn(e.message)",
    '@logger.info "x"',
    "@rows = []",
    "next",
    "return []",
    "$stderr.puts e.message",
    'STDERR.puts "x"',
    "p e",
    "''",
    "sleep 1",
    'Rails.logger.error { "failed #{e.message}" }',
    "retry",
    "return false if true",
    "0",
    "DEFAULTS",
    'log "failed"',
    "{ rows: [] }",
    "Set.new",
    "@ok = false\n    nil",
]
CPP_HANDLES = [
    "throw;",
    "throw LoadError(p);",
    "std::throw_with_nested(LoadError(p));",
    "promise.set_exception(std::current_exception());",
    "error_ = std::current_exception();",
    "std::terminate();",
    "std::abort();",
    "exit(1);",
    "errors.push_back(e.what());",
    "return fallback(p);",
    "on_error(e);",
    "return Result::failure(e.what());",
    "std::exit(EXIT_FAILURE);",
    "handler_->handle(e);",
    "*listener << e.what();",
    "error = e.what(); return false;",
    'out << "failed";',
    "FAIL() << e.what();",
    "++failures_;",
]
CPP_SWALLOWS = [
    "",
    "// ignore",
    "return {};",
    "return std::vector<int>();",
    "return std::vector<int>{};",
    "return nullptr;",
    "return std::nullopt;",
    'std::cerr << "failed: " << e.what() << std::endl;',
    "std::cout << e.what();",
    'spdlog::error("failed: {}", e.what());',
    'LOG(ERROR) << "failed " << e.what();',
    'fprintf(stderr, "%s\\n", e.what());',
    'printf("failed\\n");',
    "return false;",
    "ok_ = false;",
    "(void)e;",
    "continue;",
    'logger_->warn("failed: {}", e.what());',
    "qWarning() << e.what();",
    "rows_.clear;",
    "result = 0;",
    "return -1;",
    'SPDLOG_WARN("x {}", e.what());',
    'std::clog << "x";',
    "return Config{};",
    "BOOST_LOG_TRIVIAL(error) << e.what();",
    'return "";',
    'perror("x");',
]


PLACES = {
    "java": ("src/A.java", JAVA),
    "kotlin": ("src/A.kt", KOTLIN),
    "csharp": ("src/A.cs", CSHARP),
    "php": ("src/A.php", PHP),
    "ruby": ("src/a.rb", RUBY),
    "cpp": ("src/a.cpp", CPP),
}
FINE = {
    "java": JAVA_HANDLES,
    "kotlin": KOTLIN_HANDLES,
    "csharp": CSHARP_HANDLES,
    "php": PHP_HANDLES,
    "ruby": RUBY_HANDLES,
    "cpp": CPP_HANDLES,
}
BAD = {
    "java": JAVA_SWALLOWS,
    "kotlin": KOTLIN_SWALLOWS,
    "csharp": CSHARP_SWALLOWS,
    "php": PHP_SWALLOWS,
    "ruby": RUBY_SWALLOWS,
    "cpp": CPP_SWALLOWS,
}


@pytest.mark.parametrize(
    ("language", "body"), [(language, body) for language, bodies in FINE.items() for body in bodies]
)
def test_a_handler_that_raises_reports_or_works_is_fine(language: str, body: str) -> None:
    path, code = PLACES[language]

    assert findings(code.replace("BODY", body), path, rule=RULE) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (
            "src/A.java",
            (
                "class A { int f(String s) { try { return Integer.parseInt(s); } catch (NumberFormatException e) { "
                "return 0; } } }"
            ),
        ),
        ("src/A.java", "class A { void f() { try { g(); } catch (NoSuchMethodException e) { } } }"),
        ("src/A.java", "class A { void f() { try { Files.delete(p); } catch (NoSuchFileException e) { } } }"),
        ("src/A.java", "class A { void f() { try { in.close(); } catch (IOException ignored) { } } }"),
        ("src/A.java", "class A { void f() { try { q.take(); } catch (InterruptedException e) { } } }"),
        (
            "src/A.java",
            'class A { void f() { try { Class.forName("x.Y"); ok = true; } catch (Throwable t) { ok = false; } } }',
        ),
        (
            "src/A.java",
            (
                "class A { void f() { try { g(s); } catch (IOException ignored) { // a cache that cannot be read is "
                "rebuilt below\n } } }"
            ),
        ),
        ("src/A.java", "class A { void closeQuietly() { try { a(); b(); } catch (IOException e) { } } }"),
        ("src/a.kt", "suspend fun f() { try { g(); h() } catch (_: ClosedReceiveChannelException) { } }"),
        ("src/a.kt", 'val u = runCatching { C::class.java.getDeclaredField("x").get(null) }.getOrNull()'),
        (
            "src/test/java/ATest.java",
            "class ATest { void f() { try { g(); fail(); } catch (IllegalStateException expected) { } } }",
        ),
        (
            "src/A.java",
            (
                "class A { boolean isNumber(String s) { try { Double.parseDouble(s); return true; } catch (Exception e)"
                " { return false; } } }"
            ),
        ),
        ("src/A.cs", "class A { void F() { try { G(); } catch (IOException e) when (e.HResult == 32) { } } }"),
        ("src/A.cs", "class A { void F() { try { G(); } catch (Exception e) when (e is IOException) { return; } } }"),
        ("src/A.cs", "class A { ~A() { try { Free(); H(); } catch { } } }"),
        ("src/a.cpp", "A::~A() { try { flush(); close(); } catch (...) { } }"),
        (
            "src/a.cpp",
            "int main() { try { run(); } catch (const std::exception& e) { std::cerr << e.what(); return 1; } }",
        ),
        ("src/a.cpp", "int main() { try { run(); return 0; } catch (...) { }\n return EXIT_FAILURE; }"),
        ("src/a.rb", "def f\n  Integer(x)\nrescue ArgumentError\n  0\nend\n"),
        ("src/a.rb", "x = y rescue raise(Wrapped)\n"),
        (
            "src/a.rb",
            "3.times do\n  begin\n    return g\n  rescue StandardError\n    sleep 1\n  end\nend\nraise TooMany\n",
        ),
        ("src/a.rb", "def number?(s)\n  Float(s)\n  true\nrescue StandardError\n  false\nend\n"),
        ("src/a.kt", 'fun f() { runCatching { g() }.onFailure { log.error("x", it) } }'),
        ("src/a.kt", "fun f(): Result<Int> = runCatching { g() }"),
        ("src/a.kt", "fun f(): Int = runCatching { g() }.getOrNull() ?: throw Missing()"),
        ("src/a.kt", "fun f(): Int = runCatching { g() }.getOrThrow()"),
        ("src/a.kt", "fun close() { runCatching { socket.close() } }"),
        ("src/a.php", "<?php function f() { try { fclose($h); } catch (\\Throwable) { } }"),
    ],
)
def test_an_expected_error_and_clean_up_are_fine(path: str, code: str) -> None:
    assert findings(code, path, rule=RULE) == []


@pytest.mark.parametrize(
    ("language", "body"), [(language, body) for language, bodies in BAD.items() for body in bodies]
)
def test_a_handler_that_does_nothing_of_use_is_found(language: str, body: str) -> None:
    path, code = PLACES[language]
    head = 1 + next(number for number, line in enumerate(code.splitlines()) if "catch" in line or "rescue" in line)

    assert lines(code.replace("BODY", body), path, rule=RULE) == [head]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("src/A.java", "class A { void f() { try { g(); } catch (IOException e) { } } }"),
        (
            "src/A.java",
            "class A { void f() { try { g(); } catch (IOException | Failure e) { // ignore\n } } }",
        ),
        ("src/A.java", "class A { void f() { xs.forEach(x -> { try { g(x); } catch (Throwable t) { } }); } }"),
        (
            "src/A.java",
            "class A { A() { try (R r = open()) { g(r); } catch (final java.lang.Exception e) { return; } } }",
        ),
        ("src/a.kt", "val x = try { g() } catch (e: Exception) { null }"),
        ("src/a.kt", "fun f() = try { g() } catch (_: Throwable) { emptyList() }"),
        ("src/a.kt", "fun f() { try { g() } catch (e: IOException) { } }"),
        ("src/a.kt", "fun f() { runCatching { g() } }"),
        ("src/a.kt", "fun f(): Int? = runCatching { g() }.getOrNull()"),
        ("src/a.kt", "fun f(): Int = runCatching { g() }.getOrDefault(0)"),
        ("src/a.kt", "fun f(): Int = runCatching { g() }.getOrElse { 0 }"),
        ("src/a.kt", "fun f() { runCatching { g() }.onFailure { println(it.message) } }"),
        ("src/A.cs", "class A { void F() { try { G(); } catch { } } }"),
        ("src/A.cs", "class A { int P { get { try { return G(); } catch (System.Exception) { return 0; } } } }"),
        ("src/A.cs", "class A { void F() { try { G(); } catch (FormatException) { } } }"),
        (
            "src/A.cs",
            "class A { void F() { try { G(); } catch (Exception e) when (e is not OperationCanceledException) { } } }",
        ),
        ("src/A.cs", "class A { void F() { Task.Run(() => { try { G(); } catch { } }); } }"),
        ("src/a.php", "<?php try { g(); } catch (\\Throwable) { }"),
        ("src/a.php", "<?php function f() { try { g(); h(); } catch (PDOException $e) { } }"),
        ("src/a.php", "<?php $f = function () { try { g(); } catch (A | \\Exception $e) { return null; } };"),
        ("src/a.rb", "x = g rescue nil\n"),
        ("src/a.rb", "x = g(y) rescue []\n"),
        ("src/a.rb", "begin\n  g\nrescue Exception\nend\n"),
        ("src/a.rb", "xs.each do |x|\n  g(x)\nrescue => e\n  next\nend\n"),
        ("src/a.rb", "def self.f\n  g\nrescue\n  false\nensure\n  h\nend\n"),
        ("src/a.cpp", "void f() { try { g(); } catch (...) { } }"),
        ("src/a.cpp", "void f() { try { g(); h(); } catch (const std::runtime_error& e) { } }"),
        ("src/a.cpp", "int f() try { return g(); } catch (std::exception const& e) { return 0; }"),
        ("src/a.cpp", "auto f = [] { try { g(); } catch (const std::exception&) { return false; } return true; };"),
    ],
)
def test_it_is_found_in_every_form(path: str, code: str) -> None:
    assert len(findings(code, path, rule=RULE)) == 1
