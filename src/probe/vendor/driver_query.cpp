// SPDX-License-Identifier: MIT
#include "probe/vendor/driver_query.hpp"

#include <array>

#include "probe/vendor/nvml.hpp"

namespace canirun::probe {
namespace {

constexpr std::array<DriverQuery, 8> k_queries{{
    {"nvidia", [](const std::string& library, int fd) { write_nvml_answer(library, fd, false); }},
    {"nvidia-users", [](const std::string& library, int fd) { write_nvml_answer(library, fd, true); }},
    {"vulkan", write_vulkan_answer},
    {"vulkan-copies", write_vulkan_copies},
    {"vulkan-copies-others", write_vulkan_copies_of_others},
    {"cuda-copies", write_cuda_copies},
    {"level-zero", write_level_zero_answer},
    {"rocm-smi", write_rocm_smi_answer},
}};

}  // namespace

const DriverQuery* driver_query(std::string_view name) {
  for (const DriverQuery& query : k_queries) {
    if (query.name == name) return &query;
  }
  return nullptr;
}

std::optional<std::string> driver_answer(Context& context, std::string_view name) {
  const std::string key(name);
  if (const auto recorded = context.options.driver_answers.find(key); recorded != context.options.driver_answers.end()) {
    context.heard[key] = recorded->second;
    return recorded->second;
  }
  const DriverQuery* const query = driver_query(name);
  const auto chosen = context.options.driver_libraries.find(key);
  const std::string library = chosen == context.options.driver_libraries.end() ? std::string() : chosen->second;
  if (query == nullptr || !context.options.vendor_libraries) return std::nullopt;
  if (!context.fs.is_this_system() && library.empty()) return std::nullopt;
  ChildAnswer said = ask_in_child(*query, library, context.options.vendor_timeout_s);
  // Written down with the answer, so that a recording tells the same story.
  if (!said.trouble.empty()) said.output += "\nbroken the library " + said.trouble + "\nend\n";
  context.heard[key] = said.output;
  return said.output;
}

}  // namespace canirun::probe
