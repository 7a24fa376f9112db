// Connecting to a unix socket whose path is a claim. Apart from CLinux, and without a header of glibc: CLinux defines
// _GNU_SOURCE, and one Swift module cannot import that together with SwiftNIO's C modules, which see other versions of
// the same structures. Every function returns what the system call returns; errors are in errno.
#pragma once
#include <stdint.h>

/// An O_PATH descriptor of the file, or -1 and errno (openat2(2)). Magic links are never followed, symbolic ones where
/// follow_links is not 0.
int tare_socket_file(const char *path, int follow_links);

/// 1 where the descriptor is open on a socket file (O_PATH is enough), else 0.
int tare_is_socket_file(int file);

/// connect(2) to the socket that an O_PATH descriptor names: a non-blocking stream socket, or -1 and errno.
/// EAGAIN: the peer's queue is full, try again. By descriptor, so that what was checked is what is connected, and
/// a path may be longer than the 107 bytes of sun_path.
int tare_socket_connect(int file);

/// Who called listen(2) at the other end (SO_PEERCRED, unix(7)). error is 0, or the errno.
struct tare_peer {
  int32_t process;
  uint32_t user;
  int error;
};

struct tare_peer tare_socket_peer(int socket);
