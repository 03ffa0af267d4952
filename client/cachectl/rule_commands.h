#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_RULE_COMMANDS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_RULE_COMMANDS_H_

#include "client/cachectl/command.h"

namespace cache_invalidation::cachectl {

// rule register|get|list|delete|test.
void AddRuleCommands(CLI::App* app, Action& chosen);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_RULE_COMMANDS_H_
