// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_OUTBOX_MESSAGE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_OUTBOX_MESSAGE_H_

#include <cstddef>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::connect {

// What a transaction invalidates by name: the content of its messages. An application writes it
// with
//
//   SELECT pg_logical_emit_message(true, 'cache_invalidation', '{"keys": ["page:home"]}')
//
// for what no row shows. Members: `tags`, `keys`, `types` (writes to whole tables, which fire
// rules; after DDL), `patterns`, each a list of texts, and `everything`, a boolean.
struct OutboxTargets {
  // More than one call can name. Each pattern is a call of its own.
  static constexpr size_t kMaxNames = 10'000;
  static constexpr size_t kMaxPatterns = 64;

  std::set<std::string> tags = {};
  std::set<std::string> keys = {};
  std::set<std::string> types = {};
  std::set<std::string> patterns = {};
  bool everything = false;

  bool empty() const {
    return tags.empty() && keys.empty() && types.empty() && patterns.empty() && !everything;
  }
  bool operator==(const OutboxTargets&) const = default;

  // Adds what the other has; beyond the maxima it becomes everything alone.
  void Merge(OutboxTargets other);
};

// Which messages are read, and what they can do. Every role may write messages unless it is
// revoked, so by default they reach no more than what they name.
struct OutboxOptions {
  // Of the messages; others are those of other programs. Empty: no messages are read.
  std::string prefix = {};

  // Whether `patterns` and `everything` are allowed: each can be all of the cache.
  bool allow_everything = false;
};

// Parses the content of a message. Fails with INVALID_ARGUMENT, which names the malformed member:
// an unknown one, or a tag, key, type or pattern that the service would refuse. Pure.
absl::StatusOr<OutboxTargets> ParseOutboxMessage(absl::string_view content);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_OUTBOX_MESSAGE_H_
