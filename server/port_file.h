#ifndef CACHE_INVALIDATION_SERVER_PORT_FILE_H_
#define CACHE_INVALIDATION_SERVER_PORT_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace cache_invalidation {

// Writes the ports for scripts, as the lines `grpc=PORT` and `http=PORT`. The file appears
// complete: it is renamed into place.
absl::Status WritePortFile(const std::string& path, int grpc_port, int http_port);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_PORT_FILE_H_
