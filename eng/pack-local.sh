#!/usr/bin/env bash
# Packs every package into artifacts/packages under a fresh version, for scripts and samples that reference packages.
# Prints the version. A version is never packed twice, since NuGet would go on using the first one from its cache.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.1.0-local.$(date -u +%Y%m%d%H%M%S)
rm -rf artifacts/packages
dotnet pack HybridLlm.sln -c Release --nologo -v quiet -o artifacts/packages -p:MinVerVersionOverride="$version" >&2
echo "$version"
