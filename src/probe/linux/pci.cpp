// SPDX-License-Identifier: MIT
#include "probe/linux/pci.hpp"

#include <algorithm>
#include <array>

#include "probe/text.hpp"

namespace canirun::probe {
namespace {

constexpr std::string_view k_devices = "/sys/bus/pci/devices";

std::string hex4(std::uint32_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out(4, '0');
  for (std::size_t i = 0; i < 4; ++i) out[3 - i] = digits[value >> (4 * i) & 0xf];
  return out;
}

std::optional<std::uint32_t> hex_file(const FsRoot& fs, const std::string& path, std::uint64_t highest) {
  const auto value = fs.number(path, 16);
  return value && *value <= highest ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

/// "0000:01:00.0"
bool is_bus_address(std::string_view name) {
  return name.size() >= 12 && name[name.size() - 8] == ':' && name[name.size() - 5] == ':' && name[name.size() - 2] == '.';
}

/// Folders of the bridges from the root port down, then the device itself.
std::vector<std::string> path_from_root(const FsRoot& fs, const PciDevice& device) {
  std::vector<std::string> folders;
  const std::string real = fs.real_path(device.folder).value_or("");
  for (std::size_t at = real.find('/'); at != std::string::npos;) {
    const std::size_t next = real.find('/', at + 1);
    const std::size_t end = next == std::string::npos ? real.size() : next;
    if (is_bus_address(std::string_view(real).substr(at + 1, end - at - 1))) folders.push_back(real.substr(0, end));
    at = next;
  }
  return folders;
}

}  // namespace

std::string PciDevice::id() const { return hex4(vendor) + ":" + hex4(device); }

std::vector<PciDevice> accelerators_on_pci(const FsRoot& fs) {
  return devices_on_pci(fs, [](std::uint32_t pci_class) { return pci_class >> 16U == 0x03 || pci_class >> 16U == 0x12; });
}

std::vector<PciDevice> devices_on_pci(const FsRoot& fs, bool (*wanted)(std::uint32_t pci_class)) {
  std::vector<PciDevice> found;
  for (const std::string& name : fs.list(k_devices)) {
    PciDevice device;
    device.bus = clean_text(name, 16);
    device.folder = std::string(k_devices) + "/" + name;
    const auto pci_class = hex_file(fs, device.folder + "/class", 0xffffff);
    if (!pci_class || !wanted(*pci_class)) continue;
    if (fs.exists(device.folder + "/physfn")) continue;
    const auto vendor = hex_file(fs, device.folder + "/vendor", 0xffff),
               id = hex_file(fs, device.folder + "/device", 0xffff);
    if (!vendor || !id) continue;
    device.pci_class = *pci_class;
    device.vendor = *vendor;
    device.device = *id;
    if (const auto revision = hex_file(fs, device.folder + "/revision", 0xff)) device.revision = hex4(*revision).substr(2);
    const auto board_vendor = hex_file(fs, device.folder + "/subsystem_vendor", 0xffff);
    const auto board = hex_file(fs, device.folder + "/subsystem_device", 0xffff);
    if (board_vendor && board) device.subsystem = hex4(*board_vendor) + ":" + hex4(*board);
    device.driver = clean_text(fs.link_name(device.folder + "/driver").value_or(""), 32);
    found.push_back(std::move(device));
  }
  return found;
}

std::optional<std::uint32_t> pcie_generation(std::string_view link_speed) {
  const double gt_per_s = leading_decimal(link_speed).value_or(0);
  constexpr std::array<double, 6> k_rates{2.5, 5, 8, 16, 32, 64};
  for (std::size_t i = 0; i < k_rates.size(); ++i) {
    if (gt_per_s > k_rates[i] - 0.1 && gt_per_s < k_rates[i] + 0.1) return static_cast<std::uint32_t>(i + 1);
  }
  return std::nullopt;
}

std::optional<double> pcie_bytes_per_s(const PcieLink& link) {
  constexpr std::array<double, 6> k_lane_bytes_per_s{2.5e9 / 8 * 8 / 10,   5e9 / 8 * 8 / 10,     8e9 / 8 * 128 / 130,
                                                     16e9 / 8 * 128 / 130, 32e9 / 8 * 128 / 130, 64e9 / 8 * 242 / 256};
  if (link.generation < 1 || link.generation > k_lane_bytes_per_s.size() || link.lanes < 1 || link.lanes > 32)
    return std::nullopt;
  return k_lane_bytes_per_s[link.generation - 1] * link.lanes;
}

std::optional<PcieLink> link_to_host(const FsRoot& fs, const PciDevice& device) {
  const std::vector<std::string> path = path_from_root(fs, device);
  std::optional<PcieLink> slowest;
  double slowest_rate = 0;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const std::string &upper = path[i - 1], &below = path[i];
    const bool inside_card = i > 1 && hex_file(fs, upper + "/vendor", 0xffff) == device.vendor;
    if (inside_card) continue;
    const auto upper_generation = pcie_generation(fs.text(upper + "/max_link_speed", 64));
    const auto below_generation = pcie_generation(fs.text(below + "/max_link_speed", 64));
    const auto lanes = fs.number(below + "/current_link_width");
    if (!upper_generation || !below_generation || !lanes || *lanes > 32) continue;
    const bool made_up = device.vendor == 0x8086 && i + 1 == path.size() && *below_generation == 1;
    if (made_up) continue;  // Intel's cards: 2.5 GT/s x1 below the bridge on them, whether that bridge is seen or not
    const PcieLink link{std::min(*upper_generation, *below_generation), static_cast<std::uint32_t>(*lanes)};
    const auto rate = pcie_bytes_per_s(link);
    if (rate && (!slowest || *rate < slowest_rate)) {
      slowest = link;
      slowest_rate = *rate;
    }
  }
  return slowest;
}

void add_pcie_link(Context& context, Device& device, const PcieLink& link) {
  const auto rate = pcie_bytes_per_s(link);
  if (!rate) return;
  device.pcie_generation = link.generation;
  device.pcie_lanes = link.lanes;
  if (device.pool == 0) return;  // it reads the host's memory: nothing crosses
  context.machine.links.push_back(Link{.from_pool = 0,
                                       .to_pool = device.pool,
                                       .kind = "pcie" + std::to_string(link.generation) + " x" + std::to_string(link.lanes),
                                       .bandwidth_bytes_per_s = *rate,
                                       .basis = Basis::derived});
}

Device device_from_pci(const Context& context, const PciDevice& pci, Vendor vendor) {
  const auto gpus = std::count_if(context.machine.devices.begin(), context.machine.devices.end(),
                                  [](const Device& d) { return d.kind != DeviceKind::cpu; });
  Device device;
  device.id = "gpu" + std::to_string(gpus);
  device.kind = DeviceKind::discrete_gpu;
  device.vendor = vendor;
  device.pci_id = pci.id();
  device.pci_bus = pci.bus;
  if (!pci.revision.empty()) device.pci_revision = pci.revision;
  if (!pci.subsystem.empty()) device.pci_subsystem = pci.subsystem;
  device.basis = Basis::measured;
  return device;
}

}  // namespace canirun::probe
