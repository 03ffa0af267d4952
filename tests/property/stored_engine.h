// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_STORED_ENGINE_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_STORED_ENGINE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/engine/engine.h"
#include "server/wire/row.h"
#include "tests/reference/owned_event.h"

namespace cache_invalidation::property {

// An engine whose deltas are stored as rows and whose events are retained down to its floor, as in
// a server: what is needed to rebuild it.
class StoredEngine {
 public:
  explicit StoredEngine(const engine::Limits& limits);

  // Applies the command, and stores what it did.
  engine::Applied Apply(const engine::Command& command, absl::Time now);

  // Returns a second engine, built only from the rows and the retained events, with its own rows.
  std::unique_ptr<StoredEngine> Rebuild() const;

  engine::Engine& engine() { return *engine_; }

 private:
  using RowName = std::pair<wire::RowKind, std::string>;

  const engine::Limits limits_;
  std::unique_ptr<engine::Engine> engine_;
  std::map<RowName, std::string> rows_;
  std::vector<reference::OwnedEvent> events_;
};

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_STORED_ENGINE_H_
