#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_WRITE_COMMANDS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_WRITE_COMMANDS_H_

#include "client/cachectl/command.h"

namespace cache_invalidation::cachectl {

// write and explain.
void AddWriteCommands(CLI::App* app, Action& chosen);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_WRITE_COMMANDS_H_
