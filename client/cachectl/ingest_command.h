#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_INGEST_COMMAND_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_INGEST_COMMAND_H_

#include "client/cachectl/command.h"

namespace cache_invalidation::cachectl {

// ingest.
void AddIngestCommand(CLI::App* app, Action& chosen);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_INGEST_COMMAND_H_
