// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "catalog/names.hpp"

namespace canirun::catalog {
namespace {

/// Words in front of a model number that people leave out, outermost first: "NVIDIA GeForce RTX 4090" -> "4090".
constexpr std::array<std::string_view, 15> k_optional_prefixes{"NVIDIA ",  "AMD ",    "Intel ",  "Apple ", "Qualcomm ",
                                                               "GeForce ", "Radeon ", "Quadro ", "Tesla ", "Instinct ",
                                                               "Arc ",     "Core ",   "RTX ",    "GTX ",   "RX "};

struct Replacement {
  std::string_view from, to;
};
/// Inner words that come and go between drivers, shops and people.
constexpr std::array<Replacement, 6> k_replacements{{{" Laptop GPU", " Laptop"},
                                                     {" Laptop GPU", " Mobile"},
                                                     {" Generation", ""},
                                                     {" Graphics", ""},
                                                     {"-core GPU", "-core"},
                                                     {" (TM)", ""}}};

void add_new(std::vector<std::string>& names, std::string name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

}  // namespace

std::vector<std::string> exact_names(const DeviceRecord& record) {
  std::vector<std::string> names = record.pci_ids;
  names.push_back(record.name);
  return names;
}

std::vector<std::string> derived_names(const DeviceRecord& record) {
  constexpr std::size_t k_pci_id_length = 9;  // "1002:73bf"
  constexpr std::size_t k_most = 64;          // a backstop: each rule only ever shortens or swaps a word
  std::vector<std::string> names{record.name};
  names.insert(names.end(), record.aliases.begin(), record.aliases.end());
  for (const std::string& id : record.pci_ids) {
    if (id.size() > k_pci_id_length) add_new(names, id.substr(0, k_pci_id_length));  // without its revision
  }
  for (std::size_t i = 0; i < names.size() && names.size() < k_most; ++i) {
    const std::string name = names[i];
    for (const std::string_view prefix : k_optional_prefixes) {
      if (name.starts_with(prefix) && name.size() > prefix.size() + 1) add_new(names, name.substr(prefix.size()));
    }
    for (const Replacement& rule : k_replacements) {
      const std::size_t at = name.find(rule.from);
      if (at == std::string::npos) continue;
      add_new(names, name.substr(0, at) + std::string(rule.to) + name.substr(at + rule.from.size()));
    }
  }
  return names;
}

}  // namespace canirun::catalog
