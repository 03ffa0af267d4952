// SPDX-License-Identifier: Apache-2.0

// TagTemplate: a tag with placeholders that a write fills in.
//
//   user_session:{resource_id}      tenant:{context.tenant}      a:{context.b.c}:pre_{resource_id}
//
// `{resource_id}` is the written id. `{context.f}` is one value for each value of `context.f` and
// of `context.old.f`, and one for each element of a list: a row that moves from owner 1 to owner 2
// concerns both. A value with ":" or "%" is rendered both escaped (common/tag.h), so that it makes
// no level of its own, and verbatim, because entries can carry either.
//
// A value that cannot be determined widens: the tag in front of the placeholder is named instead,
// which hits every tag that the template could have named. The same applies to null, unless the
// placeholder says otherwise: `{context.f|null=skip}` names nothing, `{context.f|null=tag}` uses
// the value `%null`. A value that is missing from the context is not null.

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

// A tag made from a template, or the tag above it with the reason for widening.
struct RenderedTag {
  std::string name;
  Unresolved why = Unresolved::kNo;
  // The placeholder that `why` is about, counted from 0.
  uint32_t placeholder = 0;

  bool widened() const { return why != Unresolved::kNo; }
};

// Immutable and thread-safe (the sources it reads may not be).
class TagTemplate {
 public:
  // Fails with INVALID_ARGUMENT, without the path of the field, if the text is empty, too long or
  // not UTF-8, or has a stray brace, an unknown placeholder, or no literal tag and ":" in front of
  // the first placeholder.
  static absl::StatusOr<TagTemplate> Parse(absl::string_view text);

  // As Parse, for the template of a relationship: every rendered tag must be the target type's tag
  // or below it, so that the type tag can replace it when it cannot be filled in.
  static absl::StatusOr<TagTemplate> ParseForTarget(absl::string_view text,
                                                    absl::string_view target_type);

  // Appends the tags for a write, unordered and possibly repeated: those that could be rendered,
  // and a widened one for each placeholder with a value that could not. Appends none if a
  // placeholder has only nulls that it skips. The context is read only if a placeholder names it. A
  // tag with too many levels is cut to the first kMaxTagLevels of them, widened. The output is
  // charged to the write's budget beforehand; if that does not suffice, the literal tag is appended
  // instead of all.
  void Render(WriteValues& values, std::vector<RenderedTag>& tags) const;

  // True if there are no placeholders.
  bool is_literal() const { return placeholders_.empty(); }

  // Whether `{resource_id}` is one of the placeholders.
  bool names_resource_id() const;

  // The tag in front of the first placeholder: every tag that Render appends is at or below it. The
  // whole text if the template is literal.
  absl::string_view literal_tag() const;

  // The placeholder as written, with its braces.
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
  // Charges all texts that rendering these values makes, intermediate ones included, to the budget.
  // Returns false if the budget does not suffice.
  bool Take(const std::vector<const TagValues*>& values, WorkBudget& budget) const;

  std::string text_;
  std::vector<std::string> literals_;  // one more than there are placeholders
  std::vector<Placeholder> placeholders_;
};

// "{context.tenant} is absent". REQUIRES: `tag` is widened and was rendered from `from`.
std::string DescribeWidening(const TagTemplate& from, const RenderedTag& tag);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TAG_TEMPLATE_H_
