// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_FLAGS_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_FLAGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cachectl/report.h"
#include "client/call_options.h"
#include "client/dependency.h"
#include "client/position.h"
#include "client/relationship.h"
#include "client/strategy.h"
#include "client/write_event.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cache_invalidation::cachectl {

// Flags shared by several commands. Each checks its value while the command line is parsed. `out`
// must outlive the parser.

// A duration such as 200ms, 5s or 1h30m.
void AddDurationFlag(CLI::App* command, const std::string& names,
                     std::optional<absl::Duration>* out, const std::string& description);
void AddDurationFlag(CLI::App* command, const std::string& names, absl::Duration* out,
                     const std::string& description);
void AddDurationArgument(CLI::App* command, const std::string& name, absl::Duration* out,
                         const std::string& description);

void AddOutputFlag(CLI::App* command, OutputFormat* out);
void AddStrategyFlag(CLI::App* command, client::InvalidationStrategy* out);
void AddAcceptFlag(CLI::App* command, std::vector<std::string>* out);
void AddCardinalityFlag(CLI::App* command, client::Cardinality* out);

// --wait and --wait-timeout.
struct WaitFlags {
  bool wait = false;
  std::optional<absl::Duration> timeout;

  std::optional<client::WaitForSubscribers> Get() const;
};
void AddWaitFlags(CLI::App* command, WaitFlags* out);

// --epoch, which must not be empty: a variable of a script that was never set is no epoch.
CLI::Option* AddEpochFlag(CLI::App* command, std::string* out, const std::string& description);

// --revision and --epoch: both or none, as one of them alone is no position.
struct PositionFlags {
  std::optional<uint64_t> revision;
  std::string epoch;

  std::optional<client::Position> Get() const;
};
void AddPositionFlags(CLI::App* command, PositionFlags* out, const std::string& description);

// TYPE [ID] [OPERATION] --context --tag.
struct WriteFlags {
  std::string type;
  std::string id;
  std::string operation = "update";
  std::string context;
  std::vector<std::string> tags;

  // Fails with INVALID_ARGUMENT if the context is not a JSON object.
  absl::StatusOr<client::WriteEvent> Get() const;
};
void AddWriteFlags(CLI::App* command, WriteFlags* out);

// The dependencies of a key: [NAME...] --on-key --on-tag.
void AddDependencyFlags(CLI::App* command, client::DependencyNames* out);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_FLAGS_H_
