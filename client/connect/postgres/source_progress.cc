#include "client/connect/postgres/source_progress.h"

#include <algorithm>
#include <utility>

#include "client/widening.h"
#include "common/check.h"

namespace cache_invalidation::connect {
namespace {

// Adds `more` to what is held, within the limits of one command.
void Merge(Transaction more, Transaction& into) {
  client::WriteCollector collector({.widen_malformed_names = true});
  for (client::WidenedWrites* writes : {&into.writes, &more.writes}) {
    if (writes->everything) collector.AddEverything();
    for (client::WriteEvent& write : writes->writes) collector.Add(std::move(write));
  }
  OutboxTargets& targets = into.outbox;
  targets.tags.merge(more.outbox.tags);
  targets.keys.merge(more.outbox.keys);
  targets.patterns.merge(more.outbox.patterns);
  if (targets.tags.size() + targets.keys.size() > TransactionAssembler::kMaxOutboxTargets ||
      targets.patterns.size() > TransactionAssembler::kMaxOutboxPatterns) {
    targets = {};
    collector.AddEverything();
  }
  into.writes = collector.Take();
}

}  // namespace

size_t BytesOf(const Transaction& transaction) {
  size_t bytes = 0;
  for (const client::WriteEvent& write : transaction.writes.writes) {
    bytes += client::EncodedWriteBytes(write);
  }
  for (const auto* names :
       {&transaction.outbox.tags, &transaction.outbox.keys, &transaction.outbox.patterns}) {
    for (const std::string& name : *names) bytes += name.size();
  }
  return bytes;
}

uint64_t SourceProgress::Append(Commit commit) {
  Entry& entry = entries_.emplace_back();
  entry.number = next_++;
  entry.reached = commit.end;
  entry.commit = std::move(commit);
  return entry.number;
}

uint64_t SourceProgress::Add(const Transaction& transaction, const Snapshot& snapshot) {
  Commit commit{.lsn = transaction.commit.commit,
                .end = transaction.commit.end,
                .xid = transaction.xid,
                .time = transaction.commit.time};
  if (transaction.xid.has_value() && snapshot.Sees(*transaction.xid)) return Append(commit);
  const bool nothing = transaction.writes.writes.empty() && !transaction.writes.everything &&
                       transaction.outbox.empty();
  if (nothing) return Append(commit);
  if (held_ < kMaxHeld && held_bytes_ < kMaxHeldBytes) {
    const uint64_t number = Append(commit);
    const size_t bytes = BytesOf(transaction);
    ++held_;
    held_bytes_ += bytes;
    Held& held = entries_.back().held.emplace();
    held.transaction = transaction;
    held.bytes = bytes;
    held.xid = transaction.xid;
    held.read = snapshot;
    return number;
  }
  // What is behind an unsettled entry is not confirmed before it, so its writes can wait there.
  const auto place = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [](const Entry& entry) { return entry.held.has_value(); });
  Held& last = *place->held;
  held_bytes_ -= last.bytes;
  Merge(transaction, last.transaction);
  last.bytes = BytesOf(last.transaction);
  last.xid.reset();
  last.read = snapshot;
  held_bytes_ += last.bytes;
  return Append(commit);
}

uint64_t SourceProgress::AddGap(const Snapshot& gap) {
  const uint64_t number = Append({});
  ++held_;
  Held& held = entries_.back().held.emplace();
  held.transaction.writes.everything = true;
  held.read = gap;
  return number;
}

SourceProgress::Entry& SourceProgress::Find(uint64_t number) {
  const auto place =
      std::lower_bound(entries_.begin(), entries_.end(), number,
                       [](const Entry& entry, uint64_t wanted) { return entry.number < wanted; });
  Check(place != entries_.end() && place->number == number,
        "a result is one of an unsettled commit");
  return *place;
}

void SourceProgress::Sent(uint64_t number, size_t commands, size_t bytes, absl::Duration now) {
  Entry& entry = Find(number);
  for (size_t i = 0; i < commands; ++i) {
    entry.commands.push_back({.bytes = i == 0 ? bytes : 0, .sent = now});
  }
  pending_commands_ += commands;
  if (commands > 0) pending_bytes_ += bytes;
}

void SourceProgress::Answer(uint64_t number) {
  Entry& entry = Find(number);
  Check(!entry.commands.empty(), "a result is one of a command that was sent");
  --pending_commands_;
  pending_bytes_ -= entry.commands.front().bytes;
  entry.commands.pop_front();
}

std::vector<SourceProgress::Again> SourceProgress::BecomeVisible(const Snapshot& snapshot) {
  std::vector<Again> out;
  if (held_ == 0) return out;
  for (Entry& entry : entries_) {
    if (!entry.held.has_value()) continue;
    const Held& held = *entry.held;
    const bool visible =
        held.xid.has_value() ? snapshot.Sees(*held.xid) : snapshot.HasSeenTheEndOf(held.read);
    if (!visible) continue;
    --held_;
    held_bytes_ -= held.bytes;
    out.push_back({entry.number, std::move(entry.held->transaction)});
    entry.held.reset();
  }
  return out;
}

void SourceProgress::Reach(Lsn end) {
  Lsn& reached = entries_.empty() ? confirmable_ : entries_.back().reached;
  reached = std::max(reached, end);
}

std::vector<Commit> SourceProgress::Settle() {
  std::vector<Commit> out;
  while (!entries_.empty() && entries_.front().commands.empty() &&
         !entries_.front().held.has_value()) {
    confirmable_ = std::max(confirmable_, entries_.front().reached);
    if (entries_.front().commit.end != 0) out.push_back(std::move(entries_.front().commit));
    entries_.pop_front();
  }
  if (entries_.size() > kMaxEntries) Compact();
  return out;
}

void SourceProgress::Compact() {
  std::deque<Entry> kept;
  const auto complete = [](const Entry& entry) {
    return entry.commands.empty() && !entry.held.has_value();
  };
  for (Entry& entry : entries_) {
    if (!kept.empty() && complete(kept.back()) && complete(entry)) {
      entry.reached = std::max(entry.reached, kept.back().reached);
      kept.pop_back();
    }
    kept.push_back(std::move(entry));
  }
  entries_ = std::move(kept);
}

absl::Duration SourceProgress::waiting_since() const {
  for (const Entry& entry : entries_) {
    if (!entry.commands.empty()) return entry.commands.front().sent;
  }
  return absl::InfiniteDuration();
}

absl::Time SourceProgress::oldest_commit() const {
  return entries_.empty() ? absl::InfiniteFuture() : entries_.front().commit.time;
}

}  // namespace cache_invalidation::connect
