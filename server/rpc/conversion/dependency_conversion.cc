// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/cache_entry_conversion.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/names.h"
#include "server/rpc/conversion/request_conversion.h"
#include "server/wire/message_conversion.h"

namespace cache_invalidation::rpc {
namespace {

absl::Status CheckNotItself(absl::string_view field, const ProtoStrings& names,
                            absl::string_view key) {
  size_t index = 0;
  for (const std::string& name : names) {
    if (name == key) {
      return AtElement(
          field, index,
          absl::InvalidArgumentError("expected another name than the key that depends on it"));
    }
    ++index;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ToDependents(v1::DependencyDirection direction) {
  switch (direction) {
    case v1::DEPENDENCY_DIRECTION_UNSPECIFIED:
    case v1::DEPENDENCY_DIRECTION_DEPENDS_ON:
      return false;
    case v1::DEPENDENCY_DIRECTION_DEPENDENTS:
      return true;
    default:
      return AtField("direction",
                     absl::InvalidArgumentError(absl::StrCat("expected a known direction, got ",
                                                             static_cast<int>(direction))));
  }
}

ListIdentity IdentityOf(const v1::ListCacheDependenciesRequest& request) {
  const bool dependents = request.direction() == v1::DEPENDENCY_DIRECTION_DEPENDENTS;
  return {dependents ? "dependents" : "depends_on", ToNamespace(request.namespace_()).value_or(""),
          request.name()};
}

void FromEdge(const engine::DependencyEdge& edge, v1::CacheDependency* proto) {
  proto->set_key(edge.key);
  if (edge.depends_on_kind == engine::NameKind::kTag) {
    proto->set_depends_on_tag(edge.depends_on);
  } else {
    proto->set_depends_on_key(edge.depends_on);
  }
  proto->set_declared(edge.declared);
  proto->set_owned(edge.owned);
  if (edge.expires) wire::FromTime(*edge.expires, proto->mutable_expires());
}

}  // namespace

absl::StatusOr<engine::DependencyNames> ToDependencyNames(absl::string_view key,
                                                          const ProtoStrings& names,
                                                          const ProtoStrings& keys,
                                                          const ProtoStrings& tags, size_t least) {
  const absl::Status count =
      CheckCount(static_cast<size_t>(names.size()) + static_cast<size_t>(keys.size()) +
                     static_cast<size_t>(tags.size()),
                 least, kMaxDependencyNames);
  absl::Status status = AtField("depends_on", count);
  if (!status.ok()) return status;
  status.Update(CheckEach("depends_on", names, CheckTag));  // they name tags as well as keys
  status.Update(CheckEach("depends_on_keys", keys, CheckKey));
  status.Update(CheckEach("depends_on_tags", tags, CheckTag));
  status.Update(CheckNotItself("depends_on", names, key));
  status.Update(CheckNotItself("depends_on_keys", keys, key));
  if (!status.ok()) return status;
  return engine::DependencyNames{ToViews(names), ToViews(keys), ToViews(tags)};
}

absl::StatusOr<engine::AddCacheDependency> ToAddCacheDependency(
    const v1::AddCacheDependencyRequest& request) {
  engine::AddCacheDependency command;
  absl::Status status = AtField("key", CheckKey(request.key()));
  command.key = request.key();
  absl::StatusOr<engine::DependencyNames> names = ToDependencyNames(
      request.key(), request.depends_on(), request.depends_on_keys(), request.depends_on_tags(), 1);
  status.Update(names.status());
  status.Update(ReadTtlAndPosition(request, command));
  status.Update(CheckRequestIdField(request.request_id()));
  if (!status.ok()) return status;
  command.depends_on = *std::move(names);
  return command;
}

absl::StatusOr<engine::RemoveCacheDependency> ToRemoveCacheDependency(
    const v1::RemoveCacheDependencyRequest& request) {
  absl::Status status = AtField("key", CheckKey(request.key()));
  absl::StatusOr<engine::DependencyNames> names = ToDependencyNames(
      request.key(), request.depends_on(), request.depends_on_keys(), request.depends_on_tags(), 0);
  status.Update(names.status());
  status.Update(CheckRequestIdField(request.request_id()));
  if (!status.ok()) return status;
  return engine::RemoveCacheDependency{request.key(), *std::move(names)};
}

absl::StatusOr<engine::ListCacheDependencies> ToListCacheDependencies(
    const v1::ListCacheDependenciesRequest& request, google::protobuf::Arena& arena) {
  absl::Status status = AtField("name", CheckKey(request.name()));
  const absl::StatusOr<bool> dependents = ToDependents(request.direction());
  status.Update(dependents.status());
  const absl::StatusOr<uint32_t> limit = ToPageLimit(request.page_size());
  status.Update(limit.status());
  const auto after = ReadPageToken(IdentityOf(request), request.page_token(), arena);
  status.Update(after.status());
  if (!status.ok()) return status;

  engine::ListCacheDependencies query;
  query.name = request.name();
  query.dependents = *dependents;
  query.after_key = (*after)->after_key();
  query.after_kind = (*after)->after_is_tag() ? engine::NameKind::kTag : engine::NameKind::kKey;
  query.after_name = (*after)->after_name();
  query.limit = *limit;
  return query;
}

void FromAddCacheDependency(const engine::AddCacheDependencyResult& result,
                            const AnswerContext& context,
                            v1::AddCacheDependencyResponse* response) {
  response->set_added(result.added);
  response->set_invalidated(result.invalidated);
  FromRevision(result.revision, context.epoch, response->mutable_position());
  FromStrings(result.warnings, response->mutable_warnings());
}

void FromRemoveCacheDependency(const engine::RemoveCacheDependencyResult& result,
                               const AnswerContext& context,
                               v1::RemoveCacheDependencyResponse* response) {
  response->set_found(result.removed > 0);
  response->set_removed(result.removed);
}

absl::Status FromListCacheDependencies(const v1::ListCacheDependenciesRequest& request,
                                       const engine::ListCacheDependenciesResult& result,
                                       const AnswerContext& context,
                                       v1::ListCacheDependenciesResponse* response) {
  const size_t count = FillPage(result.edges, response->mutable_dependencies(), FromEdge);
  const bool is_cut = count < result.edges.size();
  if (is_cut || result.more) {
    internal::v1::PageToken last;
    if (is_cut) {
      const engine::DependencyEdge& edge = result.edges[count - 1];
      last.set_after_key(edge.key);
      last.set_after_is_tag(edge.depends_on_kind == engine::NameKind::kTag);
      last.set_after_name(edge.depends_on);
    } else {
      last.set_after_key(result.last_key);
      last.set_after_is_tag(result.last_kind == engine::NameKind::kTag);
      last.set_after_name(result.last_name);
    }
    response->set_next_page_token(MakePageToken(IdentityOf(request), std::move(last)));
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation::rpc
