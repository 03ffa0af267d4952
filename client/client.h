// Client: tells the service what was written, and asks it for everything else it does.
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
// Call it after the commit. A call before it lets a reader put the old value back into its cache.
//
// Threads: thread-safe; copies are cheap and share the connection. Every call blocks until it is
// answered or its deadline has passed.
//
// Errors: absl::Status with the service's code and message; nothing throws. A call is tried again
// with backoff until its deadline, 60 s for calls that invalidate, unless the error would be the
// same again (client_options.h); all calls are safe to repeat, a repeated invalidation is harmless.
// DEADLINE_EXCEEDED, CANCELLED, UNAVAILABLE and what else is tried again leave the outcome unknown:
// call again, or drop the tags concerned yourself. INVALID_ARGUMENT names the field that is wrong,
// and nothing changed.
//
// Cost: one round trip each unless it says otherwise.

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

  // The same client, whose calls go to another namespace unless they name one themselves.
  Client InNamespace(std::string namespace_name) const;

  // The namespace that a call with these options works in; empty: the service's default.
  std::string NamespaceOf(const CallOptions& options) const;

  // ---- Writes (write_event.h, explanation.h)

  // Invalidates what one write concerns: the resource tag `type:id`, the collection tag
  // `type:#all` and the writer's tags at once, then the relationships of the type, then the targets
  // of every rule that it triggers, and whatever depends on any of it.
  absl::StatusOr<WriteResult> InvalidateByWrite(std::string resource_type, std::string resource_id,
                                                std::string operation,
                                                JsonValue::Object context = {},
                                                CallOptions options = {}) const;
  absl::StatusOr<WriteResult> InvalidateByWrite(InvalidateByWriteParams params) const;

  // The same for several writes as one command: one event, all or nothing. What a database
  // transaction maps to. WidenToLimits (widening.h) makes any transaction fit.
  absl::StatusOr<WriteResult> InvalidateByWrites(std::vector<WriteEvent> writes,
                                                 CallOptions options = {}) const;
  absl::StatusOr<WriteResult> InvalidateByWrites(InvalidateByWritesParams params) const;

  // What a write would invalidate, and why. Changes nothing.
  absl::StatusOr<Explanation> ExplainWrite(WriteEvent write, CallOptions options = {}) const;
  // The same for one key: by which path it would be hit, or what kept it from being hit.
  absl::StatusOr<Explanation> ExplainWrite(ExplainWriteParams params) const;

  // Opens a stream for many writes, or for writes whose answers come later (write_stream.h). It may
  // outlive the client.
  std::unique_ptr<WriteStream> OpenWriteStream(WriteStreamOptions stream = {}) const;

  // ---- Rules (rule.h)

  // Adds or replaces a rule, for the writes that are accepted after it.
  absl::StatusOr<RuleRegistration> RegisterInvalidationRule(InvalidationRule rule,
                                                            CallOptions options = {}) const;

  // NOT_FOUND: no rule has that name.
  absl::StatusOr<StoredRule> GetInvalidationRule(std::string name, CallOptions options = {}) const;

  // All rules in the order in which they run. A round trip per 1,000.
  absl::StatusOr<std::vector<InvalidationRule>> ListInvalidationRules(
      CallOptions options = {}) const;

  // Answers whether there was such a rule. A deleted default rule stays deleted.
  absl::StatusOr<bool> DeleteInvalidationRule(std::string name, CallOptions options = {}) const;

  // ---- Relationships (relationship.h)

  // Adds or replaces a relationship. Two of one source add up.
  absl::StatusOr<RelationshipRegistration> RegisterDataRelationship(DataRelationship relationship,
                                                                    CallOptions options = {}) const;

  // NOT_FOUND: no relationship has that name.
  absl::StatusOr<DataRelationship> GetDataRelationship(std::string name,
                                                       CallOptions options = {}) const;

  // All relationships by name, or those of one source. A round trip per 1,000.
  absl::StatusOr<std::vector<DataRelationship>> ListDataRelationships(
      std::string source_type = {}, CallOptions options = {}) const;

  // Answers whether there was such a relationship.
  absl::StatusOr<bool> DeleteDataRelationship(std::string name, CallOptions options = {}) const;

  // ---- Dependencies (dependency.h)

  // Declares that a key was computed from others: when anything named is invalidated, so is the
  // key, transitively and in every strategy. A plain name stands for the key and the tag of that
  // name.
  absl::StatusOr<DependencyAddition> AddCacheDependency(std::string key,
                                                        std::vector<std::string> depends_on,
                                                        CallOptions options = {}) const;
  absl::StatusOr<DependencyAddition> AddCacheDependency(AddCacheDependencyParams params) const;

  // Removes declared edges; without names, all of the key's.
  absl::StatusOr<DependencyRemoval> RemoveCacheDependency(RemoveCacheDependencyParams params) const;

  // One page of the edges of a name: there may be millions.
  absl::StatusOr<DependencyPage> ListCacheDependencies(ListCacheDependenciesParams params) const;

  // ---- Invalidations by name (invalidation.h)

  // Invalidates tags, keys, a pattern or everything, and what depends on them. Triggers no rules.
  absl::StatusOr<InvalidationResult> Invalidate(InvalidateParams params) const;

  // Invalidates a key and, if recursive, all that depends on it.
  absl::StatusOr<KeyInvalidation> InvalidateWithDependencies(std::string key, bool recursive = true,
                                                             CallOptions options = {}) const;
  absl::StatusOr<KeyInvalidation> InvalidateWithDependencies(
      InvalidateWithDependenciesParams params) const;

  // Adds to the pending batch; the same as Invalidate with kBatched.
  absl::StatusOr<BatchSchedule> ScheduleBatchInvalidation(std::vector<std::string> tags,
                                                          std::vector<std::string> keys = {},
                                                          CallOptions options = {}) const;

  // Flushes the pending batch now, and answers how many distinct targets it held.
  absl::StatusOr<BatchFlush> FlushPendingInvalidations(CallOptions options = {}) const;
  absl::StatusOr<BatchFlush> FlushPendingInvalidations(
      FlushPendingInvalidationsParams params) const;

  // Sets how long the first target of a batch may wait, 1 ms to 60 s, and answers the previous
  // delay.
  absl::StatusOr<absl::Duration> SetBatchDelay(absl::Duration delay,
                                               CallOptions options = {}) const;

  // ---- Entries (entry.h)

  // Registers entries that were just filled; answers for each whether it may be kept. For a store
  // outside the process: take a position, load, store with a short time to live, TrackEntries, then
  // extend it; if refused, delete.
  absl::StatusOr<TrackAnswer> TrackEntries(std::vector<TrackedEntry> entries,
                                           CallOptions options = {}) const;

  // Forgets entries of which no copy exists anywhere; answers how many were tracked.
  absl::StatusOr<uint32_t> UntrackEntries(std::vector<std::string> keys,
                                          CallOptions options = {}) const;

  // Whether a tracked entry may be used: only if it is fresh.
  absl::StatusOr<EntryLookup> LookupEntry(std::string key, CallOptions options = {}) const;

  // Whether anything moved after a position: for callers without a subscription.
  absl::StatusOr<Validation> Validate(ValidateParams params) const;

  // ---- Statistics (stats.h)

  absl::StatusOr<InvalidationStats> GetInvalidationStats(CallOptions options = {}) const;

  // ---- Namespaces (namespace.h)

  // The names of all namespaces, sorted. A round trip per 1,000.
  absl::StatusOr<std::vector<std::string>> ListNamespaces(CallOptions options = {}) const;

  // Deletes a namespace with all that it holds: rules, relationships, dependencies, entries,
  // history. Its subscribers drop everything, those that come back later as well. The name is free
  // at once; whoever writes on in it makes it anew.
  absl::StatusOr<NamespaceDeletion> DeleteNamespace(std::string name,
                                                    CallOptions options = {}) const;
  // The same, and may wait for the subscribers.
  absl::StatusOr<NamespaceDeletion> DeleteNamespace(DeleteNamespaceParams params) const;

  // ---- Subscription (subscription.h)

  // Starts to deliver what is invalidated. Answers at once; on_started tells when it runs. The
  // subscription may outlive the client.
  std::unique_ptr<Subscription> Subscribe(SubscriptionOptions subscription,
                                          SubscriptionCallbacks callbacks) const;

 private:
  // The call's options with this client's namespace filled in.
  CallOptions Resolve(CallOptions options) const;

  std::shared_ptr<Connection> connection_;
  std::optional<std::string> namespace_name_;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CLIENT_H_
