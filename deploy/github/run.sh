#!/usr/bin/env bash
# Runs one command of the CLI on $PICKET_ACTION_CHECKS. Its exit code is the step's, except that a
# plan with changes is no failure: it is the output `changed`, and its text the job's summary.
set -euo pipefail

command=${PICKET_ACTION_COMMAND:-validate}
arguments=()
while IFS= read -r line; do
  [ -z "$line" ] || arguments+=("$line")
done <<<"${PICKET_ACTION_ARGUMENTS:-}"
[ -z "${PICKET_ACTION_CONTROLLER:-}" ] || export PICKET_CONTROLLER=$PICKET_ACTION_CONTROLLER
if [ -n "${PICKET_ACTION_TOKEN:-}" ]; then
  # In a file of this step only, never in a command line.
  PICKET_TOKEN_FILE=$(umask 077 && mktemp "${RUNNER_TEMP:-/tmp}/picket-token.XXXXXX")
  export PICKET_TOKEN_FILE
  trap 'rm -f "$PICKET_TOKEN_FILE"' EXIT
  printf '%s\n' "$PICKET_ACTION_TOKEN" >"$PICKET_TOKEN_FILE"
fi

plan() {
  local code=0 text
  text=$(picket plan "$PICKET_ACTION_CHECKS" "${arguments[@]}") || code=$?
  printf '%s\n' "$text"
  [ "$code" -le 1 ] || return "$code"
  { echo '```'; printf '%s\n' "$text"; echo '```'; } >>"$GITHUB_STEP_SUMMARY"
  if [ "$code" = 1 ]; then echo changed=true; else echo changed=false; fi >>"$GITHUB_OUTPUT"
}

case "$command" in
  validate | run | test)
    picket "$command" --output github "${arguments[@]}" "$PICKET_ACTION_CHECKS" ;;
  plan) plan ;;
  *) echo "::error::command is none of validate, run, test and plan: $command"; exit 2 ;;
esac
