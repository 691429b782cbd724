# shellcheck shell=bash
# Sourced by what runs in a booted container, as root: each step is one line of /proof/steps, the
# first failure ends it.
set -euo pipefail
export PICKET_TOKEN_FILE=/var/lib/picket-controller/admin.token

step() { echo "$*" | tee -a /proof/steps; }
fail() {
  step "FAILED: $*"
  journalctl --no-pager -u 'picket-*' -n 60 || true
  exit 1
}
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR

state_of() { systemctl show -p ActiveState --value "$1"; }

# until_true SECONDS COMMAND...: what must come true within a bounded time.
until_true() {
  local left=$(($1 * 5)); shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "did not come true: $*"
    sleep 0.2
  done
}
ready() { [ "$(curl -s http://127.0.0.1:8080/readyz)" = ready ]; }
agent_listed() { picket agents -o json | grep -Eq "\"name\": *\"$1\""; }

# page NAME FOLDER: the commands of a document, as they stand, where the reader would type them.
page() {
  step "as documented: $1"
  cd "$2"
  # shellcheck source=/dev/null
  source "/proof/pages/$1.sh"
  cd /
}

booted() {
  step "booted: systemd $(systemctl --version | head -n 1 | cut -d ' ' -f 2)"
  echo '127.0.0.1 localhost picket.example.com' >>/etc/hosts   # debootstrap writes none
  # What somebody at a terminal answers.
  echo 'APT { Get::Assume-Yes "true"; Install-Recommends "false"; };' >/etc/apt/apt.conf.d/90proof
}
