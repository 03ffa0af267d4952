#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_CHECK_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_CHECK_H_

#include <ostream>

#include "client/connect/config.h"
#include "common/clock.h"

namespace cache_invalidation::connect {

// Connects to the service and to the database or the caches, and prints what is wrong or unwise, a
// line each; with `sql` the statements that cure it instead, after comments that say why. Changes
// nothing that a program sees. Returns whether nothing is wrong; warnings are not wrong.
bool Check(const Config& config, bool sql, const Clock& clock, std::ostream& out);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_CHECK_H_
