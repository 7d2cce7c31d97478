// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probe/context.hpp"

namespace canirun::probe {

/// A GPU or other accelerator on the PCI bus (class 0x03 display or 0x12 processing accelerator).
struct PciDevice {
  std::string bus;     ///< "0000:01:00.0"
  std::string folder;  ///< "/sys/bus/pci/devices/0000:01:00.0"
  std::uint32_t vendor = 0, device = 0;
  std::uint32_t pci_class = 0;      ///< 0x030000
  std::string revision, subsystem;  ///< "c8", "1da2:e471"
  std::string driver;               ///< kernel driver bound to it; "" when none

  [[nodiscard]] std::string id() const;  ///< "10de:2684"
};

/// Devices of the classes that `wanted` names, in bus order.
std::vector<PciDevice> devices_on_pci(const FsRoot& fs, bool (*wanted)(std::uint32_t pci_class));
/// GPUs and processing accelerators; virtual functions of cards that are here themselves are left out.
std::vector<PciDevice> accelerators_on_pci(const FsRoot& fs);

/// The slowest link between the host and a card, at the speed it can go (idle cards slow their links down).
struct PcieLink {
  std::uint32_t generation = 0, lanes = 0;
};
/// Nothing without a bridge above the card (virtual machines), or when sysfs does not say. Links inside a card, between a
/// bridge and a GPU of the same vendor, report made-up speeds and are not counted.
std::optional<PcieLink> link_to_host(const FsRoot& fs, const PciDevice& device);

/// "16.0 GT/s PCIe" -> 4; nothing for anything else.
std::optional<std::uint32_t> pcie_generation(std::string_view link_speed);
/// One direction, after line coding: 8b/10b up to 2.0, 128b/130b up to 5.0, 242 of 256 flit bytes in 6.0 (PCI Express Base
/// Specification).
std::optional<double> pcie_bytes_per_s(const PcieLink& link);

/// Records the link and the two facts about it on the device. `device` lives in context.machine.devices.
void add_pcie_link(Context& context, Device& device, const PcieLink& link);

/// A Device with what the bus says: ids, revision, vendor, "gpuN" id by count of the GPUs so far. Not appended yet.
Device device_from_pci(const Context& context, const PciDevice& pci, Vendor vendor);

}  // namespace canirun::probe
