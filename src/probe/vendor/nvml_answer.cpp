// SPDX-License-Identifier: MIT
#include <array>

#include "probe/text.hpp"
#include "probe/vendor/nvml.hpp"

namespace canirun::probe {
namespace {

/// "00000000:01:00.0" -> "0000:01:00.0", as sysfs writes it; "" for anything that is no bus address.
std::string sysfs_bus(std::string_view nvml_bus) {
  const std::size_t colon = nvml_bus.find(':');
  if (colon == std::string_view::npos) return {};
  const auto domain = whole_number(nvml_bus.substr(0, colon), 16);
  if (!domain || *domain > 0xffffffff) return {};
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::uint64_t rest = *domain; rest != 0 || out.size() < 4; rest /= 16) out.insert(out.begin(), digits[rest % 16]);
  return lower(out + std::string(nvml_bus.substr(colon, 16)));
}

/// The library puts the device id in the upper and the vendor id in the lower half.
std::string id_pair(std::string_view combined) {
  const auto number = whole_number(combined);
  if (!number || *number == 0 || *number > 0xffffffff) return {};
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "0000:0000";
  for (unsigned i = 0; i < 4; ++i) {
    text[3 - i] = digits[*number >> (4 * i) & 0xf];
    text[8 - i] = digits[*number >> (16 + 4 * i) & 0xf];
  }
  return text;
}

struct NumberField {
  std::string_view key;
  std::optional<std::uint64_t> NvmlGpu::* member;
  std::uint64_t lowest, highest;
};
constexpr std::uint64_t k_most_memory = std::uint64_t{1} << 50;
constexpr std::array<NumberField, 18> k_numbers{{
    {"total_bytes", &NvmlGpu::total_bytes, 1, k_most_memory},
    {"free_bytes", &NvmlGpu::free_bytes, 0, k_most_memory},
    {"card_bytes", &NvmlGpu::card_bytes, 1, k_most_memory},
    {"bus_width_bits", &NvmlGpu::bus_width_bits, 1, 65536},
    {"memory_clock_mhz", &NvmlGpu::memory_clock_mhz, 1, 100'000},
    {"sm_clock_mhz", &NvmlGpu::sm_clock_mhz, 1, 20'000},
    {"cores", &NvmlGpu::cores, 1, 1'000'000},
    {"power_limit_mw", &NvmlGpu::power_limit_mw, 1, 10'000'000},
    {"default_power_limit_mw", &NvmlGpu::default_power_limit_mw, 1, 10'000'000},
    {"pcie_generation", &NvmlGpu::pcie_generation, 1, 8},
    {"pcie_lanes", &NvmlGpu::pcie_lanes, 1, 32},
    {"pcie_generation_now", &NvmlGpu::pcie_generation_now, 1, 8},
    {"pcie_lanes_max", &NvmlGpu::pcie_lanes_max, 1, 32},
    {"multiprocessors", &NvmlGpu::multiprocessors, 1, 4096},
    {"ecc", &NvmlGpu::ecc, 0, 1},
    {"c2c", &NvmlGpu::c2c, 0, 1},
    {"persistence", &NvmlGpu::persistence, 0, 1},
    {"virtualization", &NvmlGpu::virtualization, 0, 16},
}};

void take(NvmlGpu& gpu, std::string_view key, std::string_view value) {
  if (key == "name") gpu.name = clean_text(value);
  if (key == "pci") gpu.pci_id = id_pair(value);
  if (key == "subsystem") gpu.subsystem = id_pair(value);
  if (key == "compute_capability") gpu.compute_capability = clean_text(value, 8);
  if (key == "mig") gpu.is_mig = value == "1";
  if (key == "display") gpu.drives_display = value == "1";
  if (key == "process" && gpu.processes.size() < 256) {
    const std::size_t blank = std::min(value.find(' '), value.size());
    const auto pid = whole_number(value.substr(0, blank)), bytes = whole_number(trim(value.substr(blank)));
    if (pid && *pid <= 0xffffffff && bytes && *bytes <= k_most_memory)
      gpu.processes.emplace_back(static_cast<std::uint32_t>(*pid), *bytes);
  }
  if (key == "nvlink" && gpu.nvlinks.size() < 32) {
    const std::size_t blank = std::min(value.find(' '), value.size());
    const auto version = whole_number(value.substr(0, blank));
    if (version && *version <= 16)
      gpu.nvlinks.push_back({static_cast<unsigned>(*version), sysfs_bus(trim(value.substr(blank)))});
  }
  if (key == "uuid") {
    const std::string uuid = clean_text(value, 96);  // only the end is kept: the whole would identify the machine
    gpu.uuid_suffix = last_four(uuid);
  }
  if (key == "missing" && gpu.missing.size() < 16) {
    gpu.missing.push_back(clean_text(value));
    if (value == "total_bytes NVML_ERROR_NOT_SUPPORTED") gpu.memory_not_supported = true;
  }
  for (const NumberField& field : k_numbers) {
    if (key != field.key) continue;
    const auto number = whole_number(value);
    if (number && *number >= field.lowest && *number <= field.highest) gpu.*field.member = number;
  }
}

}  // namespace

std::string last_four(const std::string& uuid) { return uuid.substr(uuid.size() - std::min<std::size_t>(uuid.size(), 4)); }

NvmlAnswer parse_nvml_answer(std::string_view text) {
  NvmlAnswer answer;
  const auto trouble = [&answer](std::string_view what) {
    if (answer.trouble.empty()) answer.trouble = clean_text(what, 200);
  };
  bool in_gpu = false, ended = false;
  for (const std::string_view line : lines_of(text)) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view key = line.substr(0, blank), value = trim(line.substr(std::min(blank + 1, line.size())));
    if (key == "end") ended = true;
    if (key == "driver") answer.driver_version = clean_text(value, 32);
    if (const auto cuda = key == "cuda" ? whole_number(value) : std::nullopt; cuda && *cuda >= 1000 && *cuda < 1'000'000)
      answer.cuda_version = std::to_string(*cuda / 1000) + "." + std::to_string(*cuda % 1000 / 10);
    if (key == "trouble" || key == "note") trouble(value);
    if (key == "broken") answer.trouble = clean_text(value, 200);
    if (key == "end_gpu") in_gpu = false;
    if (key == "gpu" && answer.gpus.size() < 512) {
      in_gpu = true;
      answer.gpus.emplace_back().bus = sysfs_bus(value);
    } else if (in_gpu) {
      take(answer.gpus.back(), key, value);
    }
  }
  if (!ended) trouble("the driver's answer breaks off");
  return answer;
}

}  // namespace canirun::probe
