// SPDX-License-Identifier: Apache-2.0

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
  into.outbox.Merge(std::move(more.outbox));
  if (into.outbox.everything) {
    into.outbox = {};
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

SourceProgress::Entry& SourceProgress::Append(const Commit& commit) {
  Entry& entry = entries_.emplace_back();
  entry.number = next_++;
  entry.commit = commit;
  entry.reached = commit.end;
  return entry;
}

void SourceProgress::Hold(Held held, Entry& entry) {
  ++held_;
  held_bytes_ += held.bytes;
  entry.held.emplace(std::move(held));
}

uint64_t SourceProgress::Add(const Transaction& transaction, const Snapshot& snapshot) {
  const std::optional<uint32_t>& xid = transaction.commit.xid;
  const bool is_visible = xid.has_value() && snapshot.Sees(*xid);
  if (is_visible || transaction.empty()) return Append(transaction.commit).number;
  if (held_ < kMaxHeld && held_bytes_ < kMaxHeldBytes) {
    Entry& entry = Append(transaction.commit);
    Hold({transaction, BytesOf(transaction), xid, snapshot}, entry);
    return entry.number;
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
  return Append(transaction.commit).number;
}

uint64_t SourceProgress::AddGap(const Snapshot& gap) {
  Entry& entry = Append({});
  Held held;
  held.transaction.writes.everything = true;
  held.read = gap;
  Hold(std::move(held), entry);
  return entry.number;
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
  if (commands == 0) return;
  Entry& entry = Find(number);
  if (entry.commands == 0) entry.sent = now;
  entry.commands += commands;
  entry.bytes += bytes;
  pending_commands_ += commands;
  pending_bytes_ += bytes;
}

void SourceProgress::Answer(uint64_t number) {
  Entry& entry = Find(number);
  Check(entry.commands > 0, "a result is one of a command that was sent");
  --pending_commands_;
  if (--entry.commands == 0) pending_bytes_ -= std::exchange(entry.bytes, 0);
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
  while (!entries_.empty() && entries_.front().is_settled()) {
    confirmable_ = std::max(confirmable_, entries_.front().reached);
    if (entries_.front().commit.end != 0) out.push_back(entries_.front().commit);
    entries_.pop_front();
  }
  if (entries_.size() > kMaxEntries) Compact();
  return out;
}

void SourceProgress::Compact() {
  std::deque<Entry> kept;
  for (Entry& entry : entries_) {
    if (!kept.empty() && kept.back().is_settled() && entry.is_settled()) {
      entry.reached = std::max(entry.reached, kept.back().reached);
      kept.pop_back();
    }
    kept.push_back(std::move(entry));
  }
  entries_ = std::move(kept);
}

absl::Duration SourceProgress::waiting_since() const {
  for (const Entry& entry : entries_) {
    if (entry.commands > 0) return entry.sent;
  }
  return absl::InfiniteDuration();
}

absl::Time SourceProgress::oldest_commit() const {
  return entries_.empty() ? absl::InfiniteFuture() : entries_.front().commit.time;
}

}  // namespace cache_invalidation::connect
