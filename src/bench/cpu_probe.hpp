// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "bench/products.hpp"
#include "bench/read_rate.hpp"

/// `canirun bench` alone: what this processor reads and computes, in less than ten seconds.
namespace canirun::bench {

struct ReadPoint {
  std::uint32_t threads = 0;
  std::optional<std::uint32_t> node;  ///< only its processors, reading its own memory
  Repeated bytes_per_s;
};
struct ProductPoint {
  NumberFormat format = NumberFormat::fp32;
  std::uint32_t threads = 0;
  Repeated operations_per_s;
};

struct CpuProbe {
  std::vector<ReadPoint> reads;
  std::vector<ProductPoint> products;
  Kernels kernels = Kernels::plain;
  std::size_t buffer_bytes = 0;  ///< a thread read again and again, in the largest run
};

struct CpuProbeOptions {
  double read_s = 0.35, product_s = 0.35;         ///< a point
  std::vector<std::vector<unsigned>> nodes = {};  ///< processors of each NUMA node
  std::function<void(std::string_view)> progress = {};
};
/// Thread counts 1, 2, half, all physical and all logical cores, as far as they are to be had. Buffers of four times the
/// last-level cache, at most an eighth of the free memory.
CpuProbe probe_cpu(const Machine& machine, const CpuProbeOptions& options);

/// The best of them; nullptr when there is none.
const ReadPoint* best_read(const CpuProbe& probe);
const ProductPoint* best_product(const CpuProbe& probe, NumberFormat format);

}  // namespace canirun::bench
