#include "client/connect/postgres/lsn.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"

namespace cache_invalidation::connect {

std::string FormatLsn(Lsn lsn) { return absl::StrFormat("%X/%X", lsn >> 32, lsn & 0xFFFFFFFF); }

std::optional<Lsn> ParseLsn(absl::string_view text) {
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  uint32_t high = 0;
  uint32_t low = 0;
  if (!absl::SimpleHexAtoi(text.substr(0, slash), &high) ||
      !absl::SimpleHexAtoi(text.substr(slash + 1), &low)) {
    return std::nullopt;
  }
  return uint64_t{high} << 32 | low;
}

}  // namespace cache_invalidation::connect
