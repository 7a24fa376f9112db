#!/bin/bash
# lab.sh keep DIR [PART...] - starts containers and virtual machines below the new folder DIR, says so line by line (fields
#                             parted by tabs), and removes everything when its standard input ends or it gets SIGTERM.
#        PARTs: docker podman runc crun lxc kvm paused huge uml; all, when none is given. kvm uses a whole core, and so begins only when a line
#        comes on standard input: when all else is up.
#        says:  container NAME ID PID, machine NAME PID, skip PART REASON; ready when all is up;
#               left THING for what could not be removed; gone at the very end.
# lab.sh sweep BASE         - removes what labs below BASE have left whose keeper was killed.
#
# TARE_SERVICE is the static program that holds memory. SECRET goes where tare must not look.
# shellcheck disable=SC2015  # in `A && B || C`, C is for B's failure too
set -u -o pipefail
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
secret=${SECRET:-SECRET123}

say() { (IFS=$'\t'; printf '%s\n' "$*"); }
skip() { say skip "$1" "$(tr '\t\n' '  ' <<<"${*:2}")"; }
die() { echo "lab.sh: $*" >&2; exit 1; }
has() { command -v "$1" >/dev/null; }
born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; } # start time: tells a process from a later one of its number
boot() { cat /proc/sys/kernel/random/boot_id; }

name_places() {
	dir=$1
	tag=${dir##*/}                                  # names the cgroups and runc's container
	docker=(docker -H "unix://$dir/docker.sock")
	podman=(env "CONTAINERS_CONF=$dir/containers.conf" podman --root "$dir/podman/root" --runroot "$dir/podman/run"
		--tmpdir "$dir/podman/tmp" --cgroup-manager=cgroupfs --events-backend file)
}

# ---- starting -------------------------------------------------------------------------------------------------------

root_of_busybox() {
	mkdir -p "$dir/rootfs"/{bin,dev,etc,proc,sys,tmp}
	cp "$(command -v busybox)" "$dir/rootfs/bin/busybox" || return
	busybox --list | while read -r name; do ln -s busybox "$dir/rootfs/bin/$name" 2>/dev/null; done
	[ -z "${TARE_SERVICE:-}" ] || cp "$TARE_SERVICE" "$dir/rootfs/bin/tare-service"
}

image() { tar -C "$dir/rootfs" --owner=0 --group=0 -c .; }

start_docker() {
	local try pid
	has dockerd && has docker || { skip docker "not installed: docker.io"; return; }
	setsid dockerd --data-root "$dir/docker" --exec-root "$dir/run" -H "unix://$dir/docker.sock" -p "$dir/docker.pid" \
		--iptables=false --ip6tables=false --ip-forward=false --bridge=none </dev/null >"$dir/docker.log" 2>&1 &
	pid=$!
	for try in {1..300}; do
		"${docker[@]}" version >/dev/null 2>&1 && break
		[ "$try" -lt 300 ] && kill -0 "$pid" 2>/dev/null || { skip docker "dockerd does not start: $(tail -n 1 "$dir/docker.log")"; return; }
		sleep 0.1
	done
	image | "${docker[@]}" import - busybox >>"$dir/docker.log" 2>&1 || { skip docker "cannot import an image"; return; }
	in_docker lab-idle -e "PASSWORD=$secret" --label "token=$secret" busybox sleep 3600
	in_docker lab-busy --cpus 0.25 busybox sh -c 'while :; do :; done'
	in_docker lab-holder --memory 64m --cgroup-parent "/$tag" busybox tare-service --hold 30 --load 0
	head -c 20M /dev/zero >"$dir/cold"
	# Always one whole fresh copy in its page cache: some kernels reclaim what nobody has touched for a while. In large
	# pieces: what is touched in many small ones soon counts as active.
	in_docker lab-reader -v "$dir/cold:/cold:ro" busybox sh -c \
		'while :; do dd if=/cold of=/a bs=4M; rm -f /b; sleep 2; dd if=/cold of=/b bs=4M; rm -f /a; sleep 2; done'
	in_docker lab-open --network host busybox sleep 3600
	in_docker lab-passing busybox sleep 3600
	# More than 30 MB of the kernel's memory: an inode and a name for each of many empty files.
	in_docker lab-slab --tmpfs /files:size=1m,nr_inodes=0 busybox sh -c \
		'i=0; while [ $i -lt 40000 ]; do : >/files/$i; i=$((i + 1)); done; echo made; exec sleep 3600'
}

in_docker() {
	local id pid name=$1
	shift
	[[ " $* " = *" --network "* ]] || set -- --network none "$@"
	if id=$("${docker[@]}" run -d --name "$name" "$@" 2>>"$dir/docker.log") && pid=$("${docker[@]}" inspect -f '{{.State.Pid}}' "$id"); then
		say container "$name" "$id" "$pid"
	else
		skip "$name" "$(tail -n 3 "$dir/docker.log")"
	fi
}

start_podman() {
	local id pid runtime=crun
	has podman && has conmon || { skip podman "not installed: podman conmon"; return; }
	grep -q ' - cgroup ' /proc/self/mountinfo && runtime=runc     # crun refuses v1 and v2 side by side
	printf '[engine]\nlock_type = "file"\nruntime = "%s"\n' "$runtime" >"$dir/containers.conf"
	image | "${podman[@]}" import - busybox >"$dir/podman.log" 2>&1 || { skip podman "$(tail -n 1 "$dir/podman.log")"; return; }
	id=$("${podman[@]}" run -d --name lab-pod --network=none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
		-e "PASSWORD=$secret" --memory 48m busybox sleep 3600 2>>"$dir/podman.log") &&
		pid=$("${podman[@]}" inspect -f '{{.State.Pid}}' "$id") || { skip podman "$(tail -n 1 "$dir/podman.log")"; return; }
	say container lab-pod "$id" "$pid"
}

bundle() { # RUNTIME: below DIR/RUNTIME
	mkdir "$dir/$1" && cat >"$dir/$1/config.json" <<-END
		{"ociVersion":"1.0.2","root":{"path":"$dir/rootfs","readonly":true},
		 "process":{"cwd":"/","user":{"uid":0,"gid":0},"args":["/bin/sleep","3600"],"env":["PATH=/bin","PASSWORD=$secret"]},
		 "mounts":[{"destination":"/proc","type":"proc","source":"proc"}],
		 "linux":{"cgroupsPath":"/$tag/$1","namespaces":[{"type":"pid"},{"type":"mount"},{"type":"network"},{"type":"ipc"}],
		  "resources":{"memory":{"limit":33554432},"pids":{"limit":50}}}}
	END
}

start_runc() {
	has runc || { skip runc "not installed: runc"; return; }
	if bundle runc && runc run -d --pid-file "$dir/runc.pid" --bundle "$dir/runc" "$tag-runc" </dev/null >"$dir/runc.log" 2>&1; then
		say container lab-runc "$tag-runc" "$(cat "$dir/runc.pid")"
	else
		skip runc "$(tail -n 1 "$dir/runc.log")"
	fi
}

start_crun() {
	local hide=(env)
	has crun || { skip crun "not installed: crun"; return; }
	# It refuses v1 and v2 side by side: hide v2 from it.
	# shellcheck disable=SC2016  # "$@" is for the inner shell
	! grep -q ' /sys/fs/cgroup/unified ' /proc/self/mountinfo ||
		hide=(unshare -m sh -c 'mount -t tmpfs tmpfs /sys/fs/cgroup/unified && exec "$@"' sh)
	if bundle crun && "${hide[@]}" crun run -d --pid-file "$dir/crun.pid" --bundle "$dir/crun" "$tag-crun" </dev/null >"$dir/crun.log" 2>&1; then
		say container lab-crun "$tag-crun" "$(cat "$dir/crun.pid")"
	else
		skip crun "$(tail -n 1 "$dir/crun.log")"
	fi
}

start_lxc() {
	local pid
	has lxc-start || { skip lxc "not installed: lxc"; return; }
	# With a root of its own: it makes files in there while the engines' image is read.
	mkdir -p "$dir/lxc/$tag-lxc" && cp -a "$dir/rootfs" "$dir/lxc/rootfs" && cat >"$dir/lxc/$tag-lxc/config" <<-END
		lxc.uts.name = lab
		lxc.rootfs.path = dir:$dir/lxc/rootfs
		lxc.net.0.type = empty
		lxc.mount.auto = proc:mixed
		lxc.apparmor.profile = unconfined
		lxc.environment = PASSWORD=$secret
		lxc.cgroup.dir = $tag
	END
	if timeout 60 lxc-start -P "$dir/lxc" -n "$tag-lxc" -o "$dir/lxc.log" -- /bin/sleep 3600 </dev/null >/dev/null 2>&1 &&
		pid=$(lxc-info -P "$dir/lxc" -n "$tag-lxc" -pH); then
		say container lab-lxc "$dir/lxc/$tag-lxc" "$pid"
	else
		skip lxc "$(tail -n 1 "$dir/lxc.log")"
	fi
}

qemu() { # PART NAME OPTIONS...: ends with this script, however it ends
	local part=$1 name=$2 pid qemu try
	shift 2
	qemu=qemu-system-$(uname -m)
	has "$qemu" && has setpriv || { skip "$part" "not installed: $qemu setpriv"; return; }
	setpriv --pdeathsig KILL "$qemu" -nodefaults -no-user-config -display none -pidfile "$dir/$part.pid" \
		-object "secret,id=lab0,data=$secret" -fw_cfg "name=opt/lab,string=$secret" "$@" </dev/null >"$dir/$part.log" 2>&1 &
	pid=$!
	disown "$pid"                          # no word when it is killed
	for try in {1..50}; do
		[ -s "$dir/$part.pid" ] && { say machine "$name" "$pid"; return; }
		[ "$try" -lt 50 ] && kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -9 "$pid" 2>/dev/null
	skip "$part" "$qemu does not start: $(tail -n 1 "$dir/$part.log")"
}

start_kvm() {
	[ "$(uname -m)" = x86_64 ] || { skip kvm "its guest is for x86_64 only"; return; }
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || { skip kvm "/dev/kvm cannot be used"; return; }
	has gcc && has ld || { skip kvm "not installed: gcc binutils"; return; }
	gcc -c -o "$dir/bios.o" "$here/spinner.S" && ld -Ttext=0 -e 0 --oformat binary -o "$dir/bios" "$dir/bios.o" || { skip kvm "cannot build its guest"; return; }
	qemu kvm lab-kvm -name lab-kvm,debug-threads=on -M microvm -accel kvm -cpu host,-arch-capabilities -m 32 -bios "$dir/bios"
}

start_paused() { # never runs a guest: all about it comes from its arguments
	local machine=pc
	[ "$(uname -m)" = aarch64 ] && machine=virt
	qemu paused lab-paused -name lab-paused -M "$machine" -accel tcg -m 48 -smp 2 -S \
		-netdev "user,id=lab1,restrict=on,hostname=$secret" -device virtio-net-pci,netdev=lab1
}

start_huge() { # its RAM lies in huge pages, which the kernel counts for no process
	local allowed=/proc/sys/vm/nr_overcommit_hugepages machine=pc
	[ "$(uname -m)" = x86_64 ] || { skip huge "huge pages have other sizes here"; return; }
	[ "$(id -u)" = 0 ] || { skip huge "needs root"; return; }
	cp "$allowed" "$dir/huge.before" && echo $(($(cat "$dir/huge.before") + 32)) >"$allowed" || { skip huge "$allowed cannot be set"; return; }
	cp "$allowed" "$dir/huge.ours"
	qemu huge lab-huge -name lab-huge -M "$machine,memory-backend=ram" -accel tcg -m 48 -S \
		-object memory-backend-memfd,id=ram,size=48M,hugetlb=on,prealloc=on
}

start_uml() { # its first process ends with this script, and takes the guest's with it; others must be looked for
	local pid try uml=linux.uml
	has "$uml" && has setpriv && has cpio || { skip uml "not installed: $uml setpriv cpio"; return; }
	mkdir -p "$dir/uml/root/bin" && cp "$(command -v busybox)" "$dir/uml/root/bin/" && cat >"$dir/uml/root/init" <<-'END'
		#!/bin/busybox sh
		while :; do i=0; while [ $i -lt 5000 ]; do i=$((i + 1)); done; /bin/busybox sleep 0.1; done
	END
	chmod +x "$dir/uml/root/init"
	(cd "$dir/uml/root" && find . | cpio -o -H newc --quiet) >"$dir/uml/initramfs"
	# What lies between its program and its heap, which is random, would be taken for memory and use up most of it.
	setpriv --pdeathsig KILL setarch -R "$uml" mem=48M umid=lab-uml "uml_dir=$dir/uml" "initrd=$dir/uml/initramfs" con=null con0=null,fd:1 \
		console=tty0 "token=$secret" </dev/null >"$dir/uml/console" 2>&1 &
	pid=$!
	disown "$pid"
	echo "$pid" >"$dir/uml.pid"
	for try in {1..100}; do
		grep -q 'Run /init as init' "$dir/uml/console" && { say machine lab-uml "$pid"; return; }
		[ "$try" -lt 100 ] && kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -9 "$pid" 2>/dev/null
	skip uml "$uml does not start: $(tail -n 1 "$dir/uml/console")"
}

# ---- removing -------------------------------------------------------------------------------------------------------

mounts() { awk -v d="$dir/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -ru; }
ids() { # of the engines' containers
	find "$dir/docker/containers" "$dir/podman/root/overlay-containers" "$dir/podman/root/vfs-containers" \
		-mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null | grep -E '^[0-9a-f]{64}$'
}
words() { tr '\0' '\n' <"/proc/$1/cmdline"; } 2>/dev/null
ours() { [[ $(words "$1") = *"$dir/"* ]]; }
cgroups() { # of this lab, inner ones first
	awk '$(NF-2) ~ /^cgroup2?$/ { print $5 }' /proc/self/mountinfo | while read -r point; do
		find "$point" -depth -type d \( -path "$point/$tag" -o -path "$point/$tag/*" \)
		for id in $known; do find "$point" -depth -type d -path "*$id*"; done
	done 2>/dev/null | sort -ru
}
processes() { # engines and their helpers that name DIR or a container, and all that are in the containers' cgroups
	local p id
	grep -lE '^(dockerd|containerd.*|conmon|podman|runc.*|crun|lxc.*|exe|qemu.*|linux\.uml|setpriv)$' /proc/[0-9]*/comm 2>/dev/null | while read -r p; do
		p=$(basename "${p%/comm}")
		ours "$p" && echo "$p"
		for id in $known; do [[ $(words "$p") != *"$id"* ]] || echo "$p"; done
	done
	cgroups | while read -r group; do cat "$group/cgroup.procs" 2>/dev/null; done
}

remove() {
	local pid try item left=0
	known=$(ids)
	for item in runc crun; do has "$item" && "$item" delete -f "$tag-$item" >/dev/null 2>&1; done
	[ ! -d "$dir/lxc" ] || timeout 20 lxc-stop -P "$dir/lxc" -n "$tag-lxc" -k >/dev/null 2>&1
	[ -s "$dir/uml.pid" ] && pid=$(cat "$dir/uml.pid") && ours "$pid" && kill "$pid" # it ends its other processes first
	for item in kvm paused huge; do
		[ -s "$dir/$item.pid" ] && pid=$(cat "$dir/$item.pid") && ours "$pid" && kill -9 "$pid"
	done
	# Unless somebody has set it since.
	[ ! -s "$dir/huge.ours" ] || [ "$(cat "$dir/huge.ours")" != "$(cat /proc/sys/vm/nr_overcommit_hugepages)" ] ||
		cat "$dir/huge.before" >/proc/sys/vm/nr_overcommit_hugepages
	[ ! -d "$dir/podman" ] || timeout 60 "${podman[@]}" rm -f -t 0 -a >/dev/null 2>&1
	if [ -s "$dir/docker.pid" ] && pid=$(cat "$dir/docker.pid") && ours "$pid"; then
		timeout 30 "${docker[@]}" ps -aq 2>/dev/null | timeout 60 xargs -r "${docker[@]}" rm -f >/dev/null 2>&1
		kill "$pid"
		for try in {1..200}; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
	fi
	for try in {1..40}; do # normally none is left; a daemon that was killed leaves its helpers and containers
		pid=$(processes | sort -u)
		[ -n "$pid" ] || break
		[ "$try" -lt 10 ] || for item in $pid; do kill -9 "$item" 2>/dev/null; done
		sleep 0.1
	done
	mounts | while read -r item; do umount -l "$item"; done
	for try in {1..20}; do
		item=$(cgroups)
		[ -n "$item" ] || break
		while read -r item; do rmdir "$item" 2>/dev/null; done <<<"$item"
		sleep 0.05
	done
	# The engines' parents stay where others' containers are in them.
	awk '$(NF-2) ~ /^cgroup2?$/ { print $5 }' /proc/self/mountinfo | while read -r item; do
		rmdir "$item/docker" "$item/libpod_parent/conmon" "$item/libpod_parent" "$item/lxc.pivot" 2>/dev/null
	done
	rm -rf "/run/runc/$tag-runc" "/run/crun/$tag-crun" "/run/lxc/lock$dir"
	rmdir -p "/run/lxc/lock$(dirname "$dir")" 2>/dev/null
	rm -rf "$dir"
	for item in $(processes | sort -u); do say left "process $item: $(words "$item" | tr '\n' ' ' | cut -c 1-100)"; left=1; done
	for item in $(mounts) $(cgroups); do say left "$item"; left=1; done
	[ ! -e "$dir" ] || { say left "$dir"; left=1; }
	[ "$left" = 1 ] || say gone
	return "$left"
}

listen() { # for a line; fails at the end of the input, and when it is time to end
	while [ -z "${ending:-}" ]; do
		read -r -t 1 _ && return
		[ $? -gt 128 ] || return 1          # above 128: nothing came in this second
	done
	return 1
}

# ---- commands -------------------------------------------------------------------------------------------------------

keep() {
	local part parts=("${@:2}")
	[[ $1 = /*/tare-lab-* ]] && [ ${#1} -le 60 ] || die "DIR must be absolute, of at most 60 characters, and called tare-lab-…"
	name_places "$1"
	mkdir -m 700 "$dir" || exit
	printf '%s %s %s\n' "$(boot)" $$ "$(born $$)" >"$dir/keeper"
	trap '' INT HUP PIPE
	trap 'ending=yes' TERM
	[ ${#parts[@]} -gt 0 ] || parts=(docker podman runc crun lxc kvm paused huge uml)
	root_of_busybox || { skip docker "not installed: busybox-static"; parts=(kvm paused); }
	if [ "$(id -u)" != 0 ]; then
		for part in docker podman runc crun lxc; do [[ " ${parts[*]} " != *" $part "* ]] || skip "$part" "needs root"; done
		parts=(kvm paused uml)
	fi
	# Machines end with this shell, so it starts them itself; the containers come up side by side.
	for part in "${parts[@]}"; do case $part in docker | podman | runc | crun | lxc) "start_$part" </dev/null & ;; esac; done
	local starting
	starting=$(jobs -p)
	[[ " ${parts[*]} " != *" paused "* ]] || start_paused
	[[ " ${parts[*]} " != *" huge "* ]] || start_huge
	[[ " ${parts[*]} " != *" uml "* ]] || start_uml
	# shellcheck disable=SC2086  # several numbers
	[ -z "$starting" ] || wait $starting
	if [[ " ${parts[*]} " = *" kvm "* ]]; then listen && start_kvm; fi
	say ready
	while listen; do :; done
	remove
}

sweep() {
	local folder boot pid start
	for folder in "$1"/tare-lab-*; do
		[ -d "$folder" ] && [ ! -L "$folder" ] && [ -O "$folder" ] && [ -f "$folder/keeper" ] || continue
		read -r boot pid start <"$folder/keeper" || continue
		[ "$boot" = "$(boot)" ] && [ "$(born "$pid")" = "$start" ] && continue
		name_places "$folder"
		(remove) || exit
	done
}

case ${1:-} in
keep) [ $# -ge 2 ] || die "keep DIR [PART...]"; keep "${@:2}" ;;
sweep) [ $# = 2 ] || die "sweep BASE"; sweep "$2" ;;
*) die "keep DIR [PART...], or sweep BASE" ;;
esac
