// SPDX-License-Identifier: Apache-2.0

#include "tests/attack/inputs.h"

#include <thread>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::attack {

v1::WriteEvent WriteWithLists(uint64_t id, const std::vector<std::pair<std::string, int>>& lists) {
  v1::WriteEvent write;
  write.set_resource_type("t");
  write.set_resource_id(absl::StrCat(id));
  write.set_operation("update");
  for (const auto& [name, size] : lists) {
    auto& list = *(*write.mutable_context()->mutable_fields())[name].mutable_list_value();
    for (int i = 0; i < size; ++i) list.add_values()->set_number_value(id * size + i);
  }
  return write;
}

v1::InvalidateByWritesRequest Transaction(uint64_t count,
                                          const std::vector<std::pair<std::string, int>>& lists) {
  v1::InvalidateByWritesRequest request;
  request.set_namespace_(kNamespace);
  for (uint64_t i = 0; i < count; ++i) *request.add_writes() = WriteWithLists(i, lists);
  return request;
}

v1::Rule RuleOf(const std::string& name) {
  v1::Rule rule;
  rule.set_name(name);
  rule.add_trigger_tags(std::string("t"));  // gcc 12 warns of a literal where it optimises
  return rule;
}

void RegisterProducts(Target& target, int rules, int templates) {
  for (int r = 0; r < rules; ++r) {
    v1::Rule rule = RuleOf(absl::StrCat("product", r));
    for (int t = 0; t < templates; ++t) {
      rule.add_invalidate_tags(absl::StrCat("a", r * templates + t, ":{context.l}:{context.m}"));
    }
    target.Register(rule);
  }
}

std::vector<v1::TrackedEntry> Entries(uint64_t count, const std::string& prefix,
                                      const std::string& source, absl::Duration ttl) {
  std::vector<v1::TrackedEntry> entries(count);
  for (uint64_t i = 0; i < count; ++i) {
    entries[i].set_key(absl::StrCat(prefix, i));
    if (!source.empty()) entries[i].add_depends_on_keys(source);
    if (ttl != absl::InfiniteDuration()) {
      entries[i].mutable_ttl()->set_seconds(absl::ToInt64Seconds(ttl));
    }
  }
  return entries;
}

std::string LongName(const std::string& prefix, uint64_t number, size_t bytes) {
  const std::string end = absl::StrCat("-", number);
  return absl::StrCat(prefix, std::string(bytes - prefix.size() - end.size(), 'x'), end);
}

void Send(Target& target, const v1::InvalidateByWritesRequest& request) {
  v1::InvalidateByWritesResponse response;
  const grpc::Status status =
      Call(target.writes(), &v1::WriteEventService::Stub::InvalidateByWrites, request, &response);
  // An input that is refused hurts nobody, and shows nothing.
  if (!status.ok()) target.Complain(status.error_message());
}

void InParallel(int threads, const std::function<void(int)>& each) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back(each, i);
  for (std::thread& thread : running) thread.join();
}

}  // namespace cache_invalidation::attack
