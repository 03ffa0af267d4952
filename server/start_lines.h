#ifndef CACHE_INVALIDATION_SERVER_START_LINES_H_
#define CACHE_INVALIDATION_SERVER_START_LINES_H_

#include <cstddef>

#include "server/journal/journal.h"
#include "server/server.h"

namespace cache_invalidation {

// Writes what an operator should know of a server that has started, the line `serving` last: its
// history, its limits, until when calls wait for subscribers of earlier servers, its ports.
// `max_memory_bytes`: see ServerOptions.
void WriteStartLines(const Server& server, size_t max_memory_bytes, journal::Journal& journal);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_START_LINES_H_
