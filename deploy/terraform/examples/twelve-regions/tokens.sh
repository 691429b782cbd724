#!/bin/sh
# tokens.sh REGION...: prints a map of one join token for each region, for TF_VAR_join_tokens. Each
# is good for one agent and an hour. `picket` finds its controller and token as ever.
set -eu
separator='{'
for region in "$@"; do
  token=$(picket agents token create --region "$region" --valid-for 1h)
  printf '%s"%s-1":"%s"' "$separator" "$region" "$token"
  separator=,
done
echo '}'
