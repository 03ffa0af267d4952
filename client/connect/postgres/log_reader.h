// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_LOG_READER_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_LOG_READER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "client/connect/postgres/open_log.h"
#include "client/connect/postgres/source_environment.h"
#include "client/connect/postgres/source_progress.h"
#include "client/connect/postgres/transaction_assembler.h"

namespace cache_invalidation::connect {

// Reads an opened log and reports what is committed, until it ends. For one thread.
//
// - A transaction is reported when its commit was read and a snapshot was taken after that: if new
//   readers cannot see it in the snapshot, it is reported again when they can.
// - A position is confirmed to PostgreSQL when everything before it is reported, and the state file
//   has it.
// - It stops reading while Teller's limits are reached, but goes on sending the status.
class LogReader {
 public:
  // `generation`: another one for each reader of a process.
  LogReader(const SourceEnvironment& environment, OpenedLog log, uint64_t generation);

  // Returns why it has ended: CANCELLED when stopped; otherwise the log is to be opened again.
  absl::Status Run();

  // The log itself could not be read: an error of PostgreSQL's decoding, not of the connection.
  bool is_unreadable() const { return is_unreadable_; }
  Lsn confirmed() const { return confirmed_; }

 private:
  absl::Status Turn();
  void Wait();
  absl::Status Receive();
  absl::Status ReadFrames();
  absl::Status ReadMessage(absl::string_view message);
  // Whether the commit that must come again has come, or is still to come.
  absl::Status CheckHistory(Lsn reached, const Commit* commit);
  absl::Status TellRead();
  void Send(uint64_t number, Transaction transaction);
  absl::Status TakeResults();
  void Settle();
  absl::Status Confirm(bool now);
  void KeepState(Lsn position);
  absl::Status CheckTimes();
  void Publish();
  void Report(const std::string& message, absl::string_view detail) const;
  bool is_full() const;

  const SourceEnvironment& environment_;
  const SourceOptions& options_;
  OpenedLog log_;
  const uint64_t generation_;
  TransactionAssembler assembler_;
  SourceProgress progress_;
  std::vector<Transaction> read_;  // not reported yet
  size_t read_bytes_ = 0;
  absl::Duration now_;  // of this turn
  absl::Duration received_at_;
  absl::Time heard_ = absl::InfinitePast();  // as received_at_
  absl::Duration status_at_;
  absl::Duration looked_at_;  // for visibility
  absl::Duration publication_at_;
  Lsn received_ = 0;  // the end of the server's log
  Lsn reached_ = 0;   // up to which the server has sent everything
  Lsn confirmed_ = 0;
  Commit told_;
  bool status_wanted_ = false;
  // Ask how far the server has read its log: what follows the last commit is of no transaction, and
  // it would say so by itself only after half a minute.
  bool wants_keepalive_ = true;
  bool more_ = false;  // frames were left in the last turn
  bool state_is_unwritten_ = false;
  bool is_unreadable_ = false;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_LOG_READER_H_
