#!/usr/bin/env bash
# Fetches the real programs the tests compare us with, into a cache folder outside the checkout:
#   bin/nebula, bin/nebula-cert   Nebula 1.11                  (Debian forky)
#   bin/nebula-1.9, bin/nebula-1.6   older peers               (Debian trixie, bookworm)
#   bin/moto-server               moto 5.2, an AWS mock        (Debian sid, on the machine's python3)
#   bin/llama-server              llama.cpp's server           (Debian sid, with its own libc)
#   models/tiny.gguf              a random model of 0.9 MB     (made by eng/tiny-gguf.py)
# and with --full
#   kube/                         kube-apiserver and kube-controller-manager 1.20, etcd, kubectl: a folder for KUBEBUILDER_ASSETS
# Packages are unpacked below the cache folder, from the mirror this machine already uses. Only what the machine itself lacks of
# python3, iproute2 and systemd is installed, as root.
# Usage: eng/tools.sh            fetch what is missing; a second run does nothing
#        eng/tools.sh --full     also build the Kubernetes API server (ten minutes or more, 2 GB while it builds)
#        eng/tools.sh --force    fetch everything again, but what --full built
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tools=${HYBRIDLLM_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/hybridllm-tools}
mkdir -p "$tools/bin" "$tools/models"
tools=$(cd "$tools" && pwd)
if [ "${1:-}" = --force ]; then rm -rf "$tools"/{bin,models,nebula,nebula-1.9,nebula-1.6,moto,llama} "$tools"/done/{nebula,nebula_old,moto,llama,tiny_model} && mkdir -p "$tools/bin" "$tools/models"; fi
mkdir -p "$tools/done"
parts=(nebula nebula_old moto llama tiny_model)
if [ "${1:-}" = --full ]; then parts+=(kube); fi

say() { printf 'tools: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
command -v apt-get >/dev/null || die "needs apt-get (a Debian machine); tests that need real tools will skip."

# The mirror and the key that signs it, from the machine's own sources: a deb822 file or the old one-line form.
source_file=$(ls /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1 || true)
if [ -n "$source_file" ]; then
  mirror=$(awk '$1 == "URIs:" { print $2; exit }' "$source_file")
  key=$(awk '$1 == "Signed-By:" { print $2; exit }' "$source_file")
else
  mirror=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; exit } }' /etc/apt/sources.list)
fi
[ -n "${mirror:-}" ] || die "found no Debian mirror in /etc/apt."
key=${key:-/usr/share/keyrings/debian-archive-keyring.gpg}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# apt_in SUITE ARGS...: apt-get with a state of its own that knows only SUITE; its sources too when apt_types says so.
apt_in() {
  local suite=$1 types=${apt_types:-deb} root
  root=$work/$suite-${types// /-}
  shift
  if [ ! -d "$root" ]; then
    mkdir -p "$root/lists/partial" "$root/cache/archives/partial"
    printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$types" "$mirror" "$suite" "$key" > "$root/x.sources"
    : > "$root/status"
    # The mirror's copies of moving suites may be past their Valid-Until; signatures are still checked.
    apt_in "$suite" -q update >&2
  fi
  apt-get -o Dir::Etc::SourceList="$root/x.sources" -o Dir::Etc::SourceParts=- -o Dir::Etc::PreferencesParts=/dev/null \
    -o Dir::State::Lists="$root/lists" -o Dir::State::status="$root/status" -o Dir::Cache="$root/cache" \
    -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o APT::Sandbox::User= -o Debug::NoLocking=1 "$@"
}

# unpack SUITE FOLDER PACKAGES...: downloads packages and unpacks them below FOLDER.
unpack() {
  local suite=$1 folder=$2
  shift 2
  mkdir -p "$folder" "$work/debs"
  (cd "$work/debs" && rm -f ./*.deb && apt_in "$suite" -q download "$@" >&2)
  local deb
  for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$folder"; done
}

wrapper() { # wrapper NAME: standard input becomes bin/NAME
  cat > "$tools/bin/$1.new" && chmod +x "$tools/bin/$1.new" && mv "$tools/bin/$1.new" "$tools/bin/$1"
}

get_nebula() {
  unpack forky "$tools/nebula" nebula
  ln -sf ../nebula/usr/bin/nebula "$tools/bin/nebula"
  ln -sf ../nebula/usr/bin/nebula-cert "$tools/bin/nebula-cert"
  case $("$tools/bin/nebula-cert" -version) in *1.11.*) ;; *) die "nebula is not 1.11" ;; esac
}

get_nebula_old() {
  unpack trixie "$tools/nebula-1.9" nebula
  unpack bookworm "$tools/nebula-1.6" nebula
  local release
  for release in 1.9 1.6; do
    ln -sf "../nebula-$release/usr/bin/nebula" "$tools/bin/nebula-$release"
    case $("$tools/bin/nebula-$release" -version) in *" $release."*) ;; *) die "nebula-$release is not $release" ;; esac
  done
}

get_moto() {
  local python=/usr/bin/python3 suite
  if [ ! -x "$python" ]; then
    [ "$(id -u)" = 0 ] || die "needs $python; install python3."
    apt-get -qq update >&2 && apt-get -qq install -y --no-install-recommends python3 >&2
  fi
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:?}")
  # Compiled libraries must suit the machine's python3; moto and what it is built on are pure Python, so they may be newer.
  unpack "$suite" "$tools/moto" python3-flask python3-flask-cors python3-werkzeug python3-itsdangerous python3-click \
    python3-markupsafe python3-jinja2 python3-cryptography python3-cffi-backend python3-requests python3-urllib3 \
    python3-chardet python3-charset-normalizer python3-idna python3-certifi python3-xmltodict python3-dateutil \
    python3-jmespath python3-yaml libyaml-0-2 python3-ply python3-decorator python3-six
  unpack sid "$tools/moto" python3-moto python3-boto3 python3-botocore python3-s3transfer python3-responses \
    python3-antlr4 python3-jsonpath-ng
  rm -rf "$tools/moto/usr/share/doc"
  wrapper moto-server <<W
#!/bin/sh
# moto-server PORT: on 127.0.0.1, in the foreground. MOTO_AMIS_PATH replaces its AMIs.
here="$tools/moto"
export PYTHONPATH="\$here/usr/lib/python3/dist-packages" PYTHONDONTWRITEBYTECODE=1 AWS_DEFAULT_REGION=us-east-1
export LD_LIBRARY_PATH="\$here/usr/lib/x86_64-linux-gnu"
export MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION=true MOTO_ENABLE_AMI_VALIDATION=true
unset PYTHONHOME
exec $python -c 'import sys; from moto.server import main; main(sys.argv[1:])' -H 127.0.0.1 -p "\${1:-5000}"
W
  PYTHONPATH="$tools/moto/usr/lib/python3/dist-packages" LD_LIBRARY_PATH="$tools/moto/usr/lib/x86_64-linux-gnu" \
    "$python" -c 'import moto, moto.server, flask_cors, jsonpath_ng; assert moto.__version__.startswith("5.2"), moto.__version__'
}

get_llama() {
  unpack sid "$tools/llama" llama.cpp-tools libllama0 libggml0 libc6 libstdc++6 libgcc-s1 libgomp1 libssl3t64 libzstd1 zlib1g
  local lib=$tools/llama/usr/lib/x86_64-linux-gnu backend
  # The compiled-in path of the CPU backends is absolute, so the one that suits every x86-64-v3 machine is named.
  backend=$(find "$lib" -name libggml-cpu-haswell.so | head -n 1)
  [ -n "$backend" ] || die "llama.cpp: no CPU backend found"
  wrapper llama-server <<W
#!/bin/sh
unset LD_LIBRARY_PATH
export GGML_BACKEND_PATH="$backend"
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib:$lib/llama" "$tools/llama/usr/bin/llama-server" "\$@"
W
  "$tools/bin/llama-server" --version >/dev/null 2>&1 || die "llama-server does not start"
}

# What tests of a mesh in network namespaces and of units need; they need root anyway, so as root it is installed where missing.
get_system() {
  local missing=()
  command -v ip >/dev/null || missing+=(iproute2)
  command -v systemd-analyze >/dev/null || missing+=(systemd)
  if [ "${#missing[@]}" -eq 0 ]; then return; fi
  [ "$(id -u)" = 0 ] || { say "without ${missing[*]} some tests skip; install them as root."; return; }
  apt-get -qq update >&2 && apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
}

get_tiny_model() { /usr/bin/env python3 "$here/tiny-gguf.py" "$tools/models/tiny.gguf" >/dev/null; }

source "$here/kube-server.sh"

get_system || say "not everything could be installed; some tests will skip."
for part in "${parts[@]}"; do
  if [ ! -f "$tools/done/$part" ]; then
    say "fetching $part"
    "get_$part"
    touch "$tools/done/$part"
  fi
done
say "ready in $tools"
