# shellcheck shell=bash
# Sourced by ./dev: installs the Debian 12 packages that are missing, and nothing else.
# The list is here and only here; docs and CI call `./dev setup`.

# group: packages  # why
PICKET_PACKAGES='
build: g++ cmake ninja-build mold ccache pkg-config python3 git  # toolchain
build: libboost1.81-dev  # conflicts with the Boost 1.74 dev packages, apt removes those
build: libcurl4-openssl-dev libssl-dev libc-ares-dev libprotobuf-dev protobuf-compiler  # network
build: libyaml-cpp-dev nlohmann-json3-dev libre2-dev libsqlite3-dev libzstd-dev  # data
build: libxml2-dev  # HTML and XML
build: libsnappy-dev  # remote write of Prometheus
build: libfmt-dev libspdlog-dev libcli11-dev libexpected-dev  # language
build: libhowardhinnant-date-dev tzdata  # calendars
build: libldns-dev  # DNS messages
build: libsodium-dev prometheus-cpp-dev catch2  # signatures, own metrics, test programs
build: libbrotli-dev zlib1g-dev  # test programs: what hostile bodies are packed with
demo: nginx-light dnsmasq-base openssl curl ca-certificates  # the demo shop
demo: python3 python3-yaml  # the demo scripts
test: clang-16 libclang-rt-16-dev  # the clang build, the fuzzers
test: bind9 bind9-utils bind9-dnsutils strace jq procps iproute2  # real parts beside ours
test: haproxy tinyproxy-bin  # balancers with faults, a forward proxy
test: dokuwiki php8.2-cgi php-common  # a real application; not naming php8.2-cgi brings Apache
test: prometheus-alertmanager exim4-daemon-light  # real channels of pages
test: python3-jsonschema shellcheck  # the tests of the house
test: chromium fonts-dejavu-core  # the browser that walks through the web interface
test: pre-commit  # the hooks for check files
test: prometheus  # promtool, which runs the rules of deploy/prometheus
test: docker-compose python3-kubernetes  # the compose file, what Kubernetes knows
deploy: help2man lintian debootstrap systemd-container  # Debian packages, and a Debian to boot
deploy: podman buildah crun iproute2  # images
deploy: golang-go golang-github-masterminds-sprig-dev golang-k8s-sigs-yaml-dev  # renders the chart
bench: prometheus-blackbox-exporter libbenchmark-dev  # the peer to compare with
lint: clang-format-16 clang-tidy-16  # ./dev fmt, ./dev tidy --clang
'

picket_packages() {
  local names
  names=$(sed -n "s/^$1: \\([^#]*\\).*/\\1/p" <<<"$PICKET_PACKAGES")
  [ -n "$names" ] || die "no package group '$1' (build demo test deploy bench lint)"
  # Exim would replace a mail server that somebody runs here.
  if [ -e /usr/sbin/sendmail ] && [ ! -e /usr/sbin/exim4 ]; then
    names=${names//exim4-daemon-light/}
  fi
  echo "$names"
  # Debian's npm brings 400 packages: not where somebody's own Node.js is already there, and a build
  # from a release tarball, which has the web interface, needs none.
  case $1 in
    build) command -v node >/dev/null || web_is_built || echo nodejs npm ;;
    test) command -v node >/dev/null || echo nodejs npm ;;
  esac
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "installing packages needs root: run as root, or install sudo"; fi
}

missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || echo "$name"
  done
}

# Debian starts the services of the packages it installs; this forbids it during one install.
forbid_service_starts() {
  local policy=/usr/sbin/policy-rc.d
  [ ! -e "$policy" ] || as_root mv "$policy" "$policy.before-picket"
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

allow_service_starts() {
  local policy=/usr/sbin/policy-rc.d
  as_root rm -f "$policy"
  [ ! -e "$policy.before-picket" ] || as_root mv "$policy.before-picket" "$policy"
}

# The tests start their own nginx, named and exporter on their own ports; the packages' units must
# not come up at the next boot of a machine that did not have them before.
disable_new_services() {
  local name unit
  for name in "$@"; do
    case "$name" in
      nginx-light) unit=nginx.service ;;
      haproxy) unit=haproxy.service ;;
      bind9) unit=named.service ;;
      php-common) unit=phpsessionclean.timer ;;
      exim4-daemon-light)  # its daemon has a script and no unit
        unit=exim4-base.timer
        as_root update-rc.d exim4 disable >/dev/null 2>&1 || true
        ;;
      prometheus | prometheus-alertmanager | prometheus-blackbox-exporter) unit=$name.service ;;
      *) continue ;;
    esac
    # Without the variable it takes itself for called by hand, and does nothing.
    as_root env DPKG_MAINTSCRIPT_PACKAGE="$name" deb-systemd-helper disable "$unit" \
      >/dev/null 2>&1 || true
  done
}

warn_of_boost() {
  [ -z "$(missing_packages libboost1.74-dev)" ] || return 0
  say "libboost1.81-dev conflicts with the Boost 1.74 dev packages of Debian: apt removes those"
  if [ -t 0 ] && [ "${CI:-}" != true ]; then
    local answer; read -r -p "replace Boost 1.74's dev packages by 1.81? [y/N] " answer
    [ "$answer" = y ] || die "nothing installed"
  fi
}

# setup_packages GROUP...: without a group, all of them. Quick when nothing is missing.
setup_packages() {
  [ "${PICKET_NO_SETUP:-}" != 1 ] || return 0
  [ $# -gt 0 ] || set -- build demo test bench lint
  command -v apt-get >/dev/null ||
    die "only Debian 12 is supported: no apt-get here. PICKET_NO_SETUP=1 skips the installation"
  local group wanted=() missing
  for group in "$@"; do
    # shellcheck disable=SC2207  # package names have no spaces
    wanted+=($(picket_packages "$group"))
  done
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  [ "${#missing[@]}" -gt 0 ] || return 0
  [[ " ${missing[*]} " != *" libboost1.81-dev "* ]] || warn_of_boost
  say "install ${#missing[@]} packages: ${missing[*]}"
  install_packages "${missing[@]}"
}

install_packages() (
  trap allow_service_starts EXIT
  trap 'exit 130' INT TERM
  forbid_service_starts
  local log; log=$(mktemp)
  as_root apt-get update -q >"$log" 2>&1 || {
    tail -n 5 "$log" >&2; die "apt-get update failed: is there a network and a Debian mirror?"
  }
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" \
    >"$log" 2>&1 </dev/null || {
    tail -n 15 "$log" >&2; die "apt-get install failed (log: $log)"
  }
  rm -f "$log"
  disable_new_services "$@"
)
