// SPDX-License-Identifier: Apache-2.0

#include "server/engine/testing/rendered_lines.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/write_event.h"
#include "server/engine/tag_template.h"

namespace cache_invalidation::engine {
namespace {

class Context final : public JsonSource {
 public:
  explicit Context(JsonValue::Object fields) : value_(CompleteContext(std::move(fields))) {}
  const JsonValue& Get() const override { return value_; }

 private:
  const JsonValue value_;
};

}  // namespace

Strings Render(absl::string_view text, absl::string_view id, const JsonSource* context,
               absl::string_view operation, const Limits& limits) {
  absl::StatusOr<TagTemplate> parsed = TagTemplate::Parse(text);
  if (!parsed.ok()) return {std::string(parsed.status().message())};
  WriteEvent write;
  write.resource_id = id;
  write.operation = operation;
  write.context = context;
  std::vector<RenderedTag> tags;
  WorkBudget budget(limits.steps);
  WriteValues values(write, budget);
  parsed->Render(values, tags);
  Strings lines;
  for (const RenderedTag& tag : tags) {
    lines.push_back(tag.name);
    if (tag.widened()) absl::StrAppend(&lines.back(), " ~ ", DescribeWidening(*parsed, tag));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Strings RenderWith(absl::string_view text, JsonValue::Object context, absl::string_view operation) {
  const Context source(std::move(context));
  return Render(text, "42", &source, operation);
}

}  // namespace cache_invalidation::engine
