#!/bin/bash
# image.sh - prints the folder of the stock host's image: vmlinuz, initrd, root.ext4. It is Debian 13 with systemd, nothing but cgroup v2,
#            and engines as Debian ships and sets them up. Built once, by root, into the cache; again when this file or the packages change.
# Where it cannot be built, the last line of its complaints is the reason, and the exit code is 1.
set -u -o pipefail
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tare
image=$cache/stock-host-$(cat "$here/image.sh" "$here/packages" "$here/guest/stage.service" | sha256sum | cut -c 1-12)
die() { echo "$*" >&2; exit 1; }

debian() { # into the folder $1, from the mirror that this machine uses
	local mirror='' option options=()
	grep -q '^ID=debian' /etc/os-release &&
		mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null | grep -oE 'https?://[^ ]+' | grep -m 1 'debian/\?$')
	for option in doc man locale info; do options+=(--dpkgopt="path-exclude=/usr/share/$option/*"); done
	mmdebstrap --quiet --mode=root --variant=minbase --include="$(grep -v '^#' "$here/packages" | paste -sd ,)" \
		--keyring=/usr/share/keyrings/debian-archive-keyring.gpg --aptopt='APT::Install-Recommends "false"' \
		--aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io "${options[@]}" trixie "$1" "${mirror:-http://deb.debian.org/debian}" >&2
}

initrd() { # of the root $1 into the file $2: what is needed to reach the root
	local root=$1 new=$1.initrd module modules
	mkdir -p "$new"/{bin,dev,root}
	cp "$root/bin/busybox" "$new/bin/" || return
	modules=$(for module in virtio_pci virtio_blk ext4; do
		modprobe -d "$root" -S "$(ls "$root/lib/modules")" --show-depends "$module" || exit
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }') || return
	for module in $modules; do
		case $module in
		*.xz) xz -dc "$module" >"$new/$(basename "$module" .xz)" ;;
		*) cp "$module" "$new/" ;;
		esac && basename "$module" .xz >>"$new/modules" || return
	done
	cat >"$new/init" <<'I'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
while read -r module; do $b insmod "/$module"; done </modules
$b mount -t ext4 /dev/vda /root
$b mount --move /dev /root/dev
exec $b switch_root /root /sbin/init
I
	chmod 755 "$new/init"
	(cd "$new" && find . | cpio -o -H newc --quiet) >"$2"
}

settings() { # in the root $1: names, two users, the stage. Nothing of cgroups and engines: those stay as Debian has them.
	local root=$1 name
	echo stockhost >"$root/etc/hostname"
	printf '127.0.0.1 localhost\n127.0.1.1 stockhost\n' >"$root/etc/hosts"
	echo '/dev/vda / ext4 rw,relatime 0 0' >"$root/etc/fstab"
	for name in alice bob; do chroot "$root" useradd -m -s /bin/bash "$name" || return; done
	cp "$here/guest/stage.service" "$root/etc/systemd/system/" && chroot "$root" systemctl --quiet enable stage.service || return
	for name in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
		systemd-networkd-wait-online.service libvirt-guests.service serial-getty@ttyS0.service getty@tty1.service; do
		ln -sf /dev/null "$root/etc/systemd/system/$name"
	done
	rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
	mkdir -p "$root/opt/busybox"/{bin,sbin,dev,proc,sys,tmp,etc,root,run,usr/bin,var}    # a container's root; packed, an image
	cp "$root/bin/busybox" "$root/opt/busybox/bin/" || return
	"$root/bin/busybox" --list | while read -r name; do ln -s busybox "$root/opt/busybox/bin/$name" 2>/dev/null; done
	echo ID=busybox >"$root/opt/busybox/etc/os-release"
}

build() {
	local new=$1
	debian "$new/root" || die "mmdebstrap cannot build Debian 13 here"
	{ settings "$new/root" && mkdir "$new/image" && initrd "$new/root" "$new/image/initrd"; } || die "cannot set the image up"
	cp "$new"/root/boot/vmlinuz-* "$new/image/vmlinuz" && rm -f "$new"/root/boot/initrd.img-*
	mke2fs -q -t ext4 -m 0 -E root_owner=0:0 -d "$new/root" "$new/image/root.ext4" 8G >&2 || die "cannot make a file system of it"
	mv -T "$new/image" "$image" || die "cannot write $image"
}

mkdir -p "$cache" || die "cannot make $cache"
exec 9>"$cache/stock-host.lock"
flock 9
if [ ! -e "$image/root.ext4" ]; then
	[ "$(id -u)" = 0 ] || die "only root can build the image"
	for tool in mmdebstrap modprobe cpio mke2fs; do command -v "$tool" >/dev/null || die "not installed: $tool"; done
	find "$cache" -maxdepth 1 -type d -name 'stock-host[-.]*' -exec rm -rf {} +   # of other packages, or half made
	new=$(mktemp -d "$cache/stock-host.XXXXXX") || exit
	chmod 755 "$new"
	trap 'rm -rf "$new"' EXIT
	trap 'exit 143' INT TERM HUP
	build "$new"
fi
echo "$image"
