#include "server/storage/directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::storage {
namespace {

// Keys and tags reveal facts about users.
constexpr mode_t kMode = 0750;

absl::Status CannotMake(const std::string& path, int error) {
  return absl::UnavailableError(
      absl::StrCat("cannot make the directory ", path, ": ", std::strerror(error)));
}

// The directory that contains `path`.
std::string ParentOf(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), kMode) != 0) {
    return errno == EEXIST ? absl::OkStatus() : CannotMake(path, errno);
  }
  // The directory is an entry of its parent, which has to reach the device as well.
  const int parent = open(ParentOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return CannotMake(path, errno);
  const int error = fsync(parent) == 0 ? 0 : errno;
  close(parent);
  return error == 0 ? absl::OkStatus() : CannotMake(path, error);
}

}  // namespace cache_invalidation::storage
