# Part of tools.sh: builds a Kubernetes API server and controller manager, 1.20.2, from Debian bookworm's source package, whose
# tarball is the whole upstream tree (later releases of Debian keep only kubectl's part of it), with bookworm's Go 1.19.
# 1.20 has known vulnerabilities: it is for tests on loopback only.

get_kube() {
  local build=$tools/kube-build tree
  rm -rf "$build" && mkdir -p "$build/packages"
  (
    cd "$build/packages"
    apt_types='deb deb-src' apt_in bookworm -q source --download-only kubernetes >&2
    apt_in bookworm -q download golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev etcd-server kubernetes-client >&2
  )
  local deb
  for deb in "$build"/packages/*.deb; do dpkg -x "$deb" "$build/root"; done
  tree=$build/go/src/k8s.io/kubernetes
  mkdir -p "$tree" "$build/bin"
  tar -xzf "$build"/packages/kubernetes_*.orig.tar.gz -C "$tree" --strip-components=1
  kube_repair "$tree" "$build/root/usr/share/gocode/src"
  kube_build "$tree" "$build"
  cp "$build"/root/usr/bin/{etcd,kubectl} "$build/bin/"
  rm -rf "$tools/kube" && mv "$build/bin" "$tools/kube"
  chmod -R u+w "$build" && rm -rf "$build"
  case $("$tools/kube/kube-apiserver" --version) in *v1.20.*) ;; *) die "kube-apiserver is not 1.20" ;; esac
}

# kube_repair TREE LIBRARIES: what 1.20, made for Go 1.15, needs under Go 1.18 and later.
kube_repair() {
  # reflect2 1.0.1 crashes the server at its first custom resource.
  rm -rf "$1/vendor/github.com/modern-go/reflect2"
  cp -r "$2/github.com/modern-go/reflect2" "$1/vendor/github.com/modern-go/"
  # The schema validator takes "", 0 and false for null, and so refuses definitions that default to "".
  sed -i 's/if data == nil || reflect.DeepEqual(reflect.Zero(reflect.TypeOf(data)), reflect.ValueOf(data)) {/if data == nil {/' \
    "$1"/vendor/{github.com/go-openapi,k8s.io/kube-openapi/pkg/validation}/validate/type.go
}

# kube_build TREE BUILD: the two programs into BUILD/bin.
kube_build() (
  export GOROOT=$2/root/usr/lib/go-1.19 GOPATH=$2/go GOCACHE=$2/cache GO111MODULE=off GOPROXY=off GOFLAGS= CGO_ENABLED=0
  export GOTOOLCHAIN=local PATH=$2/root/usr/lib/go-1.19/bin:$PATH
  cd "$1"
  # 1.20 leaves its OpenAPI definitions to be generated.
  go build -o "$2/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  local inputs flags='-s -w' package command
  inputs=$(grep -rl --include=*.go '+k8s:openapi-gen=' pkg cmd plugin staging/src/k8s.io |
    grep -v -e zz_ -e _test.go -e staging/src/k8s.io/code-generator -e staging/src/k8s.io/sample-apiserver |
    xargs -n1 dirname | sort -u | sed -e 's#^staging/src/#vendor/#' -e 's#^#k8s.io/kubernetes/#' | paste -sd,)
  "$2/openapi-gen" --logtostderr -i "$inputs" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
    -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$2/violations" -o "$GOPATH/src" >&2
  for package in client-go/pkg/version component-base/version; do
    package=k8s.io/kubernetes/vendor/k8s.io/$package
    flags+=" -X $package.gitVersion=v1.20.2 -X $package.gitMajor=1 -X $package.gitMinor=20 -X $package.gitTreeState=clean"
  done
  for command in kube-apiserver kube-controller-manager; do
    nice go build -ldflags "$flags" -o "$2/bin/$command" "./cmd/$command"
  done
)
