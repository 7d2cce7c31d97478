// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/engine.hpp>
#include <canirun/memory.hpp>
#include <canirun/units.hpp>

namespace canirun {
namespace {

constexpr std::uint32_t k_cell_padding = 256;  // llama-context.cpp pads n_ctx to this, flash attention or not
constexpr std::uint32_t k_ollama_batch = 512;  // Ollama's num_batch for text models
constexpr std::uint32_t k_vllm_block = 16;     // vLLM allocates its cache in blocks of 16 tokens
constexpr std::uint32_t k_vllm_batch = 2048;   // max_num_batched_tokens, the smallest default
constexpr std::uint32_t k_mlx_prefill_step = 2048;
constexpr std::uint32_t k_most_tokens = 1U << 30U;

std::uint32_t padded(std::uint32_t tokens, std::uint32_t step) { return static_cast<std::uint32_t>(pad_up(tokens, step)); }

/// vLLM and MLX hold exactly what a request needs, in blocks; nothing is reserved per slot beforehand.
ContextShape blockwise_shape(std::uint32_t context, std::uint32_t sequences, std::uint32_t block, std::uint32_t batch) {
  return {.batch = batch,
          .ubatch = batch,
          .cells = padded(context, block),
          .streams = sequences,
          .sequences = sequences,
          .output_rows = sequences};
}

}  // namespace

std::uint32_t context_of_a_request(const EngineSettings& settings) {
  const bool is_each_ones_own = settings.engine == Engine::vllm || settings.engine == Engine::mlx;
  if (is_each_ones_own || settings.kv_unified) return settings.context_tokens;
  return settings.context_tokens / std::max(1U, settings.parallel);
}

MemoryKnowledge memory_knowledge(Engine engine) {
  switch (engine) {
    case Engine::llama_cpp:
      return {.basis = Basis::derived,
              .source =
                  "the allocation rules of llama.cpp v0.5.0, equal to its own figures on files of true shape "
                  "(canirun accuracy)"};
    case Engine::ollama:
      return {
          .basis = Basis::derived,
          .source = "Ollama runs llama.cpp's server: its rules with Ollama's batch, context and slots (source, 2026-11)"};
    case Engine::lmstudio:
      return {.basis = Basis::derived, .source = "LM Studio runs llama.cpp: its rules; LM Studio's own share is not known"};
    case Engine::vllm:
      return {.basis = Basis::assumed,
              .source =
                  "vLLM's source and documentation (2026-11): weights and cache exact, activations and CUDA graphs "
                  "as its logs have them, not measured"};
    case Engine::mlx:
      return {.basis = Basis::assumed,
              .source = "mlx-lm's source (2026-11): weights and cache exact, scratch space derived, not measured"};
  }
  return {};
}

ContextShape context_shape(const EngineSettings& settings, const ModelSpec& model) {
  const std::uint32_t sequences = std::max(1U, settings.parallel);
  const std::uint32_t wanted = settings.context_tokens != 0 ? settings.context_tokens : model.context_limit_tokens;
  const std::uint32_t context = std::clamp(wanted, 1U, k_most_tokens);
  if (settings.engine == Engine::vllm) return blockwise_shape(context, sequences, k_vllm_block, k_vllm_batch);
  if (settings.engine == Engine::mlx) return blockwise_shape(context, sequences, k_cell_padding, k_mlx_prefill_step);

  // llama.cpp, and what runs it. Source: the constructor of llama_context.
  ContextShape shape;
  shape.sequences = sequences;
  shape.streams = settings.kv_unified ? 1 : sequences;
  shape.cells = settings.kv_unified ? padded(context, k_cell_padding)
                                    : padded(padded(context, k_cell_padding) / sequences, k_cell_padding);
  shape.batch = std::max(1U, std::min(context, settings.batch));
  if (settings.engine == Engine::ollama) shape.batch = std::min(shape.batch, k_ollama_batch);
  shape.ubatch = std::max(1U, std::min(shape.batch, settings.ubatch != 0 ? settings.ubatch : settings.batch));

  // Older estimators reserve logits for the whole batch; a server asks for one row a slot only.
  std::uint32_t rows = settings.mode == EngineMode::server ? sequences : shape.batch;
  if (settings.max_output_rows.value_or(0) != 0) rows = *settings.max_output_rows;
  shape.output_rows = std::clamp(rows, 1U, shape.ubatch);
  return shape;
}

}  // namespace canirun
