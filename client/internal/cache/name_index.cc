// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/name_index.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/tag.h"

namespace cache_invalidation::client::internal {
namespace {

void LinkTo(NameNode& node, Entry& entry, NameLink& link) {
  link = {.entry = &entry, .node = &node, .next = node.links, .previous = &node.links};
  if (link.next != nullptr) link.next->previous = &link.next;
  node.links = &link;
}

void VisitLinks(const NameNode& node, NameIndex::Visit visit) {
  for (const NameLink* link = node.links; link != nullptr; link = link->next) visit(*link->entry);
}

}  // namespace

void NameIndex::Link(Entry& entry, const EntryNames& names) {
  entry.link_count = static_cast<uint32_t>(names.tags.size() + names.keys.size());
  if (entry.link_count == 0) return;
  entry.links = std::make_unique<NameLink[]>(entry.link_count);
  NameLink* link = entry.links.get();
  for (const std::string& tag : names.tags) LinkTo(TagNode(tag), entry, *link++);
  for (const std::string& key : names.keys) LinkTo(KeyNode(key), entry, *link++);
}

void NameIndex::Unlink(Entry& entry) {
  for (uint32_t i = 0; i < entry.link_count; ++i) {
    const NameLink& link = entry.links[i];
    *link.previous = link.next;
    if (link.next != nullptr) link.next->previous = link.previous;
    DropUnneeded(link.node);
  }
  entry.links.reset();
  entry.link_count = 0;
}

EntryNames NameIndex::NamesOf(const Entry& entry) {
  EntryNames names;
  for (uint32_t i = 0; i < entry.link_count; ++i) {
    const NameNode& node = *entry.links[i].node;
    (node.is_tag ? names.tags : names.keys).push_back(node.name);
  }
  return names;
}

NameNode& NameIndex::TagNode(absl::string_view tag) {
  const auto found = tags_.find(tag);
  if (found != tags_.end()) return **found;
  auto owned = std::make_unique<NameNode>();
  NameNode& node = *owned;
  node.name = std::string(tag);
  node.is_tag = true;
  tags_.insert(std::move(owned));
  const absl::string_view above = ParentTag(tag);
  if (!above.empty()) {
    node.above = &TagNode(above);
    node.next_beside = node.above->first_below;
    if (node.next_beside != nullptr) node.next_beside->previous_beside = &node;
    node.above->first_below = &node;
  }
  return node;
}

NameNode& NameIndex::KeyNode(absl::string_view key) {
  const auto found = keys_.find(key);
  if (found != keys_.end()) return **found;
  auto owned = std::make_unique<NameNode>();
  NameNode& node = *owned;
  node.name = std::string(key);
  keys_.insert(std::move(owned));
  return node;
}

void NameIndex::DropUnneeded(NameNode* node) {
  while (node != nullptr && node->links == nullptr && node->first_below == nullptr) {
    NameNode* const above = node->above;
    if (above != nullptr) {
      (node->previous_beside != nullptr ? node->previous_beside->next_beside : above->first_below) =
          node->next_beside;
      if (node->next_beside != nullptr) node->next_beside->previous_beside = node->previous_beside;
    }
    Nodes& nodes = node->is_tag ? tags_ : keys_;
    nodes.erase(nodes.find(absl::string_view(node->name)));
    node = above;
  }
}

void NameIndex::ForEachUnderTag(absl::string_view tag, Visit visit) const {
  const auto found = tags_.find(tag);
  if (found == tags_.end()) return;
  std::vector<const NameNode*> left = {found->get()};
  while (!left.empty()) {
    const NameNode* const node = left.back();
    left.pop_back();
    VisitLinks(*node, visit);
    for (const NameNode* below = node->first_below; below != nullptr; below = below->next_beside) {
      left.push_back(below);
    }
  }
}

void NameIndex::ForEachOfKey(absl::string_view key, Visit visit) const {
  const auto found = keys_.find(key);
  if (found != keys_.end()) VisitLinks(**found, visit);
}

void NameIndex::ForEachOfKeys(absl::FunctionRef<bool(absl::string_view)> matches,
                              Visit visit) const {
  for (const std::unique_ptr<NameNode>& node : keys_) {
    if (matches(node->name)) VisitLinks(*node, visit);
  }
}

void NameIndex::AddKeysTo(std::vector<std::string>& keys) const {
  for (const std::unique_ptr<NameNode>& node : keys_) keys.push_back(node->name);
}

}  // namespace cache_invalidation::client::internal
