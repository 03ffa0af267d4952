// TagValues: what a placeholder of a tag template stands for in one write.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TAG_VALUES_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TAG_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/engine/command.h"

namespace cache_invalidation::engine {

// Why a tag stands for something narrower that could not be named.
enum class Unresolved : uint8_t {
  kNo,       // it does not: it is exactly what was meant
  kAbsent,   // neither the context nor its `old` has the value
  kUnknown,  // the context says that it does not know the value, or the path leads nowhere
  kMoved,    // `fields_changed` names it, and only one of its values is given
  kNull,
  kEmpty,  // an empty text, or a list without elements
  kObject,
  kNestedList,  // a list within a list
  kFraction,
  kHugeNumber,  // beyond kMaxExactInteger two rows could share a tag
  kNoTag,       // its text makes no well-formed tag: control characters, or too long
  kTooMany,     // more than kMaxTagsPerTemplate tags
  kUnscoped,    // the type was reached without the written id
};

// What a placeholder names for a value that is known to be null.
enum class NullChoice : uint8_t {
  kWiden,
  kSkip,  // nothing
  kTag,   // kNullTagValue
};

// No escaped value is this: "%" would be "%25".
inline constexpr absl::string_view kNullTagValue = "%null";

struct TagValues {
  // As they stand in a tag, each once. A text with ":" or "%" is there twice: escaped, and as it
  // came. Readers may carry either.
  std::vector<std::string> texts;
  // Of the first value that has no text.
  Unresolved why = Unresolved::kNo;

  // Whether there is nothing to name: every value is a null that is skipped.
  bool empty() const { return texts.empty() && why == Unresolved::kNo; }
};

// The written id.
TagValues ValuesOfId(absl::string_view resource_id);

// What the write's context has at the path, now and, in `old`, before the write; each element of a
// list by itself. A path that begins with `old` or `fields_changed` has one value, for it names no
// member of a row. REQUIRES: the path is not empty; the context has been completed
// (common/write_context.h).
TagValues ValuesAt(const std::vector<std::string>& path, const WriteEvent& write,
                   NullChoice null_choice);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TAG_VALUES_H_
