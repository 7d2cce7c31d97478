// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <canirun/engine_refusal.hpp>
#include <canirun/names.hpp>
#include <cstdlib>

#include "core/placement_layout.hpp"

namespace canirun {
namespace {

bool runs_llama_cpp(Engine engine) {
  return engine == Engine::llama_cpp || engine == Engine::ollama || engine == Engine::lmstudio;
}
bool is_quantised(TensorType type) { return traits(type).block_elements > 1; }

std::string context_flag(const EngineSettings& settings) {
  return settings.context_tokens != 0 ? fmt::format(" --ctx {}", settings.context_tokens) : std::string();
}

/// The first head length of a layer with a cache of tokens that blocks of this type do not divide; 0: they divide all.
std::uint32_t indivisible(const ModelSpec& model, TensorType type, std::uint32_t LayerSpec::* length) {
  const std::uint32_t block = static_cast<std::uint32_t>(traits(type).block_elements);
  if (block <= 1) return 0;
  const auto found = std::find_if(model.layers.begin(), model.layers.end(), [&](const LayerSpec& layer) {
    return layer.head_count_kv != 0 && layer.attention != AttentionKind::mla && layer.*length % block != 0;
  });
  return found != model.layers.end() ? (*found).*length : 0;
}

bool has_latent_layers(const ModelSpec& model) {
  return model.mla && std::any_of(model.layers.begin(), model.layers.end(),
                                  [](const LayerSpec& layer) { return layer.attention == AttentionKind::mla; });
}

/// Layers shared by all GPUs need flash attention and a cache in half precision. Source: llama.cpp's docs/multi-gpu.md.
std::optional<EngineRefusal> tensor_refusal(const EngineSettings& settings) {
  if (settings.split_mode != SplitMode::tensor) return std::nullopt;
  if (!settings.flash_attn)
    return EngineRefusal{.reason = "--split-mode tensor needs flash attention, which is off",
                         .instead = "--split-mode tensor --flash-attn on",
                         .effect = "the same split, with flash attention"};
  return std::nullopt;
}

/// Splitting by rows is a matter of the backend. Source: ggml_backend_split_buffer_type, which CUDA (and so ROCm) and SYCL
/// offer.
std::optional<EngineRefusal> split_refusal(const Machine& machine, const EngineSettings& settings) {
  if (settings.split_mode != SplitMode::row) return std::nullopt;
  const Sites sites = engine_sites(machine, settings);
  const bool can = sites.backend == Backend::cuda || sites.backend == Backend::rocm || sites.backend == Backend::sycl;
  if (can || sites.count <= 2) return std::nullopt;
  return EngineRefusal{.reason = fmt::format("{} cannot split matrices by rows", name_of(sites.backend)),
                       .instead = "--split-mode layer",
                       .effect = "whole layers on each GPU"};
}

/// The oldest NVIDIA generation vLLM was ever built for. Source: its installation guide up to 0.14 (docs.vllm.ai, read
/// 2026-11); later versions begin at 7.5.
constexpr double k_least_vllm_capability = 7.0;

std::optional<EngineRefusal> vllm_refusal(const Machine& machine, const EngineSettings& settings) {
  if (settings.engine != Engine::vllm) return std::nullopt;
  const auto too_old = [](const Device& device) {
    return device.compute_capability && std::strtod(device.compute_capability->c_str(), nullptr) < k_least_vllm_capability;
  };
  const auto found = std::find_if(machine.devices.begin(), machine.devices.end(), too_old);
  if (found == machine.devices.end()) return std::nullopt;
  return EngineRefusal{.reason = fmt::format("it needs compute capability 7.0 or later, and {} has {}", found->name,
                                             *found->compute_capability),
                       .instead = "--engine llama.cpp",
                       .effect = "an engine that runs on it"};
}

}  // namespace

std::optional<EngineRefusal> engine_refusal(const ModelSpec& model, const EngineSettings& settings) {
  if (!runs_llama_cpp(settings.engine)) return std::nullopt;
  if (const std::optional<EngineRefusal> refusal = tensor_refusal(settings)) return refusal;
  const std::string_view k = name_of(settings.kv_type_k), v = name_of(settings.kv_type_v);
  if (has_latent_layers(model) && settings.kv_type_k != settings.kv_type_v) {
    return EngineRefusal{
        .reason = fmt::format("{} keeps keys and values in one row, so they cannot be {} and {}", model.name, k, v),
        .instead = fmt::format("--kv-type {}", k),
        .effect = "one type for both"};
  }
  if (!settings.flash_attn) {
    if (!is_quantised(settings.kv_type_v)) return std::nullopt;
    return EngineRefusal{.reason = fmt::format("values of the KV cache as {} need flash attention, which is off", v),
                         .instead = fmt::format("--kv-type-k {} --kv-type-v {} --flash-attn on", k, v),
                         .effect = "the same cache, with flash attention"};
  }
  if (const std::uint32_t length = indivisible(model, settings.kv_type_k, &LayerSpec::key_length)) {
    return EngineRefusal{
        .reason = fmt::format("keys of {} have {} numbers a head, which blocks of {} do not divide", model.name, length, k),
        .instead = "--kv-type f16",
        .effect = "a cache in half precision"};
  }
  if (const std::uint32_t length = indivisible(model, settings.kv_type_v, &LayerSpec::value_length)) {
    return EngineRefusal{.reason = fmt::format("values of {} have {} numbers a head, which blocks of {} do not divide",
                                               model.name, length, v),
                         .instead = "--kv-type f16",
                         .effect = "a cache in half precision"};
  }
  return std::nullopt;
}

std::optional<EngineRefusal> machine_refusal(const Machine& machine, const EngineSettings& settings) {
  if (std::optional<EngineRefusal> refusal = split_refusal(machine, settings)) return refusal;
  return vllm_refusal(machine, settings);
}

void hold_to_engine(Verdict& verdict, const Machine& machine, const ModelSpec& model, const EngineSettings& settings) {
  std::optional<EngineRefusal> refusal = engine_refusal(model, settings);
  if (!refusal) refusal = machine_refusal(machine, settings);
  if (!refusal) return;
  verdict.yes = false;
  verdict.worth_it = false;
  if (verdict.answer != Answer::use_api) verdict.answer = Answer::cannot_run;
  verdict.reasons.insert(verdict.reasons.begin(),
                         {"engine_refuses", fmt::format("{} refuses: {}", name_of(settings.engine), refusal->reason)});
  constexpr std::string_view k_on = "--on ";
  const std::string on =
      machine.origin.starts_with(k_on) ? fmt::format(" --on \"{}\"", machine.origin.substr(k_on.size())) : "";
  verdict.suggestions.insert(verdict.suggestions.begin(), {fmt::format("canirun check {}{}{} {}", typed_name(model), on,
                                                                       context_flag(settings), refusal->instead),
                                                           refusal->effect});
}

}  // namespace canirun
