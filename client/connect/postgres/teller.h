// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TELLER_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TELLER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/async_client.h"
#include "client/client.h"
#include "client/connect/postgres/transaction_assembler.h"
#include "client/connect/wake_up.h"
#include "common/mutex.h"

namespace cache_invalidation::connect {

// Whose result it is: a number of SourceProgress, of one connection to the log. Results of an
// earlier connection, which has been given up, confirm nothing on the next one.
struct Ticket {
  uint64_t generation = 0;
  uint64_t number = 0;
};

struct TellResult {
  Ticket ticket;
  absl::Status status;
  bool everything = false;  // of a command that invalidates everything
};

// Reports transactions to the service without waiting. One stream for the life of the process;
// nothing blocks as long as the caller keeps to kMaxPending commands and bytes without a result.
// For one thread; results come on others.
class Teller {
 public:
  static constexpr size_t kMaxPendingCommands = 2'048;
  static constexpr size_t kMaxPendingBytes = 8 << 20;
  static constexpr absl::Duration kDeadline = absl::Seconds(20);  // of a command

  // `wake` is notified of each result and must outlive this object. The destructor blocks until
  // everything that was sent has a result: at most kDeadline.
  Teller(std::shared_ptr<client::Connection> connection, WakeUp& wake);

  // Sends what the transaction holds: the targets of its messages, and its writes as one command.
  // Returns the number of commands; each has one result.
  size_t Tell(Ticket ticket, Transaction transaction);

  // Sends everything, as one command.
  void TellEverything(Ticket ticket);

  // Returns the results since the last call.
  std::vector<TellResult> TakeResults();

  // Number of commands, of all generations, without a result.
  size_t pending() const;

  // For calls that wait for their result.
  const client::Client& client() const { return client_; }

 private:
  // Counts a command, and returns what takes its status.
  std::function<void(const absl::Status&)> Expect(Ticket ticket, bool everything = false)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Send(Ticket ticket, client::InvalidateParams params);

  const client::Client client_;
  WakeUp& wake_;
  mutable Mutex mutex_;
  std::vector<TellResult> results_ ABSL_GUARDED_BY(mutex_);
  size_t pending_ ABSL_GUARDED_BY(mutex_) = 0;
  client::AsyncClient async_;  // last: its callbacks use all of the above
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TELLER_H_
