#ifndef CACHE_INVALIDATION_SERVER_RPC_ADMISSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_ADMISSION_H_

#include <atomic>

#include "absl/status/status.h"
#include "server/engine/command.h"

namespace cache_invalidation::rpc {

// Whether calls are accepted while the process runs out of memory. Thread-safe.
class Admission {
 public:
  enum class Level {
    kAll,
    kNothingToKeep,  // rejects what makes the server store more
    kNothing,
  };

  void SetLevel(Level level) { level_ = level; }

  // Fails with UNAVAILABLE if no call is accepted. Nothing is lost: the caller retries, and an
  // invalidation is retried until it succeeds.
  absl::Status Admit() const;

  // Fails with RESOURCE_EXHAUSTED if nothing more may be stored. For subscriptions.
  absl::Status AdmitToKeep() const;

  // AdmitToKeep for commands that make an engine store more: entries, dependencies, declarations.
  // All other commands are accepted, invalidations above all.
  absl::Status AdmitCommand(const engine::Command& command) const;

 private:
  std::atomic<Level> level_ = Level::kAll;
};

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_ADMISSION_H_
