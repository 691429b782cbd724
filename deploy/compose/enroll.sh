#!/bin/sh
# enroll.sh REGION...: a join token for the agent of each region, and the controller's CA, below
# /etc/picket/join. A region that has its folder keeps it: its agent has joined, or may still.
set -eu
umask 027
for region in "$@"; do
  folder=/etc/picket/join/$region
  if [ -e "$folder/token" ]; then continue; fi
  busybox mkdir -p "$folder"
  cat /var/lib/picket-controller/ca/ca.pem >"$folder/ca.pem"
  picket agents token create --region "$region" --valid-for 1h >"$folder/token.new"
  busybox mv "$folder/token.new" "$folder/token"
  echo "a token for $region"
done
