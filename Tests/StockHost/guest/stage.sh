#!/bin/bash
# In the stock host: starts what people run there, writes down who they are after their engines, and lets check.py compare that with what
# tare says. The last line is `stage: ended CODE`: 0 all right, 1 something is wrong, 3 the host could not be made ready.
# shellcheck disable=SC2317,SC2329  # each part is called by its name
set -u -o pipefail
trap 'echo "stage: ended $?"' EXIT
cd /stage && install -m 755 tare /usr/local/bin/tare || exit 3
export LANG=C.UTF-8
spin='while :; do :; done'
image() { tar -C /opt/busybox -c .; }
as_alice() {
	systemd-run --quiet --machine=alice@ --user --pipe --wait --collect --property=KillMode=process --working-directory=/home/alice "$@"
}
# expect NAME RUNTIME KIND IMAGE PID [WORD]...
expect() { (IFS=$'\t'; printf '%s\n' "$*") >>expected; }

docker_part() { # on its bridge, by systemd's cgroup driver
	local name
	until docker version >/dev/null 2>&1; do sleep 1; done
	image | docker import - shop:1 >/dev/null &&
		docker run -d --name busy --cpus 0.25 --memory 64m shop:1 sh -c "$spin" &&
		docker run -d --name holder --memory 96m --tmpfs /hold:size=64m shop:1 \
			sh -c 'dd if=/dev/zero of=/hold/x bs=1M count=40; exec sleep 100000' &&
		docker run -d --name frozen --network none shop:1 sleep 100000 && docker pause frozen || return
	for name in busy holder frozen; do expect "$name" docker container shop:1 "$(docker inspect -f '{{.State.Pid}}' "$name")"; done
}

podman_part() { # root's: one alone, one in a pod, one that is a unit
	local name
	image | podman import --quiet - localhost/shop:1 &&
		podman run -d --name alone --memory 64m --network none localhost/shop:1 sleep 100000 &&
		podman pod create --name duo --network none && podman run -d --pod duo --name duo-web localhost/shop:1 sleep 100000 || return
	mkdir -p /etc/containers/systemd
	printf '[Container]\nImage=localhost/shop:1\nContainerName=quad\nNetwork=none\nExec=sleep 100000\n' >/etc/containers/systemd/quad.container
	systemctl daemon-reload && systemctl start quad.service || return
	for name in alone duo-web quad; do expect "$name" podman container localhost/shop:1 "$(podman inspect -f '{{.State.Pid}}' "$name")"; done
	name=$(podman pod inspect -f '{{.InfraContainerID}}' duo)
	expect duo podman pod - "$(podman inspect -f '{{.State.Pid}}' "$name")"
}

alice_part() { # rootless Podman in the session of a user
	loginctl enable-linger alice
	until [ -S /run/user/1000/bus ]; do sleep 0.5; done
	image >/tmp/shop.tar && chmod 644 /tmp/shop.tar && as_alice podman import --quiet /tmp/shop.tar localhost/shop:1 &&
		as_alice podman run -d --name alice-spin --cpus 0.1 --network none localhost/shop:1 sh -c "$spin" || return
	expect alice-spin podman container localhost/shop:1 "$(as_alice podman inspect -f '{{.State.Pid}}' alice-spin)"
}

nspawn_part() { # a machine of systemd-machined
	mkdir -p /var/lib/machines && cp -a /opt/busybox /var/lib/machines/box && ln -sf /bin/busybox /var/lib/machines/box/sbin/init || return
	printf '::sysinit:/bin/true\n::respawn:/bin/sleep 100000\n' >/var/lib/machines/box/etc/inittab
	machinectl start box && expect box nspawn container - "$(machinectl show box -p Leader --value)"
}

libvirt_part() { # a boot sector that halts again and again; QEMU plays libvirt's `qemu` domain by emulation
	{ printf '\xf4\xeb\xfd'; head -c 507 /dev/zero; printf '\x55\xaa'; } >/var/lib/libvirt/images/tiny.img
	cat >tiny.xml <<-X
		<domain type='qemu'><name>tiny</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
		<os><type arch='x86_64' machine='q35'>hvm</type></os>
		<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><memballoon model='none'/>
		<disk type='file'><driver type='raw'/><source file='/var/lib/libvirt/images/tiny.img'/><target dev='vda' bus='virtio'/></disk>
		</devices></domain>
	X
	virsh -q define tiny.xml && virsh -q start tiny &&
		expect tiny libvirt vm /var/lib/libvirt/images/tiny.img "$(cat /run/libvirt/qemu/tiny.pid)"
}

units_part() { # a VM that is a service, and a user's service that is neither
	systemd-run --quiet --unit=bare --slice=vms.slice --property=CPUQuota=5% \
		qemu-system-x86_64 -name firmware,debug-threads=on -M q35 -m 64 -nodefaults -display none &&
		systemd-run --quiet --unit=job --uid=bob --property=CPUQuota=5% sh -c "$spin" &&
		expect firmware qemu vm - "$(systemctl show -p MainPID --value bare.service)"
}

part() {
	local begun=$SECONDS
	if "$1_part" >"$1.log" 2>&1; then
		echo "started $1, $((SECONDS - begun)) s"
	else
		echo "not started: $1: $(tail -n 1 "$1.log")"
		touch not-ready
	fi
}

echo "stage: the host is up after $(cut -d ' ' -f 1 /proc/uptime) s"
{ part podman; part alice; } & # two lines of work: the machine has two CPUs
{ part units; part nspawn; part docker; } &
part libvirt
wait
[ ! -e not-ready ] || exit 3
sleep 3
python3 check.py
code=$?
tar -C copy -c . >"/dev/$(basename "$(dirname "$(grep -lx copy /sys/class/virtio-ports/*/name)")")"
exit "$code"
