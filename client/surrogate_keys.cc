// SPDX-License-Identifier: Apache-2.0

#include "client/surrogate_keys.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/stable_hash.h"
#include "common/tag.h"

namespace cache_invalidation::client {
namespace {

// Fastly takes 1,024 bytes, of which a marker and the sign of a key need one each. Shorter ones
// leave room for others in a header.
constexpr size_t kMaxBytes = 200;
constexpr char kMarker = '~';
constexpr char kSign = '=';

// Letters, digits and `-._:` stay, every other byte becomes %XX: no text ends a header, a key or a
// string of JSON, and none has kMarker or kSign. A long one ends in its hash: two that become equal
// are purged together.
std::string Encoded(absl::string_view text) {
  constexpr absl::string_view kKept = "-._:";
  constexpr absl::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char character : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(character)) ||
        kKept.find(character) != absl::string_view::npos) {
      out += character;
      continue;
    }
    const auto byte = static_cast<uint8_t>(character);
    out += '%';
    out += kDigits[byte / 16];
    out += kDigits[byte % 16];
  }
  if (out.size() <= kMaxBytes) return out;
  return absl::StrCat(out.substr(0, kMaxBytes), "=", absl::Hex(StableHash(out), absl::kZeroPad16));
}

// What a page carries for its tags if those of more levels are replaced, each key once.
std::vector<std::string> KeysWithLevels(const std::vector<std::string>& tags, size_t max_levels) {
  std::vector<std::string> keys;
  std::set<std::string> seen;
  const auto add = [&](std::string key) {
    if (seen.insert(key).second) keys.push_back(std::move(key));
  };
  for (const std::string& tag : tags) {
    std::vector<absl::string_view> levels;
    ForEachSelfAndAncestor(tag, [&](absl::string_view level) { levels.push_back(level); });
    std::reverse(levels.begin(), levels.end());
    for (size_t i = 0; i < std::min(levels.size(), max_levels); ++i) add(Encoded(levels[i]));
    if (levels.size() > max_levels) add(Encoded(levels[max_levels - 1]) + kMarker);
  }
  return keys;
}

}  // namespace

std::optional<std::string> SurrogateKeysOfPage(const std::vector<std::string>& tags,
                                               const SurrogateKeyOptions& options) {
  size_t most = 1;
  for (const std::string& tag : tags) most = std::max(most, LevelsOf(tag));
  for (size_t levels = most; levels > 0; --levels) {
    std::string out = kSurrogateKeyOfEveryPage;
    for (const std::string& key : KeysWithLevels(tags, levels)) {
      absl::StrAppend(&out, absl::string_view(&options.separator, 1), key);
    }
    if (!options.key.empty()) {
      absl::StrAppend(&out, absl::string_view(&options.separator, 1),
                      SurrogateKeyOfKey(options.key));
    }
    if (out.size() <= options.max_bytes) return out;
  }
  return std::nullopt;
}

std::vector<std::string> SurrogateKeysOfTag(absl::string_view tag) {
  std::vector<std::string> keys = {Encoded(tag)};
  ForEachAncestor(tag, [&](absl::string_view above) { keys.push_back(Encoded(above) + kMarker); });
  return keys;
}

std::string SurrogateKeyOfKey(absl::string_view key) { return kSign + Encoded(key); }

}  // namespace cache_invalidation::client
