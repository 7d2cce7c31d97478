// SPDX-License-Identifier: MIT
#include "json/archive.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace canirun::json {
namespace {

/// A whole number in [0, max], also when written as 1e9 or 4096.0.
std::optional<std::uint64_t> whole_number(const nlohmann::json& value, std::uint64_t max) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    return number <= max ? std::optional(number) : std::nullopt;
  }
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (number >= 0 && number <= 9007199254740992.0 && std::floor(number) == number && number <= static_cast<double>(max)) {
      return static_cast<std::uint64_t>(number);
    }
  }
  return std::nullopt;
}

}  // namespace

const nlohmann::json* JsonReader::child(std::string_view name) {
  asked_.emplace_back(name);
  const auto found = value_.find(name);
  return found == value_.end() ? nullptr : &*found;
}

void JsonReader::reject_unknown_keys() {
  for (const auto& item : value_.items()) {
    if (std::find(asked_.begin(), asked_.end(), item.key()) == asked_.end()) {
      complain(pointer_ + "/" + item.key(), "unknown key");
    }
  }
}

bool JsonReader::is_null(const nlohmann::json& value) { return value.is_null(); }
std::size_t JsonReader::size(const nlohmann::json& value) { return value.size(); }
const nlohmann::json& JsonReader::element(const nlohmann::json& value, std::size_t index) { return value[index]; }

bool JsonReader::expect_object(const nlohmann::json& value, const std::string& at) {
  if (!value.is_object()) complain(at, "expected an object");
  return value.is_object();
}
bool JsonReader::expect_array(const nlohmann::json& value, const std::string& at) {
  if (!value.is_array()) complain(at, "expected an array");
  return value.is_array();
}

bool JsonReader::scalar(const nlohmann::json& value, const std::string& at, std::string& out) {
  if (!value.is_string()) {
    complain(at, "expected a string");
    return false;
  }
  out = value.get_ref<const std::string&>();
  return true;
}
bool JsonReader::scalar(const nlohmann::json& value, const std::string& at, Word& out) {
  if (!value.is_string() && !value.is_number()) {
    complain(at, "expected a string or a number");
    return false;
  }
  out.text = value.is_string() ? value.get<std::string>() : value.dump();
  return true;
}
bool JsonReader::scalar(const nlohmann::json& value, const std::string& at, bool& out) {
  if (!value.is_boolean()) {
    complain(at, "expected true or false");
    return false;
  }
  out = value.get<bool>();
  return true;
}
bool JsonReader::scalar(const nlohmann::json& value, const std::string& at, double& out) {
  if (!value.is_number()) {
    complain(at, "expected a number");
    return false;
  }
  out = value.get<double>();
  return true;
}
bool JsonReader::scalar(const nlohmann::json& value, const std::string& at, std::uint64_t& out) {
  const auto number = whole_number(value, std::numeric_limits<std::uint64_t>::max());
  if (!number) complain(at, "expected a whole number, 0 or more");
  if (number) out = *number;
  return number.has_value();
}
bool JsonReader::scalar(const nlohmann::json& value, const std::string& at, std::uint32_t& out) {
  const auto number = whole_number(value, std::numeric_limits<std::uint32_t>::max());
  if (!number) complain(at, "expected a whole number from 0 to 4294967295");
  if (number) out = static_cast<std::uint32_t>(*number);
  return number.has_value();
}
bool JsonReader::scalar(const nlohmann::json& value, const std::string& at, std::uint8_t& out) {
  const auto number = whole_number(value, std::numeric_limits<std::uint8_t>::max());
  if (!number) complain(at, "expected a whole number from 0 to 255");
  if (number) out = static_cast<std::uint8_t>(*number);
  return number.has_value();
}
bool JsonReader::scalar(const nlohmann::json& value, const std::string& at, std::int64_t& out) {
  if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)) {
    complain(at, "expected a whole number");
    return false;
  }
  out = value.get<std::int64_t>();
  return true;
}

void JsonReader::complain(const std::string& at, std::string message) {
  errors_.push_back(
      Error{.kind = ErrorKind::malformed, .message = std::move(message), .context = {at.empty() ? "/" : at}, .hint = {}});
}

nlohmann::ordered_json& JsonWriter::member(std::string_view name) { return object_[std::string(name)]; }
nlohmann::ordered_json& JsonWriter::append(nlohmann::ordered_json& array) {
  array.push_back(nullptr);
  return array.back();
}
void JsonWriter::make_object(nlohmann::ordered_json& to) { to = nlohmann::ordered_json::object(); }
void JsonWriter::make_array(nlohmann::ordered_json& to) { to = nlohmann::ordered_json::array(); }
void JsonWriter::set_null(nlohmann::ordered_json& to) { to = nullptr; }
void JsonWriter::set(nlohmann::ordered_json& to, std::string_view value) { to = std::string(value); }
void JsonWriter::set(nlohmann::ordered_json& to, const std::string& value) { to = value; }
void JsonWriter::set(nlohmann::ordered_json& to, const Word& value) {
  const nlohmann::ordered_json number = nlohmann::ordered_json::parse(value.text, nullptr, false);
  to = number.is_number() ? number : nlohmann::ordered_json(value.text);
}
void JsonWriter::set(nlohmann::ordered_json& to, bool value) { to = value; }
void JsonWriter::set(nlohmann::ordered_json& to, double value) {
  if (std::isfinite(value)) {
    to = value;
  } else {
    to = nullptr;
  }
}
void JsonWriter::set(nlohmann::ordered_json& to, std::uint64_t value) { to = value; }
void JsonWriter::set(nlohmann::ordered_json& to, std::uint32_t value) { to = value; }
void JsonWriter::set(nlohmann::ordered_json& to, std::uint8_t value) { to = value; }
void JsonWriter::set(nlohmann::ordered_json& to, std::int64_t value) { to = value; }

}  // namespace canirun::json
