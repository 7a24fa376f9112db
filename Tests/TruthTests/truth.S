# A 64 KiB BIOS that tells the truth: before and after everything that tare may find out it writes a byte to port 0xe9
# (isa-debugcon), which the test takes the time of. X: the first instruction. U, then the line of a kernel that starts its
# first process, then u. A, then a prompt for a login, then a. Then it halts.
# Build: gcc -c, ld -Ttext=0 -e 0 --oformat binary. Real mode is all it needs.
.set SERIAL, 0x3f8

.code16
.globl _start
_start:
  mov $'X', %al
  out %al, $0xe9
  cli
  xor %ax, %ax                 # the stack: not in the firmware's own 64 KiB
  mov %ax, %ss
  mov $0x7000, %sp
  call pause
  mov $'U', %al
  out %al, $0xe9
  mov $userspace, %si
  call say
  mov $'u', %al
  out %al, $0xe9
  call pause
  mov $'A', %al
  out %al, $0xe9
  mov $ready, %si
  call say
  mov $'a', %al
  out %al, $0xe9
1:hlt
  jmp 1b

say:                           # what is at cs:si, to the serial line
  movb %cs:(%si), %bl
  test %bl, %bl
  jz 2f
  mov $SERIAL + 5, %dx
1:in %dx, %al                  # until the line takes a byte
  test $0x20, %al
  jz 1b
  mov %bl, %al
  mov $SERIAL, %dx
  out %al, %dx
  inc %si
  jmp say
2:ret

pause:                         # some milliseconds: where real mode is emulated, asking a port is not much dearer than counting
  mov $4000, %cx
1:in $0x80, %al
  dec %cx
  jnz 1b
  ret

userspace:
  .asciz "[    0.0] Run /init as init process\n"
ready:
  .asciz "truth login: "

.org 0xfff0                    # the reset vector
  ljmp $0xf000, $_start
.org 0xffff
.byte 0
