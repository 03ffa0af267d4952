// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_STEP_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_STEP_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/json_value.h"
#include "common/write_event.h"
#include "server/engine/command.h"
#include "server/engine/query.h"

namespace cache_invalidation::property {

// The data that the views of one command refer to.
class Buffer {
 public:
  absl::string_view Keep(std::string text);
  const JsonSource* KeepContext(JsonValue value);

  // Scribble overwrites everything that was kept, as in a buffer returned to its pool; Restore
  // restores it.
  void Scribble();
  void Restore();

 private:
  struct Context : JsonSource {
    explicit Context(JsonValue kept) : value(CompleteContext(std::move(kept))) {}
    const JsonValue& Get() const override { return value; }
    JsonValue value;
  };

  std::deque<std::string> texts_, saved_texts_;
  std::deque<Context> contexts_, saved_contexts_;
};

// Sweeps with this limit and floor repeatedly, until a whole round removed nothing.
struct SweepAll {
  engine::Sweep sweep;
};

// The timer of an earlier batch.
struct StaleTimer {};

// One step of a sequence.
struct Step {
  absl::Duration advance;        // of the clock, before the step; can be negative
  bool timers_are_late = false;  // a batch that is due by then is not flushed first
  std::variant<engine::Command, engine::Query, SweepAll, StaleTimer> action;
  std::shared_ptr<Buffer> buffer;
};

// Returns everything in the step, for people.
std::string Text(const Step& step);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_STEP_H_
