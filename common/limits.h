// Every limit of the system, each with its reason. What a limit counts and what happens at it is
// said where it is enforced and, for callers, in the contract (protos/cache_invalidation/v1).
//
// Sizes are bytes, counts are counts, times are absl::Duration.

#ifndef CACHE_INVALIDATION_COMMON_LIMITS_H_
#define CACHE_INVALIDATION_COMMON_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace cache_invalidation {

// Names.

// Becomes a metric label and part of every stored row: short, and safe in paths and dashboards.
inline constexpr size_t kMaxNamespaceBytes = 64;
// Names that people give and read: rules, relationships, subscribers. A default relationship name
// may be longer: it is made of its types (see kMaxDefaultRelationshipNameBytes).
inline constexpr size_t kMaxNameBytes = 256;
// A cache key. Redis and memcached users stay below 250; a URL with a query fits.
inline constexpr size_t kMaxKeyBytes = 1024;
// As a key: a name in `depends_on` stands for both. Holds a type, an id and some levels below.
inline constexpr size_t kMaxTagBytes = kMaxKeyBytes;
// Levels of a tag that somebody carries or names: whoever looks at a tag looks at every tag above
// it, too. Nobody models so deep a hierarchy.
inline constexpr size_t kMaxTagLevels = 32;
// A table name of any database, with its schema.
inline constexpr size_t kMaxTypeBytes = 128;
// A primary key as text, compound ones included; with its type it always fits into a tag.
inline constexpr size_t kMaxResourceIdBytes = 512;
// "insert", "update", "delete" or a word of the caller's.
inline constexpr size_t kMaxOperationBytes = 64;
// A UUID with some decoration.
inline constexpr size_t kMaxRequestIdBytes = 64;
// The same: every entry may hold one.
inline constexpr size_t kMaxFillIdBytes = 64;
// As a request id: made by a program, not by a person.
inline constexpr size_t kMaxInstanceBytes = 64;
inline constexpr size_t kMaxEpochBytes = 64;
// A paragraph.
inline constexpr size_t kMaxDescriptionBytes = 1024;
// Answers to list calls carry one; it holds the name of the last item.
inline constexpr size_t kMaxPageTokenBytes = 16 << 10;

// Rules and relationships.

// A namespace with more rules than people can review has too many; each costs memory and lint time.
inline constexpr size_t kMaxRulesPerNamespace = 1000;
inline constexpr size_t kMaxRelationshipsPerNamespace = 1000;
// Bound the work of one firing, and of a lookup per trigger.
inline constexpr size_t kMaxTriggerTags = 64;
inline constexpr size_t kMaxInvalidateTags = 64;
inline constexpr size_t kMaxRelationshipsPerRule = 16;
inline constexpr size_t kMaxTargetTypes = 64;
inline constexpr size_t kMaxTemplateBytes = 512;
// A template with lists in it makes the product of their values; beyond this the tag above them all
// is cheaper for everybody.
inline constexpr size_t kMaxTagsPerTemplate = 1000;
// How deep `{context.a.b.c}` may reach.
inline constexpr size_t kMaxTemplatePathNames = 16;
inline constexpr size_t kMaxPatternBytes = 1024;
// Instructions of a compiled pattern. Where RE2's cache does not help, each of them takes up to
// eleven nanoseconds for each byte of a key: the longest key takes ten milliseconds then. `\pL+`
// has 1,200.
inline constexpr int kMaxPatternInstructions = 1500;
// Characters that an expression may spell out to be taken for one with a small automaton
// (common/pattern_shape.h): those have a few hundred states, which are built in a millisecond and
// fit into the memory below.
inline constexpr size_t kMaxSmallPatternPlaces = 128;
// Memory of one compiled pattern with its caches; beyond it RE2 falls back to a slower matcher.
inline constexpr int64_t kMaxPatternMemoryBytes = 2 << 20;
inline constexpr size_t kMaxConditionBytes = 4096;
inline constexpr int32_t kMinPriority = -1'000'000;
inline constexpr int32_t kMaxPriority = 1'000'000;
// Nobody can predict what a relationship eight hops away does.
inline constexpr uint32_t kMinCascadeDepth = 1;
inline constexpr uint32_t kMaxCascadeDepth = 8;
// What the original guide recommends as maximum; above it the answer carries a warning.
inline constexpr uint32_t kRecommendedCascadeDepth = 2;
// `source:cardinality:targets` with every target type at its longest.
inline constexpr size_t kMaxDefaultRelationshipNameBytes =
    (kMaxTypeBytes + 1) * (kMaxTargetTypes + 1) + 32;

// Writes.

// A transaction; larger ones are told as writes with an empty id.
inline constexpr size_t kMaxWritesPerCommand = 10'000;
inline constexpr size_t kMaxTagsPerWrite = 64;
// A wide row, old and new.
inline constexpr size_t kMaxContextBytes = 256 << 10;
// Nesting of a context: what protobuf's own parsers allow a Struct.
inline constexpr int kMaxContextDepth = 32;
// Up to here a double that is an integer was made of this one and no other. The next, 2^53, is also
// what 2^53 + 1 becomes: two rows could share a tag.
inline constexpr double kMaxExactInteger = 9007199254740991.0;
// What one command may do: steps of a tenth of a microsecond, so a tenth of a second of its shard.
// Beyond half of it templates give the tags in front of their placeholders, those of relationships
// the types, and conditions are in doubt, so their rules fire: that is cheap. Beyond all of it the
// command invalidates everything. Ten thousand writes with two rules of one tag each fit into the
// half.
inline constexpr uint64_t kMaxStepsPerCommand = 1'000'000;
// The same for an explanation, which nothing but its reader waits for.
inline constexpr uint64_t kMaxStepsPerExplanation = 100'000;
// A tag that a write or a template names, with its way into the event: about a microsecond.
inline constexpr uint64_t kStepsPerTag = 10;
// A key that a pattern is matched against, and the bytes of it that take as much: five nanoseconds
// for a byte at most, where the pattern has a small automaton.
inline constexpr uint64_t kStepsPerMatch = 2;
inline constexpr uint64_t kBytesPerMatch = 64;
// Of any other pattern, instructions times bytes of the key that take a step: RE2 takes up to
// eleven nanoseconds for each of them.
inline constexpr uint64_t kInstructionBytesPerStep = 10;
// Patterns that are seen not to match by the beginning of a key: some nanoseconds each.
inline constexpr uint64_t kPatternsPerStep = 16;
// A rule that a write meets: it is found, sorted and asked.
inline constexpr uint64_t kStepsPerRule = 4;
// Units of conditions (common/condition/limits.h) that take one step.
inline constexpr uint64_t kConditionCostPerStep = 8;
// Bytes of the tags that the templates of one command make: a quarter of an event at its largest.
inline constexpr uint64_t kMaxExpandedBytes = 16 << 20;
// Causes of one target that an event names; beyond it one cause stands for all others. A person
// reads them.
inline constexpr size_t kMaxCausesPerTarget = 16;
// Groups in one message of StreamWrites, and their writes together: amortises the message, bounds
// what it is in memory.
inline constexpr size_t kMaxGroupsPerMessage = 256;
inline constexpr size_t kMaxWritesPerMessage = kMaxWritesPerCommand;

// Invalidations and batches.

// Tags and keys of one explicit call.
inline constexpr size_t kMaxTargetsPerCall = 10'000;
// A pending batch beyond this is flushed at once: bounds its memory and the flush event.
inline constexpr size_t kMaxPendingTargets = 10'000;
// And beyond these bytes, a quarter of a million dependents with short names. A call that would add
// more invalidates everything.
inline constexpr uint64_t kMaxPendingBytes = 32 << 20;
// The same for patterns: each fill is matched against all that are pending.
inline constexpr size_t kMaxPendingPatterns = 256;
inline constexpr absl::Duration kMinBatchDelay = absl::Milliseconds(1);
inline constexpr absl::Duration kMaxBatchDelay = absl::Seconds(60);
inline constexpr absl::Duration kDefaultBatchDelay = absl::Milliseconds(100);

// Entries and dependencies.

inline constexpr size_t kMaxTagsPerEntry = 128;
// The three lists of one entry, or of one call, together.
inline constexpr size_t kMaxDependencyNames = 1000;
inline constexpr size_t kMaxEntriesPerCall = 1000;
// Tags and dependencies of one entry: fills of a key add up, and every fill writes and checks all
// of them. More than any single fill may name, so that only an old entry can be too large.
inline constexpr size_t kMaxNamesPerEntry = 4096;
// Names behind those of its own that the fills of one call, or the names of one question, are
// checked against: what they were computed from, transitively. A tenth of a second of a shard for
// fills, which a page over some hundred thousand rows needs; some hundredths for a question. Beyond
// it they count as moved.
inline constexpr uint64_t kMaxCheckedNames = 300'000;
inline constexpr uint64_t kMaxAskedNames = 100'000;
// Tags and dependencies of all entries of one call: most may be new, and making, writing and
// forgetting one takes some microseconds.
inline constexpr size_t kMaxNamesPerTrack = 32'000;
// Bytes of the names of the entries that the fills of one call find, and what each name counts as
// besides its bytes: all of those are written again. A thousand list keys with a hundred tags each
// stay below it.
inline constexpr size_t kMaxFoundBytesPerCall = 16 << 20;
inline constexpr size_t kFoundNameBytes = 64;
// Keys and tags together.
inline constexpr size_t kMaxNamesPerValidate = 1000;
// About a gigabyte of graph; beyond it declarations are refused.
inline constexpr size_t kMaxDeclaredEdgesPerNamespace = 4'000'000;
// Of one key. All of them may be removed by one command, which takes two microseconds for each and
// twice the name of the key; what depends on more rows than these depends on their type's tag.
inline constexpr size_t kMaxDeclaredEdgesPerKey = 50'000;
// The same for entries; beyond it the oldest are dropped, with an event.
inline constexpr size_t kMaxTrackedEntriesPerNamespace = 4'000'000;
// Entries, the tags they carry (one of more than two levels counts as several) and the edges they
// own, together: three of those for each entry of a full namespace. Beyond it the oldest entries
// are dropped, too.
inline constexpr size_t kMaxEntryPartsPerNamespace = 16'000'000;
// A full namespace makes room for so many, or for a 64th of its limit if that is less, so that not
// every fill has an event of its own.
inline constexpr uint64_t kDroppedTogether = 1000;
// After a start with lower limits there is more to drop than one event should name.
inline constexpr uint64_t kMaxDroppedTogether = 10'000;
// Parts of entries that an event ends at once. Entries that it evicts beyond that are left, dead, to
// be swept: ending one costs ten times as much as naming it.
inline constexpr uint64_t kEndedAtOnce = 10'000;
// Declarations that are over and that one command ends where it comes by them, some milliseconds of
// a shard; sweeping ends the others.
inline constexpr uint64_t kEdgesEndedAtOnce = 2'000;
// Edges that one command, or query, searches for what still needs the entries that expired: some ten
// milliseconds. Beyond it they count as needed, and stay a while longer.
inline constexpr uint64_t kMaxGroundingSteps = 40'000;
// A shard reports that it dropped entries no more often.
inline constexpr absl::Duration kDropReportInterval = absl::Minutes(1);
// Keys and tags that are known only because something happened to them in the retained history;
// each takes some 200 bytes. Beyond it a namespace forgets history that subscribers could still
// read: fills and questions from then count as moved.
inline constexpr size_t kMaxRememberedNamesPerNamespace = 4'000'000;
// Keys whose entry expired or was untracked in the retained history, each some 200 bytes. What was
// computed from such an entry is refused to callers who stood before its end; beyond this number,
// to all who stood before the oldest ends and name any key that they depend on.
inline constexpr size_t kMaxRememberedEndsPerNamespace = 65'536;
// Patterns of the retained history: every fill is matched against them.
inline constexpr size_t kMaxRememberedPatterns = 256;
// Expressions that a reader of events keeps compiled, or their literal beginnings: rules name the
// same patterns again and again, and compiling one takes some fifty microseconds.
inline constexpr size_t kMaxCompiledPatterns = 256;
// A TTL is for caches; what should live longer has none. Both ends keep time arithmetic far from
// overflow.
inline constexpr absl::Duration kMinTtl = absl::Milliseconds(1);
inline constexpr absl::Duration kMaxTtl = absl::Hours(24 * 3650);
// Keys that a shard sweeps in one turn, about a millisecond's work.
inline constexpr uint64_t kSweepKeys = 2'000;
// Namespaces, most of them small, that a shard sweeps in one turn.
inline constexpr int kSweepNamespaces = 100;
// Between two turns callers come first; between two rounds over all namespaces expired entries may
// stay: they are out of lookups already, only their memory waits.
inline constexpr absl::Duration kSweepPause = absl::Milliseconds(10);
inline constexpr absl::Duration kSweepInterval = absl::Seconds(10);
// The same while history waits to be trimmed, which a round does on its way.
inline constexpr absl::Duration kTrimInterval = absl::Seconds(1);

// Queries.

inline constexpr uint32_t kDefaultPageSize = 50;
inline constexpr uint32_t kMaxPageSize = 1000;
// Where a page of a list ends, and a list within an answer is cut: gRPC's clients refuse answers of
// more than 4 MiB unless told otherwise.
inline constexpr size_t kMaxAnswerBytes = 1 << 20;
// Lint warnings of one answer that repeat themselves; a person reads them.
inline constexpr size_t kMaxWarnings = 100;
// Twice as many as there are.
inline constexpr size_t kMaxAcceptedWarnings = 16;
// A person reads an explanation; beyond this children are counted, not listed.
inline constexpr size_t kMaxExplanationChildren = 1000;
// Nodes of a whole explanation: it must fit into one answer.
inline constexpr size_t kMaxExplanationNodes = 10'000;
// How deep an explanation nests: protobuf's parsers refuse messages a hundred levels deep.
inline constexpr uint32_t kMaxExplanationLevels = 64;
// Keys that one explanation counts entries among, and keys that it follows to their dependents:
// some milliseconds of a shard.
inline constexpr uint64_t kMaxExplainedKeys = 3'000;
// Steps of matching, as kMaxStepsPerCommand has them, that count as one of those keys: with nothing
// but patterns an explanation has the steps of kMaxStepsPerExplanation.
inline constexpr uint64_t kStepsPerExplainedKey = kMaxStepsPerExplanation / kMaxExplainedKeys;
// Edges that a page of dependencies looks at, most of which may count no more: the same.
inline constexpr uint64_t kMaxListedEdges = 2'000;

// Namespaces and requests.

// Each holds an engine and its rules, about 20 KB when empty.
inline constexpr size_t kMaxNamespaces = 10'000;
// One request: ten thousand writes with small contexts. gRPC's own default.
inline constexpr size_t kMaxRequestBytes = 4 << 20;
// Requests that wait for one shard. Bounds memory and the time that the last of them waits.
inline constexpr size_t kMaxMailboxSubmissions = 16'384;
inline constexpr size_t kMaxMailboxBytes = 64 << 20;
// How long a shard works before it hands over what it did and looks into its mailbox again. Some
// hundred commands share what that costs.
inline constexpr absl::Duration kShardTurn = absl::Milliseconds(2);
// The same for one namespace before the next one has its turn: some tens of commands find its
// engine in the processor's caches.
inline constexpr absl::Duration kNamespaceTurn = absl::Microseconds(100);
// Requests of one submission: one message of StreamWrites.
inline constexpr size_t kMaxRequestsPerSubmission = kMaxGroupsPerMessage;
// Messages of one StreamWrites stream that may wait in a shard; then its next read waits.
inline constexpr size_t kMaxStreamWritesInFlight = 4;
// Connections and streams of bulk writers are renewed this often, so that load finds new servers.
inline constexpr absl::Duration kMaxConnectionAge = absl::Minutes(30);
// A shard seals its group here even if more waits: bounds what one write to the store holds, and
// how long the first answer of the group waits for the last.
inline constexpr size_t kMaxGroupBytes = 1 << 20;
// Counters of rules change with every firing; a crash may lose this much of them.
inline constexpr absl::Duration kRuleCountersInterval = absl::Seconds(1);
// Groups that shards may hand over while another is being synced; then they wait, their mailboxes
// fill, and callers are told to retry. Some tenths of a second of a disk's bandwidth.
inline constexpr size_t kMaxGatheredBytes = 32 << 20;

// The process.

// Each is a thread with a mailbox of kMaxMailboxBytes; no machine has use for more.
inline constexpr size_t kMaxShards = 256;
// The largest that `--max_request_bytes` may allow: a mailbox holds a few of them.
inline constexpr size_t kLargestRequestBytes = kMaxMailboxBytes / 4;
// The largest that flags may ask for where a number of bytes or things has no other bound: sums of
// such numbers stay far from overflow.
inline constexpr uint64_t kLargestFlagValue = uint64_t{1} << 40;
// The longest that a flag may ask for.
inline constexpr absl::Duration kLargestFlagDuration = absl::Hours(24 * 3650);
// File descriptors that connections may not take, or a quarter of all if that is less: the store
// opens files while it works, and a server whose store cannot is at its end.
inline constexpr int kReservedDescriptors = 128;
// Connections that wait to be accepted; the system may allow fewer.
inline constexpr int kListenBacklog = 4096;
// The server connects to itself this often, and takes itself for unreachable when it is not
// answered within the timeout. It ends when it was not for that long.
inline constexpr absl::Duration kSelfCheckInterval = absl::Seconds(1);
inline constexpr absl::Duration kSelfCheckTimeout = absl::Seconds(2);
inline constexpr absl::Duration kMaxUnreachable = absl::Seconds(60);
// How often the server looks at its memory; a flood may take about a gigabyte per second.
inline constexpr absl::Duration kMemoryCheckInterval = absl::Milliseconds(100);
// Memory that is worth looking for freed pages, and how long there must have been no growth.
inline constexpr size_t kTrimWorthBytes = 32 << 20;
inline constexpr absl::Duration kTrimAfterQuiet = absl::Seconds(2);
// Connections to the HTTP port at one time; with more the oldest that has asked for nothing goes,
// once it had this long to ask. Some scrapers and probes; a thousand who say nothing delay a probe
// by a fifth of a second.
inline constexpr size_t kMaxHttpConnections = 256;
inline constexpr absl::Duration kHttpTimeToAsk = absl::Milliseconds(50);
// How long a client of the HTTP port may take to ask, and to read its answer.
inline constexpr absl::Duration kHttpRequestTimeout = absl::Seconds(1);
inline constexpr absl::Duration kHttpAnswerTimeout = absl::Seconds(10);
// A request line and headers; no scraper sends more.
inline constexpr size_t kMaxHttpHeadBytes = 16 << 10;

// Events and chunks.

// The encoder begins a new part here, so that filters and messages stay fine-grained.
inline constexpr size_t kEventPartBytes = 256 << 10;
// A chunk closes here, and a message to a subscriber is at most this large.
inline constexpr size_t kMaxChunkBytes = 1 << 20;
inline constexpr size_t kMaxSubscribeMessageBytes = 1 << 20;
// History that a start reads from the store at a time.
inline constexpr size_t kRecoveryReadBytes = 8 << 20;
// An event beyond this costs every subscriber more than losing its cache: it becomes *everything*.
inline constexpr size_t kMaxEventBytes = 64 << 20;

// Subscriptions.

inline constexpr size_t kMaxSubscriptions = 10'000;
// Sessions with a stream or a running lease, each some 500 bytes. A session outlives its stream by
// its lease, so whoever connects again and again has more sessions than streams.
inline constexpr size_t kMaxSessions = 4 * kMaxSubscriptions;
inline constexpr size_t kMaxSessionsPerNamespace = kMaxSubscriptions;
// Tags, and key prefixes, of one filter.
inline constexpr size_t kMaxFilterNames = 1000;
inline constexpr absl::Duration kMinLease = absl::Seconds(1);
inline constexpr absl::Duration kMaxLease = absl::Seconds(60);
inline constexpr absl::Duration kDefaultLease = absl::Seconds(10);
// The server's lease outlasts the client's by a tenth and this much: clocks drift.
inline constexpr absl::Duration kLeaseMargin = absl::Milliseconds(100);
// A stream that says nothing is of no use and holds memory.
inline constexpr absl::Duration kFirstMessageTimeout = absl::Seconds(10);
// A Progress comes at least this often, so that a client sees a dead stream.
inline constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(5);
// A stream continues its own writing when this many events wait; with fewer it waits for its turn.
inline constexpr size_t kEventsThatContinueAStream = 64;
// Reads of history at one time.
inline constexpr size_t kMaxCatchUpRequests = 8;

// Waiting for subscribers.

inline constexpr absl::Duration kMinWaitTimeout = absl::Milliseconds(1);
inline constexpr absl::Duration kMaxWaitTimeout = absl::Seconds(120);
// Pairs of a waiting call and a subscriber of its namespace, all calls together: about a hundred
// megabytes if all of them are behind.
inline constexpr size_t kMaxAwaited = 1'000'000;
// The same of one namespace: the others keep their share.
inline constexpr size_t kMaxAwaitedPerNamespace = kMaxAwaited / 4;
// Names in each list of a waiting call's answer; a person reads them.
inline constexpr size_t kMaxWaitingNameBytes = 256 << 10;

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_LIMITS_H_
