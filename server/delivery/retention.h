// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_RETENTION_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_RETENTION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/storage/store.h"

namespace cache_invalidation::delivery {

// The history of a namespace up to `floor` is no longer retained.
struct FloorMoved {
  std::string namespace_name;
  uint64_t floor = 0;

  bool operator==(const FloorMoved&) const = default;
};

// How much history is retained, of all namespaces together. History that exceeds a limit is
// forgotten, oldest first. A namespace that has no more than its share, which is half of the bytes
// divided by the number of namespaces that have history, loses nothing to the limit on bytes:
// namespaces that write much do not displace the history of those that write little.
struct RetentionLimits {
  size_t bytes = size_t{256} << 20;
  absl::Duration age = absl::InfiniteDuration();
};

// Decides which history is forgotten.
//
// Time is divided into spans, each with about a sixteenth of the retained history; a span is
// forgotten as a whole, because each floor that moves costs its namespace a command. So up to a
// sixteenth more than the limits may be retained.
//
// Thread-compatible. `now` never decreases.
class Retention {
 public:
  explicit Retention(const RetentionLimits& limits) : limits_(limits) {}

  // A namespace has new history: `bytes` up to `head`.
  void Add(absl::string_view namespace_name, uint64_t head, size_t bytes, absl::Duration now);

  // The namespace was deleted, with all of its history: no floor of it moves.
  void Remove(absl::string_view namespace_name);

  // The floors that move now; sorted by name, at most one for each namespace.
  std::vector<FloorMoved> Forget(absl::Duration now);

  // When Forget has something to do if nothing is added; absl::InfiniteDuration(): never.
  absl::Duration next_forget() const;

  // How much is retained, and since when, without history that only a share keeps;
  // absl::InfiniteDuration() if there is none.
  size_t bytes() const { return bytes_; }
  absl::Duration since() const {
    return spans_.empty() ? absl::InfiniteDuration() : spans_.front().begun;
  }

 private:
  using Floors = std::map<std::string, uint64_t>;
  struct Piece {
    uint64_t head = 0;  // at its end
    size_t bytes = 0;
    absl::Duration newest;
  };
  struct Span {
    absl::Duration begun;
    absl::Duration newest;
    size_t bytes = 0;
    absl::flat_hash_map<std::string, Piece> pieces;  // of namespaces that have history in it
  };

  bool IsFull(const Span& span, absl::Duration now) const;
  size_t Share() const { return limits_.bytes / 2 / std::max<size_t>(bytes_of_.size(), 1); }
  void Drop(const std::string& name, const Piece& piece, Floors& floors);
  void ForgetOldestSpan(bool keeps_shares, Floors& floors);
  void ForgetKept(absl::Duration now, Floors& floors);

  const RetentionLimits limits_;
  std::deque<Span> spans_;  // oldest first; the last one still grows
  // History older than the spans, of namespaces that have no more than their share.
  absl::flat_hash_map<std::string, Piece> kept_;
  absl::Duration oldest_kept_ = absl::InfiniteDuration();  // the least Piece::newest, or less
  absl::flat_hash_map<std::string, size_t> bytes_of_;      // none is 0
  size_t bytes_ = 0;
};

// The retained history of all namespaces of a store, as pieces of similar size.
//
// The relative age of pieces of different namespaces is not stored. It is estimated as if all
// histories had begun and ended together.
//
// Thread-compatible.
class StoredHistory {
 public:
  struct Piece {
    std::string namespace_name;
    uint64_t head = 0;  // its last revision
    size_t bytes = 0;
    double place = 0;  // of its end in the namespace's history: above 0, up to 1
  };

  // Adds the history of a namespace. Errors are the store's, DATA_LOSS if some of it is missing.
  absl::Status Read(const storage::Store& store, const std::string& namespace_name,
                    storage::RetainedRevisions retained);

  // All pieces, oldest first.
  std::vector<Piece> InOrder();

 private:
  std::vector<Piece> pieces_;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_RETENTION_H_
