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

client::Client ClientOf(std::shared_ptr<client::Connection> connection,
                        const std::string& namespace_name) {
  client::Client client(std::move(connection));
  return namespace_name.empty() ? client : client.InNamespace(namespace_name);
}

}  // namespace

Teller::Teller(std::shared_ptr<client::Connection> connection, std::string namespace_name,
               WakeUp& wake)
    : connection_(connection),
      client_(ClientOf(connection, namespace_name)),
      wake_(wake),
      stream_(client_.OpenWriteStream(StreamOptions())) {}

Teller::~Teller() {
  stream_->Close();
  MutexLock lock(mutex_);
  while (pending_ > 0) none_pending_.Wait(mutex_);
}

void Teller::Add(TellResult result) {
  MutexLock lock(mutex_);
  results_.push_back(std::move(result));
  // Behind the result, or it is looked for too early; and with the lock, as the owner of `wake_`
  // may end as soon as nothing is pending.
  wake_.Notify();
  if (--pending_ == 0) none_pending_.NotifyAll();
}

void Teller::Expect() {
  MutexLock lock(mutex_);
  ++pending_;
}

void Teller::Send(Ticket ticket, client::InvalidateParams params) {
  Expect();
  params.options = {.namespace_name = client_.NamespaceOf({}), .deadline = kDeadline};
  connection_->Start(params, [this, ticket, everything = params.everything](const auto& result) {
    Add({ticket, result.status(), everything});
  });
}

size_t Teller::Tell(Ticket ticket, Transaction transaction) {
  size_t commands = 0;
  OutboxTargets& targets = transaction.outbox;
  if (!targets.tags.empty() || !targets.keys.empty()) {
    Send(ticket, {.tags = {targets.tags.begin(), targets.tags.end()},
                  .keys = {targets.keys.begin(), targets.keys.end()}});
    ++commands;
  }
  for (const std::string& pattern : targets.patterns) {
    Send(ticket, {.pattern = pattern});
    ++commands;
  }
  if (transaction.writes.everything) {
    TellEverything(ticket);
    ++commands;
  } else if (!transaction.writes.writes.empty()) {
    Expect();
    stream_->Write(std::move(transaction.writes.writes), [this, ticket](const auto& result) {
      Add({ticket, result.status()});
    });
    ++commands;
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

absl::Status Teller::Ask(absl::Duration within, std::stop_token stop) const {
  return client_.GetInvalidationStats({.deadline = within, .cancellation = std::move(stop)})
      .status();
}

absl::Status Teller::TellEverythingNow(absl::Duration within, std::stop_token stop) const {
  return client_
      .Invalidate(
          {.everything = true, .options = {.deadline = within, .cancellation = std::move(stop)}})
      .status();
}

absl::Status Teller::TellNow(std::vector<client::WriteEvent> writes, absl::Duration within,
                             std::stop_token stop) const {
  return client_
      .InvalidateByWrites(std::move(writes), {.deadline = within, .cancellation = std::move(stop)})
      .status();
}

}  // namespace cache_invalidation::connect
