#ifndef CACHE_INVALIDATION_SERVER_START_LINES_H_
#define CACHE_INVALIDATION_SERVER_START_LINES_H_

#include <cstddef>

#include "server/journal/journal.h"
#include "server/server.h"
#include "server/tls/certificate_files.h"

namespace cache_invalidation {

// Writes what an operator should know of a server that has started, the line `serving` last: its
// history, its limits, its certificate, until when calls wait for subscribers of earlier servers,
// its ports. `certificates` and `max_memory_bytes`: see ServerOptions.
void WriteStartLines(const Server& server, const tls::CertificatePaths& certificates,
                     size_t max_memory_bytes, journal::Journal& journal);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_START_LINES_H_
