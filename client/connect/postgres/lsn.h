// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_LSN_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_LSN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::connect {

// A position in PostgreSQL's log, in bytes. 0: none.
using Lsn = uint64_t;

// As PostgreSQL writes it: 16/B374D848.
inline std::string FormatLsn(Lsn lsn) {
  return absl::StrFormat("%X/%X", lsn >> 32, lsn & 0xFFFFFFFF);
}

// Returns nothing for any other text.
inline std::optional<Lsn> ParseLsn(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(text, absl::MaxSplits('/', 1));
  uint32_t high = 0;
  uint32_t low = 0;
  if (!absl::SimpleHexAtoi(halves.first, &high) || !absl::SimpleHexAtoi(halves.second, &low)) {
    return std::nullopt;
  }
  return uint64_t{high} << 32 | low;
}

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_LSN_H_
