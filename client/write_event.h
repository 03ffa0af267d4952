// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_WRITE_EVENT_H_
#define CACHE_INVALIDATION_CLIENT_WRITE_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/call_options.h"
#include "client/position.h"
#include "client/waiting.h"
#include "common/json_value.h"

namespace cache_invalidation::client {

using cache_invalidation::JsonValue;

// One row that was written to the database.
//
//   const WriteEvent write{
//       .resource_type = "user",
//       .resource_id = "user123",
//       .operation = "update",
//       .context = {{"tenant", "acme"}, {"fields_changed", JsonValue::List{"name"}}}};
struct WriteEvent {
  // 1 to 128 bytes without ":", "*" and control characters.
  std::string resource_type = {};

  // At most 512 bytes. Empty: the write affects the whole type, as a TRUNCATE does. An id that
  // contains ":" or "%" invalidates both the tag with the unescaped id and the tag with the escaped
  // id (tag.h).
  std::string resource_id = {};

  // What was done: "insert", "update", "delete" or an application-defined word.
  std::string operation = {};

  // What templates and conditions can read: the new values by column name, the known previous ones
  // under `old`, and the names of the changed columns under `fields_changed`. An update that can
  // move a row must give one of the two; otherwise a template sees only the new value.
  // JsonValue::Unknown() is an unknown value. JsonValue::Number() is a number with its text: for
  // integers beyond 2^53-1, and for decimals with significant zeros. If a name occurs twice, the
  // last one counts.
  JsonValue::Object context = {};

  // Further tags that this write affects. At most 64.
  std::vector<std::string> tags = {};

  bool operator==(const WriteEvent&) const = default;
};

struct InvalidateByWriteParams {
  WriteEvent write = {};
  std::optional<WaitForSubscribers> wait = {};
  CallOptions options = {};
};

struct InvalidateByWritesParams {
  // 1 to 10,000.
  std::vector<WriteEvent> writes = {};
  std::optional<WaitForSubscribers> wait = {};
  CallOptions options = {};
};

// Result of one command.
struct WriteResult {
  // The revision of the command's own event; the head if it caused none.
  Position position = {};

  // Number of tags, keys and patterns that the event names.
  uint32_t invalidations = 0;

  // The rules that fired, in the order in which they ran.
  std::vector<std::string> rules_fired = {};

  // Number of targets that replace something narrower that could not be named.
  uint32_t widened = 0;

  // Number of targets in the pending batch of the namespace after this command.
  uint32_t pending_targets = 0;

  // Present if the call asked to wait.
  std::optional<Waiting> waiting = {};

  bool operator==(const WriteResult&) const = default;
};

struct ExplainWriteParams {
  WriteEvent write = {};

  // Empty: explain everything that the write would hit. Otherwise: whether it would hit this key,
  // and by which path, or why not.
  std::string key = {};

  // For a key that is not tracked: the tags to assume for it.
  std::vector<std::string> key_tags = {};

  CallOptions options = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WRITE_EVENT_H_
