#!/bin/bash
# run.sh TARE [CAPTURE] - the stage in the stock host: Debian 13 with systemd, cgroup v2, and Docker, Podman, nspawn and libvirt as Debian has
# them, in an emulated machine of its own. TARE, a static executable, looks at what runs there, and what it says is compared with what the
# engines and the kernel say. Ends with 0 when all is right, and also, with the line `stock host: skipped: REASON`, where that host cannot be
# had here; with 1 when something is wrong. Takes at most TARE_STOCK_SECONDS (720), the first build of the image included. Nothing is left but
# the image in the cache, and in the new folder CAPTURE what `tare capture` copied there.
set -u -o pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
limit=${TARE_STOCK_SECONDS:-720}
building=$((limit * 2 / 3))
skip() { echo "stock host: skipped: $*"; exit 0; }
fail() { echo "stock host: $*" >&2; exit 1; }
if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -x "$1" ] || [ -e "${2:-}" ]; then echo "usage: run.sh TARE [CAPTURE]" >&2; exit 2; fi
[ "$(uname -m)" = x86_64 ] || skip "it is for x86_64 only"

for old in "${TMPDIR:-/tmp}"/tare-stock.*; do # of runs that were killed
	pid=${old#*/tare-stock.}
	[ ! -O "$old" ] || [ -d "/proc/${pid%.*}" ] || rm -rf "$old"
done
run=$(mktemp -d -t "tare-stock.$$.XXXXXX") || exit
child=''
# shellcheck disable=SC2317  # the trap calls it
cleanup() {
	trap '' INT TERM HUP
	[ -z "$child" ] || { kill "$child" 2>/dev/null; wait "$child"; } 2>/dev/null
	rm -rf "$run"
}
trap cleanup EXIT
trap 'exit 143' INT TERM HUP

# In the background and waited for: a signal is then heard at once. What is started ends with this script, however it ends.
await() { "$@" & child=$!; wait "$child"; local code=$?; child=''; return "$code"; }

await setpriv --pdeathsig TERM timeout -k 10 $((building / 2)) "$here/../../.ci/packages" stock-host 2>"$run/log" </dev/null ||
	skip "its packages cannot be installed: $(tail -n 1 "$run/log")"
await setpriv --pdeathsig TERM timeout -k 10 $((building - SECONDS)) "$here/image.sh" >"$run/image" 2>"$run/log" </dev/null
code=$?
[ "$code" != 124 ] || skip "its image was not built within $building s"
[ "$code" = 0 ] || skip "$(tail -n 1 "$run/log")"
read -r image <"$run/image"
echo "stock host: image after $SECONDS s"

mkdir "$run/stage" || fail "cannot write to $run"
{ cp "$here"/guest/{stage.sh,check.py} "$run/stage/" && cp "$1" "$run/stage/tare"; } || fail "cannot copy the files"
tar -C "$run/stage" --owner=0 --group=0 -cf "$run/stage.tar" . || fail "cannot pack the files"
e() { printf %s "${1//,/,,}"; } # a path inside a QEMU option
left=$((limit - SECONDS - 5))
await setpriv --pdeathsig TERM timeout -k 5 "$left" qemu-system-x86_64 \
	-name tare-stock-host -M q35 -accel tcg,thread=multi,tb-size=512 -cpu max,la57=off -smp 2 -m 3072 \
	-nodefaults -no-user-config -display none -no-reboot -nic none -device virtio-rng-pci \
	-kernel "$image/vmlinuz" -initrd "$image/initrd" -append "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable" \
	-drive "file=$(e "$image/root.ext4"),format=raw,if=virtio,snapshot=on,cache=unsafe" \
	-drive "file=$(e "$run/stage.tar"),format=raw,if=virtio,readonly=on" -serial "file:$(e "$run/console")" \
	-device virtio-serial-pci -chardev "file,id=out,path=$(e "$run/out")" -device virtserialport,chardev=out,name=out \
	-chardev "file,id=copy,path=$(e "$run/copy")" -device virtserialport,chardev=copy,name=copy \
	</dev/null >"$run/qemu" 2>&1
grep -v '^ok ' "$run/out" 2>/dev/null
echo "stock host: $(grep -c '^ok ' "$run/out" 2>/dev/null) checks right, ended after $SECONDS s"
[ $# = 1 ] || { mkdir "$2" && tar -C "$2" -xf "$run/copy"; } || fail "there is no capture in $2"
case $(tail -n 1 "$run/out" 2>/dev/null) in
"stage: ended 0") exit 0 ;;
"stage: ended 3") skip "what is looked at did not start there" ;;
esac
grep -q '^ok \|^WRONG ' "$run/out" 2>/dev/null && fail "something is wrong, or took longer than the $limit s"
cat "$run/qemu" "$run/console" 2>/dev/null | tail -n 10 | tr -cd '[:print:]\n'; echo
skip "the host did not come up within $left s"
