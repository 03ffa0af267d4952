#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_RELATIONSHIP_COMMANDS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_RELATIONSHIP_COMMANDS_H_

#include "client/cachectl/command.h"

namespace cache_invalidation::cachectl {

// relationship register|get|list|delete.
void AddRelationshipCommands(CLI::App* app, Action& chosen);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_RELATIONSHIP_COMMANDS_H_
