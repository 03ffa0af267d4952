#include "common/condition/expression.h"

#include <algorithm>
#include "common/condition/regex.h"

namespace cache_invalidation::condition {

SourcePosition PositionOf(absl::string_view text, size_t offset) {
  SourcePosition position;
  for (const char character : text.substr(0, std::min(offset, text.size()))) {
    const bool continues_a_character = (static_cast<unsigned char>(character) & 0xC0) == 0x80;
    if (character == '\n') {
      ++position.line;
      position.column = 1;
    } else if (!continues_a_character) {
      ++position.column;
    }
  }
  return position;
}

Expression::Expression(absl::string_view text) : text_(text) {}

Expression::~Expression() = default;

absl::string_view Expression::TextOf(NodeId id) const {
  const SourceRange source = nodes_[id].source;
  return absl::string_view(text_).substr(source.begin, source.end - source.begin);
}

}  // namespace cache_invalidation::condition
