#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_RUN_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_RUN_H_

#include <istream>
#include <ostream>

#include "client/cachectl/exit_code.h"

namespace cache_invalidation::cachectl {

// Runs cachectl: parses the command line and runs its command.
ExitCode Run(int argc, const char* const* argv, std::istream& in, std::ostream& out,
             std::ostream& err);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_RUN_H_
