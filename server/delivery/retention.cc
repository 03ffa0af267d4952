#include "server/delivery/retention.h"

#include <map>
#include <utility>

namespace cache_invalidation::delivery {
namespace {

constexpr int kSpans = 16;

}  // namespace

bool Retention::IsFull(const Span& span, absl::Duration now) const {
  return span.bytes >= limits_.bytes / kSpans || now - span.begun >= limits_.age / kSpans;
}

void Retention::Add(absl::string_view namespace_name, uint64_t head, size_t bytes,
                    absl::Duration now) {
  if (spans_.empty() || IsFull(spans_.back(), now)) {
    spans_.push_back({.begun = now, .newest = now, .bytes = 0, .heads = {}});
  }
  Span& span = spans_.back();
  span.newest = now;
  span.bytes += bytes;
  span.heads[namespace_name] = head;
  bytes_ += bytes;
}

std::vector<FloorMoved> Retention::Forget(absl::Duration now) {
  std::map<std::string, uint64_t> floors;
  while (!spans_.empty()) {
    Span& oldest = spans_.front();
    // What came last stays whatever its size: its subscribers have not had a chance to read it.
    const bool too_much = bytes_ > limits_.bytes && spans_.size() > 1;
    const bool too_old = now - oldest.newest >= limits_.age;
    if (!too_much && !too_old) break;
    for (const auto& [name, head] : oldest.heads) floors[name] = head;
    bytes_ -= oldest.bytes;
    spans_.pop_front();
  }
  std::vector<FloorMoved> moved;
  for (auto& [name, floor] : floors) moved.push_back({name, floor});
  return moved;
}

}  // namespace cache_invalidation::delivery
