#!/usr/bin/env bash
# Every shell script of the repository passes shellcheck; says so when there is none to check.
set -euo pipefail
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- '*.sh' dev .ci/run)
[ "${#scripts[@]}" -ge 3 ] || { echo "only ${#scripts[@]} scripts found" >&2; exit 1; }
shellcheck --external-sources "${scripts[@]}"
echo "${#scripts[@]} scripts"
