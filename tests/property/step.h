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
#include "common/write_context.h"
#include "server/engine/command.h"
#include "server/engine/query.h"

namespace cache_invalidation::property {

// What the views of one command point into.
class Buffer {
 public:
  absl::string_view Keep(std::string text);
  const JsonSource* KeepContext(JsonValue value);

  // Overwrites everything that was kept, as a buffer that went back to its pool would be, and
  // brings it back.
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

// Sweeps with this limit and floor, again and again, until a whole round removed nothing.
struct SweepAll {
  engine::Sweep sweep;
};

// The timer of a batch that is gone by now.
struct StaleTimer {};

// One thing that happens in a sequence.
struct Step {
  absl::Duration advance;        // of the clock, before the step; may be negative
  bool timers_are_late = false;  // a batch that is due by then is not flushed first
  std::variant<engine::Command, engine::Query, SweepAll, StaleTimer> action;
  std::shared_ptr<Buffer> buffer;
};

// For people: everything that is in the step.
std::string Text(const Step& step);

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_STEP_H_
