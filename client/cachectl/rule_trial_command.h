#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_RULE_TRIAL_COMMAND_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_RULE_TRIAL_COMMAND_H_

#include "client/cachectl/command.h"

namespace cache_invalidation::cachectl {

// rule test: whether the rules of a file would fire for a write. Asks no service.
void AddRuleTrialCommand(CLI::App* group, Action& chosen);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_RULE_TRIAL_COMMAND_H_
