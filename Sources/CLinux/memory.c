// What a long-running process can give back after its start.
#include "CLinux.h"
#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>

void tare_forget_start(void) {
  malloc_trim(0);
  const ElfW(Phdr) *headers = (const void *)getauxval(AT_PHDR);
  size_t count = getauxval(AT_PHNUM);
  if (!headers) return;
  uintptr_t page = (uintptr_t)getpagesize(), base = 0;
  for (size_t i = 0; i < count; i++)
    if (headers[i].p_type == PT_PHDR) base = (uintptr_t)headers - headers[i].p_vaddr;
  for (size_t i = 0; i < count; i++) {
    if (headers[i].p_type != PT_LOAD || headers[i].p_flags & PF_W) continue;
    uintptr_t begin = (base + headers[i].p_vaddr) & ~(page - 1);
    uintptr_t end = (base + headers[i].p_vaddr + headers[i].p_filesz + page - 1) & ~(page - 1);
    // Huge pages of a file are mapped as a whole: 2 MiB for one function.
    madvise((void *)begin, end - begin, MADV_NOHUGEPAGE);
    madvise((void *)begin, end - begin, MADV_DONTNEED);
  }
}

int tare_has_room(unsigned long size) {
  void *place = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) return 0;
  munmap(place, size);
  return 1;
}
