// SPDX-License-Identifier: MIT
#include "formats/hf_keys.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "formats/hf_families.hpp"

namespace canirun::formats {
namespace {

constexpr std::array<std::string_view, 5> k_nested{"text_config", "llm_config", "language_config", "thinker_config",
                                                   "text_model_config"};

}  // namespace

HfKeys::HfKeys(json::View root) : root_(root) {
  json::View inner = root;
  // Twice: a thinker has a text_config of its own.
  for (int level = 0; level < 2; ++level) {
    for (const std::string_view key : k_nested) {
      if (!inner.at(key).is_object()) continue;
      inner = inner.at(key);
      prefix_ += "/" + std::string(key);
      views_.insert(views_.begin(), inner);
      break;
    }
  }
  for (const std::string_view key : {"attn_config", "ffn_config"}) {
    if (inner.at(key).is_object()) views_.push_back(inner.at(key));
  }
  views_.push_back(root);
  const std::string own = inner.at("model_type").text().value_or("");
  const std::string whole = root.at("model_type").text().value_or("");
  const bool known = find_family(own) != nullptr || unmodelled_architecture(own);
  model_type_ = (known && !unmodelled_architecture(whole)) || whole.empty() ? own : whole;
}

json::View HfKeys::find(Names names) const {
  for (const json::View& view : views_) {
    for (const std::string_view name : names) {
      if (const json::View found = view.at(name)) return found;
    }
  }
  return {};
}

std::optional<std::uint32_t> HfKeys::count(Names names) const {
  for (const json::View& view : views_) {
    for (const std::string_view name : names) {
      if (const auto found = view.at(name).count32()) return found;
    }
  }
  return class_default(model_type_, *names.begin());
}

bool HfKeys::flag(Names names, bool otherwise) const { return find(names).flag().value_or(otherwise); }
std::string HfKeys::text(Names names) const { return find(names).text().value_or(""); }

std::vector<std::uint32_t> HfKeys::counts(Names names) const {
  std::vector<std::uint32_t> out;
  bool sound = true;
  find(names).each_element([&](json::View value) {
    if (const auto flag = value.flag()) {
      out.push_back(*flag ? 1 : 0);
    } else if (const auto count = value.count32()) {
      out.push_back(*count);
    } else if (const auto number = value.number(); number && *number < 0) {
      out.push_back(std::numeric_limits<std::uint32_t>::max());  // "-1": none of it
    } else {
      sound = false;
    }
  });
  return sound ? out : std::vector<std::uint32_t>();
}

std::vector<std::string> HfKeys::words(Names names) const {
  std::vector<std::string> out;
  const json::View found = find(names);
  if (auto text = found.text()) return {*std::move(text)};
  found.each_element([&](json::View value) { out.push_back(value.text().value_or("")); });
  return out;
}

}  // namespace canirun::formats
