#include "server/delivery/hub.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/delivery/stored_history.h"

namespace cache_invalidation::delivery {

Hub::Hub(HubOptions options, const Clock& clock, Outlet& outlet)
    : options_(std::move(options)),
      clock_(clock),
      outlet_(outlet),
      window_(options_.window_bytes),
      retention_(options_.retention) {}

Hub::Topic& Hub::TopicOf(absl::string_view namespace_name) {
  Topic& topic = topics_[namespace_name];
  if (topic.channel == nullptr) {
    topic.channel =
        std::make_shared<Channel>(std::string(namespace_name), ++last_channel_id_, options_.older);
  }
  return topic;
}

std::shared_ptr<Channel> Hub::PublishedChannel(absl::string_view namespace_name) {
  MutexLock lock(mutex_);
  Topic& topic = TopicOf(namespace_name);
  topic.published = true;
  return topic.channel;
}

absl::Status Hub::Restore(const storage::Store& store) {
  const absl::StatusOr<std::vector<std::string>> names = store.ListNamespaces();
  if (!names.ok()) return names.status();
  StoredHistory history;
  for (const std::string& name : *names) {
    const absl::StatusOr<RetainedRevisions> retained = store.Retained(name);
    if (!retained.ok()) return retained.status();
    PublishedChannel(name)->BeginAt(*retained);
    if (absl::Status status = history.Read(store, name, *retained); !status.ok()) return status;
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
    const std::shared_ptr<Channel> channel = PublishedChannel(published.namespace_name);
    window_.Add(channel, channel->Append(published.chunks, published.head, now));
    size_t bytes = 0;
    for (const std::shared_ptr<const wire::Chunk>& chunk : published.chunks) {
      bytes += chunk->bytes.size();
    }
    retention_.Add(published.namespace_name, published.head, bytes, now);
    moved.push_back(channel->id());
  }
  window_.Shrink();
  window_bytes_.store(window_.bytes(), std::memory_order_relaxed);
  const std::vector<FloorMoved> floors = Forget(now);
  outlet_.Deliver(std::move(group.completions), std::move(moved));
  if (!options_.on_floor_moved) return;
  for (const FloorMoved& floor : floors) {
    options_.on_floor_moved(floor.namespace_name, floor.floor);
  }
}

void Hub::NoteRetained() {
  retained_bytes_.store(retention_.bytes(), std::memory_order_relaxed);
  retained_since_nanoseconds_.store(absl::ToInt64Nanoseconds(retention_.since()),
                                    std::memory_order_relaxed);
}

std::vector<FloorMoved> Hub::Forget(absl::Duration now) {
  std::vector<FloorMoved> floors = retention_.Forget(now);
  NoteRetained();
  for (const FloorMoved& floor : floors) {
    PublishedChannel(floor.namespace_name)->Forget(floor.floor);
  }
  return floors;
}

void Hub::Abandon(commit::Group group) { outlet_.Abandon(std::move(group.completions)); }

std::unique_ptr<Subscription> Hub::Open(SubscriptionRequest request) {
  const absl::Duration now = clock_.Monotonic();
  std::shared_ptr<Channel> channel;
  {
    MutexLock lock(mutex_);
    Topic& topic = TopicOf(request.session.namespace_name);
    ++topic.subscribers;
    channel = topic.channel;
  }
  AttachedSession attached = sessions_.Attach(request.session, request.terms, channel->head(), now);
  return std::make_unique<Subscription>(Subscription::Settings{options_.epoch, options_.heartbeat},
                                        std::move(request), std::move(channel), std::move(attached),
                                        now);
}

void Hub::Close(std::unique_ptr<Subscription> subscription) {
  const std::string namespace_name = subscription->channel().namespace_name();
  subscription.reset();
  MutexLock lock(mutex_);
  const auto topic = topics_.find(namespace_name);
  if (--topic->second.subscribers == 0 && !topic->second.published) topics_.erase(topic);
}

uint64_t Hub::head(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  const auto topic = topics_.find(namespace_name);
  return topic == topics_.end() ? 0 : topic->second.channel->head();
}

size_t Hub::subscribers(absl::string_view namespace_name) const {
  MutexLock lock(mutex_);
  const auto topic = topics_.find(namespace_name);
  return topic == topics_.end() ? 0 : topic->second.subscribers;
}

std::vector<FloorMoved> Hub::floors() const {
  std::vector<FloorMoved> floors;
  MutexLock lock(mutex_);
  for (const auto& [name, topic] : topics_) {
    const uint64_t floor = topic.channel->retained().floor;
    if (floor > 0) floors.push_back({name, floor});
  }
  return floors;
}

Hub::Counts Hub::counts() {
  const absl::Duration now = clock_.Monotonic();
  const absl::Duration since =
      absl::Nanoseconds(retained_since_nanoseconds_.load(std::memory_order_relaxed));
  return {.sessions = sessions_.Sweep(now),
          .window_bytes = window_bytes_.load(std::memory_order_relaxed),
          .retained_bytes = retained_bytes_.load(std::memory_order_relaxed),
          .retained = std::max(now - since, absl::ZeroDuration())};
}

}  // namespace cache_invalidation::delivery
