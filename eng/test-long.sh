#!/usr/bin/env bash
# What takes longer than a developer waits: the tests marked [Trait("Duration", "Long")], with more cases each.
# Before them, the native build. HYBRIDLLM_LONG=1 tells properties and differential tests to run their long count.
set -euo pipefail
cd "$(dirname "$0")/.."
export HYBRIDLLM_LONG=1
bash eng/aot.sh
exec bash eng/test.sh "$@"
