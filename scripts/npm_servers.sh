# shellcheck shell=bash
# Sourced by ./dev: installs the npm packages of the test servers (tests/servers) into build/npm and
# those of the dashboards (deploy/grafana) into build/npm-grafana. Does nothing while their
# package-lock.json is unchanged. Where npm cannot install, the tests that need them skip and say
# so; `./dev test` counts those skips.

# npm_installed FROM TO
npm_installed() {
  cmp -s "$1/package-lock.json" "$2/package-lock.json" &&
    [ -e "$2/node_modules/.package-lock.json" ]
}

# install_npm_folder FROM TO WHAT
install_npm_folder() {
  if npm_installed "$1" "$2"; then return 0; fi
  if ! command -v npm >/dev/null; then
    say "npm is missing: the tests of $3 will skip"
    return 0
  fi
  say "install the npm packages of $3 into $2"
  rm -rf "$2"
  mkdir -p "$2"
  cp "$1/package.json" "$1/package-lock.json" "$1/.npmrc" "$2/"
  # Without the packages' own install scripts: none of them is needed.
  npm ci --prefix "$2" --ignore-scripts --no-audit --no-fund >"$2/install.log" 2>&1 || {
    tail -n 5 "$2/install.log" >&2
    rm -f "$2/package-lock.json"
    say "npm ci failed: the tests of $3 will skip"
  }
}

install_npm_servers() {
  if [ "${PICKET_NO_SETUP:-}" = 1 ]; then return 0; fi
  install_npm_folder tests/servers build/npm "npm's servers"
  install_npm_folder deploy/grafana build/npm-grafana "Grafana's dashboards"
}
