// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_COMMIT_GROUP_H_
#define CACHE_INVALIDATION_SERVER_COMMIT_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "server/storage/store.h"
#include "server/wire/chunk.h"

namespace cache_invalidation::commit {

// What a shard applied since it sealed its last group. A group becomes durable, and is published,
// as a whole.
struct Group {
  // Rows and chunks to write; can be empty (a group of reads).
  storage::WriteBatch batch;
  // Sync the write even if the server does not sync its writes.
  bool sync = false;

  // The namespaces with new events, each with its chunks in order and the head after them. The head
  // is always the end of a revision.
  struct Published {
    std::string namespace_name;
    std::vector<std::shared_ptr<const wire::Chunk>> chunks;
    uint64_t head = 0;
    // The namespace was deleted, with `head` as its last revision. There are no chunks, and its
    // subscribers drop everything. Later elements of the list can be of a new namespace of that
    // name, whose history begins after it.
    bool deleted = false;
  };
  std::vector<Published> published;

  // Completions to run in order once the group is durable. `true`: it is durable. `false`: the
  // server stops, and it is unknown.
  std::vector<absl::AnyInvocable<void(bool durable)>> completions;

  // The approximate size of the group in memory, results included.
  size_t size_bytes = 0;
};

// Receives durable groups. Implemented by delivery.
//
// Called on the committer's thread, one group at a time, in the order of the log. Must not block on
// a socket.
class Publisher {
 public:
  virtual ~Publisher() = default;

  // Moves the heads, then lets the outbox's thread run the completions with `true` and wake the
  // subscribers. A completion never runs before the heads of its group have moved.
  virtual void Publish(Group group) = 0;

  // When RunTimers has something to do, in the time of Clock::Monotonic; absl::InfiniteDuration():
  // never. Both are called on the thread of Publish.
  virtual absl::Duration next_timer() const { return absl::InfiniteDuration(); }
  virtual void RunTimers() {}

  // The store failed: runs the completions with `false` and cancels every stream without sending
  // anything more.
  virtual void Abandon(Group group) = 0;
};

}  // namespace cache_invalidation::commit

#endif  // CACHE_INVALIDATION_SERVER_COMMIT_GROUP_H_
