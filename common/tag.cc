// SPDX-License-Identifier: Apache-2.0

#include "common/tag.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_replace.h"
#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation {
namespace {

void AppendEscapedByte(char byte, std::string& key) {
  constexpr absl::string_view kDigits = "0123456789ABCDEF";
  const auto value = static_cast<uint8_t>(byte);
  key += '%';
  key += kDigits[value / 16];
  key += kDigits[value % 16];
}

void AppendEscaped(absl::string_view part, std::string& key) {
  while (!part.empty()) {
    size_t bytes = Utf8CharacterBytes(part);
    const bool text = bytes != 0;
    if (!text) bytes = 1;
    const absl::string_view character = part.substr(0, bytes);
    if (text && character != "%" && character != ":" && !IsControlCharacter(character)) {
      absl::StrAppend(&key, character);
    } else {
      for (const char byte : character) AppendEscapedByte(byte, key);
    }
    part.remove_prefix(bytes);
  }
}

}  // namespace

size_t LevelsOf(absl::string_view tag) {
  return 1 + static_cast<size_t>(std::count(tag.begin(), tag.end(), ':'));
}

absl::string_view FirstLevels(absl::string_view tag) {
  size_t levels = 0;
  for (size_t i = 0; i < tag.size(); ++i) {
    if (tag[i] == ':' && ++levels == kMaxTagLevels) return tag.substr(0, i);
  }
  return tag;
}

std::string EscapeTagValue(absl::string_view value) {
  return absl::StrReplaceAll(value, {{"%", "%25"}, {":", "%3A"}});
}

std::vector<std::string> FormsOfTagValue(absl::string_view value) {
  std::string escaped = EscapeTagValue(value);
  if (escaped == value) return {std::move(escaped)};
  return {std::move(escaped), std::string(value)};
}

std::string ResourceTag(absl::string_view type, absl::string_view id) {
  return absl::StrCat(type, ":", id);
}

std::vector<std::string> ResourceTags(absl::string_view type, absl::string_view id) {
  std::vector<std::string> tags = {ResourceTag(type, id)};
  if (id.find_first_of("%:") == absl::string_view::npos) return tags;
  std::string escaped = ResourceTag(type, EscapeTagValue(id));
  // No entry can carry a tag that is too long.
  if (escaped.size() <= kMaxTagBytes) tags.push_back(std::move(escaped));
  return tags;
}

std::string CollectionTag(absl::string_view type) { return absl::StrCat(type, ":#all"); }

CacheKeys::CacheKeys(absl::string_view owner) { AppendEscaped(owner, owner_); }

std::string CacheKeys::Join(std::initializer_list<absl::string_view> parts) const {
  std::string key = owner_;
  for (const absl::string_view part : parts) {
    key += ':';
    AppendEscaped(part, key);
  }
  return key;
}

}  // namespace cache_invalidation
