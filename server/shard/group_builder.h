// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SHARD_GROUP_BUILDER_H_
#define CACHE_INVALIDATION_SERVER_SHARD_GROUP_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "server/commit/group.h"
#include "server/engine/engine.h"
#include "server/shard/shard_observer.h"
#include "server/storage/store.h"
#include "server/wire/event_codec.h"

namespace cache_invalidation::shard {

// Collects what a shard applies into the group that is committed next: events as chunks, deltas as
// rows, results as completions. A namespace's MetaRecord changes with every command; it is written
// once per group.
//
// Thread-compatible.
class GroupBuilder {
 public:
  // Must be called before the engine's next command: the events are views into it.
  void AddEvents(absl::string_view namespace_name, const std::vector<engine::Event>& events);

  void AddChange(absl::string_view namespace_name, engine::RecordChange change);

  // The namespace is deleted, with `head` as its last revision: of everything added for it before,
  // only answers are kept. `note` is written together with the deletion.
  void AddDeletion(absl::string_view namespace_name, uint64_t head,
                   storage::WriteBatch::ServerValue note);

  // Drops the events that were added for a namespace whose creation failed. REQUIRES: nothing else
  // was added for it.
  void Withdraw(absl::string_view namespace_name);

  // The store drops the revisions up to `floor`.
  void AddTrim(absl::string_view namespace_name, uint64_t floor);

  // `bytes`: its approximate size in memory.
  void AddCompletion(absl::AnyInvocable<void(bool durable)> completion, size_t bytes);

  void CountCommand() { ++stats_.commands; }
  void CountQuery() { ++stats_.queries; }

  // Nothing was added.
  bool empty() const { return group_.batch.empty() && group_.completions.empty() && open_.empty(); }
  size_t size_bytes() const { return bytes_; }

  // The group of everything added since the last call, with its statistics (the caller fills in
  // `elapsed`).
  std::pair<commit::Group, GroupStats> Seal();

 private:
  struct OpenNamespace {
    std::unique_ptr<wire::EventEncoder> encoder;  // null: no events yet
    uint64_t head = 0;
    std::optional<engine::MetaRecord> meta;
  };

  OpenNamespace& Open(absl::string_view namespace_name);
  void AddRow(absl::string_view namespace_name, wire::Row row, bool deleted);

  commit::Group group_;
  // Ordered by name, so that a group depends only on what was added.
  std::map<std::string, OpenNamespace, std::less<>> open_;
  GroupStats stats_;
  size_t bytes_ = 0;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_GROUP_BUILDER_H_
