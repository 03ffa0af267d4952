#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_EVENT_ASSEMBLY_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_EVENT_ASSEMBLY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "client/event.h"

namespace cache_invalidation::client::internal {

// Assembles the parts of revisions, and makes each revision be delivered once and in order.
// Thread-compatible.
//
// A filter passes or drops single parts, so a filtered stream may lack any part of a revision, also
// the last one. Then the next revision or a Progress completes it. Without a filter revisions are
// dense, and a gap means that something was lost.
class EventAssembly {
 public:
  // REQUIRES: Restart is called first.
  explicit EventAssembly(bool filtered) : filtered_(filtered) {}

  // A stream starts, or restarts, after this revision. Drops an incomplete revision, which the
  // service sends again.
  void Restart(uint64_t revision);

  // Adds a part, and appends the revisions that it completes to `complete`. An error means that the
  // stream violates the protocol and must be replaced.
  absl::Status Add(Event part, uint32_t number, bool last, std::vector<Event>& complete);

  // Notes that the service has sent everything up to `revision`.
  void Pass(uint64_t revision, std::vector<Event>& complete);

  // Everything up to here is delivered or filtered out.
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
