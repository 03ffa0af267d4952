// TagTemplate: a tag with placeholders that a write fills in.
//
//   user_session:{resource_id}      tenant:{context.tenant}      a:{context.b.c}:pre_{resource_id}
//
// `{resource_id}` is the written id. `{context.f}` is one value for each value of `context.f` and
// of `context.old.f`, and one for each element of a list: a row that moves from owner 1 to owner 2
// concerns both. A value with ":" or "%" is named escaped (common/tag.h), so that it makes no level
// of its own, and as it came, because readers may carry either.
//
// What cannot be told widens: the tag in front of the placeholder stands for it, which hits every
// tag that the template could have named. So does null, unless the placeholder says otherwise:
// `{context.f|null=skip}` names nothing for it, `{context.f|null=tag}` the value `%null`. What the
// context does not know is not null.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TAG_TEMPLATE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TAG_TEMPLATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/engine/tag_values.h"
#include "server/engine/work_budget.h"

namespace cache_invalidation::engine {

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
  // could be told, and a widened one for each placeholder with a value that could not. None at all
  // if a placeholder stands for nothing but nulls that it skips. The context is looked at only if a
  // placeholder names it. A tag with too many levels gives the first kMaxTagLevels of them,
  // widened. What it makes is taken from the write's budget first; if that does not allow it, the
  // literal tag stands for all.
  void Render(WriteValues& values, std::vector<RenderedTag>& tags) const;

  // Whether there are no placeholders.
  bool is_literal() const { return placeholders_.empty(); }

  // Whether `{resource_id}` is one of them.
  bool names_resource_id() const;

  // The tag in front of the first placeholder: every tag that Render answers is at or below it. The
  // whole text if it is literal.
  absl::string_view literal_tag() const;

  // The placeholder as it was written, with its braces.
  std::string placeholder(uint32_t index) const;

  absl::string_view text() const { return text_; }

 private:
  // A value of the write: the id if the path is empty, otherwise a path into the context.
  struct Placeholder {
    std::string text;  // without its braces
    std::vector<std::string> path;
    NullChoice null_choice = NullChoice::kWiden;
  };

  TagTemplate() = default;
  absl::Status AddPlaceholder(absl::string_view inside);
  // Whether the budget allows all texts that rendering these values makes, those on the way
  // included. Takes them from it.
  bool Take(const std::vector<const TagValues*>& values, WorkBudget& budget) const;

  std::string text_;
  std::vector<std::string> literals_;  // one more than placeholders, which stand between them
  std::vector<Placeholder> placeholders_;
};

// "{context.tenant} is absent". REQUIRES: `tag` is widened and came from `from`.
std::string DescribeWidening(const TagTemplate& from, const RenderedTag& tag);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TAG_TEMPLATE_H_
