// SPDX-License-Identifier: Apache-2.0

#include "tests/property/choices.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/reference/condition.h"

namespace cache_invalidation::property {
namespace {

using Words = std::vector<std::string>;

// "ab" begins like "a" but does not stand below it.
const Words& Types() {
  static const Words& words = *new Words{"a", "ab", "b", "c", "t"};
  return words;
}

void SortOnce(Words& words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
}

}  // namespace

const std::vector<std::string>& AllKeys() {
  // Some are also tags: a name in depends_on means both.
  static const Words& words = *new Words{"k1", "k2", "k3", "k4", "k5", "k6", "a:1", "t"};
  return words;
}

const std::vector<std::string>& AllTags() {
  static const Words& words = *new Words{
      "a",       "a:1",   "a:2",   "a:1:z",   "a:#all",  "ab",      "ab:1",      "b",
      "b:1",     "b:2",   "c",     "c:x",     "c:x%3Ay", "c:x:y",   "t",         "t:1",
      "t:2",     "t:1:u", "k1",    "t:p1",    "t:true",  "c:1:2",   "c:1",       "t:0",
      "t:p%25q", "t:p%q", "t:x:y", "t:x%3Ay", "t:z:",    "t:%null", "b:1:%null", "c:1.50"};
  return words;
}

size_t Choices::Weighted(const std::vector<uint64_t>& weights) {
  uint64_t left = Below(std::accumulate(weights.begin(), weights.end(), uint64_t{0}));
  size_t index = 0;
  while (left >= weights[index]) left -= weights[index++];
  return index;
}

std::string Choices::Type() { return OneOf(Types()); }

std::string Choices::ResourceId() {
  if (Percent(10)) return "";
  if (Percent(1)) return std::string(400, ':');  // too long for a tag when it is escaped
  return OneOf<std::string>({"1", "1", "2", "x:y", "p%q", "x", "x%3Ay", "z:"});
}

std::string Choices::Tag() { return OneOf(AllTags()); }

std::string Choices::Key() { return OneOf(AllKeys()); }

std::string Choices::Name() { return Percent(70) ? Key() : Tag(); }

std::string Choices::Pattern() {
  return OneOf<std::string>({"k[12]", "k.*", "a:.*", ".*", "k3|k4", "none", "k[3-6]", "."});
}

std::string Choices::RuleName() { return absl::StrCat("r", 1 + Below(5)); }

std::string Choices::RelationshipName() { return absl::StrCat("q", 1 + Below(5)); }

engine::Strategy Choices::Strategy() { return static_cast<engine::Strategy>(Below(4)); }

std::string Choices::Template() {
  return OneOf<std::string>({"t:{resource_id}", "t:{context.f}", "c:{context.f}:{context.g}",
                             "t:{resource_id}:{context.f}", "t:p{context.g.h}", "b:{context.old.f}",
                             "a:{resource_id}", "t:{context.f}{context.g}",
                             "c:{context.f}:x:{context.g}", "b:1:{context.h}_{resource_id}",
                             "t:{context.k}", "t:{context.k|null=skip}", "t:{context.k|null=tag}",
                             "c:{context.f}:{context.k|null=skip}", "b:{context.k.h|null=tag}",
                             "b:{resource_id}:{context.k|null=tag}", "c:{context.fields_changed}",
                             "t:{context.old.k|null=skip}"});
}

JsonValue Choices::Scalar() {
  static const std::vector<double>& numbers = *new std::vector<double>{
      1, 2, 1.5, -0.0, -3, 9007199254740991.0, 9007199254740992.0, -9007199254740991.0, 1e300};
  switch (Below(8)) {
    case 0:
      return JsonValue();
    case 1:
      return JsonValue(Percent(50));
    case 2:
    case 3:
      return JsonValue(OneOf(numbers));
    case 4:
      // Two of the middle length do not fit into one tag; a line break fits into none.
      if (Percent(20)) {
        return JsonValue(OneOf<std::string>({"line\nbreak", std::string(600, 'm'),
                                             std::string(1024, 'l'), std::string(1025, 'x')}));
      }
      return JsonValue(std::string("2"));
    default:
      return JsonValue(OneOf<std::string>({"1", "1", "2", "x", "x:y", "p%q", "", "true", "#all"}));
  }
}

JsonValue Choices::Value(int depth) {
  const uint64_t kind = Below(10);
  if (depth > 0 && kind == 0) return JsonValue(JsonValue::Object{{"h", Value(depth - 1)}});
  if (depth > 0 && kind <= 3) {
    JsonValue::List list;
    // Now and then two of them make a product that is too large.
    const uint64_t size = Percent(3) ? 40 : Below(4);
    for (uint64_t i = 0; i < size; ++i) {
      list.push_back(size == 40 ? JsonValue(static_cast<double>(i)) : Value(depth - 1));
    }
    return JsonValue(std::move(list));
  }
  return Scalar();
}

JsonValue Choices::Told() {
  switch (Below(6)) {
    case 0:
      return JsonValue::Unknown();
    case 1:
      return JsonValue::Number(OneOf<std::string>({"1", "1.50", "9007199254740993", "NaN"}));
    case 2:
      return JsonValue::List{JsonValue(), Scalar(), JsonValue::Unknown()};
    case 3:
      return JsonValue::Object{{"$unknown", true}, {OneOf<std::string>({"h", "x"}), Scalar()}};
    case 4:
      return JsonValue();
    default:
      return Value(2);
  }
}

JsonValue::Object Choices::Fields() {
  JsonValue::Object fields;
  for (const char* name : {"f", "g", "h"}) {
    if (Percent(60)) fields.emplace_back(name, Percent(12) ? Told() : Value(2));
  }
  if (Percent(60)) fields.emplace_back("k", Told());
  return fields;
}

JsonValue Choices::FieldsChanged() {
  if (Percent(10)) return Told();  // no list of names
  JsonValue::List names;
  for (const char* name : {"f", "g", "k", "h[0]", "k.h"}) {
    if (Percent(25)) names.emplace_back(name);
  }
  return names;
}

JsonValue Choices::Context() {
  JsonValue::Object fields = Fields();
  if (Percent(40)) fields.emplace_back("old", Percent(85) ? JsonValue(Fields()) : Told());
  if (Percent(30)) fields.emplace_back("fields_changed", FieldsChanged());
  if (Percent(8)) fields.emplace_back(kUnknownName, true);
  return JsonValue(std::move(fields));
}

engine::Relationship Choices::Relationship() {
  engine::Relationship relationship;
  relationship.name = RelationshipName();
  relationship.source_type = Type();
  relationship.target_types = {Type()};
  relationship.cascade_depth = std::vector<uint32_t>{1, 2, 3, 8}[Weighted({40, 30, 20, 10})];
  relationship.cardinality = static_cast<engine::Cardinality>(Below(4));
  if (Percent(50)) {
    const std::string tag_template = Percent(80) ? Template() : Tag();
    relationship.target_tag_template = tag_template;
    relationship.target_types = {tag_template.substr(0, tag_template.find(':'))};
  } else if (Percent(40)) {
    relationship.target_types.push_back(Type());
    SortOnce(relationship.target_types);
  }
  if (Percent(10)) relationship.description = "described";
  return relationship;
}

engine::Rule Choices::Rule() {
  engine::Rule rule;
  rule.name = RuleName();
  for (uint64_t left = 1 + Below(3); left > 0; --left) {
    rule.trigger_tags.push_back(Percent(60) ? Type() : Tag());
  }
  SortOnce(rule.trigger_tags);
  const uint64_t tags = Below(4);
  for (uint64_t i = 0; i < tags; ++i) {
    rule.invalidate_tags.push_back(Percent(50) ? Template() : Tag());
  }
  SortOnce(rule.invalidate_tags);
  if (tags == 0 || Percent(20)) rule.pattern = Pattern();
  rule.strategy = Strategy();
  rule.priority = static_cast<int32_t>(Below(3)) - 1;
  if (Percent(30)) {
    for (uint64_t left = 1 + Below(2); left > 0; --left) {
      rule.relationships.push_back(Relationship());
    }
  }
  if (Percent(30)) rule.condition = OneOf(reference::AllConditions());
  rule.enabled = Percent(88);
  if (Percent(10)) rule.description = "described";
  return rule;
}

}  // namespace cache_invalidation::property
