// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_MUTATION_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_MUTATION_H_

namespace cache_invalidation::simulation {

// Mistakes that can be planted in a simulated world, to show that the simulation finds them.
enum class Mutation {
  kNone,
  // Of the server.
  kAnswersBeforeSync,      // results go out when their group is handed to the committer
  kKeepsEpoch,             // a start assumes that the machine was not restarted
  kTrustsEntries,          // a new epoch begins without an invalidation of everything
  kRecordsRunFirst,        // the record of a run is durable before that invalidation is
  kSkipsAfterResume,       // a resumed stream leaves out one revision
  kAcknowledgesTooMuch,    // an acknowledgement counts for everything that was sent
  kTellsLeaseAtOnce,       // a lease is granted before the store has it
  kForgetsStrangers,       // after a start no call waits for subscribers of the run before
  kForgetsWakeAfterRead,   // a stream does not wake the outbox after a message of its client
  kForgetsWakeAfterWrite,  // the same after a write
  // Of the disk.
  kIgnoresFailedSync,  // a sync that failed is reported as done
  kTearsBatches,       // a loss of power leaves a part of a batch
  kHidesMissingEnd,    // a store whose end is missing does not say so
  // Of a cache.
  kLeaseFromEcho,   // its lease runs from when the echo came, not from when it asked
  kKeepsLateFills,  // it keeps a value that was invalidated while it was loaded
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_MUTATION_H_
