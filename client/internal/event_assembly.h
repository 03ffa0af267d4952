#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_EVENT_ASSEMBLY_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_EVENT_ASSEMBLY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "client/event.h"

namespace cache_invalidation::client::internal {

// Puts the parts of a revision together and sees to it that each revision is delivered once and in
// order. Thread-compatible.
//
// A filter passes parts one by one, so a filtered stream may lack any part of a revision, the last
// one too; then the next revision or a Progress completes it. Without a filter revisions are dense,
// and a hole means that something was lost.
class EventAssembly {
 public:
  // REQUIRES: Restart before anything else.
  explicit EventAssembly(bool filtered) : filtered_(filtered) {}

  // A stream starts, or starts over, after this revision. What was incomplete is forgotten: it is
  // sent again.
  void Restart(uint64_t revision);

  // Takes one part and appends what it completes to `complete`. An error: the stream broke its
  // promises and must be replaced.
  absl::Status Add(Event part, uint32_t number, bool last, std::vector<Event>& complete);

  // Everything up to `revision` has been sent.
  void Pass(uint64_t revision, std::vector<Event>& complete);

  // Everything up to here has been handed out or passed over.
  uint64_t revision() const { return revision_; }

 private:
  void Complete(std::vector<Event>& complete);

  bool filtered_;
  uint64_t revision_ = 0;
  std::optional<Event> incomplete_;  // of a revision above revision_
  uint32_t last_part_ = 0;           // of incomplete_
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_EVENT_ASSEMBLY_H_
