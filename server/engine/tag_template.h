// TagTemplate: a tag with placeholders that a write fills in.
//
//   user_session:{resource_id}      tenant:{context.tenant}      a:{context.b.c}:pre_{resource_id}
//
// `{resource_id}` is the written id. `{context.f}` is one value for each value of `context.f` and
// of `context.old.f`, and one for each element of a list: a row that moves from owner 1 to owner 2
// concerns both. Values are escaped (common/tag.h), so that none makes a level of its own.
//
// What cannot be told widens: the tag in front of the placeholder stands for it, which hits every
// tag that the template could have named.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TAG_TEMPLATE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TAG_TEMPLATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::engine {

// Why a tag stands for something narrower that could not be named.
enum class Unresolved : uint8_t {
  kNo,      // it does not: it is exactly what was meant
  kAbsent,  // neither the context nor its `old` has the value
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

struct RenderedTag {
  std::string name;
  Unresolved why = Unresolved::kNo;
  // The placeholder that `why` is about, counted from 0.
  uint32_t placeholder = 0;

  bool widened() const { return why != Unresolved::kNo; }
};

// Immutable, thread-safe (the sources that it reads may not be).
class TagTemplate {
 public:
  // INVALID_ARGUMENT, without the path of the field: empty, too long, not UTF-8, a stray brace, an
  // unknown placeholder, or no literal tag and ":" in front of the first one.
  static absl::StatusOr<TagTemplate> Parse(absl::string_view text);

  // As Parse, for the template of a relationship: what it names must be the target type's tag or
  // stand below it. So the type tag can stand for it when it cannot be filled in.
  static absl::StatusOr<TagTemplate> ParseForTarget(absl::string_view text,
                                                    absl::string_view target_type);

  // Appends the tags for a write, in no particular order and possibly with repetitions: those that
  // could be told, and a widened one for each placeholder with a value that could not. `context`:
  // null for none; it is looked at only if a placeholder names it.
  void Render(absl::string_view resource_id, const JsonSource* context,
              std::vector<RenderedTag>& tags) const;

  // Whether there are no placeholders.
  bool is_literal() const { return placeholders_.empty(); }

  // The tag in front of the first placeholder: every tag that Render answers is at or below it. The
  // whole text if it is literal.
  absl::string_view literal_tag() const;

  // The placeholder as it was written, with its braces.
  std::string placeholder(uint32_t index) const;

  absl::string_view text() const { return text_; }

 private:
  // A value of the write: the id if the path is empty, otherwise a path into the context.
  struct Placeholder {
    std::vector<std::string> path;
  };
  struct Values;

  TagTemplate() = default;
  absl::Status AddPlaceholder(absl::string_view inside);
  Values ValuesOf(const Placeholder& placeholder, absl::string_view resource_id,
                  const JsonSource* context) const;

  std::string text_;
  std::vector<std::string> literals_;  // one more than placeholders, which stand between them
  std::vector<Placeholder> placeholders_;
};

// "{context.tenant} is absent". REQUIRES: `tag` is widened and came from `from`.
std::string DescribeWidening(const TagTemplate& from, const RenderedTag& tag);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TAG_TEMPLATE_H_
