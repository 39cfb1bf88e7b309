#!/usr/bin/env bash
# Lints twice, the second time from the cache where whole files are linted: SARIF into a file, annotations into the
# log. Ends as the linter does: 0 nothing found, 1 findings, 2 could not run.
# Environment: PATHS, BASE, LEVEL, SARIF as in action.yml; LEARNAGENT names another executable.
set -euo pipefail

executable="${LEARNAGENT:-$RUNNER_TEMP/learnagent-lint/bin/learnagent}"
arguments=(--level "$LEVEL")
if [[ -n "$BASE" ]]; then
  arguments+=(--diff "$BASE...HEAD")
fi
paths=()
while IFS= read -r path; do
  paths+=("$path")
done <<< "$PATHS"

status=0
"$executable" lint "${arguments[@]}" --format sarif -- "${paths[@]}" > "$SARIF" || status=$?
if [[ $status -gt 1 ]]; then
  exit "$status"
fi
exec "$executable" lint "${arguments[@]}" --format github -- "${paths[@]}"
