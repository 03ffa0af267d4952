#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TELLER_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TELLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/connect/postgres/transaction_assembler.h"
#include "client/connect/wake_up.h"
#include "client/write_stream.h"
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

  // `wake` is notified of each result and must outlive this object.
  Teller(std::shared_ptr<client::Connection> connection, WakeUp& wake);

  // Blocks until everything that was sent has a result: at most kDeadline.
  ~Teller();

  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;

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
  void Add(TellResult result) ABSL_LOCKS_EXCLUDED(mutex_);
  void Expect() ABSL_LOCKS_EXCLUDED(mutex_);
  void Send(Ticket ticket, client::InvalidateParams params);

  const std::shared_ptr<client::Connection> connection_;
  const client::Client client_;
  WakeUp& wake_;
  mutable Mutex mutex_;
  CondVar none_pending_;
  std::vector<TellResult> results_ ABSL_GUARDED_BY(mutex_);
  size_t pending_ ABSL_GUARDED_BY(mutex_) = 0;
  const std::unique_ptr<client::WriteStream> stream_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_TELLER_H_
