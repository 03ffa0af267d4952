#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_H_

#include <memory>
#include <stop_token>
#include <thread>

#include "client/connect/postgres/source_environment.h"
#include "client/connect/postgres/source_status.h"
#include "client/connect/postgres/teller.h"
#include "client/connect/wake_up.h"
#include "client/connection.h"
#include "common/clock.h"
#include "server/journal/journal.h"

namespace cache_invalidation::connect {

// Follows one database on a thread of its own: every committed change of a published table is
// reported at least once, in the order of the commits, one transaction as one command; or
// everything is invalidated. After an error it begins again from the last confirmed position,
// without limit.
class Source {
 public:
  // `namespace_name` empty: the service's default. The others must outlive it.
  Source(SourceOptions options, std::shared_ptr<client::Connection> connection,
         std::string namespace_name, Clock& clock, journal::Journal& journal, SourceStatus& status);

  // Stops: confirms what was reported, and waits for the results of what was sent
  // (Teller::kDeadline).
  ~Source();

  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

 private:
  void Run();
  // Follows the log as long as it goes. Returns why it has ended.
  absl::Status Follow();
  absl::Status AwaitService();
  void Pause(absl::Duration pause) const;

  const SourceOptions options_;
  journal::Journal& journal_;
  SourceStatus& status_;
  WakeUp wake_;
  WakeUp stopped_;
  std::stop_source stop_;
  Teller teller_;
  const SourceEnvironment environment_;
  // Of the thread.
  uint64_t generation_ = 0;
  Lsn unreadable_at_ = 0;
  int unreadable_times_ = 0;  // at one position
  std::thread thread_;        // last: it uses all of the above
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_H_
