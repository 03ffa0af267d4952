// SPDX-License-Identifier: Apache-2.0

#include "server/shard/turns.h"

#include <algorithm>

namespace cache_invalidation::shard {
namespace {

// The minimum that a request is charged, so that namespaces take turns even if the clock stands.
constexpr absl::Duration kLeastCharge = absl::Microseconds(1);

}  // namespace

void Turns::Add(std::unique_ptr<Submission> submission) {
  if (empty()) {
    lines_.clear();
    order_.clear();
    line_ = nullptr;
  }
  std::unique_ptr<Line>& line = lines_[submission->namespace_name];
  if (line == nullptr) {
    line = std::make_unique<Line>();
    line->used = even_share_;
    Enqueue(submission->namespace_name, *line);
  }
  line->submissions.push_back(std::move(submission));
  ++submissions_;
}

Submission& Turns::Next() {
  while (line_ == nullptr || line_->submissions.empty() || line_->used >= turn_end_) {
    if (line_ != nullptr) Enqueue(at_work_, *line_);
    const auto first = order_.begin();
    at_work_ = std::move(first->second);
    order_.erase(first);
    line_ = lines_.at(at_work_).get();
    even_share_ = std::max(even_share_, line_->used);
    turn_end_ = line_->used + kNamespaceTurn;
    if (line_->submissions.empty()) {
      lines_.erase(at_work_);
      line_ = nullptr;
    }
  }
  return *line_->submissions.front();
}

void Turns::Charge(absl::Duration time) {
  time = std::max(time, kLeastCharge);
  line_->used += time;
  // Lines that ran out ahead of others count, too: they have had their share of this time.
  const int64_t lines = static_cast<int64_t>(lines_.size());
  unshared_ += time;
  const absl::Duration each = unshared_ / lines;
  unshared_ -= each * lines;
  even_share_ += each;
}

std::unique_ptr<Submission> Turns::Finish() {
  std::unique_ptr<Submission> finished = std::move(line_->submissions.front());
  line_->submissions.pop_front();
  --submissions_;
  return finished;
}

}  // namespace cache_invalidation::shard
