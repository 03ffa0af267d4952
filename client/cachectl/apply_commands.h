#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_APPLY_COMMANDS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_APPLY_COMMANDS_H_

#include "client/cachectl/command.h"

namespace cache_invalidation::cachectl {

// apply and export.
void AddApplyCommands(CLI::App* app, Action& chosen);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_APPLY_COMMANDS_H_
