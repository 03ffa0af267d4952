#include "client/connect/sink_position.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::connect {

std::string FormatSinkPosition(const client::Position& position, absl::string_view fingerprint) {
  return absl::StrCat(position.epoch, " ", position.revision, " ", fingerprint);
}

std::optional<client::Position> ParseSinkPosition(absl::string_view text,
                                                  absl::string_view fingerprint) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ' ');
  client::Position position;
  if (parts.size() != 3 || parts[0].empty() || parts[2] != fingerprint) return std::nullopt;
  if (!absl::SimpleAtoi(parts[1], &position.revision)) return std::nullopt;
  position.epoch = std::string(parts[0]);
  return position;
}

}  // namespace cache_invalidation::connect
