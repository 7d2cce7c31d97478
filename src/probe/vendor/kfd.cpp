// SPDX-License-Identifier: MIT
#include "probe/vendor/kfd.hpp"

#include <algorithm>

#include "probe/text.hpp"

namespace canirun::probe {
namespace {

std::optional<std::uint64_t> property(std::string_view properties, std::string_view key, std::uint64_t highest) {
  const auto value = value_of(properties, key, ' ');
  const auto number = value ? whole_number(*value) : std::nullopt;
  return number && *number > 0 && *number <= highest ? number : std::nullopt;
}

constexpr std::string_view k_nodes = "/sys/class/kfd/kfd/topology/nodes";

/// kfd's location_id is bus, device and function packed as on the bus: bus << 8 | device << 3 | function. An accelerator
/// that is split has a node for each part; the part's number is or-ed into the function, in some kernels into the upper four
/// bits.
bool is_same(std::string_view properties, const PciDevice& pci) {
  const auto location = whole_number(value_of(properties, "location_id", ' ').value_or(""));
  const auto domain = whole_number(value_of(properties, "domain", ' ').value_or("0"));
  if (!location || pci.bus.size() < 12) return false;
  const std::string_view bus = pci.bus;
  const std::size_t tail = bus.size() - 7;  // "01:00.0"
  const auto pci_domain = whole_number(bus.substr(0, tail - 1), 16), number = whole_number(bus.substr(tail, 2), 16);
  const auto slot = whole_number(bus.substr(tail + 3, 2), 16), function = whole_number(bus.substr(tail + 6, 1), 16);
  if (!pci_domain || !number || !slot || !function) return false;
  const std::uint64_t place = *location & 0xfffffffU;
  return domain.value_or(0) == *pci_domain && place >> 3U == (*number << 5U | *slot) && (place & *function) == *function;
}

}  // namespace

std::string gfx_name(std::uint64_t version) {
  const std::uint64_t major = version / 10000, minor = version / 100 % 100, step = version % 100;
  if (major < 7 || major > 20 || minor > 15 || step > 15) return {};
  constexpr std::string_view digits = "0123456789abcdef";
  return "gfx" + std::to_string(major) + digits[minor] + digits[step];
}

std::string gfx_name_of_core(std::uint64_t major, std::uint64_t minor, std::uint64_t revision) {
  struct Core {
    unsigned version, gfx;
  };
  static constexpr Core k_cores[] = {
      {90001, 90000},   {90100, 90002},   {90202, 90002},   {90201, 90004},   {90300, 90012},   {90400, 90006},
      {90401, 90008},   {90402, 90010},   {90403, 90402},   {90404, 90402},   {90500, 90500},   {100110, 100100},
      {100102, 100101}, {100101, 100102}, {100103, 100103}, {100300, 100300}, {100302, 100301}, {100304, 100302},
      {100301, 100303}, {100305, 100304}, {100303, 100305}, {100306, 100306}, {100307, 100306}, {110000, 110000},
      {110003, 110001}, {110002, 110002}, {110001, 110003}, {110004, 110003}, {110500, 110500}, {110501, 110501},
      {110502, 110502}, {110503, 110503}, {120000, 120000}, {120001, 120001}};
  if (major > 99 || minor > 99 || revision > 99) return {};
  for (const Core& core : k_cores) {
    if (core.version == major * 10000 + minor * 100 + revision) return gfx_name(core.gfx);
  }
  return {};
}

std::optional<double> transfers_per_clock(std::string_view gfx, std::uint32_t width_bits) {
  if (gfx == "gfx942") return 4;                                                           // HBM3
  if (gfx == "gfx900" || gfx == "gfx906" || gfx == "gfx908" || gfx == "gfx90a") return 2;  // HBM2, HBM2e
  if (gfx == "gfx803") return width_bits > 512 ? 2 : 4;                                    // Fiji's HBM, else GDDR5
  for (const std::string_view gddr6 : {"gfx1010", "gfx1011", "gfx1012", "gfx1030", "gfx1031", "gfx1032", "gfx1034",
                                       "gfx1100", "gfx1101", "gfx1102", "gfx1200", "gfx1201"}) {
    if (gfx == gddr6 && width_bits <= 512) return 16;
  }
  return std::nullopt;
}

std::vector<KfdNode> kfd_nodes(const FsRoot& fs, const PciDevice& pci) {
  std::vector<KfdNode> nodes;
  for (const std::string& name : fs.list(k_nodes)) {
    const std::string folder = std::string(k_nodes) + "/" + name;
    const std::string properties = fs.text(folder + "/properties");
    const auto target = property(properties, "gfx_target_version", 999'999);
    if (!target || !is_same(properties, pci)) continue;
    KfdNode node;
    node.number = static_cast<std::uint32_t>(whole_number(name).value_or(0) & 0xffffU);
    node.gfx_target = gfx_name(*target);
    node.gpu_id = fs.number(folder + "/gpu_id");
    const auto simds = property(properties, "simd_count", 100'000), per_unit = property(properties, "simd_per_cu", 64);
    if (simds && per_unit) node.compute_units = static_cast<std::uint32_t>(*simds / *per_unit);
    if (const auto mhz = property(properties, "max_engine_clk_fcompute", 20'000))
      node.engine_clock_hz = static_cast<double>(*mhz) * 1e6;
    const std::string bank = fs.text(folder + "/mem_banks/0/properties");
    if (const auto width = property(bank, "width", 65'536)) node.memory_width_bits = static_cast<std::uint32_t>(*width);
    if (const auto mhz = property(bank, "mem_clk_max", 100'000)) node.memory_clock_hz = static_cast<double>(*mhz) * 1e6;
    node.memory_bytes = property(bank, "size_in_bytes", std::uint64_t{1} << 50);
    nodes.push_back(std::move(node));
  }
  std::sort(nodes.begin(), nodes.end(), [](const KfdNode& a, const KfdNode& b) { return a.number < b.number; });
  return nodes;
}

std::optional<KfdNode> kfd_node(const FsRoot& fs, const PciDevice& pci) {
  std::vector<KfdNode> nodes = kfd_nodes(fs, pci);
  return nodes.empty() ? std::nullopt : std::optional(std::move(nodes.front()));
}

std::optional<std::map<std::uint32_t, std::uint64_t>> kfd_memory_users(const FsRoot& fs, std::uint64_t gpu_id) {
  constexpr std::string_view k_processes = "/sys/class/kfd/kfd/proc";
  constexpr std::uint64_t k_most_bytes = std::uint64_t{1} << 50U;
  if (!fs.exists(std::string(k_processes))) return std::nullopt;
  std::map<std::uint32_t, std::uint64_t> used;
  for (const std::string& name : fs.list(std::string(k_processes))) {
    const auto pid = whole_number(name);
    if (!pid || *pid > 0xffffffffU) continue;
    const auto bytes = fs.number(std::string(k_processes) + "/" + name + "/vram_" + std::to_string(gpu_id));
    if (bytes && *bytes > 0 && *bytes <= k_most_bytes) used[static_cast<std::uint32_t>(*pid)] = *bytes;
  }
  return used;
}

std::vector<KfdLink> xgmi_links(const FsRoot& fs, std::uint32_t node) {
  constexpr std::uint64_t k_xgmi = 11;  // CRAT_IOLINK_TYPE_XGMI
  std::vector<KfdLink> links;
  const std::string folder = std::string(k_nodes) + "/" + std::to_string(node) + "/io_links";
  for (const std::string& name : fs.list(folder)) {
    const std::string properties = fs.text(folder + "/" + name + "/properties");
    const auto to = property(properties, "node_to", 65'535);
    const auto megabytes_per_s = property(properties, "max_bandwidth", 10'000'000);
    if (property(properties, "type", 255) != k_xgmi || !to || !megabytes_per_s) continue;
    links.push_back({static_cast<std::uint32_t>(*to), static_cast<double>(*megabytes_per_s) * 1e6});
  }
  return links;
}

}  // namespace canirun::probe
