#!/usr/bin/env bash
# documents.sh PACKAGE PROGRAM SHARE VERSION MAINTAINER: what Debian wants beside a program, below
# SHARE: manual pages, completion for three shells, changelogs, copyright. Run by the install rules
# of PicketPackages.cmake.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
package=$1 program=$2 share=$3 version=$4 maintainer=$5
doc=$share/doc/$package

# The same sources give the same packages: the date is that of the last commit, or what is said.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null ||
  stat -c %Y "$here/../../CHANGELOG.md")}

"$here/man_pages.sh" "$program" "$share/man/man1"
complete() { mkdir -p "$share/$(dirname "$2")" && "$program" completion "$1" >"$share/$2"; }
if [ "$package" = picket ]; then
  complete bash bash-completion/completions/picket
  complete zsh zsh/vendor-completions/_picket
  complete fish fish/vendor_completions.d/picket.fish
fi
mkdir -p "$doc"
install -m 0644 "$here/copyright" "$doc/copyright"
gzip -9nc "$here/../../CHANGELOG.md" >"$doc/changelog.gz"
gzip -9nc >"$doc/changelog.Debian.gz" <<TEXT
picket ($version) unstable; urgency=medium

  * Made from the sources of this version; changelog.gz says what is new.

 -- $maintainer  $(LC_ALL=C date -R -u -d "@$SOURCE_DATE_EPOCH")
TEXT
