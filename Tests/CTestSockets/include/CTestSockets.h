// What a fake engine needs and Swift cannot import. No header of glibc: see CUnixSocket.h.
#pragma once
#include <stdint.h>

/// A unix socket that listens at the path, or -1 and errno.
int tare_test_listen(const char *path, int queue);

/// setfsuid(2): the user as which this thread alone opens files; the one before.
uint32_t tare_test_open_files_as(uint32_t user);
