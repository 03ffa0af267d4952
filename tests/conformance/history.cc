// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/history.h"

#include <algorithm>

#include "common/check.h"

namespace cache_invalidation::conformance {

void PublishedHistory::AddEncoded(absl::string_view events) {
  v1::SubscribeResponse response;
  Check(response.ParseFromArray(events.data(), static_cast<int>(events.size())),
        "what is published can be parsed");
  for (const v1::Event& part : response.events()) Add(part);
}

uint64_t CompleteAfter(const v1::SubscribeResponse& response, uint64_t complete) {
  if (response.has_started()) complete = response.started().start_after();
  if (response.has_reset()) complete = response.reset().start_after().revision();
  for (const v1::Event& part : response.events()) {
    // The parts of a revision come together, so one of a later revision ends those before it.
    complete = std::max(complete, part.last_part() ? part.revision() : part.revision() - 1);
  }
  return response.has_progress() ? std::max(complete, response.progress().revision()) : complete;
}

uint64_t LastCompleteRevision(const StreamHistory& stream) {
  uint64_t complete = 0;
  for (const auto& step : stream.steps) {
    const auto* response = absl::get_if<v1::SubscribeResponse>(&step);
    if (response != nullptr) complete = CompleteAfter(*response, complete);
  }
  return complete;
}

}  // namespace cache_invalidation::conformance
