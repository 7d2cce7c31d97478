// SPDX-License-Identifier: MIT
#include "catalog/names.hpp"

#include <algorithm>

#include "catalog/ascii.hpp"

namespace canirun::catalog {
namespace {

/// Length of "(R)", "(TM)" or "(C)" at the front, else 0.
std::size_t trademark_length(std::string_view text) {
  for (const std::string_view mark : {"(r)", "(tm)", "(c)"}) {
    if (text.size() >= mark.size() &&
        std::equal(mark.begin(), mark.end(), text.begin(), [](char want, char c) { return want == lower(c); })) {
      return mark.size();
    }
  }
  return 0;
}

}  // namespace

std::string fold(std::string_view name) {
  std::string folded;
  bool gap = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (const std::size_t mark = trademark_length(name.substr(i)); mark > 0) {
      i += mark - 1;
      gap = true;
      continue;
    }
    const char c = lower(name[i]);
    if (is_digit(c) || (c >= 'a' && c <= 'z') || c == '+') {
      if (gap && !folded.empty() && is_digit(folded.back()) && is_digit(c)) folded.push_back('-');
      folded.push_back(c);
      gap = false;
    } else {
      gap = true;
    }
  }
  return folded;
}

std::vector<SearchName> folded_names(std::string_view id, const std::vector<std::string>& aliases,
                                     const std::vector<std::string>& derived) {
  std::vector<SearchName> names;
  const auto add = [&](std::string_view name, NameRank rank) {
    std::string folded = fold(name);
    const bool known = std::any_of(names.begin(), names.end(), [&](const SearchName& n) { return n.folded == folded; });
    if (!folded.empty() && !known) names.push_back({std::move(folded), rank});
  };
  add(id, NameRank::exact);
  for (const std::string& alias : aliases) add(alias, NameRank::exact);
  for (const std::string& name : derived) add(name, NameRank::derived);
  return names;
}

std::vector<std::string> derived_names(const ApiPrice& record) { return {record.model_name}; }

std::vector<std::string> derived_names(const ModelRecord& record) {
  const ModelSpec& spec = record.spec;
  const std::size_t slash = spec.hf_repo.rfind('/');
  return {spec.ollama_tag, spec.hf_repo, spec.name,
          slash == std::string::npos ? std::string() : spec.hf_repo.substr(slash + 1)};
}

}  // namespace canirun::catalog
