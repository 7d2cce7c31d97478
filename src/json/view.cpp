// SPDX-License-Identifier: MIT
#include "json/view.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace canirun::json {

View View::at(std::string_view key) const {
  if (!is_object()) return {};
  const auto found = value_->find(key);
  return found == value_->end() ? View() : View(*found);
}
View View::at(std::size_t index) const { return is_array() && index < value_->size() ? View((*value_)[index]) : View(); }

View::operator bool() const { return value_ != nullptr && !value_->is_null(); }
bool View::is_object() const { return value_ != nullptr && value_->is_object(); }
bool View::is_array() const { return value_ != nullptr && value_->is_array(); }
bool View::is_text() const { return value_ != nullptr && value_->is_string(); }
std::size_t View::size() const { return is_object() || is_array() ? value_->size() : 0; }

std::optional<std::string> View::text() const {
  return is_text() ? std::optional(value_->get_ref<const std::string&>()) : std::nullopt;
}

std::optional<std::uint64_t> View::count() const {
  constexpr double k_exact = 9007199254740992.0;  // whole numbers beyond 2^53 are not exact in a double
  if (value_ == nullptr) return std::nullopt;
  if (value_->is_number_unsigned()) return value_->get<std::uint64_t>();
  if (!value_->is_number_float()) return std::nullopt;
  const double number = value_->get<double>();
  if (!(number >= 0 && number <= k_exact) || std::floor(number) != number) return std::nullopt;
  return static_cast<std::uint64_t>(number);
}

std::optional<std::uint32_t> View::count32() const {
  const std::optional<std::uint64_t> wide = count();
  if (!wide || *wide > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*wide);
}

std::optional<std::int64_t> View::whole() const {
  if (value_ == nullptr || !value_->is_number_integer()) return std::nullopt;
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return value_->get<std::int64_t>();
}

std::optional<double> View::number() const {
  return value_ != nullptr && value_->is_number() ? std::optional(value_->get<double>()) : std::nullopt;
}
std::optional<bool> View::flag() const {
  return value_ != nullptr && value_->is_boolean() ? std::optional(value_->get<bool>()) : std::nullopt;
}

void View::each_member(const std::function<void(const std::string& key, View value)>& visit) const {
  if (!is_object()) return;
  for (const auto& item : value_->items()) visit(item.key(), View(item.value()));
}
void View::each_element(const std::function<void(View value)>& visit) const {
  if (!is_array()) return;
  for (const nlohmann::json& element : *value_) visit(View(element));
}

}  // namespace canirun::json
