// SPDX-License-Identifier: Apache-2.0

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
    : client_(connection),
      wake_(wake),
      async_(std::move(connection), {.writes = StreamOptions()}) {}

std::function<void(const absl::Status&)> Teller::Expect(Ticket ticket, bool everything) {
  MutexLock lock(mutex_);
  ++pending_;
  return [this, ticket, everything](const absl::Status& status) {
    {
      MutexLock lock(mutex_);
      --pending_;
      results_.push_back({ticket, status, everything});
    }
    wake_.Notify();  // behind the result, or it is looked for too early
  };
}

void Teller::Send(Ticket ticket, client::InvalidateParams params) {
  params.options.deadline = kDeadline;
  auto done = Expect(ticket, params.everything);
  async_.Call(&client::Connection::Invalidate, std::move(params),
              [done = std::move(done)](const auto& result) { done(result.status()); });
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
    async_.InvalidateByWrites(
        std::move(transaction.writes.writes),
        [done = Expect(ticket)](const auto& result) { done(result.status()); });
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
