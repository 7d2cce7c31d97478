// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/engine.hpp>
#include <canirun/evidence.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/fields_evidence.hpp"

/// What was measured elsewhere and estimates are held against: data/reference/.
namespace canirun::catalog {

/// Kinds of device that miss in different ways; `unified`: a chip whose GPU shares wide memory with the processor.
enum class DeviceClass : std::uint8_t { nvidia, amd, apple, intel, unified, cpu };
constexpr auto enum_names(DeviceClass) {
  return std::array<std::string_view, 6>{"nvidia", "amd", "apple", "intel", "unified", "cpu"};
}

/// A published run: how fast somebody's machine wrote (decode) and read (prefill).
struct SpeedRun {
  DeviceClass device_class = DeviceClass::nvidia;
  std::string on, model, quant;  ///< as `--on`, the model's and the quant's name
  Engine engine = Engine::llama_cpp;
  std::optional<Backend> backend;
  std::string program, build, os;  ///< what the source says beyond that; "" when nothing
  std::optional<bool> flash_attention;
  std::optional<std::uint32_t> threads;
  bool tensor_parallel = false;
  std::optional<double> bandwidth_bytes_per_s;  ///< of host memory, where the DIMMs decide
  std::optional<std::uint64_t> vram_bytes;
  std::uint32_t depth_tokens = 0, prompt_tokens = 512;
  std::optional<double> decode_tokens_per_s, prefill_tokens_per_s;
  bool prefill_is_a_mean = false;  ///< over prompts of 16 to 4096 tokens
  std::string source;
};
/// The runs of one publication.
struct SpeedRuns {
  std::string id;
  std::vector<SpeedRun> rows;
  Provenance provenance;
};

/// What an engine allocated for a model of true shape, MiB.
struct MemoryRun {
  std::string model, quant, kv_type_k, kv_type_v;
  std::uint32_t context_tokens = 0, ubatch = 512, parallel = 1;
  bool flash_attn = true, kv_unified = false;
  std::optional<bool> swa_full, op_offload;
  std::optional<std::uint32_t> max_output_rows, gpus, gpu_layers, cpu_moe_layers;
  std::optional<std::string> gpu_architecture;  ///< of a real card on the engine's own backend; else it was imitated
  double cache_mib = 0;                         ///< K, V and recurrent state, everywhere
  double compute_mib = 0;                       ///< scratch buffers
  double total_mib = 0;                         ///< on the GPUs where there are some, else on the host
};
struct MemoryRuns {
  std::string id;
  std::vector<MemoryRun> rows;
  Provenance provenance;
  std::string notes;
};

/// What a fit got on runs it had not seen: errors are max(estimate / measured, measured / estimate) - 1.
struct HeldOutRow {
  std::optional<DeviceClass> device_class;  ///< nothing: all
  std::string speed;                        ///< "decode" or "prefill"
  std::string left_out;                     ///< "device" or "model"
  std::uint32_t runs = 0;
  double median_error = 0, p90_error = 0;
};
struct HeldOut {
  std::string id;
  std::vector<HeldOutRow> rows;
  Provenance provenance;
};

template <class Archive>
void fields(Archive& a, SpeedRun& value) {
  a.required("class", value.device_class);
  a.required("on", value.on);
  a.required("model", value.model);
  a.required("quant", value.quant);
  a.required("engine", value.engine);
  a.optional("program", value.program);
  a.optional("build", value.build);
  a.optional("backend", value.backend);
  a.optional("flash_attention", value.flash_attention);
  a.optional("os", value.os);
  a.optional("threads", value.threads);
  a.optional("tensor_parallel", value.tensor_parallel);
  a.optional("bandwidth_bytes_per_s", value.bandwidth_bytes_per_s);
  a.optional("vram_bytes", value.vram_bytes);
  a.required("depth_tokens", value.depth_tokens);
  a.required("prompt_tokens", value.prompt_tokens);
  a.optional("decode_tokens_per_s", value.decode_tokens_per_s);
  a.optional("prefill_tokens_per_s", value.prefill_tokens_per_s);
  a.optional("prefill_is_a_mean", value.prefill_is_a_mean);
  a.required("source", value.source);
}
template <class Archive>
void fields(Archive& a, SpeedRuns& value) {
  a.required("id", value.id);
  a.required("provenance", value.provenance);
  a.required("rows", value.rows);
}

template <class Archive>
void fields(Archive& a, MemoryRun& value) {
  a.required("model", value.model);
  a.required("quant", value.quant);
  a.required("context_tokens", value.context_tokens);
  a.required("kv_type_k", value.kv_type_k);
  a.required("kv_type_v", value.kv_type_v);
  a.required("flash_attn", value.flash_attn);
  a.required("ubatch", value.ubatch);
  a.required("parallel", value.parallel);
  a.required("kv_unified", value.kv_unified);
  a.optional("swa_full", value.swa_full);
  a.optional("max_output_rows", value.max_output_rows);
  a.optional("gpus", value.gpus);
  a.optional("gpu_architecture", value.gpu_architecture);
  a.optional("gpu_layers", value.gpu_layers);
  a.optional("cpu_moe_layers", value.cpu_moe_layers);
  a.optional("op_offload", value.op_offload);
  a.required("cache_mib", value.cache_mib);
  a.required("compute_mib", value.compute_mib);
  a.required("total_mib", value.total_mib);
}
template <class Archive>
void fields(Archive& a, MemoryRuns& value) {
  a.required("id", value.id);
  a.required("provenance", value.provenance);
  a.optional("notes", value.notes);
  a.required("rows", value.rows);
}

template <class Archive>
void fields(Archive& a, HeldOutRow& value) {
  a.optional("class", value.device_class);
  a.required("speed", value.speed);
  a.required("left_out", value.left_out);
  a.required("runs", value.runs);
  a.required("median_error", value.median_error);
  a.required("p90_error", value.p90_error);
}
template <class Archive>
void fields(Archive& a, HeldOut& value) {
  a.required("id", value.id);
  a.required("provenance", value.provenance);
  a.required("rows", value.rows);
}

}  // namespace canirun::catalog
