#include "common/utf8_prefix.h"

namespace cache_invalidation {

absl::string_view Utf8Prefix(absl::string_view text, size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  size_t end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace cache_invalidation
