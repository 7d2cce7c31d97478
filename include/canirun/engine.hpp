// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/quant.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace canirun {

enum class Engine : std::uint8_t { llama_cpp, ollama, lmstudio, vllm, mlx };
constexpr auto enum_names(Engine) {
  return std::array<std::string_view, 5>{"llama.cpp", "ollama", "lmstudio", "vllm", "mlx"};
}
enum class EngineMode : std::uint8_t { server, library };
constexpr auto enum_names(EngineMode) { return std::array<std::string_view, 2>{"server", "library"}; }
enum class Backend : std::uint8_t { automatic, cuda, rocm, vulkan, metal, sycl, cpu };
constexpr auto enum_names(Backend) {
  return std::array<std::string_view, 7>{"auto", "cuda", "rocm", "vulkan", "metal", "sycl", "cpu"};
}

/// How llama.cpp shares a model out over several GPUs: whole layers in turn, every matrix by rows (which it has given up),
/// one GPU alone, or weights and cache of every layer.
enum class SplitMode : std::uint8_t { layer, row, none, tensor };
constexpr auto enum_names(SplitMode) { return std::array<std::string_view, 4>{"layer", "row", "none", "tensor"}; }

/// How the engine is asked to run; defaults are llama-server's of today with one slot.
struct EngineSettings {
  Engine engine = Engine::llama_cpp;
  EngineMode mode = EngineMode::server;
  Backend backend = Backend::automatic;
  std::uint32_t context_tokens = 8192;  ///< per sequence slot total as `-c` takes it; engine pads it to 256
  std::uint32_t parallel = 1;
  bool kv_unified = false;
  TensorType kv_type_k = TensorType::f16, kv_type_v = TensorType::f16;
  bool flash_attn = true;
  bool swa_full = false;
  std::uint32_t batch = 2048, ubatch = 512;
  /// Logits rows the graph is reserved for. nullopt: the mode's own default (server: one a slot; library: n_batch).
  std::optional<std::uint32_t> max_output_rows;
  std::optional<std::uint32_t> gpu_layers;      ///< nullopt: auto. llama.cpp's -ngl: the output layer counts as one
  std::optional<std::uint32_t> cpu_moe_layers;  ///< nullopt: auto. -ncmoe: experts of the first N layers stay on the host
  SplitMode split_mode = SplitMode::layer;
  bool op_offload = true;  ///< big prompt batches of CPU layers are computed on the GPU
  bool repack = true;      ///< CPU backend's second copy of repackable weights
  std::optional<std::uint32_t> threads;
};

/// Tokens that one of the requests at once can have: slots share llama.cpp's context unless its cache is one for all; vLLM
/// and MLX give each request its own.
std::uint32_t context_of_a_request(const EngineSettings& settings);

}  // namespace canirun
