// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_TYPE_TOKEN_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_TYPE_TOKEN_H_

#include <string_view>
#include <typeinfo>

namespace cache_invalidation::client::internal {

// What identifies a type to other libraries of the process.
struct TypeName {
  // Null in code that was compiled without run-time type information.
  const std::type_info* info;

  // The type as gcc writes it, for that case. Empty with clang, which writes a type of a function
  // without the function.
  std::string_view text;
};

template <typename Type>
constexpr const char* Signature() {
  return __PRETTY_FUNCTION__;  // "... [with Type = int]"
}

template <typename Type>
constexpr TypeName NameOf() {
  std::string_view text;
#ifndef __clang__
  constexpr std::string_view kBefore = "Type = ";
  text = Signature<Type>();
  text.remove_prefix(text.find(kBefore) + kBefore.size());
  text.remove_suffix(1);
#endif
#ifdef __cpp_rtti
  return {&typeid(Type), text};
#else
  return {nullptr, text};
#endif
}

// One object for each type and library; with hidden symbols, each library has its own.
template <typename Type>
inline constexpr TypeName kTypeName = NameOf<Type>();

// Whether two types with this text are the same one. False in doubt: types of an unnamed namespace
// and of functions are written alike in two files, and so can be types with values as arguments.
constexpr bool IsUniqueText(std::string_view text) {
  bool is_in_word = false;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (is_digit && !is_in_word) return false;
    is_in_word = is_digit || is_letter;
    if (!is_in_word && std::string_view(":<>, *&").find(c) == std::string_view::npos) return false;
  }
  return !text.empty();
}

// Whether types that are described by two objects are the same. False in doubt.
inline bool IsSameType(const TypeName& one, const TypeName& other) {
  if (one.info == nullptr || other.info == nullptr) {
    return one.info == other.info && one.text == other.text && IsUniqueText(one.text);
  }
  if (*one.info != *other.info) return false;
  // clang does not mark the names of types that exist in one file: in an unnamed namespace or in a
  // static function.
  const std::string_view name = one.info->name();
  return name.find("_GLOBAL__N_") == std::string_view::npos &&
         name.find("ZL") == std::string_view::npos;
}

// Identifies the type of a value, also between shared libraries that hide their symbols
// (-fvisibility=hidden) or are loaded with RTLD_LOCAL. Two equal tokens are of one type. Two tokens
// of one type are equal, except between libraries of which only one has run-time type information,
// and if the type cannot be recognised elsewhere (see IsUniqueText). Immutable.
class TypeToken {
 public:
  // Null: of no type.
  explicit constexpr TypeToken(const TypeName* name) : name_(name) {}

  template <typename Type>
  static constexpr TypeToken Of() {
    return TypeToken(&kTypeName<Type>);
  }

  friend bool operator==(TypeToken one, TypeToken other) {
    if (one.name_ == other.name_) return true;
    return one.name_ != nullptr && other.name_ != nullptr && IsSameType(*one.name_, *other.name_);
  }

 private:
  const TypeName* name_;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_TYPE_TOKEN_H_
