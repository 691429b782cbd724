#!/bin/sh
# backup: copies the running controller's database beside it and keeps the newest copies. The timer
# picket-backup, the CronJob or `docker compose exec` run it, as the controller's user.
#
#   PICKET_BACKUP_KEEP  how many copies stay, 14 unless told
#   PICKET_BACKUP_TO    a directory elsewhere for all that a new machine needs: the database, the
#                       certificate authority, the checks, the admin token; so many stay there,
#                       and here the newest: each is as large as the database
#   PICKET_CONTROLLER, PICKET_TOKEN_FILE  as for `picket`
set -eu
umask 077
keep=${PICKET_BACKUP_KEEP:-14} to=${PICKET_BACKUP_TO:-}
case $keep in
  '' | 0* | *[!0-9]*)
    echo "backup: PICKET_BACKUP_KEEP is a number from 1 on, not \`$keep\`" >&2
    exit 2
    ;;
esac

# prune COUNT PATH...: all but the newest. Names are times, so that they come oldest first.
prune() {
  count=$1
  shift
  while [ $# -gt "$count" ]; do
    rm -rf "$1"
    shift
  done
}

made=$(picket backup)
folder=${made%/*} name=${made##*/}
state=${folder%/*} name=${name%.db}
prune "$keep" "$folder"/picket-*.db   # also while the other place takes none
if [ -n "$to" ]; then
  rm -rf "$to"/*.partial
  mkdir "$to/$name.partial"
  cp "$made" "$to/$name.partial/picket.db"
  for part in ca checks admin.token; do
    [ ! -e "$state/$part" ] || cp -R "$state/$part" "$to/$name.partial/"
  done
  sync
  mv "$to/$name.partial" "$to/$name"
  prune "$keep" "$to"/picket-*
  prune 1 "$folder"/picket-*.db
  made=$to/$name
fi
echo "$made"
