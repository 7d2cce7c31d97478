// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/speed.hpp>

#include "json/fields_evidence.hpp"

/// Field lists of data/speed/.
namespace canirun {

template <class Archive>
void fields(Archive& a, WeightCost& value) {
  a.required("weights", value.weights);
  a.optional("decode_flops_per_weight", value.decode_flops_per_weight);
  a.optional("prefill_slowdown", value.prefill_slowdown);
}

template <class Archive>
void fields(Archive& a, SpeedSpread& value) {
  a.required("low", value.low);
  a.required("high", value.high);
}

template <class Archive>
void fields(Archive& a, WeightSlowdown& value) {
  a.required("weights", value.weights);
  a.required("decode_slowdown", value.decode_slowdown);
}

template <class Archive>
void fields(Archive& a, BackendSpeed& value) {
  a.required("backend", value.backend);
  a.optional("weight_slowdown", value.weight_slowdown);
  a.optional("kv_slowdown", value.kv_slowdown);
  a.optional("prefill_slowdown", value.prefill_slowdown);
  a.optional("attention_slowdown", value.attention_slowdown);
  a.optional("overhead_slowdown", value.overhead_slowdown);
  a.optional("f16_prefill_slowdown", value.f16_prefill_slowdown);
  a.optional("bf16_prefill_slowdown", value.bf16_prefill_slowdown);
  a.optional("bf16_expert_slowdown", value.bf16_expert_slowdown);
  a.optional("bf16_expert_prefill_slowdown", value.bf16_expert_prefill_slowdown);
  a.optional("weights", value.weights);
  a.optional("decode_spread", value.decode_spread);
  a.optional("prefill_spread", value.prefill_spread);
}

template <class Archive>
void fields(Archive& a, EngineSpeed& value) {
  a.required("engine", value.engine);
  a.optional("decode_slowdown", value.decode_slowdown);
  a.optional("prefill_slowdown", value.prefill_slowdown);
}

template <class Archive>
void fields(Archive& a, DeviceSlowdown& value) {
  a.required("device", value.device);
  a.required("decode_slowdown", value.decode_slowdown);
}

template <class Archive>
void fields(Archive& a, SpeedConstants& value) {
  a.required("id", value.id);
  a.optional("inherits", value.inherits);
  a.optional("bandwidth_fraction", value.bandwidth_fraction);
  a.optional("bandwidth_reference_bytes_per_s", value.bandwidth_reference_bytes_per_s);
  a.optional("bandwidth_exponent", value.bandwidth_exponent);
  a.optional("socket_exponent", value.socket_exponent);
  a.optional("kv_bandwidth_fraction", value.kv_bandwidth_fraction);
  a.optional("kv_grouping_exponent", value.kv_grouping_exponent);
  a.optional("kv_slowdown_without_flash_attention", value.kv_slowdown_without_flash_attention);
  a.optional("attention_flops_slowdown", value.attention_flops_slowdown);
  a.optional("layer_overhead_s", value.layer_overhead_s);
  a.optional("token_overhead_s", value.token_overhead_s);
  a.optional("overhead_slowdown_without_flash_attention", value.overhead_slowdown_without_flash_attention);
  a.optional("expert_slowdown", value.expert_slowdown);
  a.optional("recurrent_layer_units", value.recurrent_layer_units);
  a.optional("moe_layer_units", value.moe_layer_units);
  a.optional("norm_layer_units", value.norm_layer_units);
  a.optional("prefill_unit", value.prefill_unit);
  a.optional("prefill_fraction", value.prefill_fraction);
  a.optional("prefill_core_exponent", value.prefill_core_exponent);
  a.optional("prefill_layer_overhead_s", value.prefill_layer_overhead_s);
  a.optional("prefill_attention_fraction", value.prefill_attention_fraction);
  a.optional("attention_grouping_exponent", value.attention_grouping_exponent);
  a.optional("attention_head_exponent", value.attention_head_exponent);
  a.optional("prefill_slowdown_without_flash_attention", value.prefill_slowdown_without_flash_attention);
  a.optional("attention_slowdown_without_flash_attention", value.attention_slowdown_without_flash_attention);
  a.optional("score_bytes_without_flash_attention", value.score_bytes_without_flash_attention);
  a.optional("prefill_expert_slowdown", value.prefill_expert_slowdown);
  a.optional("prefill_expert_rows", value.prefill_expert_rows);
  a.optional("pool_hop_s", value.pool_hop_s);
  a.optional("host_hop_s", value.host_hop_s);
  a.optional("pipeline_gain", value.pipeline_gain);
  a.optional("windows_overhead_slowdown", value.windows_overhead_slowdown);
  a.optional("windows_prefill_slowdown", value.windows_prefill_slowdown);
  a.optional("power_limit_exponent", value.power_limit_exponent);
  a.optional("prefill_joules_per_operation", value.prefill_joules_per_operation);
  a.optional("power_starved_exponent", value.power_starved_exponent);
  a.optional("unpacking_slowdown", value.unpacking_slowdown);
  a.optional("laptop_slowdown", value.laptop_slowdown);
  a.optional("laptop_prefill_slowdown", value.laptop_prefill_slowdown);
  a.optional("weight_costs", value.weight_costs);
  a.optional("backends", value.backends);
  a.optional("engines", value.engines);
  a.optional("devices", value.devices);
  a.optional("decode_spread", value.decode_spread);
  a.optional("prefill_spread", value.prefill_spread);
  a.optional("mixture_spread_exponent", value.mixture_spread_exponent);
  a.optional("mixture_prefill_spread_exponent", value.mixture_prefill_spread_exponent);
  a.optional("rows", value.rows);
  a.optional("parts", value.parts);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

template <class Archive>
void fields(Archive& a, BatchCosts& value) {
  a.required("id", value.id);
  a.optional("inherits", value.inherits);
  a.optional("vector_columns", value.vector_columns);
  a.optional("column_unpacking", value.column_unpacking);
  a.optional("column_flops_per_weight", value.column_flops_per_weight);
  a.optional("matrix_read_slowdown", value.matrix_read_slowdown);
  a.optional("matrix_product_slowdown", value.matrix_product_slowdown);
  a.optional("matrix_rows", value.matrix_rows);
  a.optional("expert_columns", value.expert_columns);
  a.optional("expert_rows", value.expert_rows);
  a.optional("experts_read_once", value.experts_read_once);
  a.optional("expert_column_slowdown", value.expert_column_slowdown);
  a.optional("expert_product_slowdown", value.expert_product_slowdown);
  a.optional("launch_slowdown", value.launch_slowdown);
  a.optional("routing_concentration", value.routing_concentration);
  a.optional("product_fraction", value.product_fraction);
  a.optional("prefill_fraction", value.prefill_fraction);
  a.optional("least_bandwidth_fraction", value.least_bandwidth_fraction);
  a.optional("least_kv_bandwidth_fraction", value.least_kv_bandwidth_fraction);
  a.optional("request_s", value.request_s);
  a.optional("tensor_parallel_layer_s", value.tensor_parallel_layer_s);
  a.optional("spread", value.spread);
  a.optional("rows", value.rows);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

template <class Archive>
void fields(Archive& a, DraftEvidence& value) {
  a.required("id", value.id);
  a.required("kind", value.kind);
  a.optional("task", value.task);
  a.required("share", value.share);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
}

}  // namespace canirun
