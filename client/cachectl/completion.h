#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_COMPLETION_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_COMPLETION_H_

#include <string>

#include "client/cachectl/command_tree.h"

namespace cache_invalidation::cachectl {

// Return a script that makes the shell complete the commands, options and known values of
// `program`.
std::string BashCompletion(const std::string& program, const CommandWords& root);
std::string ZshCompletion(const std::string& program, const CommandWords& root);
std::string FishCompletion(const std::string& program, const CommandWords& root);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_COMPLETION_H_
