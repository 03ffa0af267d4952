#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_RENDERING_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_RENDERING_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "common/json_value.h"

namespace cache_invalidation::reference {

// What a template became for one write.
struct RenderedTags {
  std::set<std::string> tags;     // every placeholder had a value
  std::set<std::string> widened;  // stand in front of a placeholder that had none
};

// Whether the template has placeholders at all.
bool HasPlaceholder(absl::string_view tag_template);

// Fills in `{resource_id}` (empty: unresolved) and `{context.a.b}` (from the context and from its
// `old`; null: the write has no context).
RenderedTags Render(absl::string_view tag_template, absl::string_view resource_id,
                    const JsonValue* context);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_RENDERING_H_
