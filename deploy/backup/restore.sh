#!/bin/sh
# restore BACKUP: puts a backup in place of what the controller has, which must be stopped. Run it
# as the controller's user. BACKUP is a copy of the database, or a directory that `backup` made
# elsewhere, or where it made them, which means the newest: then the certificate authority, the
# checks and the admin token come back, too. What was there stays beside it as NAME.replaced.
#
#   PICKET_CONTROLLER_CONFIG     the configuration, /etc/picket/controller.yaml unless told
#   PICKET_CONTROLLER_STATE_DIR  the state directory, /var/lib/picket-controller unless told
set -eu
umask 077
export PICKET_CONTROLLER_STATE_DIR="${PICKET_CONTROLLER_STATE_DIR:-/var/lib/picket-controller}"
export PICKET_CONTROLLER_CONFIG="${PICKET_CONTROLLER_CONFIG:-/etc/picket/controller.yaml}"
state=$PICKET_CONTROLLER_STATE_DIR
[ $# -eq 1 ] || { echo "usage: restore BACKUP" >&2; exit 2; }
backup=$1 database=$1 parts=
if [ -d "$backup" ]; then
  for newest in "$backup"/picket-*Z/picket.db; do :; done   # names are times, sorted
  [ ! -e "$newest" ] || backup=${newest%/*}
  database=$backup/picket.db
  for part in ca checks admin.token; do
    [ ! -e "$backup/$part" ] || parts="$parts $part"
  done
fi
for part in $parts; do
  if [ -e "$state/$part.replaced" ]; then
    echo "restore: $state/$part.replaced is there since the last time: remove it" >&2
    exit 1
  fi
done

# Refuses a damaged backup and a controller that runs, before anything has changed.
picket-controller --restore "$database" --restore-only
for part in $parts; do
  rm -rf "$state/$part.new"
  cp -R "$backup/$part" "$state/$part.new"
  [ ! -e "$state/$part" ] || mv "$state/$part" "$state/$part.replaced"
  mv "$state/$part.new" "$state/$part"
done
echo "$backup is in place"
