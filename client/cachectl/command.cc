#include "client/cachectl/command.h"

#include <utility>

#include "CLI/CLI.hpp"

namespace cache_invalidation::cachectl {

void OnChosen(CLI::App* command, Action& chosen, Action action) {
  command->callback([&chosen, action = std::move(action)] { chosen = action; });
}

}  // namespace cache_invalidation::cachectl
