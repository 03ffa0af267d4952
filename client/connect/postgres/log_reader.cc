// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/log_reader.h"

#include <poll.h>

#include <algorithm>
#include <string>
#include <utility>

#include "client/widening.h"

namespace cache_invalidation::connect {
namespace {

using journal::Level;

// A confirmation costs a write of the state file. What is not confirmed is reported again after a
// crash.
constexpr absl::Duration kConfirmEvery = absl::Milliseconds(200);
constexpr absl::Duration kStatusEvery = absl::Seconds(10);
// While a transaction is not visible: a fraction of what a standby's answer takes.
constexpr absl::Duration kLookEvery = absl::Milliseconds(5);
constexpr absl::Duration kPublicationEvery = absl::Seconds(10);
// Frames in a turn, so that results and statuses have their turn as well.
constexpr int kFramesPerTurn = 5'000;
// Transactions that share a snapshot, so that the first does not wait for long.
constexpr size_t kTransactionsPerTurn = 500;

int PollMilliseconds(absl::Duration span) {
  const int64_t ms = absl::ToInt64Milliseconds(absl::Ceil(span, absl::Milliseconds(1)));
  return static_cast<int>(std::clamp<int64_t>(ms, 0, 10'000));
}

}  // namespace

LogReader::LogReader(const SourceEnvironment& environment, OpenedLog log, uint64_t generation)
    : environment_(environment),
      options_(environment.options),
      log_(std::move(log)),
      generation_(generation),
      assembler_(log_.catalog->lookup(), options_.tables, options_.outbox, log_.state.tables,
                 environment.status.Get().assembly),
      now_(environment.clock.Monotonic()),
      received_at_(now_),
      status_at_(now_ - kStatusEvery),
      looked_at_(now_),
      publication_at_(now_) {
  if (log_.gap.has_value()) progress_.AddGap(*log_.gap);
}

absl::Status LogReader::Run() {
  absl::Status status;
  while (status.ok()) {
    Wait();
    now_ = environment_.clock.Monotonic();
    status = environment_.stop.stop_requested() ? absl::CancelledError("stopped") : Turn();
    Publish();
  }
  // What was reported need not be reported again by the next one.
  if (absl::IsCancelled(status)) (void)Confirm(/*now=*/true);
  return status;
}

absl::Status LogReader::Turn() {
  absl::Status status = Receive();
  if (status.ok()) status = ReadFrames();
  if (status.ok()) status = TellRead();
  if (status.ok()) status = TakeResults();
  Settle();
  if (status.ok()) status = CheckTimes();
  if (status.ok()) status = Confirm(status_wanted_);
  return status;
}

bool LogReader::is_full() const {
  return progress_.pending_commands() >= Teller::kMaxPendingCommands / 2 ||
         progress_.pending_bytes() >= Teller::kMaxPendingBytes / 2;
}

// Waits for something to do.
void LogReader::Wait() {
  if (more_ && !is_full()) return;
  pollfd watched[] = {
      {.fd = environment_.stopped.descriptor(), .events = POLLIN, .revents = 0},
      {.fd = environment_.wake.descriptor(), .events = POLLIN, .revents = 0},
      {.fd = log_.sql->socket(), .events = POLLIN, .revents = 0},
      {.fd = is_full() ? -1 : log_.replication->socket(), .events = POLLIN, .revents = 0}};
  absl::Duration until = status_at_ + kStatusEvery;
  if (progress_.confirmable() > confirmed_) until = std::min(until, status_at_ + kConfirmEvery);
  until = std::min(until, progress_.waiting_since() + options_.release_after);
  if (progress_.waits_for_visibility()) until = std::min(until, looked_at_ + kLookEvery);
  poll(watched, std::size(watched), PollMilliseconds(until - environment_.clock.Monotonic()));
  if (watched[1].revents != 0) environment_.wake.Clear();
}

absl::Status LogReader::Receive() {
  // The server ends this connection at the beginning of a fast shutdown, and the other one only
  // when everything is confirmed: so both are given up.
  if (!log_.sql->Receive()) return absl::UnavailableError("PostgreSQL has ended the connection");
  if (is_full()) return absl::OkStatus();
  if (!log_.replication->Receive()) {
    return absl::UnavailableError("PostgreSQL has ended the replication connection");
  }
  return absl::OkStatus();
}

absl::Status LogReader::ReadFrames() {
  more_ = false;
  for (int frames = 0; !is_full(); ++frames) {
    if (frames >= kFramesPerTurn || read_.size() >= kTransactionsPerTurn ||
        read_bytes_ >= Teller::kMaxPendingBytes / 2) {
      more_ = true;
      return absl::OkStatus();
    }
    absl::StatusOr<std::optional<std::string>> bytes = log_.replication->NextFrame();
    if (!bytes.ok()) {
      is_unreadable_ = bytes.status().code() == absl::StatusCode::kFailedPrecondition;
      return bytes.status();
    }
    if (!bytes->has_value()) return absl::OkStatus();
    received_at_ = now_;
    heard_ = environment_.clock.Now();
    const absl::StatusOr<ReplicationFrame> frame = DecodeFrame(**bytes);
    if (!frame.ok()) return frame.status();
    received_ = std::max(received_, frame->end);
    status_wanted_ |= frame->wants_status;
    absl::Status status;
    if (frame->message.has_value()) {
      status = ReadMessage(*frame->message);
    } else if (!assembler_.is_open()) {
      status = CheckHistory(frame->end, nullptr);
      reached_ = frame->end;
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status LogReader::ReadMessage(absl::string_view message) {
  absl::StatusOr<std::optional<Transaction>> transaction = assembler_.Add(message);
  if (!transaction.ok()) return transaction.status();
  const absl::Status fault = assembler_.TakeFault();
  if (!fault.ok()) Report("a message of the log is not told as it is", fault.message());
  if (!transaction->has_value()) return absl::OkStatus();
  absl::Status status = CheckHistory((*transaction)->commit.end, &(*transaction)->commit);
  read_bytes_ += BytesOf(**transaction);
  read_.push_back(**std::move(transaction));
  return status;
}

absl::Status LogReader::CheckHistory(Lsn reached, const Commit* commit) {
  const std::optional<Commit> expected = log_.expected;
  if (!expected.has_value() || reached < expected->end) return absl::OkStatus();
  log_.expected.reset();
  const bool came = commit != nullptr && reached == expected->end && commit->xid == expected->xid;
  if (came) return absl::OkStatus();
  // Without a state the next start reports everything.
  environment_.status.Update([](SourceFigures& figures) { ++figures.gaps["other_history"]; });
  absl::Status status = RemoveState(options_.state_file);
  return status.ok() ? absl::AbortedError("the log has another history") : status;
}

absl::Status LogReader::TellRead() {
  const bool look = progress_.waits_for_visibility() && now_ - looked_at_ >= kLookEvery;
  if (read_.empty() && !look) {
    progress_.Reach(reached_);
    return absl::OkStatus();
  }
  const absl::StatusOr<Snapshot> snapshot = log_.catalog->CurrentSnapshot();
  if (!snapshot.ok()) return snapshot.status();
  looked_at_ = now_;
  for (Transaction& transaction : read_) {
    const uint64_t number = progress_.Add(transaction, *snapshot);
    Send(number, std::move(transaction));
  }
  environment_.status.Update([&](SourceFigures& figures) { figures.transactions += read_.size(); });
  progress_.Reach(reached_);  // behind what was read before it
  read_.clear();
  read_bytes_ = 0;
  std::vector<SourceProgress::Again> again = progress_.BecomeVisible(*snapshot);
  environment_.status.Update([&](SourceFigures& figures) { figures.told_again += again.size(); });
  for (SourceProgress::Again& one : again) Send(one.number, std::move(one.transaction));
  return absl::OkStatus();
}

void LogReader::Send(uint64_t number, Transaction transaction) {
  const size_t bytes = BytesOf(transaction);
  const size_t commands = environment_.teller.Tell({generation_, number}, std::move(transaction));
  progress_.Sent(number, commands, bytes, now_);
}

absl::Status LogReader::TakeResults() {
  absl::Status failure;
  for (const TellResult& result : environment_.teller.TakeResults()) {
    if (result.ticket.generation != generation_) continue;
    if (client::IsWriteRefusal(result.status) && !result.everything) {
      Report("the service refuses a transaction: told as everything", result.status.message());
      environment_.status.Update([](SourceFigures& figures) { ++figures.refused; });
      environment_.teller.TellEverything(result.ticket);
    } else if (result.status.ok()) {
      progress_.Answer(result.ticket.number);
    } else {
      failure = result.status;
    }
  }
  return failure;
}

void LogReader::Settle() {
  const std::vector<Commit> settled = progress_.Settle();
  if (settled.empty()) return;
  told_ = settled.back();
  const absl::Time now = environment_.clock.Now();
  environment_.status.Update([&](SourceFigures& figures) {
    for (const Commit& commit : settled) figures.commit_to_told.Add(now - commit.time);
    figures.told_commit = told_.time;
  });
}

absl::Status LogReader::Confirm(bool now) {
  const bool further = progress_.confirmable() > confirmed_;
  const bool due = now_ - status_at_ >= (further ? kConfirmEvery : kStatusEvery);
  if (!due && !now) return absl::OkStatus();
  status_at_ = now_;
  status_wanted_ = false;
  // An idle PostgreSQL says nothing by itself to a client that sends its status in time.
  wants_keepalive_ |= further || now_ - received_at_ >= kStatusEvery / 2;
  const Lsn position = progress_.confirmable();
  if (position > log_.state.confirmed) KeepState(position);
  if (position <= log_.state.confirmed) confirmed_ = std::max(confirmed_, position);
  return log_.replication->Send(EncodeStatus(std::max(received_, confirmed_), confirmed_,
                                             environment_.clock.Now(),
                                             std::exchange(wants_keepalive_, false)));
}

void LogReader::KeepState(Lsn position) {
  SourceState next = log_.state;
  next.confirmed = position;
  next.wal_end = std::max({next.wal_end, received_, position});
  if (told_.end > next.told.end) next.told = told_;
  next.tables = assembler_.known();
  const absl::Status written = WriteState(options_.state_file, next);
  state_is_unwritten_ = !written.ok();
  if (written.ok()) {
    log_.state = std::move(next);
  } else {
    // Telling goes on; PostgreSQL keeps the log.
    Report("cannot write the state file: nothing is confirmed", written.message());
  }
}

absl::Status LogReader::CheckTimes() {
  if (now_ - progress_.waiting_since() > options_.release_after) {
    environment_.status.Update([](SourceFigures& figures) { ++figures.released; });
    return absl::DeadlineExceededError("the service does not respond");
  }
  if (!is_full() && now_ - received_at_ > options_.postgres.wal_sender_timeout) {
    return absl::DeadlineExceededError("PostgreSQL is silent");
  }
  if (is_full()) received_at_ = now_;
  if (now_ - publication_at_ < kPublicationEvery) return absl::OkStatus();
  publication_at_ = now_;
  const absl::StatusOr<std::optional<SlotView>> slot = log_.catalog->Slot();
  if (!slot.ok()) return slot.status();
  environment_.status.Update([&](SourceFigures& figures) {
    figures.retained = slot->has_value() ? (*slot)->retained_bytes : 0;
    figures.contact = environment_.clock.Now();
  });
  const absl::StatusOr<Publication> publication = log_.catalog->CurrentPublication();
  if (!publication.ok()) return publication.status();
  if (*publication == log_.state.publication) return absl::OkStatus();
  return absl::AbortedError("the publication has changed");
}

void LogReader::Publish() {
  environment_.status.Update([&](SourceFigures& figures) {
    figures.received = std::max(received_, log_.state.wal_end);
    figures.contact = std::max(figures.contact, heard_);
    figures.followed = std::max(figures.followed, heard_);
    figures.told = std::max(figures.told, progress_.confirmable());
    figures.confirmed = confirmed_;
    figures.untold_commit = progress_.oldest_commit();
    figures.pending_commands = progress_.pending_commands();
    figures.assembly = assembler_.counts();
    figures.connected = !state_is_unwritten_;
    figures.state = "cannot write the state file";
  });
}

void LogReader::Report(const std::string& message, absl::string_view detail) const {
  environment_.journal.Write({Level::kError, message, {}, std::string(detail)});
}

}  // namespace cache_invalidation::connect
