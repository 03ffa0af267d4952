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
#include "common/limits.h"
#include "common/pattern.h"

namespace cache_invalidation::engine {

// When something was invalidated that is neither a tag nor a key.
struct LastRevisions {
  uint64_t evicted = 0;
  uint64_t staled = 0;

  uint64_t last() const { return std::max(evicted, staled); }
  void Note(bool evicts, uint64_t revision) {
    uint64_t& noted = evicts ? evicted : staled;
    noted = std::max(noted, revision);
  }
};

// When everything was invalidated, and what each pattern matches.
//
// Every fill is matched against the patterns, so there is a limit to them. Beyond it the ones that
// were used least recently, by one event, are given up for all keys at once: what happened to their
// keys is then taken to have happened to every key. So what is remembered of patterns is what the
// events since the floor say, without those that were not used after the last one given up.
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

  // Answers the expression as it is kept: it stays valid until Clean. REQUIRES: it compiles.
  // `compiled`: if somebody has it.
  absl::string_view NotePattern(absl::string_view expression, bool evicts, uint64_t revision,
                                const Pattern* compiled = nullptr);

  // The compiled expression. REQUIRES: it compiles.
  Pattern Compiled(absl::string_view expression) const;

  // Rebuilding: what was given up, and Load instead of NotePattern. Beyond the limit nothing is
  // given up before the next NotePattern: a limit that is another now changes nothing before.
  void LoadGivenUp(LastRevisions any_key) { any_key_ = any_key; }
  void Load(absl::string_view expression, bool evicts, uint64_t revision);

  // Forgets what happened up to `floor`.
  void Forget(uint64_t floor);
  // How many patterns were given up since the last Clean, which frees their expressions.
  size_t given_up() const { return given_up_.size(); }
  void Clean() { given_up_.clear(); }

  const LastRevisions& everything() const { return everything_; }
  const Patterns& patterns() const { return patterns_; }
  // Of the patterns that were given up: this may have happened to any key.
  const LastRevisions& any_key() const { return any_key_; }

 private:
  void GiveUpOldest();
  // `compiled`: if somebody has it, otherwise null.
  Patterns::iterator MarkOf(absl::string_view expression, const Pattern* compiled);

  const size_t max_patterns_;
  LastRevisions everything_;
  Patterns patterns_;
  LastRevisions any_key_;
  std::vector<Patterns::node_type> given_up_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_BROAD_REVISIONS_H_
