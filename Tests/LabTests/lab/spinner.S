# A BIOS of 64 KiB that enters ring 3 in long mode and counts there for ever: under KVM all of its time is guest time.
# Real mode cannot do: where KVM is itself virtualised it is emulated, and guest time stays 0.
# Built with: gcc -c, ld -Ttext=0 -e 0 --oformat binary. The firmware's last 64 KiB are seen at BASE.
.set BASE, 0xf0000
.set TABLES, 0x1000            # three page tables, one page each
.set KERNEL_STACK, 0x8000
.set USER_STACK, 0x9000

.code16
.globl _start
_start:
  cli
  xor %ax, %ax
  mov %ax, %ds
  mov %ax, %es
  mov $TABLES, %di             # zero the tables
  mov $0x1800, %cx
  cld
  rep stosw
  movl $0x2007, 0x1000         # one page of 2 MiB: present, writable, for users too
  movl $0x3007, 0x2000
  movl $0x87, 0x3000
  lgdtl %cs:gdtr
  mov %cr4, %eax
  or $0x20, %eax               # PAE
  mov %eax, %cr4
  mov $TABLES, %eax
  mov %eax, %cr3
  mov $0xc0000080, %ecx        # EFER: long mode
  mov $0x100, %eax
  xor %edx, %edx
  wrmsr
  mov %cr0, %eax
  or $0x80000001, %eax         # paging and protection
  mov %eax, %cr0
  ljmpl $0x08, $BASE + long_mode

.code64
long_mode:
  mov $0x10, %ax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %ss
  mov $KERNEL_STACK, %rsp
  pushq $0x23                  # what iretq takes: stack, flags, code
  pushq $USER_STACK
  pushq $0x2
  pushq $0x1b
  mov $BASE + user, %eax
  push %rax
  iretq
user:
  inc %rax
  jmp user

.align 8
gdt:                           # null; ring 0 code, data; ring 3 code, data
  .quad 0, 0x00209b0000000000, 0x0000930000000000, 0x0020fb0000000000, 0x0000f30000000000
gdtr:
  .word 39
  .long BASE + gdt

.code16
.org 0xfff0                    # the reset vector
  ljmp $0xf000, $_start
.org 0xffff
.byte 0
