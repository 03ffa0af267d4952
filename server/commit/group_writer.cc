#include "server/commit/group_writer.h"

#include <utility>

namespace cache_invalidation::commit {

GroupWriter::GroupWriter(storage::Store& store, storage::Store::Sync sync, Publisher& publisher,
                         const Clock& clock, CommitObserver& observer, OnFatal on_fatal)
    : store_(store),
      sync_(sync),
      publisher_(publisher),
      clock_(clock),
      observer_(observer),
      on_fatal_(std::move(on_fatal)) {}

void GroupWriter::Write(std::vector<Group> groups) {
  CommitStats stats{.groups = groups.size()};
  std::vector<const storage::WriteBatch*> batches;
  storage::Store::Sync sync = sync_;
  for (const Group& group : groups) {
    stats.bytes += group.size_bytes;
    if (!group.batch.empty()) {
      stats.rows += group.batch.rows.size();
      stats.chunks += group.batch.chunks.size();
      batches.push_back(&group.batch);
      if (group.sync) sync = storage::Store::Sync::kYes;
    }
  }
  if (!failed_ && !batches.empty()) {
    const absl::Duration start = clock_.Monotonic();
    const absl::Status status = store_.Write(batches, sync);
    stats.written = true;
    stats.elapsed = clock_.Monotonic() - start;
    if (!status.ok()) {
      failed_ = true;
      // Before anything else, so that the process ends even if abandoning the groups blocks.
      on_fatal_(status);
    }
  }
  if (!failed_) {
    observer_.OnCommitted(stats);
  }
  for (Group& group : groups) {
    // The rows have been written; delivery need not hold them.
    group.batch = {};
    if (failed_) {
      publisher_.Abandon(std::move(group));
    } else {
      publisher_.Publish(std::move(group));
    }
  }
}

}  // namespace cache_invalidation::commit
