# shellcheck shell=bash
# Sourced by ./dev: builds the web interface (web/) into web/dist, which the controller embeds.
# Does nothing while nothing it is made of has changed, as in a release tarball
# (scripts/release_tarball.sh), where npm is not called at all. Without npm, or where npm cannot
# install, an existing web/dist is used; without that the controller's pages say how to build it.

# One digest over everything that web/dist is made from.
web_fingerprint() {
  find web controller/api/openapi.yaml \( -name node_modules -o -name dist -o -name build \
    -o -name tests \) -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

web_is_built() {
  [ -e web/dist/index.html ] &&
    [ "$(cat web/build/fingerprint 2>/dev/null)" = "$(web_fingerprint)" ]
}

install_web_packages() {
  if cmp -s web/package-lock.json web/build/package-lock.json && [ -e web/node_modules ]; then
    return 0
  fi
  # Without the packages' own install scripts: none of them is needed.
  npm ci --prefix web --ignore-scripts --no-audit --no-fund >web/build/install.log 2>&1 || return 1
  cp web/package-lock.json web/build/package-lock.json
}

build_web() {
  [ -f web/package.json ] || return 0
  if [ "${PICKET_NO_WEB:-}" = 1 ] || web_is_built; then return 0; fi
  if ! command -v npm >/dev/null; then
    say "npm is missing: the controller is built without a new web interface"
    return 0
  fi
  say "build the web interface into web/dist"
  mkdir -p web/build
  install_web_packages || {
    tail -n 5 web/build/install.log >&2
    say "npm ci failed: the controller is built without a new web interface"
    return 0
  }
  npm run --prefix web build >web/build/build.log 2>&1 || {
    tail -n 20 web/build/build.log >&2
    die "the web interface does not build, the whole log is web/build/build.log"
  }
  web_fingerprint >web/build/fingerprint
}
