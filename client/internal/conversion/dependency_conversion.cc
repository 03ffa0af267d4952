#include "client/internal/conversion/dependency_conversion.h"

#include "client/internal/conversion/position_conversion.h"
#include "client/internal/conversion/repeated.h"
#include "client/internal/conversion/time_conversion.h"

namespace cache_invalidation::client::internal {

void ToProto(const AddCacheDependencyParams& in, v1::AddCacheDependencyRequest* out) {
  out->set_key(in.key);
  ToProto(in.depends_on.names, out->mutable_depends_on());
  ToProto(in.depends_on.keys, out->mutable_depends_on_keys());
  ToProto(in.depends_on.tags, out->mutable_depends_on_tags());
  if (in.ttl.has_value()) ToProto(*in.ttl, out->mutable_ttl());
  if (in.position.has_value()) ToProto(*in.position, out->mutable_position());
}

void ToProto(const RemoveCacheDependencyParams& in, v1::RemoveCacheDependencyRequest* out) {
  out->set_key(in.key);
  ToProto(in.depends_on.names, out->mutable_depends_on());
  ToProto(in.depends_on.keys, out->mutable_depends_on_keys());
  ToProto(in.depends_on.tags, out->mutable_depends_on_tags());
}

void ToProto(const ListCacheDependenciesParams& in, v1::ListCacheDependenciesRequest* out) {
  out->set_name(in.name);
  out->set_direction(in.direction == DependencyDirection::kDependents
                         ? v1::DEPENDENCY_DIRECTION_DEPENDENTS
                         : v1::DEPENDENCY_DIRECTION_DEPENDS_ON);
  out->set_page_size(in.page_size);
  out->set_page_token(in.page_token);
}

void ToProto(const DependencyAddition& in, v1::AddCacheDependencyResponse* out) {
  out->set_added(in.added);
  out->set_invalidated(in.invalidated);
  ToProto(in.position, out->mutable_position());
  ToProto(in.warnings, out->mutable_warnings());
}

DependencyAddition FromProto(const v1::AddCacheDependencyResponse& in) {
  return {.added = in.added(),
          .invalidated = in.invalidated(),
          .position = FromProto(in.position()),
          .warnings = FromProto(in.warnings())};
}

void ToProto(const DependencyRemoval& in, v1::RemoveCacheDependencyResponse* out) {
  out->set_found(in.found);
  out->set_removed(in.removed);
}

DependencyRemoval FromProto(const v1::RemoveCacheDependencyResponse& in) {
  return {.found = in.found(), .removed = in.removed()};
}

void ToProto(const CacheDependency& in, v1::CacheDependency* out) {
  out->set_key(in.key);
  if (in.kind == CacheDependency::Kind::kTag) {
    out->set_depends_on_tag(in.depends_on);
  } else {
    out->set_depends_on_key(in.depends_on);
  }
  out->set_declared(in.declared);
  out->set_owned(in.owned);
  if (in.expires.has_value()) ToProto(*in.expires, out->mutable_expires());
}

CacheDependency FromProto(const v1::CacheDependency& in) {
  const bool tag = in.depends_on_case() == v1::CacheDependency::kDependsOnTag;
  CacheDependency out{
      .key = in.key(),
      .kind = tag ? CacheDependency::Kind::kTag : CacheDependency::Kind::kKey,
      .depends_on = tag ? in.depends_on_tag() : in.depends_on_key(),
      .declared = in.declared(),
      .owned = in.owned(),
      .expires = std::nullopt,
  };
  if (in.has_expires()) out.expires = FromProto(in.expires());
  return out;
}

void ToProto(const DependencyPage& in, v1::ListCacheDependenciesResponse* out) {
  for (const CacheDependency& edge : in.dependencies) ToProto(edge, out->add_dependencies());
  out->set_next_page_token(in.next_page_token);
}

DependencyPage FromProto(const v1::ListCacheDependenciesResponse& in) {
  DependencyPage out{.dependencies = {}, .next_page_token = in.next_page_token()};
  for (const v1::CacheDependency& edge : in.dependencies()) {
    out.dependencies.push_back(FromProto(edge));
  }
  return out;
}

}  // namespace cache_invalidation::client::internal
