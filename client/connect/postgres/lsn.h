#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_LSN_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_LSN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation::connect {

// A position in PostgreSQL's log, in bytes. 0: none.
using Lsn = uint64_t;

// As PostgreSQL writes it: 16/B374D848.
std::string FormatLsn(Lsn lsn);

// Returns nothing for any other text.
std::optional<Lsn> ParseLsn(absl::string_view text);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_LSN_H_
