#!/usr/bin/env bash
# Runs inside the container of cloud_init_test.py, as root, after boot: a controller here, the
# package on an HTTPS server, and cloud-init by hand, stage by stage, with /proof/user-data.
# shellcheck source=tests/deploy/proof_steps.sh
source /proof_steps.sh

SEED=/var/lib/cloud/seed/nocloud

start_controller() {
  step "a controller, a token, and a server that has the agent's package"
  apt-get install -y -q --no-install-recommends /proof/picket.deb /proof/picket-controller.deb
  until_true 20 ready
  local key=/tmp/key.pem certificate=/usr/local/share/ca-certificates/proof.crt
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$key" -out "$certificate"
  update-ca-certificates
  (cd /proof && exec python3 - "$certificate" "$key") <<'PYTHON' &
import http.server, ssl, sys
server = http.server.ThreadingHTTPServer(("127.0.0.1", 9443), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:])
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
PYTHON
  until_true 10 curl -sf -o /dev/null https://localhost:9443/user-data
  picket agents token create --region home >/tmp/token
}

# What a cloud would have handed over: token and CA of this controller.
user_data() {
  local indent="    "
  sed '1d;$d' /var/lib/picket-controller/ca/ca.pem | sed "s/^/$indent/" >/tmp/lines
  sed -e "s/token-of-the-proof/$(cat /tmp/token)/" \
      -e "/^ *lines-of-the-proof\$/ {r /tmp/lines" -e "d}" "$1"
}

# cloud_init FILE ID: all stages of a first boot of the instance ID.
cloud_init() {
  mkdir -p "$SEED"
  user_data "$1" >"$SEED/user-data"
  printf 'instance-id: %s\nlocal-hostname: home-1\n' "$2" >"$SEED/meta-data"
  cat >/etc/cloud/cloud.cfg.d/99_proof.cfg <<'YAML'
datasource_list: [NoCloud]
network: {config: disabled}
apt: {preserve_sources_list: true}
locale: false
YAML
  : >/etc/apt/sources.list   # no mirror is to be had in here
  cloud-init init --local && cloud-init init
  cloud-init modules --mode=config
  cloud-init modules --mode=final || true   # what failed stands in result.json
}
errors() {
  python3 -c 'import json, sys; print(json.load(sys.stdin)["v1"]["errors"])' \
    </run/cloud-init/result.json
}

wrong_package() {
  step "a package that is not the named one is not installed"
  cloud_init /proof/user-data.wrong first
  [[ $(errors) == *scripts* ]]
  if dpkg-query -s picket-agent; then fail "it is installed"; fi
  cloud-init clean
}

joins() {
  step "cloud-init runs the user data without an error"
  cloud_init /proof/user-data second
  [ "$(errors)" = "[]" ] || fail "$(errors) $(tail -n 40 /var/log/cloud-init-output.log)"
  step "the agent has joined under its name"
  until_true 30 agent_listed home-1
  [ "$(stat -c '%U %a' /etc/picket/join.token)" = "picket-agent 600" ]
  [ "$(state_of picket-agent)" = active ]
  [ ! -e /var/cache/picket-agent.deb ]
}

booted
start_controller
wrong_package
joins
step "all done"
