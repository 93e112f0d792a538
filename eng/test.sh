#!/usr/bin/env bash
# The whole check, as CI runs it: real tools, format, build, all tests. Ends with one line: N passed, N failed, N skipped.
# HYBRIDLLM_REQUIRE_TOOLS=1 makes a test whose real tool is missing fail instead of skip.
# Further arguments go to `dotnet test`, e.g. --filter-class '*Golden*'.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
step() { printf '\n== %s\n' "$*"; }

step "tools"
if ! bash eng/tools.sh && [ "${HYBRIDLLM_REQUIRE_TOOLS:-}" = 1 ]; then exit 1; fi

step "format"
dotnet tool restore >/dev/null || exit 1
dotnet csharpier check . || { echo "Run: dotnet csharpier format ." >&2; exit 1; }

step "build"
dotnet build HybridLlm.sln -c Release --nologo -v minimal || exit 1

step "test"
results=artifacts/test-results
rm -rf "$results"
dotnet test --solution HybridLlm.sln -c Release --no-build --results-directory "$results" --report-xunit-trx "$@"
status=$?

python=$(command -v python3) || { echo "python3 is needed to count the results." >&2; exit 1; }
"$python" eng/count-results.py "$results" || status=1
exit $status
