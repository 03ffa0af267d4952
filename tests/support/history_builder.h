// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_HISTORY_BUILDER_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_HISTORY_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/commit/group.h"
#include "server/wire/chunk.h"
#include "server/wire/event_codec.h"

namespace cache_invalidation {

// Of parts and chunks so small that a test fills several of them.
inline constexpr wire::EncoderLimits kSmallParts{256, 1024};

// The targets of a test's event.
struct Targets {
  std::vector<std::string> tags = {};
  std::vector<std::string> keys = {};
  std::vector<std::string> patterns = {};
  bool everything = false;
};

// Makes the history of one namespace: numbers events and encodes them as the server does.
// Thread-compatible.
class HistoryBuilder {
 public:
  // `first`: its first revision.
  explicit HistoryBuilder(std::string namespace_name, wire::EncoderLimits limits = {},
                          uint64_t first = 1);

  const std::string& namespace_name() const { return namespace_name_; }
  uint64_t head() const { return head_; }

  // The next revisions, one per element, as the chunks of one group.
  std::vector<std::shared_ptr<const wire::Chunk>> Add(const std::vector<Targets>& events);

  // The same as a group with nothing else in it.
  commit::Group Group(const std::vector<Targets>& events);

 private:
  const std::string namespace_name_;
  wire::EventEncoder encoder_;
  uint64_t head_ = 0;
};

// `count` events that each hit one tag, `prefix` with a number.
std::vector<Targets> TagEvents(const std::string& prefix, int count);

// An event that is encoded in about `parts` parts, whose targets are keys that begin with `prefix`.
Targets LargeEvent(const std::string& prefix, int parts, const wire::EncoderLimits& limits);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_HISTORY_BUILDER_H_
