#ifndef CACHE_INVALIDATION_SERVER_COMMIT_GROUP_WRITER_H_
#define CACHE_INVALIDATION_SERVER_COMMIT_GROUP_WRITER_H_

#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "common/clock.h"
#include "server/commit/commit_observer.h"
#include "server/commit/group.h"
#include "server/storage/store.h"

namespace cache_invalidation::commit {

// Called once, with the store's error, when a write has failed. The server must stop serving at
// once and end the process within a second. The call itself must not block.
using OnFatal = absl::AnyInvocable<void(const absl::Status&)>;

// What the committer does, without its thread: the only place of durability and of fail-stop.
//
// After the first failed write nothing is written or published any more: memory may be ahead of the
// disk, and a repeated sync would prove nothing. Every group is abandoned from then on, including
// those of the failed write, whose outcome is unknown.
//
// Thread-compatible.
class GroupWriter {
 public:
  // All references must outlive the writer.
  GroupWriter(storage::Store& store, storage::Store::Sync sync, Publisher& publisher,
              const Clock& clock, CommitObserver& observer, OnFatal on_fatal);

  // Makes the groups durable as one write with one sync (if `sync` or one of them asks for it),
  // then publishes each in order. Groups without rows and chunks cause no write and keep their
  // place.
  void Write(std::vector<Group> groups);

  // Work of the publisher that is due even if nothing is written; see Publisher.
  absl::Duration next_timer() const {
    return failed_ ? absl::InfiniteDuration() : publisher_.next_timer();
  }
  void RunTimers() { publisher_.RunTimers(); }

 private:
  storage::Store& store_;
  const storage::Store::Sync sync_;
  Publisher& publisher_;
  const Clock& clock_;
  CommitObserver& observer_;
  OnFatal on_fatal_;
  bool failed_ = false;
};

}  // namespace cache_invalidation::commit

#endif  // CACHE_INVALIDATION_SERVER_COMMIT_GROUP_WRITER_H_
