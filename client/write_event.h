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

  // At most 512 bytes. Empty: the write concerns the whole type, as a TRUNCATE does. An id with ":"
  // or "%" invalidates the tag with the id as it came and the one with the escaped id (tag.h).
  std::string resource_id = {};

  // What was done: "insert", "update", "delete" or a word of your own.
  std::string operation = {};

  // What templates and conditions may look at: the new values by column name, with the previous
  // ones as far as they are known under `old` and the names of the changed columns under
  // `fields_changed`. An update that may move a row says one of the two: a template sees the new
  // value alone otherwise. JsonValue::Unknown() is a value that is not known, JsonValue::Number()
  // one with its text: for integers beyond 2^53-1, and decimals whose zeros matter. Of equal names
  // the last one counts.
  JsonValue::Object context = {};

  // Further tags that this write concerns. At most 64.
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

// What one command did.
struct WriteResult {
  // The revision of the command's own event; the head if it caused none.
  Position position = {};

  // How many tags, keys and patterns the event names.
  uint32_t invalidations = 0;

  // The rules that fired, in the order in which they ran.
  std::vector<std::string> rules_fired = {};

  // How many targets stand for something narrower that could not be named.
  uint32_t widened = 0;

  // How many targets wait in the pending batch of the namespace after this command.
  uint32_t pending_targets = 0;

  // Present if the call was asked to wait.
  std::optional<Waiting> waiting = {};

  bool operator==(const WriteResult&) const = default;
};

struct ExplainWriteParams {
  WriteEvent write = {};

  // Empty: explain everything that the write would hit. Otherwise: whether it would hit this key,
  // and by which path, or what kept it from being hit.
  std::string key = {};

  // For a key that is not tracked: the tags to assume for it.
  std::vector<std::string> key_tags = {};

  CallOptions options = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WRITE_EVENT_H_
