// SPDX-License-Identifier: Apache-2.0

// Reporting writes: one by one, of a transaction, in a stream, and by threads that must not wait.

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "cache_invalidation/client/async_client.h"
#include "cache_invalidation/client/widening.h"
#include "cache_invalidation/client/write_outbox.h"
#include "cache_invalidation/client/write_transaction.h"
#include "tour.h"

using namespace cache_invalidation::client;

void ShowWrites(const Client& client) {
  const WriteEvent write{.resource_type = "order",
                         .resource_id = "7",
                         .operation = "update",
                         .context = {{"customer", "ada"}}};
  const WriteResult one = OrEnd(client.InvalidateByWrite(InvalidateByWriteParams{
      .write = write,
      .options = CallOptions{.deadline = absl::Seconds(10), .request_id = "order-7"}}));
  Expect(one.rules_fired == std::vector<std::string>{"totals"}, "the rule has fired");
  const WriteResult many =
      OrEnd(client.InvalidateByWrites(InvalidateByWritesParams{.writes = {write, write}}));
  Expect(many.position.revision == one.position.revision + 1, "a command is one revision");

  const Explanation why =
      OrEnd(client.ExplainWrite(ExplainWriteParams{.write = write, .key = "page:1"}));
  Expect(!why.key_hit && why.root.kind == ExplanationKind::kWrite, "explained, not done");
  for (const ExplanationNode& node : why.root.children) {
    std::cout << "explains " << node.name << "\n";
  }

  // Together with a transaction of the database.
  WriteTransaction transaction(
      client, WriteTransactionOptions{.on_unsent = [](const UnsentWrites& unsent) {
        std::cerr << unsent.status << ": drop " << unsent.tags.size() << " tags here\n";
      }});
  transaction.Add(write);
  const TransactionResult committed = transaction.Commit([] { return CommitOutcome::kCommitted; });
  Expect(committed.ok(), "committed, and reported");

  // Any number of writes fits into one call.
  WriteCollector collector(WideningOptions{.max_request_bytes = 1 << 20});
  collector.Add(write);
  collector.AddEverything();
  collector.WidenToTypes();
  const WidenedWrites widened = collector.Take();
  Expect(widened.everything && collector.empty(), "what cannot be named is everything");
  Expect(WidenToLimits({write}).writes.size() == 1, "a small transaction stays as it is");
  Expect(EncodedContextBytes(write.context) > 0, "contexts have a size");
  Expect(EncodedWriteBytes(write) > EncodedContextBytes(write.context), "and so have writes");

  // What could not be sent is kept, and sent again.
  RetryingOutbox outbox(client, WriteOutboxOptions{.max_writes = 1000});
  outbox.Add(UnsentWrites{.writes = {write}});
  Expect(outbox.Flush(absl::Seconds(30)), "the service is there");
  const WriteOutboxStatistics outbox_statistics = outbox.Statistics();
  Expect(outbox_statistics.sent == 1, "it is sent once");

  // Many, without waiting for each result.
  std::atomic<int> results = 0;
  const WriteCallback count = [&results](const absl::StatusOr<WriteResult>& result) {
    if (result.ok()) ++results;
  };
  const std::unique_ptr<WriteStream> stream =
      client.OpenWriteStream(WriteStreamOptions{.max_unanswered_commands = 100});
  for (int i = 0; i < 3; ++i) stream->Write({write}, count);
  stream->Flush();
  stream->Close();
  Expect(results == 3, "each has its result");
}

void ShowAsynchronousCalls(const std::shared_ptr<Connection>& connection) {
  AsyncClient client(connection, AsyncClientOptions{.namespace_name = "tour"});
  std::future<absl::StatusOr<WriteResult>> write =
      client.InvalidateByWrites({{.resource_type = "page", .operation = "truncate"}});
  client.FlushWrites();
  OrEnd(write.get());

  // Each call of Connection has its parameters.
  std::vector<std::future<bool>> calls;
  const auto call = [&](auto name, auto params) {
    auto made = client.Call(name, std::move(params));
    calls.push_back(std::async(std::launch::deferred,
                               [done = std::move(made)]() mutable { return done.get().ok(); }));
  };
  call(&Connection::RegisterInvalidationRule,
       RegisterInvalidationRuleParams{
           .rule = {.name = "again", .trigger_tags = {"a"}, .invalidate_tags = {"b"}}});
  call(&Connection::RegisterDataRelationship,
       RegisterDataRelationshipParams{
           .relationship = {.name = "again", .source_type = "a", .target_types = {"b"}}});
  for (std::future<bool>& done : calls) Expect(done.get(), "registered");
  calls.clear();
  call(&Connection::GetInvalidationRule, GetInvalidationRuleParams{.name = "again"});
  call(&Connection::GetDataRelationship, GetDataRelationshipParams{.name = "again"});
  call(&Connection::DeleteInvalidationRule, DeleteInvalidationRuleParams{.name = "nothing"});
  call(&Connection::DeleteDataRelationship, DeleteDataRelationshipParams{.name = "nothing"});
  call(&Connection::TrackEntries, TrackEntriesParams{.entries = {{.key = "again"}}});
  call(&Connection::LookupEntry, LookupEntryParams{.key = "again"});
  call(&Connection::UntrackEntries, UntrackEntriesParams{.keys = {"again"}});
  call(&Connection::ScheduleBatchInvalidation, ScheduleBatchInvalidationParams{.tags = {"again"}});
  call(&Connection::SetBatchDelay, SetBatchDelayParams{.delay = absl::Milliseconds(100)});
  for (std::future<bool>& done : calls) Expect(done.get(), "called");

  const RulePage rules = OrEnd(
      client.Call(&Connection::ListInvalidationRules, ListInvalidationRulesParams{.page_size = 1})
          .get());
  const RelationshipPage relationships =
      OrEnd(client.Call(&Connection::ListDataRelationships, ListDataRelationshipsParams{}).get());
  const NamespacePage namespaces =
      OrEnd(client.Call(&Connection::ListNamespaces, ListNamespacesParams{.page_size = 1}).get());
  const SubscriberPage subscribers =
      OrEnd(client.Call(&Connection::ListSubscribers, ListSubscribersParams{.page_size = 1}).get());
  Expect(subscribers.next_page_token.empty(), "nobody follows yet");
  Expect(rules.rules.size() == 1 && relationships.relationships.size() >= 1 &&
             namespaces.names.size() == 1,
         "pages have the size that was asked for");
  const InvalidationStats stats =
      OrEnd(client.Call(&Connection::GetInvalidationStats, GetInvalidationStatsParams{}).get());
  for (const RuleDetail& detail : stats.rule_details) {
    std::cout << "rule " << detail.name << " ran " << detail.statistics.execution_count << "\n";
  }
}
