#!/usr/bin/env bash
# Puts the CLI of $PICKET_ACTION_PACKAGE onto the PATH of the steps that follow.
# A .deb is installed by apt, which also brings its libraries; a .tar.gz is unpacked.
set -euo pipefail

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

package=${PICKET_ACTION_PACKAGE:-}
case "$package" in
  "") ;;
  *.deb) as_root apt-get install --yes --no-install-recommends "$(realpath "$package")" ;;
  *.tar.gz | *.tgz)
    place=${RUNNER_TEMP:?}/picket
    mkdir -p "$place"
    tar -xzf "$package" -C "$place"
    found=$(find "$place" -path '*/bin/picket' -type f -perm -u+x -print -quit)
    [ -n "$found" ] || { echo "::error::$package holds no bin/picket"; exit 1; }
    dirname "$found" >>"$GITHUB_PATH"
    PATH=$(dirname "$found"):$PATH
    ;;
  *) echo "::error::package is neither a .deb nor a .tar.gz: $package"; exit 1 ;;
esac
command -v picket >/dev/null || { echo "::error::picket is not on PATH: set package"; exit 1; }
picket version
