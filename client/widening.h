// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_WIDENING_H_
#define CACHE_INVALIDATION_CLIENT_WIDENING_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/write_event.h"

namespace cache_invalidation::client {

// The writes of a transaction, reduced to fit into one InvalidateByWrites.
struct WidenedWrites {
  std::vector<WriteEvent> writes = {};

  // Only everything covers the transaction: `writes` is empty, and the caller must send Invalidate
  // with `everything` instead.
  bool everything = false;

  // Number of given writes that are now represented less precisely.
  uint64_t widened = 0;
};

struct WideningOptions {
  // Maximum request size that the service accepts: its --max_request_bytes.
  size_t max_request_bytes = 4 << 20;

  // How to treat a malformed type, operation or tag, which the service would refuse. False: it is
  // left unchanged, and the service's error names it. True, for writes that are already committed:
  // a tag becomes the longest well-formed tag above it, a type becomes the well-formed type in
  // front of its first ":", and an operation is dropped together with the id. If nothing
  // well-formed is left, the result is everything.
  bool widen_malformed_names = false;
};

// Collects the writes of one transaction in bounded memory, and makes any transaction fit into one
// InvalidateByWrites by reporting more than was written, never less:
//
// - an id that is too long, is not UTF-8 or contains control characters becomes empty: the write
//   affects the whole type;
// - a context that is too large, too deep or not UTF-8 becomes unknown (json_value.h): what
//   templates need from it widens, conditions that read it are true;
// - a write with more than 64 tags affects its whole type, and its tags are distributed over
//   several writes.
//
// While the writes exceed a limit of the service (10,000 writes, the size of a request), the next
// of these steps is applied to all of them, including later ones:
//
// 1. one write with an empty id for each type and operation, with every tag once;
// 2. one write for each type: only conditions depend on operations, and they are true for a whole
//    type;
// 3. a tag becomes the type in front of its first ":", which covers the tag and every rule that the
//    tag triggers (a tag in between would not trigger the rules below it);
// 4. everything.
//
//   WriteCollector collector({.widen_malformed_names = true});
//   for (const Row& row : log) collector.Add({.resource_type = row.table, .resource_id = row.id});
//   const WidenedWrites told = collector.Take();
//
// Thread-compatible. Memory: the writes of one request, or as many names as a request can hold.
class WriteCollector {
 public:
  explicit WriteCollector(WideningOptions options = {}) : options_(options) {}

  void Add(WriteEvent write);

  // Records a write that cannot be named. Counts as one write.
  void AddEverything();

  // Applies step 3 at once, whatever the size: for writes that were refused as they were.
  void WidenToTypes();

  // Returns whether nothing was added since the last Take.
  bool empty() const { return added_ == 0; }

  // Returns what was added, and resets the collector.
  WidenedWrites Take();

 private:
  enum class Detail { kWrites, kTypesAndOperations, kTypes, kTypesOfTags, kEverything };
  using TypeAndOperation = std::pair<std::string, std::string>;

  bool FixNames(WriteEvent& write);
  void Keep(WriteEvent write);
  void KeepTypes(const WriteEvent& write);
  void KeepType(std::string type, std::string operation);
  void KeepTag(const std::string& tag);
  size_t RepeatedTypes() const;
  bool Fits() const;
  void WidenTo(Detail detail);

  WideningOptions options_;
  Detail detail_ = Detail::kWrites;
  uint64_t added_ = 0;
  uint64_t widened_ = 0;  // number of those in writes_
  size_t bytes_ = 0;      // encoded size of everything below

  std::vector<WriteEvent> writes_;  // kWrites
  std::set<TypeAndOperation> types_;
  std::set<std::string> tags_;
};

// As WriteCollector, for writes that are all available.
WidenedWrites WidenToLimits(std::vector<WriteEvent> writes, WideningOptions options = {});

// Returns whether the service refused the writes themselves, and may accept less precise ones: the
// same call would fail again, and not because of who is calling, or of the namespace.
//
//   if (IsWriteRefusal(error)) collector.WidenToTypes();
bool IsWriteRefusal(const absl::Status& error);

// Returns the encoded size of a context in bytes, which is what the service limits.
size_t EncodedContextBytes(const JsonValue::Object& context);

// Returns the encoded size of a write in bytes, as a part of a request.
size_t EncodedWriteBytes(const WriteEvent& write);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_WIDENING_H_
