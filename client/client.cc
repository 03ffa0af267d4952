// SPDX-License-Identifier: Apache-2.0

#include "client/client.h"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

namespace cache_invalidation::client {
namespace {

// The largest page that the service returns.
constexpr int32_t kPageSize = 1'000;

// Returns the elements of all pages.
template <typename Page, typename Element, typename Params>
absl::StatusOr<std::vector<Element>> ListAll(
    Connection& connection, absl::StatusOr<Page> (Connection::*list)(const Params&),
    std::vector<Element> Page::*elements, std::type_identity_t<Params> params) {
  std::vector<Element> all;
  do {
    absl::StatusOr<Page> page = (connection.*list)(params);
    if (!page.ok()) return page.status();
    std::move(((*page).*elements).begin(), ((*page).*elements).end(), std::back_inserter(all));
    params.page_token = std::move(page->next_page_token);
  } while (!params.page_token.empty());
  return all;
}

}  // namespace

Client Client::InNamespace(std::string namespace_name) const {
  Client client(connection_);
  client.namespace_name_ = std::move(namespace_name);
  return client;
}

std::string Client::NamespaceOf(const CallOptions& options) const {
  if (options.namespace_name.has_value()) return *options.namespace_name;
  return namespace_name_.has_value() ? *namespace_name_ : connection_->NamespaceName();
}

CallOptions Client::Resolve(CallOptions options) const {
  if (!options.namespace_name.has_value()) options.namespace_name = namespace_name_;
  return options;
}

template <typename Params>
Params Client::Resolved(Params params) const {
  params.options = Resolve(std::move(params.options));
  return params;
}

absl::StatusOr<WriteResult> Client::InvalidateByWrite(std::string resource_type,
                                                      std::string resource_id,
                                                      std::string operation,
                                                      JsonValue::Object context,
                                                      CallOptions options) const {
  return InvalidateByWrite({.write = {.resource_type = std::move(resource_type),
                                      .resource_id = std::move(resource_id),
                                      .operation = std::move(operation),
                                      .context = std::move(context)},
                            .options = std::move(options)});
}

absl::StatusOr<WriteResult> Client::InvalidateByWrite(InvalidateByWriteParams params) const {
  return connection_->InvalidateByWrite(Resolved(std::move(params)));
}

absl::StatusOr<WriteResult> Client::InvalidateByWrites(std::vector<WriteEvent> writes,
                                                       CallOptions options) const {
  return InvalidateByWrites({.writes = std::move(writes), .options = std::move(options)});
}

absl::StatusOr<WriteResult> Client::InvalidateByWrites(InvalidateByWritesParams params) const {
  return connection_->InvalidateByWrites(Resolved(std::move(params)));
}

std::unique_ptr<WriteStream> Client::OpenWriteStream(WriteStreamOptions stream) const {
  return connection_->OpenWriteStream({.stream = stream, .namespace_name = namespace_name_});
}

absl::StatusOr<Explanation> Client::ExplainWrite(WriteEvent write, CallOptions options) const {
  return ExplainWrite({.write = std::move(write), .options = std::move(options)});
}

absl::StatusOr<Explanation> Client::ExplainWrite(ExplainWriteParams params) const {
  return connection_->ExplainWrite(Resolved(std::move(params)));
}

absl::StatusOr<RuleRegistration> Client::RegisterInvalidationRule(InvalidationRule rule,
                                                                  CallOptions options) const {
  return connection_->RegisterInvalidationRule(
      {.rule = std::move(rule), .options = Resolve(std::move(options))});
}

absl::StatusOr<StoredRule> Client::GetInvalidationRule(std::string name,
                                                       CallOptions options) const {
  return connection_->GetInvalidationRule(
      {.name = std::move(name), .options = Resolve(std::move(options))});
}

absl::StatusOr<std::vector<InvalidationRule>> Client::ListInvalidationRules(
    CallOptions options) const {
  return ListAll(*connection_, &Connection::ListInvalidationRules, &RulePage::rules,
                 {.page_size = kPageSize, .options = Resolve(std::move(options))});
}

absl::StatusOr<bool> Client::DeleteInvalidationRule(std::string name, CallOptions options) const {
  return connection_->DeleteInvalidationRule(
      {.name = std::move(name), .options = Resolve(std::move(options))});
}

absl::StatusOr<RelationshipRegistration> Client::RegisterDataRelationship(
    DataRelationship relationship, CallOptions options) const {
  return connection_->RegisterDataRelationship(
      {.relationship = std::move(relationship), .options = Resolve(std::move(options))});
}

absl::StatusOr<DataRelationship> Client::GetDataRelationship(std::string name,
                                                             CallOptions options) const {
  return connection_->GetDataRelationship(
      {.name = std::move(name), .options = Resolve(std::move(options))});
}

absl::StatusOr<std::vector<DataRelationship>> Client::ListDataRelationships(
    std::string source_type, CallOptions options) const {
  return ListAll(*connection_, &Connection::ListDataRelationships, &RelationshipPage::relationships,
                 {.source_type = std::move(source_type),
                  .page_size = kPageSize,
                  .options = Resolve(std::move(options))});
}

absl::StatusOr<bool> Client::DeleteDataRelationship(std::string name, CallOptions options) const {
  return connection_->DeleteDataRelationship(
      {.name = std::move(name), .options = Resolve(std::move(options))});
}

absl::StatusOr<DependencyAddition> Client::AddCacheDependency(std::string key,
                                                              std::vector<std::string> depends_on,
                                                              CallOptions options) const {
  return AddCacheDependency({.key = std::move(key),
                             .depends_on = {.names = std::move(depends_on)},
                             .options = std::move(options)});
}

absl::StatusOr<DependencyAddition> Client::AddCacheDependency(
    AddCacheDependencyParams params) const {
  return connection_->AddCacheDependency(Resolved(std::move(params)));
}

absl::StatusOr<DependencyRemoval> Client::RemoveCacheDependency(
    RemoveCacheDependencyParams params) const {
  return connection_->RemoveCacheDependency(Resolved(std::move(params)));
}

absl::StatusOr<DependencyPage> Client::ListCacheDependencies(
    ListCacheDependenciesParams params) const {
  return connection_->ListCacheDependencies(Resolved(std::move(params)));
}

absl::StatusOr<InvalidationResult> Client::Invalidate(InvalidateParams params) const {
  return connection_->Invalidate(Resolved(std::move(params)));
}

absl::StatusOr<KeyInvalidation> Client::InvalidateWithDependencies(std::string key, bool recursive,
                                                                   CallOptions options) const {
  return InvalidateWithDependencies(
      {.key = std::move(key), .recursive = recursive, .options = std::move(options)});
}

absl::StatusOr<KeyInvalidation> Client::InvalidateWithDependencies(
    InvalidateWithDependenciesParams params) const {
  return connection_->InvalidateWithDependencies(Resolved(std::move(params)));
}

absl::StatusOr<BatchSchedule> Client::ScheduleBatchInvalidation(std::vector<std::string> tags,
                                                                std::vector<std::string> keys,
                                                                CallOptions options) const {
  return connection_->ScheduleBatchInvalidation(
      {.tags = std::move(tags), .keys = std::move(keys), .options = Resolve(std::move(options))});
}

absl::StatusOr<BatchFlush> Client::FlushPendingInvalidations(CallOptions options) const {
  return FlushPendingInvalidations(FlushPendingInvalidationsParams{.options = std::move(options)});
}

absl::StatusOr<BatchFlush> Client::FlushPendingInvalidations(
    FlushPendingInvalidationsParams params) const {
  return connection_->FlushPendingInvalidations(Resolved(std::move(params)));
}

absl::StatusOr<absl::Duration> Client::SetBatchDelay(absl::Duration delay,
                                                     CallOptions options) const {
  return connection_->SetBatchDelay({.delay = delay, .options = Resolve(std::move(options))});
}

absl::StatusOr<TrackEntriesResult> Client::TrackEntries(std::vector<TrackedEntry> entries,
                                                        CallOptions options) const {
  return connection_->TrackEntries(
      {.entries = std::move(entries), .options = Resolve(std::move(options))});
}

absl::StatusOr<uint32_t> Client::UntrackEntries(std::vector<std::string> keys,
                                                CallOptions options) const {
  return connection_->UntrackEntries(
      {.keys = std::move(keys), .options = Resolve(std::move(options))});
}

absl::StatusOr<EntryLookup> Client::LookupEntry(std::string key, CallOptions options) const {
  return connection_->LookupEntry({.key = std::move(key), .options = Resolve(std::move(options))});
}

absl::StatusOr<Validation> Client::Validate(ValidateParams params) const {
  return connection_->Validate(Resolved(std::move(params)));
}

absl::StatusOr<ApplyDeclarationsResult> Client::ApplyDeclarations(Declarations declarations,
                                                                  CallOptions options) const {
  return ApplyDeclarations(ApplyDeclarationsParams{.declarations = std::move(declarations),
                                                   .options = std::move(options)});
}

absl::StatusOr<ApplyDeclarationsResult> Client::ApplyDeclarations(
    ApplyDeclarationsParams params) const {
  return connection_->ApplyDeclarations(Resolved(std::move(params)));
}

absl::StatusOr<InvalidationStats> Client::GetInvalidationStats(CallOptions options) const {
  return connection_->GetInvalidationStats({.options = Resolve(std::move(options))});
}

absl::StatusOr<std::vector<std::string>> Client::ListNamespaces(CallOptions options) const {
  return ListAll(*connection_, &Connection::ListNamespaces, &NamespacePage::names,
                 {.page_size = kPageSize, .options = std::move(options)});
}

absl::StatusOr<NamespaceDeletion> Client::DeleteNamespace(std::string name,
                                                          CallOptions options) const {
  return connection_->DeleteNamespace({.name = std::move(name), .options = std::move(options)});
}

absl::StatusOr<NamespaceDeletion> Client::DeleteNamespace(DeleteNamespaceParams params) const {
  return connection_->DeleteNamespace(params);
}

absl::StatusOr<std::vector<Subscriber>> Client::ListSubscribers(CallOptions options) const {
  return ListAll(*connection_, &Connection::ListSubscribers, &SubscriberPage::subscribers,
                 {.page_size = kPageSize, .options = Resolve(std::move(options))});
}

std::unique_ptr<Subscription> Client::Subscribe(SubscriptionOptions subscription,
                                                SubscriptionCallbacks callbacks) const {
  return connection_->Subscribe({.subscription = std::move(subscription),
                                 .callbacks = std::move(callbacks),
                                 .namespace_name = namespace_name_});
}

}  // namespace cache_invalidation::client
