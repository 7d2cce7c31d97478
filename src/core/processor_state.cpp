// SPDX-License-Identifier: MIT
#include "core/processor_state.hpp"

#include <algorithm>
#include <canirun/calibration.hpp>

namespace canirun {
namespace {

/// An engine multiplies weights of eight bits or fewer as eight-bit ones, after unpacking them: no faster than a product of
/// eight-bit matrices that are in the cache already. An upper bound, not a factor: the constants say how far an engine
/// stays below it.
void bound_products(DeviceSpeed& speed, const Machine& machine) {
  if (!machine.cpu.measured_int8_ops_per_s || !(*machine.cpu.measured_int8_ops_per_s > 0)) return;
  const double most = *machine.cpu.measured_int8_ops_per_s / k_least_products_share;
  speed.prefill_flops_per_s = std::min(speed.prefill_flops_per_s, most);
}

/// A stolen moment is one in which nothing is read, computed or waited for. Thefts come in bursts: the low end moves twice
/// as far as the middle.
void lose_time(DeviceSpeed& speed, double stolen) {
  const double left = 1 - stolen;
  speed.bandwidth_fraction *= left;
  speed.fp32_flops_per_s *= left;
  speed.prefill_flops_per_s *= left;
  speed.attention_flops_per_s *= left;
  speed.overhead_slowdown /= left;
  speed.prefill_layer_overhead_s /= left;
  speed.decode_spread.low *= left;
  speed.prefill_spread.low *= left;
}

}  // namespace

void settle_processor(DeviceSpeed& speed, const Machine& machine) {
  bound_products(speed, machine);
  if (const double stolen = stolen_share(machine); stolen > 0) lose_time(speed, stolen);
}

}  // namespace canirun
