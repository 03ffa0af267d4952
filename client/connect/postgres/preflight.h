// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_PREFLIGHT_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_PREFLIGHT_H_

#include <vector>

#include "client/connect/finding.h"
#include "client/connect/postgres/source_environment.h"
#include "common/clock.h"

namespace cache_invalidation::connect {

// Looks at everything that the source needs of the database, and at its state file. Changes
// nothing.
std::vector<Finding> CheckSource(const SourceOptions& options, const Clock& clock);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_PREFLIGHT_H_
