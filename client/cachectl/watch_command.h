#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_WATCH_COMMAND_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_WATCH_COMMAND_H_

#include "client/cachectl/command.h"

namespace cache_invalidation::cachectl {

// watch.
void AddWatchCommand(CLI::App* app, Action& chosen);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_WATCH_COMMAND_H_
