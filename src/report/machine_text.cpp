// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <canirun/names.hpp>

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
  if (cpu.performance_cores) text += fmt::format(", {} of them fast", *cpu.performance_cores);
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
  if (device.is_mig) page.detail("  MIG", "a slice of the card");
  if (device.drives_display) page.detail("  display", "drives one: some memory is taken");
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

std::string render_machine_text(const Machine& machine, const Terminal& terminal, bool explain) {
  Page page(terminal);
  page.spread(machine.origin.empty() ? "this machine" : machine.origin, Tone::strong,
              machine.kernel.empty() ? machine.os : machine.os + ", " + machine.kernel, Tone::quiet);
  page.blank();

  // Every device with its memory; a pool that several share is told at each.
  for (const Device& device : machine.devices) {
    const bool cpu = device.kind == DeviceKind::cpu;
    const std::string name = device.name.empty() ? "unknown " + std::string(name_of(device.kind)) : device.name;
    page.detail(cpu ? "CPU" : device.id, cpu ? cpu_line(machine) : name);
    if (device.pool < machine.pools.size()) {
      const MemoryPool& pool = machine.pools[device.pool];
      page.detail("  memory", (pool.kind == PoolKind::unified ? "shared with the GPU · " : "") + pool_line(pool));
      const std::string source = memory_source(pool);
      if (!source.empty() && (explain || !pool.bandwidth_bytes_per_s)) page.detail("  memory known by", source);
    }
    if (cpu) {
      page.detail("  instructions", std::string(name_of(machine.cpu.isa)));
      if (machine.cpu.usable_cores && !machine.cpu.usable_cores_reason.empty())
        page.detail("  core limit", machine.cpu.usable_cores_reason);
    } else if (device.runtime) {
      page.detail("  runtime", *device.runtime + (device.driver_version ? ", driver " + *device.driver_version : ""));
    }
    page.detail("  known by", how_phrase(device));
    if (explain) explain_device(page, device);
  }
  if (machine.devices.empty()) page.detail("CPU", cpu_line(machine));
  for (const Link& link : machine.links) {
    if (link.from_pool < machine.pools.size() && link.to_pool < machine.pools.size()) {
      page.detail(link.kind,
                  fmt::format("{} → {} · {} ({})", machine.pools[link.from_pool].id, machine.pools[link.to_pool].id,
                              format_bandwidth(link.bandwidth_bytes_per_s), name_of(link.basis)));
    }
  }

  if (!machine.notes.empty()) {
    page.blank();
    page.title("not known, and why");
    for (const ProbeNote& note : machine.notes) page.detail(note.fact, note.reason);
  }
  return page.take();
}

}  // namespace canirun::report
