// SPDX-License-Identifier: Apache-2.0

// Client: reports writes to the service, and makes all its other calls.
//
//   #include "client/client.h"
//   using namespace cache_invalidation::client;
//
//   Client client(MakeConnection("localhost:7400"));
//
//   db.Update("users", "user123", data);  // committed
//   absl::StatusOr<WriteResult> result =
//       client.InvalidateByWrite("user", "user123", "update");
//   if (!result.ok()) Log(result.status());  // caches may hold the old value: see Errors
//
// Call InvalidateByWrite after the commit. If it is called before, a reader can put the old value
// back into its cache.
//
// Threads: thread-safe; copies are cheap and share the connection. Every call blocks until it has a
// result or its deadline has passed, also if it waits for subscribers (WaitForSubscribers).
//
// Errors: absl::Status with the service's code and message; nothing throws. A failed call is
// retried with backoff until its deadline (60 s for calls that invalidate), unless a retry would
// fail with the same error (client_options.h). All calls are safe to repeat; a repeated
// invalidation is harmless. After DEADLINE_EXCEEDED, CANCELLED, UNAVAILABLE or another error that
// is retried, the outcome is unknown: call again, or drop the tags concerned from your own cache.
// INVALID_ARGUMENT names the invalid field; nothing was changed. RESOURCE_EXHAUSTED: the request is
// too large, or it would create a namespace, rule, relationship or dependency beyond a limit of the
// service.
//
// Cost: one round trip per call unless stated otherwise.

#ifndef CACHE_INVALIDATION_CLIENT_CLIENT_H_
#define CACHE_INVALIDATION_CLIENT_CLIENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/connection.h"

namespace cache_invalidation::client {

class Client {
 public:
  explicit Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  // Returns a client that shares this connection and uses `namespace_name` for every call that
  // names no namespace itself.
  Client InNamespace(std::string namespace_name) const;

  // Returns the namespace that a call with these options uses; empty: the service's default.
  std::string NamespaceOf(const CallOptions& options) const;

  // Returns Connection::OptionsStatus: if it is not OK, every call fails with it.
  absl::Status OptionsStatus() const { return connection_->OptionsStatus(); }

  // ---- Writes (write_event.h, explanation.h)

  // Invalidates what one write affects: first the resource tag `type:id`, the collection tag
  // `type:#all` and the writer's tags, then the relationships of the type, then the targets of
  // every rule that the write triggers, and everything that depends on any of these.
  absl::StatusOr<WriteResult> InvalidateByWrite(std::string resource_type, std::string resource_id,
                                                std::string operation,
                                                JsonValue::Object context = {},
                                                CallOptions options = {}) const;
  absl::StatusOr<WriteResult> InvalidateByWrite(InvalidateByWriteParams params) const;

  // Invalidates what several writes affect, as one command: one event, all or nothing. Use it for a
  // database transaction. WidenToLimits (widening.h) makes any transaction fit.
  absl::StatusOr<WriteResult> InvalidateByWrites(std::vector<WriteEvent> writes,
                                                 CallOptions options = {}) const;
  absl::StatusOr<WriteResult> InvalidateByWrites(InvalidateByWritesParams params) const;

  // Returns what a write would invalidate, and why. Changes nothing.
  absl::StatusOr<Explanation> ExplainWrite(WriteEvent write, CallOptions options = {}) const;
  // As above; with a key, returns by which path the key would be hit, or why it would not be.
  absl::StatusOr<Explanation> ExplainWrite(ExplainWriteParams params) const;

  // Opens a stream for a high rate of writes, or for writes whose results are needed later
  // (write_stream.h). The stream can outlive the client.
  std::unique_ptr<WriteStream> OpenWriteStream(WriteStreamOptions stream = {}) const;

  // ---- Rules (rule.h)

  // Adds or replaces a rule. It applies to writes that are accepted after it. Fails with
  // RESOURCE_EXHAUSTED if the namespace has 1,000 rules.
  absl::StatusOr<RuleRegistration> RegisterInvalidationRule(InvalidationRule rule,
                                                            CallOptions options = {}) const;

  // Fails with NOT_FOUND if there is no rule of that name.
  absl::StatusOr<StoredRule> GetInvalidationRule(std::string name, CallOptions options = {}) const;

  // Returns all rules in the order in which they run. One round trip per 1,000 rules.
  absl::StatusOr<std::vector<InvalidationRule>> ListInvalidationRules(
      CallOptions options = {}) const;

  // Returns whether the rule existed. A deleted default rule stays deleted.
  absl::StatusOr<bool> DeleteInvalidationRule(std::string name, CallOptions options = {}) const;

  // ---- Relationships (relationship.h)

  // Adds or replaces a relationship. Several relationships of one source type all apply. Fails with
  // RESOURCE_EXHAUSTED if the namespace has 1,000 relationships.
  absl::StatusOr<RelationshipRegistration> RegisterDataRelationship(DataRelationship relationship,
                                                                    CallOptions options = {}) const;

  // Fails with NOT_FOUND if there is no relationship of that name.
  absl::StatusOr<DataRelationship> GetDataRelationship(std::string name,
                                                       CallOptions options = {}) const;

  // Returns all relationships, or those of one source type, ordered by name. One round trip per
  // 1,000 relationships.
  absl::StatusOr<std::vector<DataRelationship>> ListDataRelationships(
      std::string source_type = {}, CallOptions options = {}) const;

  // Returns whether the relationship existed.
  absl::StatusOr<bool> DeleteDataRelationship(std::string name, CallOptions options = {}) const;

  // ---- Dependencies (dependency.h)

  // Declares that a key was computed from others: when one of the names is invalidated, so is the
  // key, transitively and in every strategy. A plain name means both the key and the tag of that
  // name. Fails with RESOURCE_EXHAUSTED if the namespace has 4,000,000 declared edges, or the key
  // 50,000.
  absl::StatusOr<DependencyAddition> AddCacheDependency(std::string key,
                                                        std::vector<std::string> depends_on,
                                                        CallOptions options = {}) const;
  absl::StatusOr<DependencyAddition> AddCacheDependency(AddCacheDependencyParams params) const;

  // Removes declared edges; if no names are given, all declared edges of the key.
  absl::StatusOr<DependencyRemoval> RemoveCacheDependency(RemoveCacheDependencyParams params) const;

  // Returns one page of the edges of a name. A name can have millions.
  absl::StatusOr<DependencyPage> ListCacheDependencies(ListCacheDependenciesParams params) const;

  // ---- Invalidations by name (invalidation.h)

  // Invalidates tags, keys, a pattern or everything, and what depends on them. Triggers no rules.
  absl::StatusOr<InvalidationResult> Invalidate(InvalidateParams params) const;

  // Invalidates a key and, if `recursive`, everything that depends on it.
  absl::StatusOr<KeyInvalidation> InvalidateWithDependencies(std::string key, bool recursive = true,
                                                             CallOptions options = {}) const;
  absl::StatusOr<KeyInvalidation> InvalidateWithDependencies(
      InvalidateWithDependenciesParams params) const;

  // Adds targets to the pending batch. Equivalent to Invalidate with kBatched.
  absl::StatusOr<BatchSchedule> ScheduleBatchInvalidation(std::vector<std::string> tags,
                                                          std::vector<std::string> keys = {},
                                                          CallOptions options = {}) const;

  // Flushes the pending batch now. The result has the number of distinct targets it held.
  absl::StatusOr<BatchFlush> FlushPendingInvalidations(CallOptions options = {}) const;
  absl::StatusOr<BatchFlush> FlushPendingInvalidations(
      FlushPendingInvalidationsParams params) const;

  // Sets how long the first target of a batch can wait, 1 ms to 60 s. Returns the previous delay.
  absl::StatusOr<absl::Duration> SetBatchDelay(absl::Duration delay,
                                               CallOptions options = {}) const;

  // ---- Entries (entry.h)

  // Registers entries that were just filled. Returns for each whether it may be kept. For a store
  // outside the process: read a position, load the value, store it with a short time to live, call
  // TrackEntries, then extend the time to live, or delete the value if the fill was refused.
  absl::StatusOr<TrackEntriesResult> TrackEntries(std::vector<TrackedEntry> entries,
                                                  CallOptions options = {}) const;

  // Unregisters entries of which no copy exists anywhere. Returns how many were tracked.
  absl::StatusOr<uint32_t> UntrackEntries(std::vector<std::string> keys,
                                          CallOptions options = {}) const;

  // Returns the state of an entry. A cached value may be used only if its entry is fresh.
  absl::StatusOr<EntryLookup> LookupEntry(std::string key, CallOptions options = {}) const;

  // Returns which keys and tags were invalidated after a position. For callers without a
  // subscription.
  absl::StatusOr<Validation> Validate(ValidateParams params) const;

  // ---- Rules and relationships together (declaration.h)

  // Registers all of them, or none: on an error nothing has changed, and the message begins with
  // the path of the first wrong field, such as `rules[3].condition: `. What is registered already
  // is left alone. Call it when the application starts, with what ParseDeclarations
  // (declarations.h) reads. Fails with RESOURCE_EXHAUSTED if the namespace would have more than
  // 1,000 of a kind.
  absl::StatusOr<ApplyDeclarationsResult> ApplyDeclarations(Declarations declarations,
                                                            CallOptions options = {}) const;
  // As above, with the options to check only, and to delete what is not named.
  absl::StatusOr<ApplyDeclarationsResult> ApplyDeclarations(ApplyDeclarationsParams params) const;

  // ---- Statistics (stats.h)

  absl::StatusOr<InvalidationStats> GetInvalidationStats(CallOptions options = {}) const;

  // ---- Namespaces (namespace.h)

  // Returns the names of all namespaces, sorted. One round trip per 1,000 names.
  absl::StatusOr<std::vector<std::string>> ListNamespaces(CallOptions options = {}) const;

  // Deletes a namespace with all its rules, relationships, dependencies, entries and history. Its
  // subscribers drop everything, including those that reconnect later. The name can be reused at
  // once: the next write to it creates a new namespace.
  absl::StatusOr<NamespaceDeletion> DeleteNamespace(std::string name,
                                                    CallOptions options = {}) const;
  // As above, with the option to wait for the subscribers.
  absl::StatusOr<NamespaceDeletion> DeleteNamespace(DeleteNamespaceParams params) const;

  // ---- Subscribers (subscriber.h)

  // Returns the subscribers of the namespace, sorted by name and instance: those with a stream, and
  // those whose lease still runs. For operators. One round trip per 1,000 subscribers.
  absl::StatusOr<std::vector<Subscriber>> ListSubscribers(CallOptions options = {}) const;

  // ---- Subscription (subscription.h)

  // Starts a subscription to invalidations. Returns at once; on_started is called when the stream
  // runs. The subscription can outlive the client.
  std::unique_ptr<Subscription> Subscribe(SubscriptionOptions subscription,
                                          SubscriptionCallbacks callbacks) const;

 private:
  // Return options, or parameters with such options, with this client's namespace filled in.
  CallOptions Resolve(CallOptions options) const;
  template <typename Params>
  Params Resolved(Params params) const;

  std::shared_ptr<Connection> connection_;
  std::optional<std::string> namespace_name_;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CLIENT_H_
