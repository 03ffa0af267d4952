// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_METRICS_METRICS_H_
#define CACHE_INVALIDATION_SERVER_METRICS_METRICS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace prometheus {
class Counter;
class Registry;
}  // namespace prometheus

namespace cache_invalidation::access {
class AccessObserver;
}  // namespace cache_invalidation::access
namespace cache_invalidation::commit {
class CommitObserver;
}  // namespace cache_invalidation::commit
namespace cache_invalidation::delivery {
class DeliveryObserver;
}  // namespace cache_invalidation::delivery
namespace cache_invalidation::shard {
class ShardObserver;
}  // namespace cache_invalidation::shard

namespace cache_invalidation::metrics {

class RpcMetrics;

// A gauge whose value is computed at each scrape.
struct GaugeSource {
  std::string name;  // without the prefix
  std::string help;
  std::function<double()> value;  // thread-safe
};

// All series of a server. They are created here once and counted through these interfaces, which
// the shards, the committer, delivery and the RPCs call.
//
// Thread-safe.
class Metrics {
 public:
  // `version`: of the executable, for `build_info`.
  // `shards`: how many there are.
  Metrics(absl::string_view version, size_t shards);
  ~Metrics();

  RpcMetrics& rpc() { return *rpc_; }
  shard::ShardObserver& shard() { return *shard_; }
  commit::CommitObserver& commit() { return *commit_; }
  delivery::DeliveryObserver& delivery() { return *delivery_; }
  access::AccessObserver& access() { return *access_; }

  // Counts a change of the certificate files: whether other certificates are in use now.
  void CountCertificateReload(bool is_used);

  // Returns everything in Prometheus' text format, with the current values of `gauges`.
  std::string Text(const std::vector<GaugeSource>& gauges) const;

 private:
  const std::string version_;
  const std::unique_ptr<prometheus::Registry> registry_;
  const std::unique_ptr<RpcMetrics> rpc_;
  const std::unique_ptr<shard::ShardObserver> shard_;
  const std::unique_ptr<commit::CommitObserver> commit_;
  const std::unique_ptr<delivery::DeliveryObserver> delivery_;
  const std::unique_ptr<access::AccessObserver> access_;
  const std::vector<prometheus::Counter*> certificate_reloads_;  // used, refused
};

// The content type of Metrics::Text.
inline constexpr absl::string_view kTextFormat = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace cache_invalidation::metrics

#endif  // CACHE_INVALIDATION_SERVER_METRICS_METRICS_H_
