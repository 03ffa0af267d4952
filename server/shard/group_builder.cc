// SPDX-License-Identifier: Apache-2.0

#include "server/shard/group_builder.h"

#include <algorithm>
#include <variant>

#include "server/wire/record_codec.h"

namespace cache_invalidation::shard {
namespace {

// A row's key in the store: namespace, kind and the store's own framing.
constexpr size_t kRowOverheadBytes = 48;

}  // namespace

GroupBuilder::OpenNamespace& GroupBuilder::Open(absl::string_view namespace_name) {
  auto it = open_.find(namespace_name);
  if (it == open_.end()) {
    it = open_.emplace(std::string(namespace_name), OpenNamespace{}).first;
  }
  return it->second;
}

void GroupBuilder::AddEvents(absl::string_view namespace_name,
                             const std::vector<engine::Event>& events) {
  if (events.empty()) {
    return;
  }
  OpenNamespace& open = Open(namespace_name);
  if (open.encoder == nullptr) {
    open.encoder = std::make_unique<wire::EventEncoder>(namespace_name);
  }
  const size_t before = open.encoder->size_bytes();
  for (const engine::Event& event : events) {
    open.encoder->Add(event);
    open.head = event.revision;
  }
  stats_.events += events.size();
  bytes_ += open.encoder->size_bytes() - before;
}

void GroupBuilder::AddChange(absl::string_view namespace_name, engine::RecordChange change) {
  if (auto* meta = std::get_if<engine::MetaRecord>(&change.record);
      meta != nullptr && !change.deleted) {
    Open(namespace_name).meta = *meta;
    return;
  }
  AddRow(namespace_name,
         change.deleted ? wire::EncodeRecordIdentity(change.record)
                        : wire::EncodeRecord(change.record),
         change.deleted);
}

void GroupBuilder::AddRow(absl::string_view namespace_name, wire::Row row, bool deleted) {
  bytes_ += kRowOverheadBytes + row.identity.size() + row.value.size();
  group_.batch.rows.push_back(
      {.namespace_name = std::string(namespace_name), .row = std::move(row), .deleted = deleted});
}

void GroupBuilder::AddDeletion(absl::string_view namespace_name, uint64_t head,
                               storage::WriteBatch::ServerValue note) {
  const auto of_namespace = [namespace_name](const auto& item) {
    return item.namespace_name == namespace_name;
  };
  storage::WriteBatch& batch = group_.batch;
  batch.rows.erase(std::remove_if(batch.rows.begin(), batch.rows.end(), of_namespace),
                   batch.rows.end());
  batch.trims.erase(std::remove_if(batch.trims.begin(), batch.trims.end(), of_namespace),
                    batch.trims.end());
  Withdraw(namespace_name);
  batch.deleted_namespaces.emplace_back(namespace_name);
  batch.server_values.push_back(std::move(note));
  group_.published.push_back(
      {.namespace_name = std::string(namespace_name), .chunks = {}, .head = head, .deleted = true});
  bytes_ += kRowOverheadBytes + namespace_name.size();
}

void GroupBuilder::Withdraw(absl::string_view namespace_name) {
  const auto found = open_.find(namespace_name);
  if (found != open_.end()) open_.erase(found);
}

void GroupBuilder::AddTrim(absl::string_view namespace_name, uint64_t floor) {
  group_.batch.trims.push_back({.namespace_name = std::string(namespace_name), .floor = floor});
}

void GroupBuilder::AddCompletion(absl::AnyInvocable<void(bool durable)> completion, size_t bytes) {
  group_.completions.push_back(std::move(completion));
  bytes_ += bytes;
}

std::pair<commit::Group, GroupStats> GroupBuilder::Seal() {
  for (auto& [name, open] : open_) {
    if (open.meta.has_value()) {
      AddRow(name, wire::EncodeRecord(*open.meta), /*deleted=*/false);
    }
    if (open.encoder != nullptr) {
      commit::Group::Published published{
          .namespace_name = name, .chunks = open.encoder->Finish(), .head = open.head};
      group_.batch.chunks.insert(group_.batch.chunks.end(), published.chunks.begin(),
                                 published.chunks.end());
      group_.published.push_back(std::move(published));
    }
  }
  group_.size_bytes = bytes_;
  stats_.submissions = group_.completions.size();
  stats_.chunks = group_.batch.chunks.size();
  stats_.rows = group_.batch.rows.size();
  stats_.bytes = bytes_;
  open_.clear();
  bytes_ = 0;
  return {std::exchange(group_, {}), std::exchange(stats_, {})};
}

}  // namespace cache_invalidation::shard
