#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_COMPLETION_COMMAND_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_COMPLETION_COMMAND_H_

#include "client/cachectl/command.h"

namespace cache_invalidation::cachectl {

// completion bash|zsh|fish. To be added last: `app`, which must outlive the run, is what it walks.
void AddCompletionCommand(CLI::App* app, Action& chosen);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_COMPLETION_COMMAND_H_
