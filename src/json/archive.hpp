// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/names.hpp>
#include <canirun/result.hpp>
#include <concepts>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// One field list a type, used in every direction. A record or document type T has, beside it or in src/json/,
///
///     template <class Archive> void fields(Archive& a, T& value) {
///       a.required("id", value.id);          // missing: an error that names the JSON pointer
///       a.optional("aliases", value.aliases); // missing: the member keeps its default
///     }
///
/// JsonReader fills the value from JSON, JsonWriter writes it (same key order, every key, null for nullopt), and the
/// catalog's binary archives copy it to and from the embedded blob. nlohmann is only seen by archive.cpp.
namespace canirun::json {

class JsonReader;
class JsonWriter;

/// A value a person may write as a string or as a number ("8k", 8192, "auto"). Kept as text; whoever knows what it
/// means checks it and names it. Written as a number when the text is one.
struct Word {
  std::string text;
};

template <class T>
concept HasFields = requires(JsonReader& a, T& value) { fields(a, value); };

/// Reads a T from parsed JSON. Errors are collected (all of them, each with its JSON pointer), never thrown.
class JsonReader {
 public:
  static constexpr bool k_reads = true;

  JsonReader(const nlohmann::json& value, std::string pointer, std::vector<Error>& errors)
      : value_(value), pointer_(std::move(pointer)), errors_(errors) {}

  template <class T>
  void required(std::string_view name, T& out) {
    if (const nlohmann::json* found = child(name)) {
      read(*found, pointer_ + "/" + std::string(name), out);
    } else {
      complain(pointer_, "missing key \"" + std::string(name) + "\"");
    }
  }
  template <class T>
  void optional(std::string_view name, T& out) {
    const nlohmann::json* found = child(name);
    if (found != nullptr && !is_null(*found)) read(*found, pointer_ + "/" + std::string(name), out);
  }
  /// Keys of this object that no required/optional call asked for: each becomes an error. Call last.
  void reject_unknown_keys();

  template <class T>
  void read(const nlohmann::json& from, const std::string& at, T& out) {
    if constexpr (std::is_enum_v<T>) {
      std::string text;
      if (!scalar(from, at, text)) return;
      if (const std::optional<T> value = from_name<T>(text)) {
        out = *value;
      } else {
        complain(at, "\"" + text + "\" is not one of: " + choices<T>());
      }
    } else if constexpr (HasFields<T>) {
      if (!expect_object(from, at)) return;
      JsonReader inner(from, at, errors_);
      fields(inner, out);
      inner.reject_unknown_keys();
    } else {
      scalar(from, at, out);
    }
  }
  template <class T>
  void read(const nlohmann::json& from, const std::string& at, std::optional<T>& out) {
    if (is_null(from)) {
      out.reset();
    } else {
      read(from, at, out.emplace());
    }
  }
  template <class T>
  void read(const nlohmann::json& from, const std::string& at, std::vector<T>& out) {
    if (!expect_array(from, at)) return;
    out.clear();
    out.resize(size(from));
    for (std::size_t i = 0; i < out.size(); ++i) read(element(from, i), at + "/" + std::to_string(i), out[i]);
  }

 private:
  template <class T>
  static std::string choices() {
    std::string list;
    for (const std::string_view name : enum_names(T{})) list += (list.empty() ? "" : ", ") + std::string(name);
    return list;
  }
  const nlohmann::json* child(std::string_view name);
  static bool is_null(const nlohmann::json& value);
  static std::size_t size(const nlohmann::json& value);
  static const nlohmann::json& element(const nlohmann::json& value, std::size_t index);
  bool expect_object(const nlohmann::json& value, const std::string& at);
  bool expect_array(const nlohmann::json& value, const std::string& at);
  bool scalar(const nlohmann::json& value, const std::string& at, std::string& out);
  bool scalar(const nlohmann::json& value, const std::string& at, Word& out);
  bool scalar(const nlohmann::json& value, const std::string& at, bool& out);
  bool scalar(const nlohmann::json& value, const std::string& at, double& out);
  bool scalar(const nlohmann::json& value, const std::string& at, std::uint64_t& out);
  bool scalar(const nlohmann::json& value, const std::string& at, std::uint32_t& out);
  bool scalar(const nlohmann::json& value, const std::string& at, std::uint8_t& out);
  bool scalar(const nlohmann::json& value, const std::string& at, std::int64_t& out);
  void complain(const std::string& at, std::string message);

  const nlohmann::json& value_;
  std::string pointer_;
  std::vector<Error>& errors_;
  std::vector<std::string> asked_;
};

/// Writes a T as ordered JSON. Values are never modified although `fields` takes T&.
class JsonWriter {
 public:
  static constexpr bool k_reads = false;

  explicit JsonWriter(nlohmann::ordered_json& object) : object_(object) {}

  template <class T>
  void required(std::string_view name, T& value) {
    write(member(name), value);
  }
  template <class T>
  void optional(std::string_view name, T& value) {
    write(member(name), value);
  }

  template <class T>
  static void write(nlohmann::ordered_json& to, T& value) {
    if constexpr (std::is_enum_v<T>) {
      set(to, name_of(value));
    } else if constexpr (HasFields<T>) {
      make_object(to);
      JsonWriter inner(to);
      fields(inner, value);
    } else {
      set(to, value);
    }
  }
  template <class T>
  static void write(nlohmann::ordered_json& to, std::optional<T>& value) {
    if (value) {
      write(to, *value);
    } else {
      set_null(to);
    }
  }
  template <class T>
  static void write(nlohmann::ordered_json& to, std::vector<T>& value) {
    make_array(to);
    for (T& element : value) write(append(to), element);
  }

 private:
  nlohmann::ordered_json& member(std::string_view name);
  static nlohmann::ordered_json& append(nlohmann::ordered_json& array);
  static void make_object(nlohmann::ordered_json& to);
  static void make_array(nlohmann::ordered_json& to);
  static void set_null(nlohmann::ordered_json& to);
  static void set(nlohmann::ordered_json& to, std::string_view value);
  static void set(nlohmann::ordered_json& to, const std::string& value);
  static void set(nlohmann::ordered_json& to, const Word& value);
  static void set(nlohmann::ordered_json& to, bool value);
  static void set(nlohmann::ordered_json& to, double value);  ///< not finite: null
  static void set(nlohmann::ordered_json& to, std::uint64_t value);
  static void set(nlohmann::ordered_json& to, std::uint32_t value);
  static void set(nlohmann::ordered_json& to, std::uint8_t value);
  static void set(nlohmann::ordered_json& to, std::int64_t value);

  nlohmann::ordered_json& object_;
};

}  // namespace canirun::json
