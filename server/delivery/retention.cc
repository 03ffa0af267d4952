// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/retention.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::delivery {
namespace {

constexpr int kSpans = 16;

// Small enough that histories are merged fairly, large enough that the pieces take little memory.
constexpr size_t kPieceBytes = 64 << 10;

}  // namespace

bool Retention::IsFull(const Span& span, absl::Duration now) const {
  return span.bytes >= limits_.bytes / kSpans || now - span.begun >= limits_.age / kSpans;
}

void Retention::Add(absl::string_view namespace_name, uint64_t head, size_t bytes,
                    absl::Duration now) {
  if (spans_.empty() || IsFull(spans_.back(), now)) {
    spans_.push_back({.begun = now, .newest = now, .bytes = 0, .pieces = {}});
  }
  Span& span = spans_.back();
  span.newest = now;
  span.bytes += bytes;
  Piece& piece = span.pieces[namespace_name];
  piece.head = head;
  piece.bytes += bytes;
  piece.newest = now;
  bytes_of_[namespace_name] += bytes;
  bytes_ += bytes;
}

void Retention::Remove(absl::string_view namespace_name) {
  const auto total = bytes_of_.find(namespace_name);
  if (total == bytes_of_.end()) return;
  bytes_ -= total->second;
  bytes_of_.erase(total);
  kept_.erase(namespace_name);
  for (Span& span : spans_) {
    const auto piece = span.pieces.find(namespace_name);
    if (piece == span.pieces.end()) continue;
    span.bytes -= piece->second.bytes;
    span.pieces.erase(piece);
  }
}

void Retention::Drop(const std::string& name, const Piece& piece, Floors& floors) {
  uint64_t& floor = floors[name];
  floor = std::max(floor, piece.head);
  bytes_ -= piece.bytes;
  const auto total = bytes_of_.find(name);
  if (total == bytes_of_.end()) return;  // it has no history
  total->second -= piece.bytes;
  if (total->second == 0) bytes_of_.erase(total);
}

void Retention::ForgetOldestSpan(bool keeps_shares, Floors& floors) {
  const size_t share = Share();
  const Span oldest = std::move(spans_.front());
  spans_.pop_front();
  for (const auto& [name, piece] : oldest.pieces) {
    const auto kept = kept_.find(name);
    const auto total = bytes_of_.find(name);
    if (keeps_shares && total != bytes_of_.end() && total->second <= share) {
      Piece& longer = kept_[name];
      longer = {piece.head, longer.bytes + piece.bytes, piece.newest};
      oldest_kept_ = std::min(oldest_kept_, piece.newest);
      continue;
    }
    Drop(name, piece, floors);
    if (kept == kept_.end()) continue;
    Drop(name, kept->second, floors);
    kept_.erase(kept);
  }
}

// Shares become smaller with more namespaces.
void Retention::ForgetKept(absl::Duration now, Floors& floors) {
  const size_t share = Share();
  oldest_kept_ = absl::InfiniteDuration();
  for (auto it = kept_.begin(); it != kept_.end();) {
    const Piece& piece = it->second;
    if (piece.bytes > share || now - piece.newest >= limits_.age) {
      Drop(it->first, piece, floors);
      kept_.erase(it++);
    } else {
      oldest_kept_ = std::min(oldest_kept_, piece.newest);
      ++it;
    }
  }
}

std::vector<FloorMoved> Retention::Forget(absl::Duration now) {
  Floors floors;
  bool forgets_kept = now - oldest_kept_ >= limits_.age;
  while (!spans_.empty()) {
    const Span& oldest = spans_.front();
    // The newest span stays whatever its size: its subscribers have not had a chance to read it.
    const bool too_much = bytes_ > limits_.bytes && spans_.size() > 1;
    const bool too_old = now - oldest.newest >= limits_.age;
    if (!too_much && !too_old) break;
    ForgetOldestSpan(/*keeps_shares=*/!too_old, floors);
    forgets_kept = true;
  }
  if (forgets_kept) ForgetKept(now, floors);
  std::vector<FloorMoved> moved;
  for (auto& [name, floor] : floors) moved.push_back({name, floor});
  return moved;
}

absl::Duration Retention::next_forget() const {
  const absl::Duration newest =
      spans_.empty() ? oldest_kept_ : std::min(oldest_kept_, spans_.front().newest);
  return newest + limits_.age;
}

absl::Status StoredHistory::Read(const storage::Store& store, const std::string& namespace_name,
                                 storage::RetainedRevisions retained) {
  const size_t first_piece = pieces_.size();
  size_t all = 0;
  Piece piece = {.namespace_name = namespace_name, .head = 0, .bytes = 0, .place = 0};
  storage::PartPosition next = {retained.floor + 1, 0};
  while (next.revision <= retained.head) {
    const auto chunks = store.ReadChunks(namespace_name, next, storage::kRecoveryReadBytes);
    if (!chunks.ok()) return chunks.status();
    if (chunks->empty()) {
      return absl::DataLossError(
          absl::StrCat("namespace ", namespace_name, " lacks revision ", next.revision));
    }
    for (const auto& chunk : *chunks) {
      next = storage::PositionAfter(chunk->parts.back());
      all += chunk->bytes.size();
      piece.bytes += chunk->bytes.size();
      // Whole revisions only.
      if (next.number != 0) continue;
      if (piece.bytes < kPieceBytes && next.revision <= retained.head) continue;
      piece.head = next.revision - 1;
      piece.place = static_cast<double>(all);
      pieces_.push_back(piece);
      piece.bytes = 0;
    }
  }
  for (size_t i = first_piece; i < pieces_.size(); ++i) {
    pieces_[i].place /= static_cast<double>(std::max<size_t>(all, 1));
  }
  return absl::OkStatus();
}

std::vector<StoredHistory::Piece> StoredHistory::InOrder() {
  std::stable_sort(pieces_.begin(), pieces_.end(),
                   [](const Piece& a, const Piece& b) { return a.place < b.place; });
  return std::exchange(pieces_, {});
}

}  // namespace cache_invalidation::delivery
