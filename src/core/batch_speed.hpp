// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/engine.hpp>
#include <canirun/speed.hpp>
#include <string_view>

namespace canirun {

/// BatchCosts of one engine on one kind of device with the chain of records folded in: nothing is optional any more. The
/// members are BatchCosts' own; the figures here are what an empty book gives.
struct BatchSpeed {
  double vector_columns = 8, column_unpacking = 0.5, column_flops_per_weight = 5;
  double matrix_read_slowdown = 1.3, matrix_product_slowdown = 1, matrix_rows = 16;
  double expert_columns = 8, expert_rows = 8, expert_column_slowdown = 1, expert_product_slowdown = 1;
  bool experts_read_once = true;
  double launch_slowdown = 1;
  double routing_concentration = 0;
  double product_fraction = 0, prefill_fraction = 0, least_bandwidth_fraction = 0;  ///< 0: as llama.cpp
  double least_kv_bandwidth_fraction = 0;
  double request_s = 0;
  double tensor_parallel_layer_s = 50e-6;
  SpeedSpread spread{.low = 1, .high = 1};
};

/// The record "ENGINE/VENDOR/ARCHITECTURE", else "ENGINE/VENDOR/BACKEND", else "ENGINE/VENDOR", else "ENGINE/any"; `vendor`
/// is the device's class without "class/". Programs built on llama.cpp count as it. Total.
BatchSpeed batch_speed(const SpeedBook& book, Engine engine, std::string_view vendor, std::string_view architecture,
                       Backend backend);

}  // namespace canirun
