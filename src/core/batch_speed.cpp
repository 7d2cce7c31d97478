// SPDX-License-Identifier: MIT
#include "core/batch_speed.hpp"

#include <algorithm>
#include <array>
#include <canirun/names.hpp>
#include <string>

namespace canirun {
namespace {

constexpr int k_longest_chain = 4;

const BatchCosts* find(const SpeedBook& book, std::string_view id) {
  const auto found =
      std::find_if(book.batches.begin(), book.batches.end(), [&](const BatchCosts& record) { return record.id == id; });
  return found == book.batches.end() ? nullptr : &*found;
}

std::string_view kernels_of(Engine engine) {
  const bool own = engine == Engine::vllm || engine == Engine::mlx;
  return name_of(own ? engine : Engine::llama_cpp);
}

const BatchCosts* most_specific(const SpeedBook& book, Engine engine, std::string_view vendor, std::string_view architecture,
                                Backend backend) {
  const std::string head = std::string(kernels_of(engine)) + '/';
  const std::string here = head + std::string(vendor);
  const std::array<std::string, 4> ids{here + '/' + std::string(architecture), here + '/' + std::string(name_of(backend)),
                                       here, head + "any"};
  for (const std::string& id : ids) {
    if (const BatchCosts* record = find(book, id)) return record;
  }
  return nullptr;
}

template <class T, class U>
void take(const std::optional<T>& from, U& to) {
  if (from) to = static_cast<U>(*from);
}

void fold(const BatchCosts& costs, BatchSpeed& speed) {
  take(costs.vector_columns, speed.vector_columns);
  take(costs.column_unpacking, speed.column_unpacking);
  take(costs.column_flops_per_weight, speed.column_flops_per_weight);
  take(costs.matrix_read_slowdown, speed.matrix_read_slowdown);
  take(costs.matrix_product_slowdown, speed.matrix_product_slowdown);
  take(costs.matrix_rows, speed.matrix_rows);
  take(costs.expert_columns, speed.expert_columns);
  take(costs.expert_rows, speed.expert_rows);
  take(costs.experts_read_once, speed.experts_read_once);
  take(costs.expert_column_slowdown, speed.expert_column_slowdown);
  take(costs.expert_product_slowdown, speed.expert_product_slowdown);
  take(costs.launch_slowdown, speed.launch_slowdown);
  take(costs.routing_concentration, speed.routing_concentration);
  take(costs.product_fraction, speed.product_fraction);
  take(costs.prefill_fraction, speed.prefill_fraction);
  take(costs.least_bandwidth_fraction, speed.least_bandwidth_fraction);
  take(costs.least_kv_bandwidth_fraction, speed.least_kv_bandwidth_fraction);
  take(costs.request_s, speed.request_s);
  take(costs.tensor_parallel_layer_s, speed.tensor_parallel_layer_s);
  take(costs.spread, speed.spread);
}

}  // namespace

BatchSpeed batch_speed(const SpeedBook& book, Engine engine, std::string_view vendor, std::string_view architecture,
                       Backend backend) {
  std::array<const BatchCosts*, k_longest_chain> chain{};
  std::size_t length = 0;
  const BatchCosts* record = most_specific(book, engine, vendor, architecture, backend);
  while (record != nullptr && length < chain.size()) {
    chain[length++] = record;
    record = record->inherits.empty() ? nullptr : find(book, record->inherits);
  }
  BatchSpeed speed;
  while (length > 0) fold(*chain[--length], speed);  // the root first: what is nearer to the device has the last word
  return speed;
}

}  // namespace canirun
