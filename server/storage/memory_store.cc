// SPDX-License-Identifier: Apache-2.0

#include "server/storage/memory_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace cache_invalidation::storage {
namespace {

using ChunkPtr = std::shared_ptr<const wire::Chunk>;

// Whether the chunk continues the history: see WriteBatch::chunks.
bool GoesOnAfter(const wire::Chunk& chunk, const wire::Chunk* before,
                 const RetainedRevisions& retained) {
  const PartPosition first = PositionOf(chunk.parts.front());
  if (before != nullptr) return first == PositionAfter(before->parts.back());
  return first.number == 0 && (retained.head == 0 || first.revision == retained.head + 1);
}

}  // namespace

bool MemoryStore::Namespace::has_rows() const {
  return std::any_of(rows.begin(), rows.end(),
                     [](const auto& kind) { return !kind.second.empty(); });
}

absl::Status MemoryStore::Write(absl::Span<const WriteBatch* const> batches, Sync) {
  MutexLock lock(mutex_);
  for (const WriteBatch* batch : batches) {
    Apply(*batch);
  }
  return absl::OkStatus();
}

void MemoryStore::Apply(const WriteBatch& batch) {
  for (const std::string& name : batch.deleted_namespaces) namespaces_.erase(name);
  for (const WriteBatch::RowChange& change : batch.rows) {
    auto& rows = namespaces_[change.namespace_name].rows[change.row.kind];
    if (change.deleted) {
      rows.erase(change.row.identity);
    } else {
      rows.insert_or_assign(change.row.identity, change.row.value);
    }
  }
  for (const ChunkPtr& chunk : batch.chunks) {
    Namespace& target = namespaces_[chunk->namespace_name];
    Check(GoesOnAfter(*chunk, target.chunks.empty() ? nullptr : target.chunks.back().get(),
                      target.retained),
          "a chunk goes on where the history ends");
    if (target.retained.head == 0) {
      target.retained.floor = chunk->first_revision() - 1;
    }
    target.retained.head = chunk->last_revision();
    target.chunks.push_back(chunk);
  }
  for (const WriteBatch::Trim& trim : batch.trims) {
    Namespace& target = namespaces_[trim.namespace_name];
    Check(trim.floor <= target.retained.head, "a trim never goes above the newest revision");
    target.retained.floor = std::max(target.retained.floor, trim.floor);
    while (!target.chunks.empty() &&
           target.chunks.front()->last_revision() <= target.retained.floor) {
      target.chunks.pop_front();
    }
  }
  for (const WriteBatch::ServerValue& change : batch.server_values) {
    server_values_.insert_or_assign(change.name, change.value);
  }
}

const MemoryStore::Namespace* MemoryStore::Find(absl::string_view name) const {
  const auto it = namespaces_.find(name);
  return it == namespaces_.end() ? nullptr : &it->second;
}

absl::StatusOr<std::vector<std::string>> MemoryStore::ListNamespaces() const {
  MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, content] : namespaces_) {
    if (content.has_rows()) {
      names.push_back(name);
    }
  }
  return names;
}

absl::Status MemoryStore::ScanRows(absl::string_view namespace_name, wire::RowKind kind,
                                   RowVisitor visit) const {
  MutexLock lock(mutex_);
  const Namespace* found = Find(namespace_name);
  if (found == nullptr) {
    return absl::OkStatus();
  }
  const auto rows = found->rows.find(kind);
  if (rows == found->rows.end()) {
    return absl::OkStatus();
  }
  for (const auto& [identity, value] : rows->second) {
    if (absl::Status status = visit(identity, value); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RetainedRevisions> MemoryStore::Retained(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  const Namespace* found = Find(namespace_name);
  return found == nullptr ? RetainedRevisions{} : found->retained;
}

absl::StatusOr<std::vector<ChunkPtr>> MemoryStore::ReadChunks(absl::string_view namespace_name,
                                                              PartPosition from,
                                                              size_t max_bytes) const {
  MutexLock lock(mutex_);
  const Namespace* found = Find(namespace_name);
  const RetainedRevisions retained = found == nullptr ? RetainedRevisions{} : found->retained;
  if (from.revision <= retained.floor) {
    return absl::OutOfRangeError(absl::StrCat(
        "revision ", from.revision, " is no longer retained; the floor is ", retained.floor));
  }
  std::vector<ChunkPtr> chunks;
  if (found == nullptr) {
    return chunks;
  }
  auto it = std::partition_point(
      found->chunks.begin(), found->chunks.end(),
      [from](const ChunkPtr& chunk) { return PositionOf(chunk->parts.back()) < from; });
  size_t bytes = 0;
  for (; it != found->chunks.end(); ++it) {
    bytes += (*it)->bytes.size();
    if (!chunks.empty() && bytes > max_bytes) {
      break;
    }
    chunks.push_back(*it);
  }
  return chunks;
}

absl::StatusOr<std::optional<std::string>> MemoryStore::ReadServerValue(
    absl::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = server_values_.find(name);
  return found == server_values_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace cache_invalidation::storage
