// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <canirun/calibration.hpp>

#include "cli/bench_report.hpp"
#include "report/numbers.hpp"
#include "report/phrases.hpp"
#include "report/text.hpp"

namespace canirun::cli {
namespace {

using report::Align;
using report::Page;
using report::Tone;

std::string spread_words(const bench::Repeated& figure) { return fmt::format("{:.0f} %", 100 * figure.spread); }

void add_processor(report::Table& table, const bench::CpuProbe& cpu) {
  for (const bench::ReadPoint& point : cpu.reads) {
    const bool best = &point == bench::best_read(cpu);
    table.add_row({{point.node ? fmt::format("memory of node {}", *point.node) : "memory reads", Tone::plain},
                   {fmt::format("{}", point.threads), Tone::plain},
                   {report::format_bandwidth(point.bytes_per_s.typical), best ? Tone::strong : Tone::plain},
                   {spread_words(point.bytes_per_s), Tone::quiet}});
  }
  for (const bench::ProductPoint& point : cpu.products) {
    const bool best = &point == bench::best_product(cpu, point.format);
    std::string rate = report::format_flops(point.operations_per_s.typical);
    if (point.format == bench::NumberFormat::int8) {
      const std::size_t unit = rate.find("FLOPS");
      if (unit != std::string::npos) rate.replace(unit, 5, "OPS");
    }
    table.add_row({{fmt::format("{} products", name_of(point.format)), Tone::plain},
                   {fmt::format("{}", point.threads), Tone::plain},
                   {rate, best ? Tone::strong : Tone::plain},
                   {spread_words(point.operations_per_s), Tone::quiet}});
  }
}

void add_copies(report::Table& table, const std::vector<bench::GpuCopies>& gpus) {
  for (const bench::GpuCopies& gpu : gpus) {
    if (!gpu.bytes_per_s || gpu.is_software) continue;
    table.add_row({{gpu.device + " copies", Tone::plain},
                   {"", Tone::plain},
                   {report::format_bandwidth(gpu.bytes_per_s->typical), Tone::strong},
                   {spread_words(*gpu.bytes_per_s), Tone::quiet}});
  }
}

/// The bandwidth that the part's record or the driver states.
std::optional<double> nominal_bandwidth(const MemoryPool& pool) {
  const Basis basis = pool.bandwidth_provenance.basis;
  return basis == Basis::published || basis == Basis::derived ? pool.bandwidth_bytes_per_s : std::nullopt;
}

const Device* device_of(const Machine& machine, const std::string& id) {
  const auto found =
      std::find_if(machine.devices.begin(), machine.devices.end(), [&](const Device& each) { return each.id == id; });
  return found == machine.devices.end() ? nullptr : &*found;
}

/// What the copies of a card say of its memory.
void judge_copies(Page& page, const bench::GpuCopies& gpu, const MemoryPool* pool) {
  if (!gpu.is_steady) {
    page.statement(report::Mark::partly, gpu.device + " is busy",
                   {"the repetitions lie far apart: an idle card does better, and estimates keep to its record"});
    return;
  }
  if (pool == nullptr || pool->kind != PoolKind::gpu) return;
  const std::optional<double> nominal = nominal_bandwidth(*pool);
  const double bandwidth = bandwidth_by_copies(gpu.bytes_per_s->typical, nominal);
  if (!nominal) {
    page.statement(report::Mark::about, gpu.device,
                   {fmt::format("its record states no bandwidth; copies reach about {} of one, so it is taken to be {}",
                                report::format_percent(k_copy_share), report::format_bandwidth(bandwidth))});
  } else if (bandwidth < *nominal) {
    page.statement(report::Mark::partly, gpu.device + " is slow",
                   {fmt::format("a healthy card copies at about {}; estimates that follow this take {} (a power limit, "
                                "another variant, a shared card?)",
                                report::format_percent(k_copy_share), report::format_bandwidth(bandwidth))});
  }
}

void gpu_lines(Page& page, const BenchReport& report) {
  for (const bench::GpuCopies& gpu : report.probe->gpus) {
    const std::string who = gpu.by.empty() ? "Vulkan" : gpu.by;
    const std::string by = gpu.driver.empty() ? who : fmt::format("{}, {}", who, page.safe(gpu.driver));
    if (gpu.is_software) {
      page.detail("no GPU", fmt::format("{}: a driver that computes on the processor", page.safe(gpu.name)));
    } else if (!gpu.bytes_per_s) {
      page.detail(gpu.device, fmt::format("not measured: {}", page.safe(gpu.why_not)));
    } else {
      const Device* device = device_of(report.machine, gpu.device);
      const bool has_pool = device != nullptr && device->pool < report.machine.pools.size();
      const MemoryPool* pool = has_pool ? &report.machine.pools[device->pool] : nullptr;
      const std::optional<double> nominal = pool != nullptr ? nominal_bandwidth(*pool) : std::nullopt;
      std::string text =
          fmt::format("{} MiB copied within its memory again and again ({}), read and written", gpu.buffer_bytes >> 20U, by);
      if (nominal)
        text += fmt::format(": {} of {}", report::format_percent(gpu.bytes_per_s->typical / *nominal),
                            report::format_bandwidth(*nominal));
      if (device != nullptr && !bench::copies_tell_bandwidth(device->vendor, gpu.by)) {
        page.detail(gpu.device, text + "; an engine for the bus does that here, so it says nothing of what models read");
        continue;
      }
      page.detail(gpu.device, text + "; reads are taken to reach the same share (assumed)");
      judge_copies(page, gpu, pool);
    }
  }
}

}  // namespace

void probe_section(Page& page, const BenchReport& report) {
  if (!report.probe) return;
  const bench::CpuProbe& cpu = report.probe->cpu;
  report::Table table({{.title = "what", .align = Align::left, .drop_order = 0, .min_width = 0},
                       {.title = "threads", .align = Align::right, .drop_order = 0, .min_width = 0},
                       {.title = "rate", .align = Align::right, .drop_order = 0, .min_width = 0},
                       {.title = "spread", .align = Align::right, .drop_order = 1, .min_width = 0}});
  add_processor(table, cpu);
  add_copies(table, report.probe->gpus);
  page.table(table, 2);
  page.detail("kernels", fmt::format("{}; {:.0f} MiB a thread read again and again", name_of(cpu.kernels),
                                     static_cast<double>(cpu.buffer_bytes) / (1U << 20U)));
  if (!report.machine.pools.empty() && report.memory) {
    if (const std::optional<double> nominal = nominal_bandwidth(report.machine.pools.front())) {
      page.detail("nominal", fmt::format("{}: {} of it is read", report::format_bandwidth(*nominal),
                                         report::format_percent(report.memory->read_bytes_per_s / *nominal)));
    }
  }
  gpu_lines(page, report);
  for (const std::string& what : report.probe->disturbances)
    page.statement(report::Mark::partly, "busy", {what + ": a quiet machine does better"});
}

}  // namespace canirun::cli
