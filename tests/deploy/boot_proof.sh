#!/usr/bin/env bash
# Runs inside the container of boot_test.py, as root, after boot. `all done` is the last step.
# shellcheck source=tests/deploy/proof_steps.sh
source /proof_steps.sh

pid_of() { systemctl show -p MainPID --value "$1"; }
identity() { sha256sum /var/lib/picket-agent/identity.pem; }

passes() { picket results "$1" -o json | grep -Eo '"verdict": *"pass"' | wc -l; }
passes_exceed() { [ "$(passes "$1")" -gt "$2" ]; }

install_packages() {
  step "apt install ./picket-*.deb"
  apt-get install -y -q --no-install-recommends "$1"/*.deb
  [ "$(state_of picket-controller)" = active ]
  until_true 20 ready
  step "the controller is ready; only its user reads its token"
  [ "$(stat -c '%U %a' /var/lib/picket-controller/admin.token)" = "picket-controller 600" ]
  [ "$(stat -c '%U %a' /var/lib/picket-controller)" = "picket-controller 700" ]
}

agent_waits_for_a_token() {
  step "an agent without a token is not started, and has not failed"
  [ "$(state_of picket-agent)" = inactive ]
  [ "$(systemctl show -p Result --value picket-agent)" = success ]
  [ "$(systemctl is-enabled picket-agent)" = enabled ]
}

join_agent() {
  step "a token, and the agent joins"
  install -m 0644 /var/lib/picket-controller/ca/ca.pem /etc/picket/controller-ca.pem
  install -m 0600 -o picket-agent /dev/null /etc/picket/join.token
  picket agents token create --region home >/etc/picket/join.token
  sed -i 's,https://picket.example.com:8443,https://localhost:8443,' /etc/picket/agent.yaml
  printf 'name: first\nnetwork: {allow: [127.0.0.0/8]}\n' >>/etc/picket/agent.yaml
  systemctl start picket-agent
  until_true 20 test -s /var/lib/picket-agent/identity.pem
  until_true 20 agent_listed first
  rm /etc/picket/join.token
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
  step "exposure of both units as systemd sees them running: 2.0 at most"
  systemd-analyze security --no-pager --threshold=20 picket-agent >/tmp/exposure
  systemd-analyze security --no-pager --threshold=20 picket-controller >>/tmp/exposure
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

upgrade() {
  step "an upgrade restarts both; the configuration and the identity stay"
  local agent before
  agent=$(pid_of picket-agent) before=$(identity)
  apt-get install -y -q --no-install-recommends /proof/next/*.deb
  [ "$(pid_of picket-agent)" != "$agent" ]
  grep -q 'name: first' /etc/picket/agent.yaml
  [ "$(identity)" = "$before" ]
  until_true 20 ready
}

remove_and_come_back() {
  step "remove stops both and keeps state and configuration"
  local before; before=$(identity)
  apt-get remove -y -q picket-agent picket-controller picket
  [ "$(state_of picket-agent)" != active ] && [ "$(state_of picket-controller)" != active ]
  [ ! -e /usr/bin/picket-agent ] && [ -s /var/lib/picket-controller/picket.db ]
  grep -q 'name: first' /etc/picket/agent.yaml
  step "installed again, the agent goes on without a token"
  apt-get install -y -q --no-install-recommends /proof/next/*.deb
  until_true 20 ready
  [ "$(state_of picket-agent)" = active ] && [ "$(identity)" = "$before" ]
  until_true 50 passes_exceed own-health "$(passes own-health)"
}

purge() {
  step "purge takes state and configuration, and leaves what others put there"
  touch /etc/picket/keys/web
  apt-get purge -y -q picket-agent picket-controller picket
  [ ! -e /var/lib/picket-agent ] && [ ! -e /var/lib/picket-controller ]
  [ "$(find /etc/picket -type f | sort | tr '\n' ' ')" = \
    "/etc/picket/controller-ca.pem /etc/picket/keys/web " ]
  [ -z "$(systemctl list-units --all --plain --no-legend 'picket-agent*' 'picket-controller*' \
    --state=failed)" ]
}

booted
install_packages /proof
agent_waits_for_a_token
join_agent
first_checks
exposure
killed
upgrade
remove_and_come_back
purge
step "all done"
