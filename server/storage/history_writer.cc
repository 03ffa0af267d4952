// SPDX-License-Identifier: Apache-2.0

#include "server/storage/history_writer.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "server/storage/disk_format.h"

namespace cache_invalidation::storage {

absl::StatusOr<HistoryWriter::Edited*> HistoryWriter::Edit(absl::string_view namespace_name) {
  const auto known = edited_.find(namespace_name);
  if (known != edited_.end()) return &known->second;
  absl::StatusOr<History> history = database_.ReadHistory(rocksdb::ReadOptions(), namespace_name);
  if (!history.ok()) return history.status();
  return &edited_.emplace(std::string(namespace_name), Edited{*history, {}}).first->second;
}

absl::Status HistoryWriter::Append(const wire::Chunk& chunk) {
  const absl::StatusOr<Edited*> edited = Edit(chunk.namespace_name);
  if (!edited.ok()) return edited.status();
  History& history = (*edited)->history;
  const PartPosition first = PositionOf(chunk.parts.front());
  if (history == History{}) {
    Check(first.revision > 0 && first.number == 0, "a history begins with a revision");
    history.retained.floor = first.revision - 1;
    history.oldest = first;
  } else {
    Check(first == history.next, "a chunk goes on where the history ends");
  }
  history.retained.head = chunk.last_revision();
  history.next = PositionAfter(chunk.parts.back());
  (*edited)->appended.push_back(first);
  (void)changes_.Put(database_.chunks(), ChunkKey(chunk.namespace_name, first), EncodeChunk(chunk));
  return absl::OkStatus();
}

absl::Status HistoryWriter::Trim(absl::string_view namespace_name, uint64_t floor) {
  const absl::StatusOr<Edited*> edited = Edit(namespace_name);
  if (!edited.ok()) return edited.status();
  History& history = (*edited)->history;
  Check(floor <= history.retained.head, "a trim never goes above the newest revision");
  if (floor <= history.retained.floor) return absl::OkStatus();
  history.retained.floor = floor;
  PartPosition oldest = {floor + 1, 0};
  if (oldest < history.next) {
    const absl::StatusOr<PartPosition> begin = ChunkThatHolds(namespace_name, **edited, oldest);
    if (!begin.ok()) return begin.status();
    oldest = *begin;
  } else {
    oldest = history.next;
  }
  if (history.oldest < oldest) {
    (void)changes_.DeleteRange(database_.chunks(), ChunkKey(namespace_name, history.oldest),
                               ChunkKey(namespace_name, oldest));
    history.oldest = oldest;
  }
  return absl::OkStatus();
}

absl::StatusOr<PartPosition> HistoryWriter::ChunkThatHolds(absl::string_view namespace_name,
                                                           const Edited& edited,
                                                           PartPosition part) const {
  const auto after = std::upper_bound(edited.appended.begin(), edited.appended.end(), part);
  if (after != edited.appended.begin()) return *(after - 1);
  rocksdb::ReadOptions options = ScanOptions();
  const std::string oldest = ChunkKey(namespace_name, edited.history.oldest);
  const rocksdb::Slice lower_bound = oldest;
  options.iterate_lower_bound = &lower_bound;
  const auto iterator = database_.NewIterator(options, database_.chunks());
  iterator->SeekForPrev(ChunkKey(namespace_name, part));
  if (absl::Status status = database_.StatusOf(*iterator); !status.ok()) return status;
  const std::optional<PartPosition> found =
      iterator->Valid() ? PositionOfChunkKey(ToView(iterator->key())) : std::nullopt;
  if (!found) {
    return absl::DataLossError(absl::StrCat("the store in ", database_.directory(),
                                            " lacks revision ", part.revision, " of namespace ",
                                            namespace_name));
  }
  return *found;
}

void HistoryWriter::Delete(absl::string_view namespace_name) {
  const std::string begin = NamespaceKey(namespace_name);
  (void)changes_.DeleteRange(database_.chunks(), begin, EndOfPrefix(begin));
  edited_.insert_or_assign(std::string(namespace_name), Edited{});
}

void HistoryWriter::Finish() {
  for (const auto& [name, edited] : edited_) {
    if (edited.history == History{}) {
      (void)changes_.Delete(database_.meta(), HistoryKey(name));
    } else {
      (void)changes_.Put(database_.meta(), HistoryKey(name), EncodeHistory(edited.history));
    }
  }
}

}  // namespace cache_invalidation::storage
