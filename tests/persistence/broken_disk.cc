// SPDX-License-Identifier: Apache-2.0

// A disk that breaks under a program that is started with this library in LD_PRELOAD.
//
// Once the file named by BROKEN_DISK_SWITCH exists, operations of the program on files below
// BROKEN_DISK_DIRECTORY fail according to the content of that file. "full": the next write stores
// half of its data, all later ones nothing (ENOSPC). "sync": nothing can be synced (EIO).

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<bool> half_written = false;

bool IsOnDisk(int file) {
  const char* directory = getenv("BROKEN_DISK_DIRECTORY");
  if (directory == nullptr) return false;
  char link[64] = "/proc/self/fd/";
  char* end = link + strlen(link);
  char digits[16];
  int count = 0;
  for (int rest = file; rest > 0 || count == 0; rest /= 10) {
    digits[count++] = static_cast<char>('0' + rest % 10);
  }
  while (count > 0) *end++ = digits[--count];
  char path[PATH_MAX] = {};
  if (readlink(link, path, sizeof(path) - 1) < 0) return false;
  return strncmp(path, directory, strlen(directory)) == 0;
}

// Whether the switch says so, for this file.
bool IsBroken(char how, int file) {
  const char* path = getenv("BROKEN_DISK_SWITCH");
  if (path == nullptr) return false;
  const int opened = open(path, O_RDONLY | O_CLOEXEC);
  if (opened < 0) return false;
  char said = 0;
  const bool as_said = read(opened, &said, 1) == 1 && said == how;
  close(opened);
  return as_said && IsOnDisk(file);
}

template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// How much of a write still fits; -1 and errno if nothing does.
ssize_t Fitting(int file, size_t size) {
  if (!IsBroken('f', file)) return static_cast<ssize_t>(size);
  if (size > 1 && !half_written.exchange(true)) return static_cast<ssize_t>(size / 2);
  errno = ENOSPC;
  return -1;
}

int Synced(const char* name, int file) {
  if (IsBroken('s', file)) {
    errno = EIO;
    return -1;
  }
  return Next<int(int)>(name)(file);
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  const ssize_t fitting = Fitting(file, size);
  if (fitting < 0) return -1;
  return Next<ssize_t(int, const void*, size_t)>("write")(file, bytes,
                                                          static_cast<size_t>(fitting));
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  const ssize_t fitting = Fitting(file, size);
  if (fitting < 0) return -1;
  return Next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64")(
      file, bytes, static_cast<size_t>(fitting), offset);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  return pwrite64(file, bytes, size, offset);
}

int fsync(int file) { return Synced("fsync", file); }

int fdatasync(int file) { return Synced("fdatasync", file); }

}  // extern "C"
