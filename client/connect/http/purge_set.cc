#include "client/connect/http/purge_set.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "client/surrogate_keys.h"
#include "common/tag.h"

namespace cache_invalidation::connect {
namespace {

using client::TargetKind;

// Quotes and a comma in JSON.
constexpr size_t kBytesAround = 3;

void AddNamed(const client::Invalidation& target, const HttpSinkOptions& options, PurgeSet& out) {
  const bool is_hard = !options.soft || target.kind != client::InvalidationKind::kMarkStale;
  if (options.on_keys == OnKeys::kIgnore) return;
  if (options.on_keys == OnKeys::kPurge && target.target == TargetKind::kKey) {
    out.Add(client::SurrogateKeyOfKey(target.name), is_hard);
  } else {
    out.AddEverything();
  }
}

}  // namespace

void PurgeSet::Add(const std::string& key, bool is_hard) {
  if (is_everything_) return;
  bool& hard = keys_[key];
  hard = hard || is_hard;
}

void PurgeSet::AddEverything() {
  is_everything_ = true;
  keys_.clear();
}

void PurgeSet::Merge(const PurgeSet& other) {
  if (other.is_everything_) AddEverything();
  for (const auto& [key, is_hard] : other.keys_) Add(key, is_hard);
}

void PurgeSet::WidenToTypes() {
  std::map<std::string, bool> narrow;
  narrow.swap(keys_);
  for (const auto& [key, is_hard] : narrow) {
    // The sign of a page's own key, or of a hash: no type. A marker stands behind its tag.
    const absl::string_view type = FirstSegment(absl::string_view(key).substr(0, key.find('~')));
    if (type.find('=') != absl::string_view::npos) return AddEverything();
    Add(std::string(type), is_hard);
  }
}

PurgeSet PurgeSet::TakePart(size_t max_keys, size_t max_bytes) {
  PurgeSet out;
  if (is_everything_) {
    std::swap(out, *this);
    return out;
  }
  const bool is_hard = keys_.begin()->second;
  size_t bytes = 0;
  for (auto place = keys_.begin(); place != keys_.end() && out.size() < max_keys;) {
    const size_t more = place->first.size() + kBytesAround;
    if (!out.empty() && bytes + more > max_bytes) break;
    if (place->second != is_hard) {
      ++place;
      continue;
    }
    bytes += more;
    out.keys_.insert(keys_.extract(place++));
  }
  return out;
}

PurgeSet PurgesOf(const client::Event& event, const HttpSinkOptions& options) {
  PurgeSet out;
  for (const client::Invalidation& target : event.invalidations) {
    const bool is_hard = !options.soft || target.kind != client::InvalidationKind::kMarkStale;
    switch (target.target) {
      case TargetKind::kTag:
        for (const std::string& key : client::SurrogateKeysOfTag(target.name)) {
          out.Add(key, is_hard);
        }
        break;
      case TargetKind::kKey:
      case TargetKind::kPattern:
        AddNamed(target, options, out);
        break;
      case TargetKind::kEverything:
        out.AddEverything();
        break;
    }
  }
  return out;
}

}  // namespace cache_invalidation::connect
