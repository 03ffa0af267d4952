// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_KEY_TEMPLATE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_KEY_TEMPLATE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/connect/sink_targets.h"

namespace cache_invalidation::connect {

// The keys that an application derives from a tag: `customer:*` gives `cust:\1`. Each `*` is one
// whole level of the tag, `\1` to `\9` are those levels in their order. Immutable.
//
//   customer:7            names the key cust:7
//   customer              is above: names every key that begins with cust:
//   customer:7:orders     is below: names nothing, for a tag does not hit those above it
//   invoice:7             names nothing
//
// A level with an escaped value (client/tag.h) names two keys: with the value as it is in the tag,
// and with the value itself. Applications write either.
class KeyTemplate {
 public:
  // Fails with INVALID_ARGUMENT if there are no levels, no keys, or a key names a level that is no
  // `*`. A key must not begin with a level: what it names could not be found.
  static absl::StatusOr<KeyTemplate> Parse(absl::string_view tag, std::vector<std::string> keys);

  // Adds what `tag` names to the keys and scans. Returns whether it named something.
  bool Match(absl::string_view tag, SinkTargets& named) const;

  // What every key begins with: the text before its first level.
  std::vector<std::string> LiteralPrefixes() const;

 private:
  std::vector<std::string> levels_;
  std::vector<std::string> keys_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_REDIS_KEY_TEMPLATE_H_
