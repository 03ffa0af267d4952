// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/validators.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/pattern.h"
#include "common/tag.h"

namespace cache_invalidation::conformance {
namespace {

// Where a part stands; pairs compare as the history goes on.
using Place = std::pair<uint64_t, uint32_t>;

Place PlaceOf(const v1::Event& part) { return {part.revision(), part.part()}; }

std::string Text(Place place) { return absl::StrCat(place.first, "/", place.second); }

// What a stream's steps consist of, in the order in which they apply. Empty functions are skipped.
struct Visitor {
  std::function<void(const Sent&)> sent;
  std::function<void(const v1::Started&)> started;
  std::function<void(const v1::Reset&)> reset;
  std::function<void(const v1::Event&)> part;
  std::function<void(const v1::Progress&)> progress;
};

void Walk(const StreamHistory& stream, const Visitor& visitor) {
  for (const auto& step : stream.steps) {
    if (const auto* sent = absl::get_if<Sent>(&step)) {
      if (visitor.sent) visitor.sent(*sent);
      continue;
    }
    const auto& response = absl::get<v1::SubscribeResponse>(step);
    if (response.has_started() && visitor.started) visitor.started(response.started());
    if (response.has_reset() && visitor.reset) visitor.reset(response.reset());
    for (const v1::Event& part : response.events()) {
      if (visitor.part) visitor.part(part);
    }
    if (response.has_progress() && visitor.progress) visitor.progress(response.progress());
  }
}

// Runs a check of single streams over all of them.
Violations OnEachStream(const SubscriberHistory& history,
                        const std::function<void(const StreamHistory&, Violations&)>& check) {
  Violations all;
  for (size_t i = 0; i < history.streams.size(); ++i) {
    Violations found;
    check(history.streams[i], found);
    for (const std::string& violation : found) {
      all.push_back(absl::StrCat("stream ", i, ": ", violation));
    }
  }
  return all;
}

bool TagMayConcern(absl::string_view tag, const v1::Subscription& asked) {
  if (asked.tags().empty()) return true;
  return std::any_of(asked.tags().begin(), asked.tags().end(), [&](const std::string& filter) {
    return IsSelfOrAncestor(filter, tag) || IsSelfOrAncestor(tag, filter);
  });
}

bool KeyMayConcern(absl::string_view key, const v1::Subscription& asked) {
  if (asked.key_prefixes().empty()) return true;
  return std::any_of(asked.key_prefixes().begin(), asked.key_prefixes().end(),
                     [&](const std::string& prefix) { return absl::StartsWith(key, prefix); });
}

bool PatternMayConcern(absl::string_view expression, const v1::Subscription& asked) {
  if (asked.key_prefixes().empty()) return true;
  const absl::StatusOr<Pattern> pattern = Pattern::Compile(expression);
  if (!pattern.ok()) return true;
  return std::any_of(asked.key_prefixes().begin(), asked.key_prefixes().end(),
                     [&](const std::string& prefix) { return pattern->MayMatchPrefix(prefix); });
}

// The published parts that a stream should carry, and how far it has.
class Expected {
 public:
  Expected(const StreamHistory& stream, const PublishedHistory& published) {
    for (const v1::Event& part : published.parts()) {
      if (MayConcern(part, stream.asked)) places_.push_back(PlaceOf(part));
    }
  }

  void StartAfter(uint64_t revision) { next_ = FirstAtOrAfter({revision + 1, 0}); }

  // Steps behind `place` and answers what it stepped over.
  std::vector<Place> SkippedBy(Place place) {
    const size_t at = std::max(next_, FirstAtOrAfter(place));
    std::vector<Place> skipped(places_.begin() + next_, places_.begin() + at);
    next_ = at;
    if (next_ < places_.size() && places_[next_] == place) ++next_;
    return skipped;
  }

 private:
  size_t FirstAtOrAfter(Place place) const {
    return std::lower_bound(places_.begin(), places_.end(), place) - places_.begin();
  }

  std::vector<Place> places_;
  size_t next_ = 0;
};

// Calls `missing` with every expected part that something later came before.
void FindSkipped(const StreamHistory& stream, const PublishedHistory& published,
                 const std::function<void(Place, const std::string&)>& missing) {
  Expected expected(stream, published);
  Walk(stream,
       {
           .sent = nullptr,
           .started = [&](const v1::Started& s) { expected.StartAfter(s.start_after()); },
           .reset = [&](const v1::Reset& r) { expected.StartAfter(r.start_after().revision()); },
           .part =
               [&](const v1::Event& part) {
                 for (Place place : expected.SkippedBy(PlaceOf(part))) {
                   missing(place,
                           absl::StrCat(Text(place), " did not come before ", Text(PlaceOf(part))));
                 }
               },
           .progress =
               [&](const v1::Progress& progress) {
                 // What a Progress hides is a matter of CheckProgressTruthful.
                 expected.SkippedBy({progress.revision() + 1, 0});
               },
       });
}

std::set<uint64_t> RevisionsSeen(const StreamHistory& stream) {
  std::set<uint64_t> seen;
  Visitor visitor;
  visitor.part = [&](const v1::Event& part) { seen.insert(part.revision()); };
  Walk(stream, visitor);
  return seen;
}

}  // namespace

bool MayConcern(const v1::Event& part, const v1::Subscription& asked) {
  return std::any_of(part.invalidations().begin(), part.invalidations().end(),
                     [&](const v1::Invalidation& invalidation) {
                       switch (invalidation.target_case()) {
                         case v1::Invalidation::kTag:
                           return TagMayConcern(invalidation.tag(), asked);
                         case v1::Invalidation::kKey:
                           return KeyMayConcern(invalidation.key(), asked);
                         case v1::Invalidation::kPattern:
                           return PatternMayConcern(invalidation.pattern(), asked);
                         default:
                           return true;
                       }
                     });
}

Violations CheckOrdered(const SubscriberHistory& history) {
  return OnEachStream(history, [](const StreamHistory& stream, Violations& found) {
    int started = 0;
    const v1::Event* last = nullptr;
    uint64_t progress = 0;
    Visitor visitor;
    visitor.started = [&](const v1::Started&) {
      if (++started > 1) found.push_back("a second Started");
    };
    visitor.reset = [&](const v1::Reset& reset) {
      if (started == 0) found.push_back("a Reset before Started");
      if (last != nullptr && reset.start_after().revision() < last->revision()) {
        found.push_back(absl::StrCat("a Reset to ", reset.start_after().revision(), " after ",
                                     Text(PlaceOf(*last))));
      }
      last = nullptr;
    };
    visitor.part = [&](const v1::Event& part) {
      if (started == 0) found.push_back("an event before Started");
      const bool follows = last != nullptr && part.revision() == last->revision()
                               ? !last->last_part() && part.part() > last->part()
                               : last == nullptr || part.revision() > last->revision();
      if (!follows) {
        found.push_back(absl::StrCat(Text(PlaceOf(part)), " after ", Text(PlaceOf(*last))));
      }
      last = &part;
    };
    visitor.progress = [&](const v1::Progress& p) {
      if (p.revision() < progress) {
        found.push_back(absl::StrCat("Progress ", p.revision(), " after ", progress));
      }
      progress = p.revision();
    };
    Walk(stream, visitor);
  });
}

Violations CheckUnique(const SubscriberHistory& history) {
  return OnEachStream(history, [](const StreamHistory& stream, Violations& found) {
    std::set<Place> seen;
    uint64_t start_after = 0;
    Visitor visitor;
    visitor.started = [&](const v1::Started& s) { start_after = s.start_after(); };
    visitor.reset = [&](const v1::Reset& r) { start_after = r.start_after().revision(); };
    visitor.part = [&](const v1::Event& part) {
      if (part.revision() <= start_after) {
        found.push_back(absl::StrCat(Text(PlaceOf(part)), " though it starts after ", start_after));
      }
      if (!seen.insert(PlaceOf(part)).second) {
        found.push_back(absl::StrCat(Text(PlaceOf(part)), " twice"));
      }
    };
    Walk(stream, visitor);
  });
}

Violations CheckAtomic(const SubscriberHistory& history, const PublishedHistory& published) {
  return OnEachStream(history, [&](const StreamHistory& stream, Violations& found) {
    const std::set<uint64_t> seen = RevisionsSeen(stream);
    FindSkipped(stream, published, [&](Place place, const std::string& violation) {
      if (seen.count(place.first) > 0) found.push_back(violation);
    });
  });
}

Violations CheckGapFreeOrReset(const SubscriberHistory& history,
                               const PublishedHistory& published) {
  return OnEachStream(history, [&](const StreamHistory& stream, Violations& found) {
    const std::set<uint64_t> seen = RevisionsSeen(stream);
    FindSkipped(stream, published, [&](Place place, const std::string& violation) {
      if (!seen.contains(place.first)) found.push_back(violation);
    });
  });
}

namespace {

// Why a Reset at the start of a stream is wrong to say what it says; empty if it is right.
std::string FalseReason(const v1::Position& asked, const v1::Reset& reset) {
  const bool other_epoch = asked.epoch() != reset.start_after().epoch();
  const bool ahead = asked.revision() > reset.start_after().revision();
  const bool trimmed =
      reset.oldest_revision() == 0 || asked.revision() + 1 < reset.oldest_revision();
  const bool right = reset.reason() == v1::RESET_REASON_EPOCH   ? other_epoch
                     : reset.reason() == v1::RESET_REASON_AHEAD ? !other_epoch && ahead
                                                                : !other_epoch && trimmed;
  if (right) return "";
  return absl::StrCat("asked for ", asked.ShortDebugString(), ", got ", reset.ShortDebugString());
}

}  // namespace

Violations CheckResumable(const SubscriberHistory& history) {
  return OnEachStream(history, [](const StreamHistory& stream, Violations& found) {
    const v1::Position& asked = stream.asked.start_after();
    v1::Started started;
    bool at_start = true;
    bool reset_at_start = false;
    Visitor visitor;
    visitor.started = [&](const v1::Started& s) { started = s; };
    visitor.reset = [&](const v1::Reset& reset) {
      std::string wrong;
      if (!at_start) {
        if (reset.reason() != v1::RESET_REASON_TRIMMED) wrong = reset.ShortDebugString();
      } else if (stream.asked.has_start_after()) {
        wrong = FalseReason(asked, reset);
      }
      if (!wrong.empty()) found.push_back(absl::StrCat("a Reset without reason: ", wrong));
      reset_at_start |= at_start;
      at_start = false;
    };
    visitor.part = [&](const v1::Event&) { at_start = false; };
    visitor.progress = [&](const v1::Progress&) { at_start = false; };
    Walk(stream, visitor);
    if (!started.has_head() || reset_at_start || !stream.asked.has_start_after()) return;
    if (started.head().epoch() != asked.epoch() || started.start_after() != asked.revision()) {
      found.push_back(absl::StrCat("asked for ", asked.ShortDebugString(), ", started at ",
                                   started.ShortDebugString()));
    }
  });
}

Violations CheckFiltered(const SubscriberHistory& history, const PublishedHistory& published) {
  return OnEachStream(history, [&](const StreamHistory& stream, Violations& found) {
    Visitor visitor;
    visitor.part = [&](const v1::Event& part) {
      const std::vector<v1::Event>& parts = published.parts();
      const auto original =
          std::lower_bound(parts.begin(), parts.end(), PlaceOf(part),
                           [](const v1::Event& p, Place place) { return PlaceOf(p) < place; });
      if (original == parts.end() || original->SerializeAsString() != part.SerializeAsString()) {
        found.push_back(absl::StrCat(Text(PlaceOf(part)), " was not published so"));
      } else if (!MayConcern(part, stream.asked)) {
        found.push_back(absl::StrCat(Text(PlaceOf(part)), " does not pass the filter"));
      }
    };
    Walk(stream, visitor);
  });
}

Violations CheckProgressTruthful(const SubscriberHistory& history,
                                 const PublishedHistory& published) {
  return OnEachStream(history, [&](const StreamHistory& stream, Violations& found) {
    Expected expected(stream, published);
    uint64_t told = 0;
    uint64_t echoed = 0;
    std::vector<Sent> waiting;  // for their echo
    Visitor visitor;
    visitor.sent = [&](const Sent& message) { waiting.push_back(message); };
    visitor.started = [&](const v1::Started& s) { expected.StartAfter(s.start_after()); };
    visitor.reset = [&](const v1::Reset& r) { expected.StartAfter(r.start_after().revision()); };
    visitor.part = [&](const v1::Event& part) {
      expected.SkippedBy(PlaceOf(part));
      if (part.revision() <= told) {
        found.push_back(absl::StrCat(Text(PlaceOf(part)), " after Progress ", told));
      }
    };
    visitor.progress = [&](const v1::Progress& progress) {
      told = progress.revision();
      for (Place place : expected.SkippedBy({told + 1, 0})) {
        found.push_back(absl::StrCat("Progress ", told, " hides ", Text(place)));
      }
      if (told > published.head()) {
        found.push_back(absl::StrCat("Progress ", told, " of ", published.head()));
      }
      const uint64_t echo = progress.echoed_sequence();
      bool known = echo == echoed;
      std::vector<Sent> still_waiting;
      for (const Sent& message : waiting) {
        known |= message.sequence == echo;
        if (message.sequence > echo) {
          still_waiting.push_back(message);
        } else if (message.published_before > told) {
          found.push_back(
              absl::StrCat("echo of ", echo, " at ", told, " before ", message.published_before));
        }
      }
      if (!known) found.push_back(absl::StrCat("echo of ", echo, " after ", echoed));
      waiting = std::move(still_waiting);
      echoed = echo;
    };
    Walk(stream, visitor);
  });
}

Violations CheckAll(const SubscriberHistory& history, const PublishedHistory& published) {
  Violations all;
  const auto add = [&](const char* promise, const Violations& found) {
    for (const std::string& violation : found) {
      all.push_back(absl::StrCat(promise, ": ", violation));
    }
  };
  add("ordered", CheckOrdered(history));
  add("unique", CheckUnique(history));
  add("atomic", CheckAtomic(history, published));
  add("gap-free or RESET", CheckGapFreeOrReset(history, published));
  add("resumable", CheckResumable(history));
  add("filtered", CheckFiltered(history, published));
  add("progress-truthful", CheckProgressTruthful(history, published));
  return all;
}

}  // namespace cache_invalidation::conformance
