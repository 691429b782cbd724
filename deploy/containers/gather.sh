#!/bin/sh
# gather.sh ROOT PROGRAM...: fills ROOT with what the programs of /out need to run, and no more:
# their libraries, roots of trust, time zones, names of users, a busybox. For each file's package
# also its licence, and its entry for scanners that look for known holes (var/lib/dpkg/status.d).
# shellcheck disable=SC2046,SC2086  # lists of paths and names without spaces
set -eu
root=$1
shift

mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/usr/share/doc" \
  "$root/etc/ssl/certs" "$root/etc/picket" "$root/var/lib/dpkg/status.d" "$root/tmp"
chmod 1777 "$root/tmp"
for name in bin lib lib64; do ln -s "usr/$name" "$root/$name"; done

for program in "$@"; do install -m 0755 "/out/$program" "$root/usr/bin/"; done
libraries=$(cd /out && ldd "$@" | grep -o '/[^ ]*\.so[^ ]*' | sort -u)
for folder in $(dirname $libraries | sort -u); do mkdir -p "$root$folder"; done
for library in $libraries; do cp -L "$library" "$root$library"; done

# Debian lists a file by its path from before /lib became /usr/lib, or after.
files=$(readlink -f $libraries | sed 's,^/usr,,')
owners=$(dpkg -S $files $(printf '/usr%s\n' $files) 2>/dev/null | cut -d : -f 1 || true)
packages=$(printf '%s\n' ca-certificates tzdata busybox-static base-files $owners | sort -u)

install -m 0755 "$(command -v busybox)" "$root/usr/bin/busybox"
for applet in cat cp find ls mkdir mv rm sh sync wget; do
  ln -s busybox "$root/usr/bin/$applet"
done
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
cp -a /usr/share/zoneinfo "$root/usr/share/"
rm -rf "$root/usr/share/zoneinfo/right" "$root/usr/share/zoneinfo/posix"
cp -L /etc/os-release "$root/etc/os-release"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
cat >"$root/etc/passwd" <<'TEXT'
root:x:0:0:root:/:/bin/false
picket-controller:x:64801:64801::/var/lib/picket-controller:/bin/false
picket-agent:x:64802:64802::/var/lib/picket-agent:/bin/false
picket:x:64803:64803::/tmp:/bin/false
TEXT
cut -d : -f 1,4 "$root/etc/passwd" | sed 's/:/:x:/; s/$/:/' >"$root/etc/group"

for package in $packages; do
  dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
  mkdir "$root/usr/share/doc/$package"
  # A package's documents may be a link to those of another one.
  cp -L "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/"
done
