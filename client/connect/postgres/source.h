// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_H_

#include <cstdint>
#include <memory>
#include <stop_token>

#include "client/connect/postgres/lsn.h"
#include "client/connect/postgres/source_environment.h"
#include "client/connect/retrying_thread.h"
#include "client/connection.h"

namespace cache_invalidation::connect {

// Follows one database on a thread of its own: every committed change of a published table is
// reported at least once, in the order of the commits, one transaction as one command; or
// everything is invalidated. After an error it begins again from the last confirmed position,
// without limit. The destructor confirms what was reported, and waits for the results of what was
// sent (Teller::kDeadline).
class Source {
 public:
  // The references must outlive it.
  Source(SourceOptions options, std::shared_ptr<client::Connection> connection, Clock& clock,
         journal::Journal& journal, SourceStatus& status);

 private:
  // Follows the log as long as it goes. Returns why it has ended.
  absl::Status Follow(const std::stop_token& stop);
  absl::Status AwaitService(const std::stop_token& stop);

  const SourceOptions options_;
  Clock& clock_;
  journal::Journal& journal_;
  SourceStatus& status_;
  WakeUp wake_;
  WakeUp stopped_;
  Teller teller_;
  // Of the thread.
  uint64_t generation_ = 0;
  Lsn unreadable_at_ = 0;
  int unreadable_times_ = 0;     // at one position
  const RetryingThread thread_;  // last: it uses all of the above
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_H_
