// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_BROAD_REVISIONS_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_BROAD_REVISIONS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/pattern.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {

// The last revisions at which something other than a tag or a key was invalidated. 0: never.
struct LastRevisions {
  uint64_t evicted = 0;
  uint64_t staled = 0;

  uint64_t last() const { return std::max(evicted, staled); }
  void Note(bool evicts, uint64_t revision) {
    uint64_t& noted = evicts ? evicted : staled;
    noted = std::max(noted, revision);
  }
};

// Remembers when everything was last invalidated, and when each pattern was.
//
// Every fill is matched against the patterns, so their number is limited. Beyond the limit the
// least recently used ones (all that the same event used last) are given up: from then on their
// last invalidation counts for every key. What is kept is therefore what the events above the floor
// say, minus the patterns that were not used again after being given up.
//
// Thread-compatible.
class BroadRevisions {
 public:
  struct PatternMark {
    Pattern pattern;
    LastRevisions revisions;
  };
  // By expression.
  using Patterns = std::map<std::string, PatternMark, std::less<>>;

  explicit BroadRevisions(size_t max_patterns = kMaxRememberedPatterns)
      : max_patterns_(max_patterns) {}

  void NoteEverything(bool evicts, uint64_t revision) { everything_.Note(evicts, revision); }

  // Returns the stored expression, which stays valid until Clean. `compiled`: the compiled pattern
  // if the caller has it, otherwise null. REQUIRES: the expression compiles.
  absl::string_view NotePattern(absl::string_view expression, bool evicts, uint64_t revision,
                                const Pattern* compiled = nullptr);

  // The compiled expression. REQUIRES: it compiles.
  Pattern Compiled(absl::string_view expression) const;

  // For rebuilding: restores what was given up, and adds patterns as NotePattern does. Patterns
  // beyond the limit are given up only at the next NotePattern, so a limit that has changed since
  // has no effect before.
  void LoadGivenUp(LastRevisions any_key) { any_key_ = any_key; }
  void Load(absl::string_view expression, bool evicts, uint64_t revision);

  // Forgets every revision up to `floor`.
  void Forget(uint64_t floor);
  // The number of patterns given up since the last Clean. Clean frees their expressions.
  size_t given_up() const { return given_up_.size(); }
  void Clean() { given_up_.clear(); }

  const LastRevisions& everything() const { return everything_; }
  const Patterns& patterns() const { return patterns_; }
  // The last revisions of the patterns that were given up. They count for every key.
  const LastRevisions& any_key() const { return any_key_; }

 private:
  void GiveUpOldest();
  // `compiled`: the compiled pattern if the caller has it, otherwise null.
  Patterns::iterator MarkOf(absl::string_view expression, const Pattern* compiled);

  const size_t max_patterns_;
  LastRevisions everything_;
  Patterns patterns_;
  LastRevisions any_key_;
  std::vector<Patterns::node_type> given_up_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_BROAD_REVISIONS_H_
