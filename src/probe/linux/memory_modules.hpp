// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probe/context.hpp"
#include "probe/fs_root.hpp"

namespace canirun::probe {

/// One populated memory device of the firmware's table (SMBIOS type 17).
struct MemoryModule {
  std::string type;                   ///< "DDR5"; "" when the firmware does not know
  std::string channel;                ///< what tells its channel apart ("P0 CHANNEL A"); "" when the locators do not say
  std::uint32_t data_width_bits = 0;  ///< 0 unknown
  std::uint64_t size_bytes = 0;       ///< 0 unknown
  std::uint64_t transfers_per_s = 0;  ///< configured, per pin; 0 unknown
};

/// Structures of /sys/firmware/dmi/tables/DMI (DMTF DSP0134). Bounds are checked; a broken table gives what came before.
std::vector<MemoryModule> modules_from_smbios(std::string_view table);
/// The same facts as systemd-udevd keeps them for everybody to read: E:MEMORY_DEVICE_0_TYPE=... in /run/udev/data/+dmi:id.
std::vector<MemoryModule> modules_from_udev(std::string_view database);
/// The modules as such a database would have them, and no more than is known here.
std::string as_udev(const std::vector<MemoryModule>& modules);
/// Whichever of the two can be read, the firmware's table first.
std::vector<MemoryModule> read_memory_modules(const FsRoot& fs);

/// What the modules add up to.
struct MemorySetup {
  std::string type;
  std::uint32_t modules = 0;
  std::uint64_t total_bytes = 0;  ///< of all modules; 0 when one does not say
  std::optional<std::uint32_t> channels;
  std::optional<double> transfers_per_s;        ///< of the slowest
  std::optional<double> bandwidth_bytes_per_s;  ///< channels x width x rate; only when all three are stated
};
MemorySetup summarise_modules(const std::vector<MemoryModule>& modules);

/// Writes the setup down: facts of the CPU, bandwidth and description of the pool, a note when it does not add up.
void use_memory_setup(Context& context, MemoryPool& pool, const MemorySetup& setup);

}  // namespace canirun::probe
