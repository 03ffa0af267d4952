// SPDX-License-Identifier: Apache-2.0

#include "tests/property/step.h"

#include "absl/strings/str_cat.h"
#include "tests/property/command_text.h"

namespace cache_invalidation::property {

absl::string_view Buffer::Keep(std::string text) {
  texts_.push_back(std::move(text));
  return texts_.back();
}

const JsonSource* Buffer::KeepContext(JsonValue value) {
  contexts_.emplace_back(std::move(value));
  return &contexts_.back();
}

void Buffer::Scribble() {
  saved_texts_ = texts_;
  for (std::string& text : texts_) {
    for (char& c : text) c = '#';
  }
  saved_contexts_ = contexts_;
  for (Context& context : contexts_) context.value = JsonValue();
}

void Buffer::Restore() {
  for (size_t i = 0; i < texts_.size(); ++i) {
    for (size_t j = 0; j < texts_[i].size(); ++j) texts_[i][j] = saved_texts_[i][j];
  }
  for (size_t i = 0; i < contexts_.size(); ++i) contexts_[i].value = saved_contexts_[i].value;
}

std::string Text(const Step& step) {
  std::string text = absl::StrCat("+", absl::FormatDuration(step.advance), " ");
  if (step.timers_are_late) absl::StrAppend(&text, "(timers late) ");
  if (const auto* command = std::get_if<engine::Command>(&step.action)) {
    absl::StrAppend(&text, Text(*command));
  } else if (const auto* query = std::get_if<engine::Query>(&step.action)) {
    absl::StrAppend(&text, Text(*query));
  } else if (const auto* sweep = std::get_if<SweepAll>(&step.action)) {
    absl::StrAppend(&text, "SweepAll limit=", sweep->sweep.limit, " floor=", sweep->sweep.floor);
  } else {
    absl::StrAppend(&text, "StaleTimer");
  }
  return text;
}

}  // namespace cache_invalidation::property
