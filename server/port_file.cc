#include "server/port_file.h"

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace cache_invalidation {

absl::Status WritePortFile(const std::string& path, int grpc_port, int http_port) {
  const std::string unfinished = path + ".unfinished";
  std::ofstream file(unfinished);
  file << absl::StrCat("grpc=", grpc_port, "\nhttp=", http_port, "\n");
  file.close();
  if (!file || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot write the port file ", path));
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation
