#ifndef CACHE_INVALIDATION_SERVER_PORT_FILE_H_
#define CACHE_INVALIDATION_SERVER_PORT_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace cache_invalidation {

// Tells scripts which ports were picked: the lines `grpc=PORT` and `http=PORT`. Whoever sees the
// file sees all of it.
absl::Status WritePortFile(const std::string& path, int grpc_port, int http_port);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_PORT_FILE_H_
