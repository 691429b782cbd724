# shellcheck shell=bash
# Sourced by ./dev: installs the npm packages of the test servers (tests/servers) into build/npm.
# Does nothing while package-lock.json is unchanged. Where npm cannot install, the tests that need
# a server skip and say so; `./dev test` counts those skips.

npm_servers_installed() {
  cmp -s tests/servers/package-lock.json build/npm/package-lock.json &&
    [ -e build/npm/node_modules/.package-lock.json ]
}

install_npm_servers() {
  if [ "${PICKET_NO_SETUP:-}" = 1 ] || npm_servers_installed; then return 0; fi
  if ! command -v npm >/dev/null; then
    say "npm is missing: the tests against npm's servers will skip"
    return 0
  fi
  say "install the npm packages of the test servers into build/npm"
  rm -rf build/npm
  mkdir -p build/npm
  cp tests/servers/package.json tests/servers/package-lock.json tests/servers/.npmrc build/npm/
  # Without the packages' own install scripts: none of them is needed.
  npm ci --prefix build/npm --ignore-scripts --no-audit --no-fund >build/npm/install.log 2>&1 || {
    tail -n 5 build/npm/install.log >&2
    rm -f build/npm/package-lock.json
    say "npm ci failed: the tests against npm's servers will skip"
  }
}
