#!/usr/bin/env bash
# Makes picket-VERSION.tar.gz in a directory (scripts/release_tarball.sh [DIR], build/ without one):
# the files of HEAD and the built web interface, so that no npm is needed to build from it. The same
# commit and the same web/dist give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "release_tarball: $*" >&2; }
die() { say "$@"; exit 1; }
# shellcheck source=scripts/web_build.sh
source scripts/web_build.sh

destination=${1:-build}
mkdir -p "$destination"
destination=$(cd "$destination" && pwd)
version=$(sed -n 's/^project(.*VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
[ -n "$version" ] || die "CMakeLists.txt names no version"
[ -z "$(git status --porcelain -- web controller/api/openapi.yaml)" ] ||
  die "web/ or openapi.yaml has changes that are not committed"
build_web
web_is_built || die "web/dist is not built from this tree: npm install in web/ must succeed"

name=picket-$version
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
git archive --prefix="$name/" HEAD | tar -x -C "$stage"
mkdir -p "$stage/$name/web/build"
cp -R web/dist "$stage/$name/web/"
cp web/build/fingerprint "$stage/$name/web/build/"
chmod -R u+rwX,go+rX,go-w "$stage/$name"
tar --sort=name --mtime="@$(git log -1 --format=%ct)" --owner=0 --group=0 --numeric-owner \
  -C "$stage" -c "$name" | gzip -n9 >"$destination/$name.tar.gz"
echo "$destination/$name.tar.gz"
