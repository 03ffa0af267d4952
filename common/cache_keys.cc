#include "common/cache_keys.h"

#include <cstdint>

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
