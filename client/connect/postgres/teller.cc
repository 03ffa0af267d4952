#include "client/connect/postgres/teller.h"

#include <utility>

namespace cache_invalidation::connect {
namespace {

// More than the caller's own limits, which count in another way: so the stream never blocks.
client::WriteStreamOptions StreamOptions() {
  return {.deadline = Teller::kDeadline,
          .max_unanswered_commands = 4 * Teller::kMaxPendingCommands,
          .max_unanswered_bytes = 8 * Teller::kMaxPendingBytes};
}

}  // namespace

Teller::Teller(std::shared_ptr<client::Connection> connection, WakeUp& wake)
    : connection_(connection),
      client_(std::move(connection)),
      wake_(wake),
      stream_(client_.OpenWriteStream(StreamOptions())) {}

Teller::~Teller() {
  stream_->Close();
  MutexLock lock(mutex_);
  while (pending_ > 0) none_pending_.Wait(mutex_);
}

void Teller::Add(TellResult result) {
  wake_.Notify();
  MutexLock lock(mutex_);
  results_.push_back(std::move(result));
  if (--pending_ == 0) none_pending_.NotifyAll();
}

void Teller::Expect() {
  MutexLock lock(mutex_);
  ++pending_;
}

void Teller::Send(Ticket ticket, client::InvalidateParams params) {
  Expect();
  params.options.deadline = kDeadline;
  connection_->Start(params, [this, ticket, everything = params.everything](const auto& result) {
    Add({ticket, result.status(), everything});
  });
}

size_t Teller::Tell(Ticket ticket, Transaction transaction) {
  const OutboxTargets& targets = transaction.outbox;
  size_t commands = targets.patterns.size();
  if (!targets.tags.empty() || !targets.keys.empty()) {
    ++commands;
    Send(ticket, {.tags = {targets.tags.begin(), targets.tags.end()},
                  .keys = {targets.keys.begin(), targets.keys.end()}});
  }
  for (const std::string& pattern : targets.patterns) Send(ticket, {.pattern = pattern});
  if (transaction.writes.everything) {
    ++commands;
    TellEverything(ticket);
  } else if (!transaction.writes.writes.empty()) {
    ++commands;
    Expect();
    stream_->Write(std::move(transaction.writes.writes), [this, ticket](const auto& result) {
      Add({ticket, result.status()});
    });
  }
  return commands;
}

void Teller::TellEverything(Ticket ticket) { Send(ticket, {.everything = true}); }

std::vector<TellResult> Teller::TakeResults() {
  MutexLock lock(mutex_);
  return std::exchange(results_, {});
}

size_t Teller::pending() const {
  MutexLock lock(mutex_);
  return pending_;
}

}  // namespace cache_invalidation::connect
