#!/usr/bin/env bash
# Runs inside the container of boot_test.py, as root, after boot. `all done` is the last step.
# shellcheck source=tests/deploy/proof_steps.sh
source /proof_steps.sh
DESK=/srv/desk   # where the reader has the packages

pid_of() { systemctl show -p MainPID --value "$1"; }
identity() { sha256sum /var/lib/picket-agent/identity.pem; }

passes() { picket results "$1" -o json | grep -Eo '"verdict": *"pass"' | wc -l; }
passes_exceed() { [ "$(passes "$1")" -gt "$2" ]; }

install_controller() {
  page install-controller "$DESK"
  [ "$(state_of picket-controller)" = active ]
  until_true 20 ready
  step "the controller is ready; only its user reads its token"
  [ "$(stat -c '%U %a' /var/lib/picket-controller/admin.token)" = "picket-controller 600" ]
  [ "$(stat -c '%U %a' /var/lib/picket-controller)" = "picket-controller 700" ]
  cp /proof/pages/controller.yaml /etc/picket/controller.yaml   # the reader's editor
  page configure-controller "$DESK"
  ready
}

join_agent() {
  page token "$DESK"
  page install-agent "$DESK"
  step "an agent without a token is not started, and has not failed"
  [ "$(state_of picket-agent)" = inactive ]
  [ "$(systemctl show -p Result --value picket-agent)" = success ]
  [ "$(systemctl is-enabled picket-agent)" = enabled ]
  page configure-agent "$DESK"
  step "it joins"
  until_true 20 test -s /var/lib/picket-agent/identity.pem
  until_true 20 agent_listed "$(uname -n)"
  rm /etc/picket/join.token
  printf 'network: {allow: [127.0.0.0/8]}\n' >>/etc/picket/agent.yaml   # checks of this machine
  systemctl restart picket-agent
}

first_checks() {
  step "picket apply; an HTTP check and a ping pass under the hardened unit"
  mkdir -p /tmp/checks
  cat >/tmp/checks/own.check.yaml <<'YAML'
version: 1
checks:
  - name: own-health
    http: GET http://localhost:8080/healthz
    interval: 30s
    timeout: 5s
    expect: {status: 200}
  - name: own-ping
    icmp: {host: 127.0.0.1, count: 2}
    interval: 30s
    timeout: 5s
YAML
  picket apply /tmp/checks --yes
  until_true 40 passes_exceed own-health 0
  until_true 40 passes_exceed own-ping 0
}

exposure() {
  step "exposure of the units as systemd sees them: 2.0 at most"
  systemd-analyze security --no-pager --threshold=20 picket-agent >/tmp/exposure
  systemd-analyze security --no-pager --threshold=20 picket-controller >>/tmp/exposure
  systemd-analyze security --no-pager --threshold=20 picket-backup >>/tmp/exposure
  step "$(grep Overall /tmp/exposure | tr -s ' \n' ' ')"
}

killed() {
  step "killed, both come back by themselves"
  local agent controller
  agent=$(pid_of picket-agent) controller=$(pid_of picket-controller)
  kill -9 "$agent" "$controller"
  until_true 30 ready
  until_true 30 test "$(pid_of picket-controller)" != "$controller"
  until_true 30 systemctl is-active picket-agent
  [ "$(pid_of picket-agent)" != "$agent" ]
}

backup() {
  step "the nightly copy: its timer waits, and what it starts keeps as many as it is told"
  [ "$(systemctl is-active picket-backup.timer)" = active ]
  [ "$(systemctl is-enabled picket-backup.timer)" = enabled ]
  systemctl start picket-backup
  [ "$(find /var/lib/picket-controller/backups -name 'picket-*.db' | wc -l)" = 1 ]
  mkdir -p /mnt/backup
  page backup "$DESK"
  [ "$(find /mnt/backup/picket -name picket.db | wc -l)" = 1 ]
  [ "$(stat -c '%U %a' /mnt/backup/picket/picket-*Z)" = "picket-controller 700" ]
  step "a copy that cannot be made has failed, and says so"
  systemctl stop picket-controller
  if systemctl start picket-backup; then fail "a copy of nothing"; fi
  systemctl stop picket-backup && systemctl reset-failed picket-backup
  systemctl start picket-controller
  until_true 20 ready
}

upgrade() {
  step "an upgrade restarts both; the configuration and the identity stay"
  local agent before
  agent=$(pid_of picket-agent) before=$(identity)
  page upgrade-controller /proof/next
  until_true 20 ready
  page upgrade-agent /proof/next
  [ "$(pid_of picket-agent)" != "$agent" ]
  grep -q 'allow: .127' /etc/picket/agent.yaml
  grep -q 'pagerduty/shop' /etc/picket/controller.yaml
  [ "$(identity)" = "$before" ]
  [ "$(systemctl is-active picket-backup.timer)" = active ]
}

lose_the_controller() {
  step "the controller's machine is lost: its packages, its state, its configuration"
  local before ca; before=$(identity) ca=$(sha256sum </var/lib/picket-controller/ca/ca.pem)
  systemctl start picket-backup
  systemctl kill -s KILL picket-controller
  apt-get purge -q picket-controller picket
  rm -rf /var/lib/picket-controller /etc/picket/controller.yaml /etc/picket/keys
  page lost /proof/next
  until_true 20 ready
  step "the agent, which ran on, is back by itself, without a token"
  [ "$(sha256sum </var/lib/picket-controller/ca/ca.pem)" = "$ca" ]
  [ "$(identity)" = "$before" ] && [ ! -e /etc/picket/join.token ]
  until_true 50 passes_exceed own-health "$(passes own-health)"
}

remove_and_come_back() {
  step "remove stops both and keeps state and configuration"
  local before; before=$(identity)
  apt-get remove -q picket-agent picket-controller picket
  [ "$(state_of picket-backup.timer)" != active ]
  [ "$(state_of picket-agent)" != active ] && [ "$(state_of picket-controller)" != active ]
  [ ! -e /usr/bin/picket-agent ] && [ -s /var/lib/picket-controller/picket.db ]
  grep -q 'allow: .127' /etc/picket/agent.yaml
  step "installed again, the agent goes on without a token"
  apt-get install -q /proof/next/*.deb
  until_true 20 ready
  [ "$(state_of picket-agent)" = active ] && [ "$(identity)" = "$before" ]
  until_true 50 passes_exceed own-health "$(passes own-health)"
}

purge() {
  step "purge takes state and configuration, and leaves what others put there"
  apt-get purge -q picket-agent picket-controller picket
  [ ! -e /var/lib/picket-agent ] && [ ! -e /var/lib/picket-controller ]
  [ "$(find /etc/picket -type f | sort | tr '\n' ' ')" = \
    "/etc/picket/controller-ca.pem /etc/picket/keys/shop " ]
  [ -z "$(systemctl list-units --all --plain --no-legend 'picket-agent*' 'picket-controller*' \
    'picket-backup*' --state=failed)" ]
}

booted
mkdir -p "$DESK" && cp /proof/*.deb /proof/pages/key.txt "$DESK"
install_controller
join_agent
first_checks
exposure
killed
backup
upgrade
lose_the_controller
remove_and_come_back
purge
step "all done"
