// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/hub.h"

#include <algorithm>

#include "server/storage/store.h"

namespace cache_invalidation::delivery {

Hub::Hub(HubOptions options, const Clock& clock, Outlet& outlet)
    : options_(std::move(options)),
      clock_(clock),
      outlet_(outlet),
      window_(options_.event_cache_bytes),
      retention_(options_.retention) {}

Hub::KnownChannel& Hub::Known(absl::string_view namespace_name) {
  KnownChannel& known = channels_[namespace_name];
  if (known.channel == nullptr) {
    known.channel = std::make_shared<Channel>(std::string(namespace_name), ++last_channel_id_,
                                              options_.older, filters_);
    if (any_deleted_) known.channel->ForgetPast();
  }
  return known;
}

std::shared_ptr<Channel> Hub::PublishedChannel(absl::string_view namespace_name) {
  MutexLock lock(mutex_);
  KnownChannel& known = Known(namespace_name);
  known.published = true;
  known.deleted = false;
  return known.channel;
}

std::shared_ptr<Channel> Hub::FindChannel(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  const auto known = channels_.find(namespace_name);
  return known == channels_.end() || !known->second.published ? nullptr : known->second.channel;
}

void Hub::EraseIfUnused(absl::string_view namespace_name) {
  const auto known = channels_.find(namespace_name);
  if (known == channels_.end()) return;
  const KnownChannel& found = known->second;
  if (found.subscribers == 0 && !found.published && !found.deleted) channels_.erase(known);
}

absl::Status Hub::Restore(const storage::Store& store) {
  const absl::StatusOr<std::vector<std::string>> names = store.ListNamespaces();
  if (!names.ok()) return names.status();
  const absl::StatusOr<uint64_t> deleted = storage::HighestDeletedRevision(store);
  if (!deleted.ok()) return deleted.status();
  StoredHistory history;
  for (const std::string& name : *names) {
    const absl::StatusOr<RetainedRevisions> retained = store.Retained(name);
    if (!retained.ok()) return retained.status();
    PublishedChannel(name)->BeginAt(*retained);
    if (absl::Status status = history.Read(store, name, *retained); !status.ok()) return status;
  }
  {
    MutexLock lock(mutex_);
    any_deleted_ = *deleted > 0;
  }
  const absl::Duration now = clock_.Monotonic();
  for (const StoredHistory::Piece& piece : history.InOrder()) {
    retention_.Add(piece.namespace_name, piece.head, piece.bytes, now);
  }
  NoteRetained();
  return absl::OkStatus();
}

void Hub::Publish(commit::Group group) {
  const absl::Duration now = clock_.Monotonic();
  std::vector<uint64_t> moved;
  for (const commit::Group::Published& published : group.published) {
    const std::shared_ptr<Channel> channel =
        published.deleted ? PublishDeletion(published) : PublishChunks(published, now);
    if (channel != nullptr) moved.push_back(channel->id());
  }
  window_.Shrink();
  event_cache_bytes_.store(window_.bytes(), std::memory_order_relaxed);
  const std::vector<FloorMoved> floors = Forget(now);
  outlet_.Deliver(std::move(group.completions), std::move(moved));
  TellFloors(floors);
}

void Hub::TellFloors(const std::vector<FloorMoved>& floors) {
  if (!options_.on_floor_moved) return;
  for (const FloorMoved& floor : floors) {
    options_.on_floor_moved(floor.namespace_name, floor.floor);
  }
}

std::shared_ptr<Channel> Hub::PublishChunks(const commit::Group::Published& published,
                                            absl::Duration now) {
  std::shared_ptr<Channel> channel = PublishedChannel(published.namespace_name);
  // A namespace that follows a deleted one begins at a higher revision.
  const uint64_t before = published.chunks.front()->first_revision() - 1;
  if (before > channel->head()) channel->SkipTo(before);
  window_.Add(channel, channel->Append(published.chunks, published.head, now));
  size_t bytes = 0;
  for (const std::shared_ptr<const wire::Chunk>& chunk : published.chunks) {
    bytes += chunk->bytes.size();
  }
  retention_.Add(published.namespace_name, published.head, bytes, now);
  return channel;
}

// Every current subscriber is behind the new head, with nothing to read in between: it gets a
// Reset.
std::shared_ptr<Channel> Hub::PublishDeletion(const commit::Group::Published& published) {
  retention_.Remove(published.namespace_name);
  MutexLock lock(mutex_);
  any_deleted_ = true;
  KnownChannel& known = Known(published.namespace_name);
  known.published = false;
  known.deleted = true;
  known.channel->SkipTo(published.head);
  deleted_.push_back(published.namespace_name);
  std::shared_ptr<Channel> channel = known.channel;
  while (deleted_.size() > kMaxNamespaces) {
    const auto oldest = channels_.find(deleted_.front());
    if (oldest != channels_.end()) oldest->second.deleted = false;
    EraseIfUnused(deleted_.front());
    deleted_.pop_front();
  }
  return channel;
}

void Hub::NoteRetained() {
  retained_bytes_.store(retention_.bytes(), std::memory_order_relaxed);
  retained_since_nanoseconds_.store(absl::ToInt64Nanoseconds(retention_.since()),
                                    std::memory_order_relaxed);
  next_forget_nanoseconds_.store(absl::ToInt64Nanoseconds(retention_.next_forget()),
                                 std::memory_order_relaxed);
}

absl::Duration Hub::next_timer() const {
  const int64_t next = next_forget_nanoseconds_.load(std::memory_order_relaxed);
  return next == std::numeric_limits<int64_t>::max() ? absl::InfiniteDuration()
                                                     : absl::Nanoseconds(next);
}

std::vector<FloorMoved> Hub::Forget(absl::Duration now) {
  std::vector<FloorMoved> floors = retention_.Forget(now);
  NoteRetained();
  for (const FloorMoved& floor : floors) {
    const std::shared_ptr<Channel> channel = FindChannel(floor.namespace_name);
    if (channel != nullptr) channel->Forget(floor.floor);
  }
  return floors;
}

absl::StatusOr<std::unique_ptr<Subscription>> Hub::Open(SubscriptionRequest request) {
  const absl::Duration now = clock_.Monotonic();
  std::shared_ptr<Channel> channel;
  {
    MutexLock lock(mutex_);
    KnownChannel& known = Known(request.session.namespace_name);
    ++known.subscribers;
    channel = known.channel;
  }
  if (!channel->HasRoomFor(request.filter)) {
    NoteUnsubscribed(request.session.namespace_name);
    return absl::ResourceExhaustedError(
        "the filters of the subscriptions take all memory that there is for filters");
  }
  // A client that resumes may serve entries older than the head, whatever has become of its session
  // here: its lease may be from an earlier server.
  const uint64_t caches_from = request.start_after ? 0 : channel->head();
  absl::StatusOr<AttachedSession> attached =
      sessions_.Attach(request.session, request.terms, caches_from, now);
  if (!attached.ok()) {
    NoteUnsubscribed(request.session.namespace_name);
    return attached.status();
  }
  return std::make_unique<Subscription>(Subscription::Settings{options_.epoch, options_.heartbeat},
                                        std::move(request), std::move(channel),
                                        *std::move(attached), now);
}

void Hub::Close(std::unique_ptr<Subscription> subscription) {
  const std::string namespace_name = subscription->channel().namespace_name();
  subscription.reset();
  NoteUnsubscribed(namespace_name);
}

void Hub::NoteUnsubscribed(absl::string_view namespace_name) {
  MutexLock lock(mutex_);
  --channels_.find(namespace_name)->second.subscribers;
  EraseIfUnused(namespace_name);
}

uint64_t Hub::head(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  const auto known = channels_.find(namespace_name);
  return known == channels_.end() ? 0 : known->second.channel->head();
}

size_t Hub::subscribers(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  const auto known = channels_.find(namespace_name);
  return known == channels_.end() ? 0 : known->second.subscribers;
}

uint64_t Hub::LargestLag() const {
  uint64_t largest = 0;
  for (const std::shared_ptr<SubscriberSession>& session : sessions_.All()) {
    const SubscriberSession::View view = session->view();
    if (!view.connected()) continue;
    const uint64_t published = head(session->key().namespace_name);
    largest = std::max(largest, published - std::min(published, view.position()));
  }
  return largest;
}

Hub::Counts Hub::counts() {
  const absl::Duration now = clock_.Monotonic();
  const absl::Duration since =
      absl::Nanoseconds(retained_since_nanoseconds_.load(std::memory_order_relaxed));
  return {.sessions = sessions_.Sweep(now),
          .event_cache_bytes = event_cache_bytes_.load(std::memory_order_relaxed),
          .retained_bytes = retained_bytes_.load(std::memory_order_relaxed),
          .retained = std::max(now - since, absl::ZeroDuration())};
}

}  // namespace cache_invalidation::delivery
