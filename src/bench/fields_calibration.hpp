// SPDX-License-Identifier: MIT
#pragma once
#include "bench/calibration_file.hpp"
#include "json/archive.hpp"

/// The calibration file, and the same records in the documents of `canirun bench`.
namespace canirun {

template <class Archive>
void fields(Archive& a, MeasuredRate& value) {
  a.required("tokens_per_s", value.tokens_per_s);
  a.optional("tokens", value.tokens);
  a.optional("depth_tokens", value.depth_tokens);
  a.optional("spread", value.spread);
}

template <class Archive>
void fields(Archive& a, Measurement& value) {
  a.optional("model", value.model);
  a.optional("model_name", value.model_name);
  a.optional("quant", value.quant);
  a.required("engine", value.engine);
  a.required("backend", value.backend);
  a.optional("gpu_layers", value.gpu_layers);
  a.optional("cpu_moe_layers", value.cpu_moe_layers);
  a.optional("threads", value.threads);
  a.optional("flash_attn", value.flash_attn);
  a.optional("parallel", value.parallel);
  a.optional("decode", value.decode);
  a.optional("prefill", value.prefill);
  a.optional("time_to_first_token_s", value.time_to_first_token_s);
  a.optional("repetitions", value.repetitions);
  a.optional("busy", value.busy);
  a.optional("speculative", value.speculative);
  a.optional("source", value.source);
  a.optional("engine_version", value.engine_version);
  a.optional("measured_on", value.measured_on);
}

namespace bench {

template <class Archive>
void fields(Archive& a, MeasuredMemory& value) {
  a.required("read_bytes_per_s", value.read_bytes_per_s);
  a.optional("spread", value.spread);
  a.optional("threads", value.threads);
  a.optional("busy", value.busy);
  a.optional("measured_on", value.measured_on);
}

template <class Archive>
void fields(Archive& a, MeasuredCompute& value) {
  a.required("fp32_flops_per_s", value.fp32_flops_per_s);
  a.optional("fp16_flops_per_s", value.fp16_flops_per_s);
  a.required("int8_ops_per_s", value.int8_ops_per_s);
  a.optional("kernels", value.kernels);
  a.optional("threads", value.threads);
  a.optional("busy", value.busy);
  a.optional("measured_on", value.measured_on);
}

template <class Archive>
void fields(Archive& a, MeasuredCopies& value) {
  a.required("device", value.device);
  a.optional("by", value.by);
  a.required("copy_bytes_per_s", value.copy_bytes_per_s);
  a.optional("spread", value.spread);
  a.optional("busy", value.busy);
  a.optional("measured_on", value.measured_on);
}

template <class Archive>
void fields(Archive& a, MachineRecord& value) {
  a.required("key", value.key);
  a.optional("name", value.name);
  a.optional("memory", value.memory);
  a.optional("compute", value.compute);
  a.optional("gpu_copies", value.gpu_copies);
  a.optional("runs", value.runs);
}

}  // namespace bench
}  // namespace canirun
