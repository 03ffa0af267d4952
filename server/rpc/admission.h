#ifndef CACHE_INVALIDATION_SERVER_RPC_ADMISSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_ADMISSION_H_

#include <atomic>

#include "absl/status/status.h"
#include "server/engine/command.h"

namespace cache_invalidation::rpc {

// Whether calls are let in while the process runs out of memory. Thread-safe.
class Admission {
 public:
  enum class Level {
    kAll,
    kNothingToKeep,  // not what makes the server keep more
    kNothing,
  };

  void SetLevel(Level level) { level_ = level; }

  // UNAVAILABLE: no call is let in. None is lost by that: its caller tries again, and an
  // invalidation is not given up.
  absl::Status Admit() const;

  // RESOURCE_EXHAUSTED: nothing more may be kept. To be asked for subscriptions.
  absl::Status AdmitToKeep() const;

  // AdmitToKeep for commands that make an engine keep more: entries, dependencies, declarations.
  // What is no such command is let in, invalidations above all.
  absl::Status AdmitCommand(const engine::Command& command) const;

 private:
  std::atomic<Level> level_ = Level::kAll;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_ADMISSION_H_
