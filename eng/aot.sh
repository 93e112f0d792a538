#!/usr/bin/env bash
# Publishes a program that uses Nebula, AwsGpu and Ollama as native code, every warning an error, and runs it. Minutes: the whole of
# AWS's EC2 client is compiled. Needs gcc or clang.
set -euo pipefail
cd "$(dirname "$0")/.."
compiler=$(command -v clang || command -v gcc) || { echo "eng/aot.sh needs gcc or clang (apt-get install gcc)." >&2; exit 1; }
out=artifacts/aot
dotnet publish eng/aot -c Release -r linux-x64 --nologo -o "$out" -p:CppCompilerAndLinker="$(basename "$compiler")"
"$out/HybridLlm.AotSmoke"
