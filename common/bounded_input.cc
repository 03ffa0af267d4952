#include "common/bounded_input.h"

#include <algorithm>

namespace cache_invalidation {

std::optional<std::string> ReadAtMost(std::istream& stream, size_t most) {
  constexpr size_t kPiece = 64 << 10;
  if (!stream) return std::nullopt;
  std::string text;
  while (stream && text.size() < most) {
    const size_t before = text.size();
    text.resize(before + std::min(kPiece, most - before));
    // Unlike an iterator over the buffer, it turns exceptions of the buffer into a bad stream.
    stream.read(text.data() + before, static_cast<std::streamsize>(text.size() - before));
    text.resize(before + static_cast<size_t>(stream.gcount()));
  }
  if (stream.bad()) return std::nullopt;
  return text;
}

}  // namespace cache_invalidation
