#include "server/delivery/stored_history.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/storage/store.h"

namespace cache_invalidation::delivery {
namespace {

// Small enough that histories are merged fairly, large enough that the pieces take little memory.
constexpr size_t kPieceBytes = 64 << 10;

}  // namespace

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
