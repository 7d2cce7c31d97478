// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>
#include <cmath>
#include <vector>

#include "report/machine_lines.hpp"
#include "report/numbers.hpp"
#include "report/phrases.hpp"

namespace canirun::report {
namespace {

constexpr std::string_view k_dot = " · ";

void add(std::string& text, std::string_view piece) {
  if (piece.empty()) return;
  if (!text.empty()) text += k_dot;
  text += piece;
}

std::string cores_phrase(const CpuFacts& cpu) {
  if (cpu.physical_cores == 0) return "cores unknown";
  std::string text = fmt::format("{} core{}", cpu.physical_cores, cpu.physical_cores == 1 ? "" : "s");
  if (cpu.logical_cores > cpu.physical_cores) text += fmt::format(" ({} threads)", cpu.logical_cores);
  if (cpu.performance_cores && *cpu.performance_cores < cpu.physical_cores)
    text += fmt::format(", {} of them fast", *cpu.performance_cores);
  if (cpu.usable_cores) text += fmt::format(", {} usable", format_significant(*cpu.usable_cores, 2));
  return text;
}

std::string bandwidth_phrase(const MemoryPool& pool) {
  if (!pool.bandwidth_bytes_per_s) return "bandwidth unknown";
  return fmt::format("{} ({})", format_bandwidth(*pool.bandwidth_bytes_per_s), name_of(pool.bandwidth_provenance.basis));
}

std::string how_phrase(const Device& device) {
  return device.how_known.empty() ? std::string(name_of(device.basis))
                                  : fmt::format("{} ({})", device.how_known, name_of(device.basis));
}

/// How the size and, when there is one, the bandwidth of a pool are known.
std::string memory_source(const MemoryPool& pool) {
  std::string text = pool.description;
  if (!pool.bandwidth_bytes_per_s) return text;
  if (!text.empty()) text += "; ";
  return text + provenance_phrase(pool.bandwidth_provenance);
}

void explain_device(Page& page, const Device& device) {
  const auto number = [&](std::string_view label, const std::optional<double>& value, std::string (*format)(double)) {
    if (value) page.detail(label, format(*value));
  };
  if (!device.record_id.empty()) page.detail("  record", device.record_id);
  if (!device.architecture.empty()) page.detail("  architecture", device.architecture);
  if (device.pci_id) page.detail("  PCI id", *device.pci_id + (device.pci_bus ? " at " + *device.pci_bus : ""));
  if (device.compute_capability) page.detail("  compute capability", *device.compute_capability);
  if (device.gfx_target) page.detail("  gfx target", *device.gfx_target);
  number("  fp16, matrix units", device.fp16_flops_per_s, format_flops);
  number("  fp32", device.fp32_flops_per_s, format_flops);
  number("  boost clock", device.boost_clock_hz, format_hertz);
  if (device.bus_width_bits) page.detail("  memory bus", fmt::format("{} bits", *device.bus_width_bits));
  number("  memory clock", device.memory_clock_hz, format_hertz);
  number("  power limit", device.power_limit_w ? device.power_limit_w : device.tdp_w, format_watts);
  if (device.pcie_generation && device.pcie_lanes)
    page.detail("  PCIe", fmt::format("generation {}, {} lanes", *device.pcie_generation, *device.pcie_lanes));
  if (device.driver_version) page.detail("  driver", *device.driver_version);
  if (device.pcie_generation_now && device.pcie_generation_now != device.pcie_generation)
    page.detail("  PCIe now", fmt::format("generation {}, idle or slowed down", *device.pcie_generation_now));
  if (device.pcie_lanes_max && device.pcie_lanes && *device.pcie_lanes_max > *device.pcie_lanes)
    page.detail("  PCIe slot", fmt::format("{} lanes of the {} the card has", *device.pcie_lanes, *device.pcie_lanes_max));
  if (device.ecc) page.detail("  ECC", *device.ecc ? "on" : "off");
  if (device.persistence) page.detail("  persistence", *device.persistence ? "on" : "off: the first use wakes the driver");
  if (device.is_virtual) page.detail("  vGPU", "shared with other guests");
  if (device.is_mig) page.detail("  MIG", "a slice of the card");
  if (device.drives_display) page.detail("  display", "drives one: some memory is taken");
}

/// Swap and limits are only worth a line where there are any.
void surroundings(Page& page, const HostMemoryFacts& facts) {
  if (facts.swap_total_bytes.value_or(0) > 0) {
    std::string text = format_binary_bytes(*facts.swap_total_bytes);
    if (facts.swap_free_bytes) text += fmt::format(", {} free", format_binary_bytes(*facts.swap_free_bytes));
    if (facts.zram_bytes)
      text += fmt::format(", {} of it compressed in memory (zram)", format_binary_bytes(*facts.zram_bytes));
    page.detail("  swap", text + "; not counted");
  }
  if (facts.huge_pages_bytes)
    page.detail("  huge pages", format_binary_bytes(*facts.huge_pages_bytes) + " set aside, nobody else can use them");
  if (facts.address_limit_bytes)
    page.detail("  ulimit -v", format_binary_bytes(*facts.address_limit_bytes) + " for a process");
}

void storage_line(Page& page, const StorageFacts& storage) {
  std::string text =
      fmt::format("{} of {} free", format_binary_bytes(storage.free_bytes), format_binary_bytes(storage.total_bytes));
  add(text, storage.place);
  add(text, storage.filesystem);
  if (storage.drive != DriveKind::unknown) add(text, name_of(storage.drive));
  if (storage.read_bytes_per_s) add(text, fmt::format("reads {} (assumed)", format_bandwidth(*storage.read_bytes_per_s)));
  page.detail("storage", text);
}

void memory_users(Page& page, const Machine& machine) {
  page.blank();
  page.title("who holds memory of the GPUs");
  for (const MemoryUser& user : machine.memory_users) {
    page.detail(user.device, fmt::format("{} · {} ({})", format_binary_bytes(user.bytes),
                                         user.process.empty() ? "a process" : user.process, user.pid));
  }
  if (machine.memory_users.empty())
    page.detail("none", "that this user may see; the driver tells the processes of others to root only");
}

/// How many devices from this one on would print the very same lines: the cards of a server, the parts of a split one.
std::size_t alike_from(const Machine& machine, std::size_t first) {
  const auto lines = [&](const Device& device) {
    std::string text = device.name + '\n' + device.runtime.value_or("") + '\n' + device.how_known + '\n';
    if (device.pool < machine.pools.size()) text += pool_line(machine.pools[device.pool]);
    return text;
  };
  std::size_t end = first + 1;
  if (machine.devices[first].kind == DeviceKind::cpu) return 1;
  while (end < machine.devices.size() && lines(machine.devices[end]) == lines(machine.devices[first])) ++end;
  return end - first;
}

/// Links of one kind and rate: each pair by itself, or, where there are many, whom they lead to.
void links(Page& page, const Machine& machine) {
  constexpr std::size_t k_told_singly = 2;
  std::vector<const Link*> left;
  for (const Link& link : machine.links) {
    if (link.from_pool < machine.pools.size() && link.to_pool < machine.pools.size()) left.push_back(&link);
  }
  while (!left.empty()) {
    const Link& first = *left.front();
    const auto is_other = [&](const Link* link) {
      return link->kind != first.kind || link->basis != first.basis ||
             std::abs(link->bandwidth_bytes_per_s - first.bandwidth_bytes_per_s) > 0.5;
    };
    const auto end = std::stable_partition(left.begin(), left.end(), [&](const Link* link) { return !is_other(link); });
    const std::vector<const Link*> same(left.begin(), end);
    left.erase(left.begin(), end);
    const std::string rate = format_bandwidth(first.bandwidth_bytes_per_s);
    const bool one_start =
        std::all_of(same.begin(), same.end(), [&](const Link* link) { return link->from_pool == first.from_pool; });
    if (same.size() > k_told_singly) {
      const std::string& last = machine.pools[same.back()->to_pool].id;
      page.detail(first.kind, one_start ? fmt::format("{} → each of {} to {} · {} ({})", machine.pools[first.from_pool].id,
                                                      machine.pools[first.to_pool].id, last, rate, name_of(first.basis))
                                        : fmt::format("{} pairs among {} to {} · {} each ({})", same.size(),
                                                      machine.pools[first.from_pool].id, last, rate, name_of(first.basis)));
      continue;
    }
    for (const Link* link : same) {
      page.detail(link->kind, fmt::format("{} → {} · {} ({})", machine.pools[link->from_pool].id,
                                          machine.pools[link->to_pool].id, rate, name_of(link->basis)));
    }
  }
}

}  // namespace

std::string cpu_line(const Machine& machine) {
  std::string text = machine.cpu.name.empty() ? "unknown CPU" : machine.cpu.name;
  add(text, cores_phrase(machine.cpu));
  return text;
}
std::string pool_line(const MemoryPool& pool) {
  std::string text = pool_phrase(pool);
  add(text, bandwidth_phrase(pool));
  if (pool.limit_bytes && *pool.limit_bytes < pool.total_bytes) {
    add(text, fmt::format("at most {}{}", format_binary_bytes(*pool.limit_bytes),
                          pool.limit_reason.empty() ? "" : " (" + pool.limit_reason + ")"));
  }
  return text;
}

std::string render_machine_text(const Machine& machine, const Terminal& terminal, bool explain, bool with_users) {
  Page page(terminal);
  page.spread(machine.origin.empty() ? "this machine" : machine.origin, Tone::strong,
              machine.kernel.empty() ? machine.os : machine.os + ", " + machine.kernel, Tone::quiet);
  page.blank();

  // Every device with its memory; a pool that several share is told at each. GPUs in a row that read alike are told once.
  for (std::size_t at = 0; at < machine.devices.size();) {
    const Device& device = machine.devices[at];
    const bool cpu = device.kind == DeviceKind::cpu;
    const std::size_t alike = explain ? 1 : alike_from(machine, at);
    const std::string name = device.name.empty() ? "unknown " + std::string(name_of(device.kind)) : device.name;
    const std::string which = alike == 1 ? device.id : device.id + "-" + machine.devices[at + alike - 1].id;
    const bool own_each = alike > 1 && machine.devices[at + 1].pool != device.pool;
    at += alike;
    page.detail(cpu ? "CPU" : which, cpu ? cpu_line(machine) : alike == 1 ? name : fmt::format("{}x {}", alike, name));
    if (device.pool < machine.pools.size()) {
      const MemoryPool& pool = machine.pools[device.pool];
      page.detail(own_each ? "  memory of each" : "  memory",
                  (pool.kind == PoolKind::unified ? "shared with the GPU · " : "") + pool_line(pool));
      const std::string source = memory_source(pool);
      if (!source.empty() && (explain || !pool.bandwidth_bytes_per_s)) page.detail("  memory known by", source);
    }
    if (cpu) {
      // Tiles are for products of whole batches; one token at a time is read with vectors.
      const std::string_view beside = machine.cpu.isa == CpuIsa::amx ? ", avx512_vnni" : "";
      page.detail("  instructions", std::string(name_of(machine.cpu.isa)) + std::string(beside));
      if (machine.cpu.usable_cores && !machine.cpu.usable_cores_reason.empty())
        page.detail("  core limit", machine.cpu.usable_cores_reason);
      if (machine.cpu.measured_fp32_flops_per_s)
        page.detail("  products", format_flops(*machine.cpu.measured_fp32_flops_per_s) + " in fp32 (measured)");
      if (const std::string stolen = stolen_time_phrase(machine); !stolen.empty()) page.detail("  stolen time", stolen);
    } else if (device.runtime) {
      page.detail("  runtime", *device.runtime + (device.runtime_version ? " " + *device.runtime_version : "") +
                                   (device.driver_version ? ", driver " + *device.driver_version : ""));
    }
    page.detail("  known by", how_phrase(device));
    if (explain) explain_device(page, device);
  }
  if (machine.devices.empty()) page.detail("CPU", cpu_line(machine));
  links(page, machine);

  surroundings(page, machine.host_memory);
  if (machine.storage) storage_line(page, *machine.storage);
  if (with_users) memory_users(page, machine);

  if (!machine.notes.empty()) {
    page.blank();
    page.title("not known, and why");
    for (const ProbeNote& note : machine.notes) page.detail(note.fact, note.reason);
  }
  return page.take();
}

}  // namespace canirun::report
