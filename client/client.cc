#include "client/client.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cache_invalidation::client {
namespace {

// The largest page that the service returns.
constexpr int32_t kPageSize = 1'000;

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
  params.options = Resolve(std::move(params.options));
  return connection_->InvalidateByWrite(params);
}

absl::StatusOr<WriteResult> Client::InvalidateByWrites(std::vector<WriteEvent> writes,
                                                       CallOptions options) const {
  return InvalidateByWrites({.writes = std::move(writes), .options = std::move(options)});
}

absl::StatusOr<WriteResult> Client::InvalidateByWrites(InvalidateByWritesParams params) const {
  params.options = Resolve(std::move(params.options));
  return connection_->InvalidateByWrites(params);
}

std::unique_ptr<WriteStream> Client::OpenWriteStream(WriteStreamOptions stream) const {
  return connection_->OpenWriteStream({.stream = stream, .namespace_name = namespace_name_});
}

absl::StatusOr<Explanation> Client::ExplainWrite(WriteEvent write, CallOptions options) const {
  return ExplainWrite({.write = std::move(write), .options = std::move(options)});
}

absl::StatusOr<Explanation> Client::ExplainWrite(ExplainWriteParams params) const {
  params.options = Resolve(std::move(params.options));
  return connection_->ExplainWrite(params);
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
  ListInvalidationRulesParams params{.page_size = kPageSize,
                                     .options = Resolve(std::move(options))};
  std::vector<InvalidationRule> rules;
  do {
    absl::StatusOr<RulePage> page = connection_->ListInvalidationRules(params);
    if (!page.ok()) return page.status();
    std::move(page->rules.begin(), page->rules.end(), std::back_inserter(rules));
    params.page_token = std::move(page->next_page_token);
  } while (!params.page_token.empty());
  return rules;
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
  ListDataRelationshipsParams params{.source_type = std::move(source_type),
                                     .page_size = kPageSize,
                                     .options = Resolve(std::move(options))};
  std::vector<DataRelationship> relationships;
  do {
    absl::StatusOr<RelationshipPage> page = connection_->ListDataRelationships(params);
    if (!page.ok()) return page.status();
    std::move(page->relationships.begin(), page->relationships.end(),
              std::back_inserter(relationships));
    params.page_token = std::move(page->next_page_token);
  } while (!params.page_token.empty());
  return relationships;
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
  params.options = Resolve(std::move(params.options));
  return connection_->AddCacheDependency(params);
}

absl::StatusOr<DependencyRemoval> Client::RemoveCacheDependency(
    RemoveCacheDependencyParams params) const {
  params.options = Resolve(std::move(params.options));
  return connection_->RemoveCacheDependency(params);
}

absl::StatusOr<DependencyPage> Client::ListCacheDependencies(
    ListCacheDependenciesParams params) const {
  params.options = Resolve(std::move(params.options));
  return connection_->ListCacheDependencies(params);
}

absl::StatusOr<InvalidationResult> Client::Invalidate(InvalidateParams params) const {
  params.options = Resolve(std::move(params.options));
  return connection_->Invalidate(params);
}

absl::StatusOr<KeyInvalidation> Client::InvalidateWithDependencies(std::string key, bool recursive,
                                                                   CallOptions options) const {
  return InvalidateWithDependencies(
      {.key = std::move(key), .recursive = recursive, .options = std::move(options)});
}

absl::StatusOr<KeyInvalidation> Client::InvalidateWithDependencies(
    InvalidateWithDependenciesParams params) const {
  params.options = Resolve(std::move(params.options));
  return connection_->InvalidateWithDependencies(params);
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
  params.options = Resolve(std::move(params.options));
  return connection_->FlushPendingInvalidations(params);
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
  params.options = Resolve(std::move(params.options));
  return connection_->Validate(params);
}

absl::StatusOr<InvalidationStats> Client::GetInvalidationStats(CallOptions options) const {
  return connection_->GetInvalidationStats({.options = Resolve(std::move(options))});
}

absl::StatusOr<std::vector<std::string>> Client::ListNamespaces(CallOptions options) const {
  ListNamespacesParams params{.page_size = kPageSize, .options = std::move(options)};
  std::vector<std::string> names;
  do {
    absl::StatusOr<NamespacePage> page = connection_->ListNamespaces(params);
    if (!page.ok()) return page.status();
    std::move(page->names.begin(), page->names.end(), std::back_inserter(names));
    params.page_token = std::move(page->next_page_token);
  } while (!params.page_token.empty());
  return names;
}

absl::StatusOr<NamespaceDeletion> Client::DeleteNamespace(std::string name,
                                                          CallOptions options) const {
  return connection_->DeleteNamespace({.name = std::move(name), .options = std::move(options)});
}

absl::StatusOr<NamespaceDeletion> Client::DeleteNamespace(DeleteNamespaceParams params) const {
  return connection_->DeleteNamespace(params);
}

std::unique_ptr<Subscription> Client::Subscribe(SubscriptionOptions subscription,
                                                SubscriptionCallbacks callbacks) const {
  return connection_->Subscribe({.subscription = std::move(subscription),
                                 .callbacks = std::move(callbacks),
                                 .namespace_name = namespace_name_});
}

}  // namespace cache_invalidation::client
