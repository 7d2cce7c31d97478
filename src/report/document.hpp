// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "json/archive.hpp"
#include "json/fields_evidence.hpp"
#include "report/report.hpp"

namespace canirun::report {

/// An object of a JSON document under construction. Keys keep the order they are set in. Whatever the field lists know
/// (numbers, text, enums, optionals, vectors, records) is set by value; objects and arrays of objects are filled by a
/// callback, because the storage moves when the next key is added.
class Node {
 public:
  explicit Node(nlohmann::ordered_json& object) : json_(object) {}

  template <class T>
  void set(std::string_view name, const T& value) {
    json::JsonWriter writer(json_);
    writer.required(name, const_cast<T&>(value));  // the writer reads only; field lists serve readers too
  }
  void set(std::string_view name, const char* text) { set(name, std::string_view(text)); }
  void set_null(std::string_view name);

  template <class Fill>
  void object(std::string_view name, Fill&& fill) {
    fill(Node(object_member(name)));
  }
  /// One object per element, filled by `fill(Node, element)`.
  template <class Elements, class Fill>
  void objects(std::string_view name, const Elements& elements, Fill&& fill) {
    nlohmann::ordered_json& array = array_member(name);
    for (const auto& element : elements) fill(Node(append_object(array)), element);
  }

 private:
  nlohmann::ordered_json& object_member(std::string_view name);
  nlohmann::ordered_json& array_member(std::string_view name);
  static nlohmann::ordered_json& append_object(nlohmann::ordered_json& array);

  nlohmann::ordered_json& json_;
};

/// A whole document: schema, schema_version, canirun (the program's version) and catalog_date come first.
class Document {
 public:
  Document(std::string_view schema, const Head& head);
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  [[nodiscard]] Node root() { return Node(*json_); }
  /// Ends with a newline. Text that is not UTF-8 is written with U+FFFD in place of what is broken.
  [[nodiscard]] std::string text(JsonStyle style) const;

 private:
  std::unique_ptr<nlohmann::ordered_json> json_;
};

}  // namespace canirun::report
