#!/usr/bin/env bash
# man_pages.sh PROGRAM OUT: the manual page of a program and of each of its subcommands, from their
# --help, compressed, in the directory OUT. Run by the install rules of cmake/PicketPackages.cmake.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1 out=$2
name=$(basename "$program")
version=$("$program" --version | awk '{print $NF; exit}')
command -v help2man >/dev/null ||
  { echo "man_pages.sh: help2man is not installed: run ./dev setup deploy" >&2; exit 1; }

subcommands_of() { "$@" --help | sed -n '/^Subcommands:/,$ s/^  \([a-z][a-z-]*\)  .*/\1/p'; }

# The first line of --help is the description. help2man takes a command line for the program.
page() {
  local words=("$@") title include=() summary
  title="$name${words[*]:+-}$(IFS=-; echo "${words[*]}")"
  summary=$("$program" "${words[@]}" --help | sed -n '1 {s/[.]$//;p}')
  include=(--include "$here/man/$name.h2m")
  LC_ALL=C.UTF-8 help2man --no-info --version-string="$version" --manual="Picket" \
    --source="picket $version" --name="${summary,}" "${include[@]}" "$program ${words[*]}" |
    sed -e "s/^\.TH .* \"1\"/.TH ${title^^} \"1\"/" \
        -e "/^\.SH NAME/{n;s/^.* \\\\- /${title//-/\\\\-} \\\\- /}" |
    gzip -9n >"$out/$title.1.gz"
  local below
  for below in $(subcommands_of "$program" "${words[@]}"); do page "${words[@]}" "$below"; done
}

mkdir -p "$out"
page
