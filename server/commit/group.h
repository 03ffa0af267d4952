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

// What a shard applied since it sealed its last group: it becomes durable as one, and is published
// as one.
struct Group {
  // Rows and chunks to write; may be empty (a group of reads).
  storage::WriteBatch batch;
  // Sync it even if the server does not sync its writes.
  bool sync = false;

  // The namespaces that got events, each with its chunks in order and the head after them. The head
  // always stands at the end of a revision.
  struct Published {
    std::string namespace_name;
    std::vector<std::shared_ptr<const wire::Chunk>> chunks;
    uint64_t head = 0;
    // The namespace was deleted, with `head` as its last revision: no chunks, its subscribers drop
    // everything. What follows in the list may be of a new one, whose history begins behind it.
    bool deleted = false;
  };
  std::vector<Published> published;

  // Answers that may go out once the group is durable, in order. `true`: it is; `false`: the server
  // stops, nothing is known.
  std::vector<absl::AnyInvocable<void(bool durable)>> completions;

  // What the group holds in memory, about, its answers included.
  size_t size_bytes = 0;
};

// Where durable groups go. Implemented by delivery.
//
// Called on the committer's thread, one group at a time, in the order of the log. Must not block on
// a socket.
class Publisher {
 public:
  virtual ~Publisher() = default;

  // Moves the heads, then has the completions run with `true` and the subscribers woken on the
  // outbox's thread. A completion never runs before the heads of its group stand.
  virtual void Publish(Group group) = 0;

  // When RunTimers has something to do, as Clock::Monotonic; absl::InfiniteDuration(): never. For
  // the thread of Publish.
  virtual absl::Duration next_timer() const { return absl::InfiniteDuration(); }
  virtual void RunTimers() {}

  // The store failed: has the completions run with `false`, and cancels every stream without
  // sending anything more.
  virtual void Abandon(Group group) = 0;
};

}  // namespace cache_invalidation::commit

#endif  // CACHE_INVALIDATION_SERVER_COMMIT_GROUP_H_
