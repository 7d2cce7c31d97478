// SPDX-License-Identifier: MIT
#include "probe/vendor/level_zero.hpp"

#include <algorithm>

#include "probe/linux/system.hpp"
#include "probe/text.hpp"
#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {
namespace {

/// Counted, awake, and with a driver that Level Zero works on: asking wakes a card that sleeps, and takes up to a second.
bool can_be_asked(const Context& context, const Device& device) {
  if (device.vendor != Vendor::intel || device.kind == DeviceKind::cpu || !device.pci_bus) return false;
  PciDevice pci;
  pci.folder = "/sys/bus/pci/devices/" + *device.pci_bus;
  const std::string driver = context.fs.link_name(pci.folder + "/driver").value_or("");
  return (driver == "i915" || driver == "xe") && !is_asleep(context.fs, pci);
}

/// "Intel(R) Arc(TM) A770 Graphics" -> "Intel Arc A770 Graphics"
std::string without_marks(std::string name) {
  for (const std::string_view mark : {"(R)", "(TM)", "(r)", "(tm)"}) {
    for (std::size_t at = name.find(mark); at != std::string::npos; at = name.find(mark)) name.erase(at, mark.size());
  }
  return clean_text(name);
}

}  // namespace

void add_gpu_answer(Machine& machine, Device& device, const GpuAnswer& answer, std::string_view source) {
  const bool made_up = device.name.empty() || (device.pci_id && device.name.find(*device.pci_id) != std::string::npos);
  if (made_up && !answer.name.empty()) device.name = without_marks(answer.name);
  if (!device.core_count && answer.cores) device.core_count = static_cast<std::uint32_t>(*answer.cores);
  if (!device.boost_clock_hz && answer.clock_mhz) device.boost_clock_hz = static_cast<double>(*answer.clock_mhz) * 1e6;
  device.how_known += ", " + std::string(source);
  if (device.pool == 0 || device.pool >= machine.pools.size()) return;
  MemoryPool& pool = machine.pools[device.pool];
  const auto notes_about = [&](const std::string& what) {
    std::erase_if(machine.notes, [&](const ProbeNote& note) { return note.fact == device.id + " " + what; });
  };
  if (pool.total_bytes == 0 && answer.total_bytes) {
    pool.total_bytes = *answer.total_bytes;
    pool.total_basis = Basis::measured;
    pool.description = source;
    notes_about("memory");
  }
  if (!pool.free_bytes && answer.free_bytes && pool.total_bytes > 0) {
    pool.free_bytes = std::min(*answer.free_bytes, pool.total_bytes);
    notes_about("free memory");
  }
}

void ask_level_zero(Context& context) {
  std::vector<Device>& devices = context.machine.devices;
  const bool recorded = context.options.driver_answers.contains("level-zero");
  const bool wanted =
      std::any_of(devices.begin(), devices.end(), [&](const Device& device) { return can_be_asked(context, device); });
  const bool chosen = context.options.driver_libraries.contains("level-zero");
  if (!wanted || (!recorded && !chosen && !has_library(context.fs, "libze_loader.so.1"))) return;
  const std::optional<std::string> said = driver_answer(context, "level-zero");
  if (!said) return;
  const GpuAnswers answers = parse_gpu_answers(*said);
  if (!answers.trouble.empty()) context.note("Level Zero", answers.trouble);
  for (Device& device : devices) {
    const GpuAnswer* answer =
        can_be_asked(context, device) ? answers.of(*device.pci_bus, device.pci_id.value_or("")) : nullptr;
    if (answer != nullptr) add_gpu_answer(context.machine, device, *answer, "Level Zero");
  }
}

}  // namespace canirun::probe
