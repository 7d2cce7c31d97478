// SPDX-License-Identifier: MIT
#include "probe/redact.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "probe/text.hpp"

namespace canirun::probe {
namespace {

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}
std::string_view key_of(std::string_view line, char separator) { return trim(line.substr(0, line.find(separator))); }

/// The first processor in full; of the others what counts and tells them apart.
std::string cpuinfo(std::string_view content) {
  std::string kept;
  std::size_t processors = 0;
  for (const std::string_view line : lines_of(content)) {
    const std::string_view key = key_of(line, ':');
    if (key == "processor") ++processors;
    if (is_one_of(key, {"Serial", "Revision", "bogomips", "BogoMIPS", "power management", "bugs", "cpu MHz", "microcode",
                        "initial apicid", "apicid", "wp", "fpu_exception", "cpuid level", "TLB size", "clflush size",
                        "cache_alignment"}))
      continue;
    const bool counts = key.empty() || is_one_of(key, {"processor", "physical id", "core id", "CPU implementer", "CPU part",
                                                       "Model", "Hardware"});
    if (processors <= 1 || counts) kept.append(line).append("\n");
  }
  return kept;
}

std::string lines_with(std::string_view content, char separator, std::initializer_list<std::string_view> keys) {
  std::string kept;
  for (const std::string_view line : lines_of(content)) {
    if (is_one_of(key_of(line, separator), keys)) kept.append(line).append("\n");
  }
  return kept;
}

std::string cgroup_mounts(std::string_view content) {
  std::string kept;
  for (const std::string_view line : lines_of(content)) {
    if (line.find(" - cgroup") != std::string_view::npos) kept.append(line).append("\n");
  }
  return kept;
}

/// Modules, without their serial numbers, makers and part numbers.
std::string memory_table(std::string_view content) {
  constexpr std::array<std::string_view, 9> k_kept{"_PRESENT=",   "_TYPE=",       "_SIZE=",
                                                   "_LOCATOR=",   "_DATA_WIDTH=", "_TOTAL_WIDTH=",
                                                   "_SPEED_MTS=", "_RANK=",       "_CONFIGURED_SPEED_MTS="};
  std::string kept;
  for (const std::string_view line : lines_of(content)) {
    if (!line.starts_with("E:MEMORY_")) continue;
    const bool wanted = std::any_of(k_kept.begin(), k_kept.end(),
                                    [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
    if (wanted) kept.append(line).append("\n");
  }
  return kept;
}

bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::string redact_file(std::string_view path, std::string_view content) {
  if (path == "/proc/cpuinfo") return cpuinfo(content);
  if (path == "/etc/os-release" || path == "/usr/lib/os-release") return lines_with(content, '=', {"PRETTY_NAME", "ID"});
  if (path.ends_with("/status") && path.starts_with("/proc/")) return lines_with(content, ':', {"Cpus_allowed_list"});
  if (path == "/proc/self/limits") {
    std::string kept;
    for (const std::string_view line : lines_of(content)) {
      if (line.starts_with("Max locked memory") || line.starts_with("Max address space")) kept.append(line).append("\n");
    }
    return kept;
  }
  if (path.ends_with("/mountinfo")) return cgroup_mounts(content);
  if (path == "/run/udev/data/+dmi:id") return memory_table(content);
  if (path.ends_with("/information")) return lines_with(content, ':', {"Model", "Bus Location"});
  return std::string(content);
}

std::string Redactor::text(std::string_view text) {
  constexpr std::size_t k_shortest = 12;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = is_hex(text[at]) && (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0);
    std::size_t end = at, digits = 0;
    bool decimal = true;
    while (begins && end < text.size() && (is_hex(text[end]) || (text[end] == '-' && digits > 0))) {
      if (text[end] != '-') ++digits;
      if (text[end] != '-' && std::isdigit(static_cast<unsigned char>(text[end])) == 0) decimal = false;
      ++end;
    }
    const bool whole_word = end >= text.size() || std::isalnum(static_cast<unsigned char>(text[end])) == 0;
    if (digits < k_shortest || !whole_word || decimal) {  // byte counts are numbers too
      const std::size_t next = std::max(end, at + 1);
      out.append(text.substr(at, next - at));
      at = next;
      continue;
    }
    const auto [known, added] = known_.emplace(text.substr(at, end - at), "redacted" + std::to_string(known_.size() + 1));
    out += known->second;
    at = end;
  }
  return out;
}

}  // namespace canirun::probe
