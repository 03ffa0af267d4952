// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_CACHE_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/event.h"
#include "client/subscription.h"
#include "common/pattern.h"
#include "tests/simulation/database.h"
#include "tests/simulation/mutation.h"

namespace cache_invalidation::simulation {

// The cache of one subscriber. Of each row it can hold a copy, which carries the row's tag, and a
// view, which carries no tag: its dependency on the row is declared to the server.
//
// It obeys docs/guarantees.md literally: it drops the entries that events hit, keeps a fill only if
// nothing that the value depends on was hit since its load began, and serves only within its lease
// and, after a lease that expired, once it has applied everything up to the start of the new
// stream.
class Cache {
 public:
  enum class Kind { kCopy, kView };
  struct Name {
    Kind kind = Kind::kCopy;
    size_t row = 0;

    std::string key() const;
    auto operator<=>(const Name&) const = default;
  };
  static constexpr std::array<Kind, 2> kKinds = {Kind::kCopy, Kind::kView};

  // The filter of the subscription: only entries that pass it can be kept.
  Cache(std::vector<std::string> tags, std::vector<std::string> key_prefixes, Mutation mutation);

  // The position of the cache when a load begins.
  struct Token {
    std::string epoch;
    uint64_t applied = 0;
    uint64_t resets = 0;
  };
  // Absent before the subscription has started.
  std::optional<Token> BeginFill() const;
  // Keeps the value unless it is too late.
  void EndFill(const Name& name, uint64_t version, const Token& token);
  bool MayKeep(const Name& name) const;

  void Apply(const client::SubscriptionStarted& started, absl::Duration now);
  void Apply(const client::SubscriptionReset& reset);
  void Apply(const client::Event& event);
  void Apply(const client::SubscriptionProgress& progress, absl::Duration now);

  // The version that it serves now; absent: a miss.
  std::optional<uint64_t> Serve(const Name& name, absl::Duration now) const;
  bool Serves(absl::Duration now) const { return now < lease_end_ && applied_ >= serves_from_; }

  uint64_t applied() const { return applied_; }
  const std::string& epoch() const { return epoch_; }

 private:
  bool Hits(const client::Invalidation& invalidation, const Name& name);

  const std::vector<std::string> tags_;
  const std::vector<std::string> key_prefixes_;
  const Mutation mutation_;
  std::string epoch_;
  uint64_t applied_ = 0;
  uint64_t resets_ = 0;
  uint64_t serves_from_ = 0;
  absl::Duration lease_ = absl::ZeroDuration();
  absl::Duration lease_end_ = -absl::InfiniteDuration();
  std::map<Name, uint64_t> values_;    // versions
  std::map<Name, uint64_t> last_hit_;  // revisions since the last reset
  std::map<std::string, Pattern> patterns_;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_CACHE_H_
