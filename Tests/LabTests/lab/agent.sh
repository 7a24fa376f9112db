#!/bin/bash
# agent.sh DIR KERNEL - makes DIR/initramfs: busybox, the distribution's qemu-guest-agent with its libraries, and the modules of
#                       KERNEL (a path .../vmlinuz-VERSION) that its port and its balloon need. Packages are downloaded below DIR, none is
#                       installed. The guest's init says INIT on its serial line when it begins, and starts the agent;
#                       with the word `tare.block` on the kernel's command line, one that may not open files. With `tare.memory` it
#                       writes lines of its /proc/meminfo on the serial line, every second.
set -euo pipefail
dir=$1 version=${2##*/vmlinuz-}
modules=(virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_console virtio_balloon)
root=$dir/root
mkdir -p "$root"/{bin,dev,proc,sys,run,tmp,m} "$dir/packages"

# The downloader is another user where this is root's.
fetch() { (cd "$dir/packages" && apt-get -q -o APT::Sandbox::User=root download "$1" >/dev/null && dpkg-deb -x "${1}"_*.deb "$2"); }

agent=$(command -v qemu-ga || true)
if [ -z "$agent" ]; then
	fetch qemu-guest-agent "$dir/agent"
	agent=$dir/agent/usr/sbin/qemu-ga
fi
missing=$(ldd "$agent" | grep 'not found' || true)
[ -z "$missing" ] || { echo "libraries of qemu-ga are missing here: $missing" >&2; exit 1; }
ldd "$agent" | grep -o '/[^ ]*' | while read -r library; do install -D "$library" "$root$library"; done
install "$agent" "$root/bin/qemu-ga"
install "$(command -v busybox)" "$root/bin/busybox"

tree=/lib/modules/$version
if [ ! -d "$tree" ]; then
	fetch "linux-image-$version" "$dir/kernel"
	tree=$dir/kernel/lib/modules/$version
fi
for module in "${modules[@]}"; do
	file=$(find "$tree" -name "$module.ko*" -print -quit)
	[ -n "$file" ] || continue # built in
	case $file in
	*.xz) xz -dc "$file" ;;
	*.zst) zstd -dc "$file" ;;
	*) cat "$file" ;;
	esac >"$root/m/$module.ko"
done

cat >"$root/init" <<-'INIT'
	#!/bin/busybox sh
	/bin/busybox echo INIT
	/bin/busybox mount -t proc proc /proc
	/bin/busybox mount -t sysfs sys /sys
	/bin/busybox mount -t devtmpfs dev /dev
	for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_console virtio_balloon; do
		[ ! -e /m/$module.ko ] || /bin/busybox insmod /m/$module.ko
	done
	/bin/busybox grep -q tare.memory /proc/cmdline && while :; do
		/bin/busybox grep -E "MemTotal|MemFree|MemAvailable" /proc/meminfo
		/bin/busybox sleep 1
	done &
	until [ -e /dev/vport0p1 ]; do /bin/busybox sleep 0.05; done
	/bin/busybox grep -q tare.block /proc/cmdline && block="-b guest-file-open" || block=
	/bin/qemu-ga $block -m virtio-serial -p /dev/vport0p1 -t /run -f /run/qemu-ga.pid
	/bin/busybox sleep 3600
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$dir/initramfs"
rm -rf "$root" "$dir/packages" "$dir/agent" "$dir/kernel"
