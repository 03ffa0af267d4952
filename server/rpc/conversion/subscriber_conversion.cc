// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/subscriber_conversion.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

#include "server/delivery/filter.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/message_conversion.h"

namespace cache_invalidation::rpc {
namespace {

// Names of a filter that are listed, for people to recognise it.
constexpr size_t kListedNames = 3;

using View = delivery::SubscriberSession::View;

// A session with what it was when it was looked at.
struct Seen {
  const delivery::SessionKey* key;
  View view;
};

std::tuple<absl::string_view, absl::string_view> PlaceOf(const Seen& seen) {
  return {seen.key->name, seen.key->instance};
}

// Those behind the last item of the page before, in order; at most one more than `limit`.
std::vector<Seen> PageOf(const SubscribersNow& now, const internal::v1::PageToken& after,
                         size_t limit) {
  std::vector<Seen> page;
  for (const std::shared_ptr<delivery::SubscriberSession>& session : now.sessions) {
    const delivery::SessionKey& key = session->key();
    if (std::tie(key.name, key.instance) <= std::tie(after.after_name(), after.after_key())) {
      continue;
    }
    Seen seen = {&key, session->view()};
    if (seen.view.connected() || seen.view.state.lease_end > now.monotonic) {
      page.push_back(std::move(seen));
    }
  }
  const auto before = [](const Seen& a, const Seen& b) { return PlaceOf(a) < PlaceOf(b); };
  const size_t kept = std::min(page.size(), limit + 1);
  std::partial_sort(page.begin(), page.begin() + static_cast<ptrdiff_t>(kept), page.end(), before);
  page.resize(kept);
  return page;
}

void FromFirstNames(const std::vector<std::string>& names, ProtoStrings* first) {
  for (size_t i = 0; i < std::min(names.size(), kListedNames); ++i) *first->Add() = names[i];
}

void FromFilter(const delivery::Filter& filter, v1::FilterSummary* proto) {
  proto->set_tags(static_cast<uint32_t>(filter.tags().size()));
  proto->set_key_prefixes(static_cast<uint32_t>(filter.key_prefixes().size()));
  FromFirstNames(filter.tags(), proto->mutable_first_tags());
  FromFirstNames(filter.key_prefixes(), proto->mutable_first_key_prefixes());
}

void FromSubscriber(const Seen& seen, const SubscribersNow& now, v1::Subscriber* proto) {
  const View& view = seen.view;
  proto->set_name(seen.key->name);
  proto->set_instance(seen.key->instance);
  FromRevision(view.position(), now.epoch, proto->mutable_position());
  proto->set_lag(now.head - std::min(now.head, view.position()));
  proto->set_acknowledges(view.state.acknowledges);
  wire::FromDuration(view.state.lease, proto->mutable_lease());
  wire::FromDuration(view.state.lease_end - now.monotonic, proto->mutable_lease_left());
  if (!view.connected()) return;
  wire::FromTime(now.wall - (now.monotonic - view.stream.since), proto->mutable_connected_since());
  v1::FilterSummary* filter = proto->mutable_filter();
  if (const auto restricting = view.stream.filter.lock()) FromFilter(*restricting, filter);
}

}  // namespace

absl::Status ListSubscribers(const v1::ListSubscribersRequest& request,
                             SubscribersOf subscribers_of, google::protobuf::Arena& arena,
                             v1::ListSubscribersResponse* response) {
  const absl::StatusOr<absl::string_view> name = ToNamespace(request.namespace_());
  if (!name.ok()) return name.status();
  const ListIdentity identity = {"subscribers", *name, ""};
  const absl::StatusOr<uint32_t> limit = ToPageLimit(request.page_size());
  absl::Status status = limit.status();
  const auto after = ReadPageToken(identity, request.page_token(), arena);
  status.Update(after.status());
  if (!status.ok()) return status;
  const absl::StatusOr<SubscribersNow> now = subscribers_of(*name);
  if (!now.ok()) return now.status();

  std::vector<Seen> page = PageOf(*now, **after, *limit);
  bool more = page.size() > *limit;
  if (more) page.pop_back();
  const size_t count = FillPage(
      page, response->mutable_subscribers(),
      [&now](const Seen& seen, v1::Subscriber* proto) { FromSubscriber(seen, *now, proto); });
  more |= count < page.size();
  if (!more) return absl::OkStatus();
  internal::v1::PageToken last;
  last.set_after_name(page[count - 1].key->name);
  last.set_after_key(page[count - 1].key->instance);
  response->set_next_page_token(MakePageToken(identity, std::move(last)));
  return absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
