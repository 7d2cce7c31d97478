// SPDX-License-Identifier: MIT
#include "bench/cpu_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <canirun/names.hpp>
#include <canirun/units.hpp>
#include <chrono>
#include <set>
#include <system_error>
#include <thread>

namespace canirun::bench {
namespace {

constexpr std::size_t k_most_nodes = 8;  // more would take longer than ten seconds

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::uint32_t logical_cores(const Machine& machine) {
  const std::size_t allowed = allowed_cpus().size();
  if (allowed > 0) return static_cast<std::uint32_t>(allowed);
  return std::max({1U, machine.cpu.logical_cores, machine.cpu.physical_cores});
}

std::vector<std::uint32_t> thread_counts(const Machine& machine) {
  const std::uint32_t logical = logical_cores(machine);
  const std::uint32_t physical = std::clamp(machine.cpu.physical_cores, 1U, logical);
  std::set<std::uint32_t> counts = {1, std::min(2U, physical), std::max(1U, physical / 2), physical, logical};
  return {counts.begin(), counts.end()};
}

/// Of one thread: four times its share of the last-level cache, so that little of it is still there when it comes round
/// again.
std::size_t buffer_bytes(const Machine& machine, std::uint32_t threads) {
  constexpr std::uint64_t k_unknown_cache = 64 * k_mib, k_least = 16 * k_mib, k_most = 512 * k_mib;
  const std::uint64_t cache = std::max(machine.cpu.l3_cache_bytes.value_or(k_unknown_cache), 32 * k_mib);
  std::uint64_t bytes = std::clamp(4 * cache / threads, k_least, k_most);
  if (!machine.pools.empty()) {
    const MemoryPool& host = machine.pools.front();
    const std::uint64_t free = host.free_bytes.value_or(host.total_bytes / 2);
    bytes = std::min(bytes, std::max(free / 8 / threads, k_mib));
  }
  return static_cast<std::size_t>(bytes);
}

/// As deep as a layer of a small model, so that sums are kept in registers for long; bytes are four times as quick.
ProductSize size_of(NumberFormat format) {
  ProductSize size;
  if (format == NumberFormat::int8) size.depth *= 4;
  return size;
}

/// Runs of the product by all threads at once; each counts its own until the time is over.
std::optional<Repeated> measure_product(NumberFormat format, Kernels kernels, std::uint32_t threads, double seconds) {
  constexpr int k_slices = 5;
  std::atomic<std::uint32_t> ready{0};
  std::atomic<bool> go{false}, failed{false};
  std::atomic<double> start_s{0};
  std::vector<std::vector<double>> rates(threads, std::vector<double>(k_slices, 0));
  const auto work = [&](std::uint32_t self) {
    const std::unique_ptr<Product> product = make_product(format, kernels, size_of(format));
    product->run();  // pages, clocks
    ++ready;
    while (!go && !failed) std::this_thread::yield();
    const double begin_s = start_s;
    for (int slice = 0; slice < k_slices && !failed; ++slice) {
      const double until_s = begin_s + seconds * (slice + 1) / k_slices;
      const double from_s = now_s();
      double operations = 0;
      double at_s = from_s;
      do {
        product->run();
        operations += product->operations();
        at_s = now_s();
      } while (at_s < until_s);
      rates[self][static_cast<std::size_t>(slice)] = operations / (at_s - from_s);
    }
  };
  std::vector<std::thread> all;
  try {
    for (std::uint32_t i = 0; i < threads; ++i) all.emplace_back(work, i);
  } catch (const std::system_error&) {
    failed = true;
  }
  while (!failed && ready < threads) std::this_thread::yield();
  start_s = now_s();
  go = true;
  for (std::thread& thread : all) thread.join();
  if (failed) return std::nullopt;
  std::vector<double> sums(k_slices, 0);
  for (const std::vector<double>& own : rates) {
    for (int slice = 0; slice < k_slices; ++slice)
      sums[static_cast<std::size_t>(slice)] += own[static_cast<std::size_t>(slice)];
  }
  return summarise(std::move(sums));
}

}  // namespace

CpuProbe probe_cpu(const Machine& machine, const CpuProbeOptions& options) {
  CpuProbe probe;
  probe.kernels = best_kernels();
  const auto tell = [&](const std::string& what) {
    if (options.progress) options.progress(what);
  };
  const std::vector<unsigned> everywhere = allowed_cpus();
  for (const std::uint32_t threads : thread_counts(machine)) {
    tell(fmt::format("reading memory with {} thread{}", threads, threads == 1 ? "" : "s"));
    const std::size_t bytes = buffer_bytes(machine, threads);
    probe.buffer_bytes = std::max(probe.buffer_bytes, bytes);
    if (const auto rate = measure_read_rate(threads, bytes, options.read_s, everywhere, probe.kernels))
      probe.reads.push_back({.threads = threads, .node = std::nullopt, .bytes_per_s = *rate});
  }
  if (options.nodes.size() > 1) {
    for (std::size_t i = 0; i < std::min(options.nodes.size(), k_most_nodes); ++i) {
      std::vector<unsigned> cpus;
      std::copy_if(options.nodes[i].begin(), options.nodes[i].end(), std::back_inserter(cpus),
                   [&](unsigned cpu) { return std::find(everywhere.begin(), everywhere.end(), cpu) != everywhere.end(); });
      if (cpus.empty()) continue;
      tell(fmt::format("reading memory of node {}", i));
      const auto threads = static_cast<std::uint32_t>(cpus.size());
      if (const auto rate = measure_read_rate(threads, buffer_bytes(machine, threads), options.read_s, cpus, probe.kernels))
        probe.reads.push_back({.threads = threads, .node = static_cast<std::uint32_t>(i), .bytes_per_s = *rate});
    }
  }
  const std::uint32_t physical = std::clamp(machine.cpu.physical_cores, 1U, logical_cores(machine));
  for (const NumberFormat format : {NumberFormat::fp32, NumberFormat::fp16, NumberFormat::int8}) {
    for (const std::uint32_t threads : std::set<std::uint32_t>{1U, physical}) {
      tell(fmt::format("{} products with {} thread{}", name_of(format), threads, threads == 1 ? "" : "s"));
      if (const auto rate = measure_product(format, probe.kernels, threads, options.product_s))
        probe.products.push_back({.format = format, .threads = threads, .operations_per_s = *rate});
    }
  }
  return probe;
}

const ReadPoint* best_read(const CpuProbe& probe) {
  const ReadPoint* best = nullptr;
  for (const ReadPoint& point : probe.reads) {
    if (!point.node && (best == nullptr || point.bytes_per_s.typical > best->bytes_per_s.typical)) best = &point;
  }
  return best;
}

const ProductPoint* best_product(const CpuProbe& probe, NumberFormat format) {
  const ProductPoint* best = nullptr;
  for (const ProductPoint& point : probe.products) {
    if (point.format == format && (best == nullptr || point.operations_per_s.typical > best->operations_per_s.typical))
      best = &point;
  }
  return best;
}

}  // namespace canirun::bench
