// SPDX-License-Identifier: MIT
#include <canirun/placement.hpp>
#include <canirun/tensor_parallel.hpp>
#include <canirun/units.hpp>
#include <catch2/catch.hpp>

#include "core/monotone_search.hpp"
#include "memory_cases.hpp"

using namespace canirun;
using namespace canirun::test;

namespace {

PlacedMemory place_q4(const Machine& machine, const ModelSpec& model, const EngineSettings& settings = {}) {
  return place(machine, model, sum_weights(model, q4_k_m()), settings);
}

}  // namespace

TEST_CASE("the search finds the last step that fits, straight or bent") {
  for (const std::uint32_t edge : {1U, 2U, 17U, 99U}) {
    const auto line = [&](std::uint32_t n) { return (static_cast<std::int64_t>(edge) - n) * 1000; };
    CHECK(last_that_fits(1, line(1), 100, line(100), line) == edge);
    const auto bent = [&](std::uint32_t n) { return n <= edge ? std::int64_t{5} : -(std::int64_t{1} << 40U) * n; };
    CHECK(last_that_fits(1, bent(1), 100, bent(100), bent) == edge);
  }
}

TEST_CASE("a model that fits goes onto the GPU whole") {
  const PlacedMemory placed = place_q4(gpu_machine(32 * k_gib, {24 * k_gib}), llama_3_1_8b());
  CHECK(placed.placement.status == FitStatus::fits);
  CHECK(placed.placement.gpu_layers == 33);
  CHECK(placed.placement.output_pool == 1);
  CHECK(placed.memory.pools[0].parts.weights_bytes > 0);  // the embedding stays on the host
  CHECK(placed.memory.pools[1].parts.runtime_overhead_bytes > 0);
}

TEST_CASE("a dense model that is too big keeps as many layers as fit, from the back") {
  const PlacedMemory placed = place_q4(gpu_machine(32 * k_gib, {4 * k_gib}), llama_3_1_8b());
  const Placement& placement = placed.placement;
  CHECK(placement.status == FitStatus::fits_offloaded);
  CHECK(placement.gpu_layers > 5);
  CHECK(placement.gpu_layers < 33);
  CHECK(placement.layers.front().pool == 0);
  CHECK(placement.layers.back().pool == 1);

  // One layer more would not have fitted.
  EngineSettings settings;
  settings.gpu_layers = placement.gpu_layers + 1;
  CHECK(place_q4(gpu_machine(32 * k_gib, {4 * k_gib}), llama_3_1_8b(), settings).placement.status ==
        FitStatus::does_not_fit);
}

TEST_CASE("experts leave the GPU before layers do, and no more than needed") {
  const ModelSpec model = mixtral_8x7b();
  const Placement placement = place_q4(gpu_machine(64 * k_gib, {16 * k_gib}), model).placement;
  CHECK(placement.status == FitStatus::fits_offloaded);
  CHECK(placement.gpu_layers == 33);
  CHECK(placement.expert_layers_on_cpu > 0);
  CHECK(placement.expert_layers_on_cpu < 32);
  CHECK(placement.layers.front().pool == 1);
  CHECK(placement.layers.front().expert_pool == 0);
  CHECK(placement.layers.back().expert_pool == 1);

  EngineSettings settings;
  settings.cpu_moe_layers = placement.expert_layers_on_cpu - 1;
  settings.gpu_layers = 33;
  CHECK(place_q4(gpu_machine(64 * k_gib, {16 * k_gib}), model, settings).placement.status == FitStatus::does_not_fit);
}

TEST_CASE("forced placements are honoured, even when they do not fit") {
  EngineSettings settings;
  settings.gpu_layers = 10;
  const PlacedMemory placed = place_q4(gpu_machine(64 * k_gib, {24 * k_gib}), llama_3_1_8b(), settings);
  CHECK(placed.placement.gpu_layers == 10);
  CHECK(placed.placement.status == FitStatus::fits_offloaded);
  // -ngl 10 is the output and nine blocks.
  CHECK(std::count_if(placed.placement.layers.begin(), placed.placement.layers.end(),
                      [](const LayerPlacement& layer) { return layer.pool == 1; }) == 9);

  settings.gpu_layers = 999;
  const Placement small = place_q4(gpu_machine(64 * k_gib, {2 * k_gib}), llama_3_1_8b(), settings).placement;
  CHECK(small.status == FitStatus::does_not_fit);
  CHECK(small.headroom_bytes < 0);
  CHECK(small.limiting_pool == 1);
}

TEST_CASE("layers are shared out by the memory that is free") {
  Machine machine = gpu_machine(64 * k_gib, {16 * k_gib, 8 * k_gib});
  machine.pools[1].free_bytes = 12 * k_gib;
  machine.pools[2].free_bytes = 6 * k_gib;
  const Placement placement = place_q4(machine, llama_3_1_8b()).placement;
  const auto first = std::count_if(placement.layers.begin(), placement.layers.end(),
                                   [](const LayerPlacement& layer) { return layer.pool == 1; });
  CHECK(first == 22);  // two thirds of 33, the output being the last
  CHECK(placement.output_pool == 2);
}

TEST_CASE("what is free now and what there is are two answers") {
  Machine machine = host_machine(16 * k_gib);
  machine.pools[0].free_bytes = 3 * k_gib;
  const Placement busy = place_q4(machine, llama_3_1_8b()).placement;
  CHECK(busy.status == FitStatus::does_not_fit);
  CHECK_FALSE(busy.fits_now);
  CHECK(busy.fits_idle);

  machine.pools[0].free_bytes = 12 * k_gib;
  CHECK(place_q4(machine, llama_3_1_8b()).placement.status == FitStatus::fits);
  CHECK_FALSE(place_q4(host_machine(4 * k_gib), llama_3_1_8b()).placement.fits_idle);
}

TEST_CASE("unified memory is one pool: nothing is counted twice and the GPU's limit counts") {
  const PlacedMemory placed = place_q4(unified_machine(16 * k_gib), llama_3_1_8b());
  CHECK(placed.placement.status == FitStatus::fits);
  CHECK(placed.memory.pools.size() == 1);
  CHECK(placed.memory.pools[0].usable_bytes <= 16 * k_gib / 3 * 2);
  CHECK(placed.memory.parts.runtime_overhead_bytes < 100 * k_mib);
  CHECK(place_q4(unified_machine(8 * k_gib), llama_3_1_8b()).placement.status == FitStatus::does_not_fit);

  // A tied output maps the same pages of the file as the embedding.
  ModelSpec tied = llama_3_1_8b();
  tied.tied_embeddings = true;
  const WeightTable weights = sum_weights(tied, q4_k_m());
  const auto bytes_on = [&](const Machine& machine) {
    return place(machine, tied, weights, EngineSettings{}).memory.parts.weights_bytes;
  };
  CHECK(bytes_on(gpu_machine(64 * k_gib, {24 * k_gib})) ==
        bytes_on(unified_machine(64 * k_gib)) + weights.token_embedding_bytes);
}

TEST_CASE("without a GPU that the backend can drive, everything is on the host") {
  EngineSettings settings;
  settings.backend = Backend::rocm;
  const Placement placement = place_q4(gpu_machine(64 * k_gib, {24 * k_gib}), llama_3_1_8b(), settings).placement;
  CHECK(placement.gpu_layers == 0);
  CHECK(placement.status == FitStatus::fits);
}

TEST_CASE("vLLM claims a share of the card and its own activations") {
  EngineSettings settings;
  settings.engine = Engine::vllm;
  const PlacedMemory placed = place_q4(gpu_machine(64 * k_gib, {24 * k_gib}), llama_3_1_8b(), settings);
  CHECK(placed.memory.pools[1].usable_bytes < 24 * k_gib * 93 / 100);
  CHECK(placed.memory.pools[1].parts.runtime_overhead_bytes > k_gib);
}

TEST_CASE("vLLM holds a model on its GPUs or not at all") {
  EngineSettings settings;
  const Machine machine = gpu_machine(64 * k_gib, {4 * k_gib});
  CHECK(place_q4(machine, llama_3_1_8b(), settings).placement.status == FitStatus::fits_offloaded);
  settings.engine = Engine::vllm;
  CHECK(place_q4(machine, llama_3_1_8b(), settings).placement.status == FitStatus::does_not_fit);
}

TEST_CASE("nothing to place on gives an answer, not a crash") {
  CHECK(place_q4(Machine{}, llama_3_1_8b()).placement.status == FitStatus::does_not_fit);
  const Placement tiny = place_q4(host_machine(k_mib), llama_3_1_8b()).placement;
  CHECK(tiny.status == FitStatus::does_not_fit);
  CHECK_FALSE(tiny.max_context_tokens);
}

TEST_CASE("a record with holes is placed without a crash") {
  const auto try_on_all = [](const ModelSpec& model) {
    for (const bool flash : {true, false}) {
      EngineSettings settings;
      settings.flash_attn = flash;
      settings.kv_type_k = TensorType::q8_0;
      settings.kv_type_v = flash ? TensorType::q8_0 : TensorType::f16;
      for (const Machine& machine : {host_machine(64 * k_gib), gpu_machine(64 * k_gib, {4 * k_gib, 4 * k_gib})}) {
        CHECK(place_q4(machine, model, settings).placement.layers.size() == model.layers.size());
      }
    }
  };
  ModelSpec hybrid = qwen3_6_35b_a3b();
  hybrid.ssm->conv_kernel = 0;
  try_on_all(hybrid);
  hybrid.ssm->time_step_rank = 1U << 20U;
  try_on_all(hybrid);
  ModelSpec latent = deepseek_v3();
  latent.moe->expert_used_count = 0;
  try_on_all(latent);
  ModelSpec headless = llama_3_1_8b();
  for (LayerSpec& layer : headless.layers) layer.head_count = layer.key_length = 0;
  try_on_all(headless);
  ModelSpec wordless = gemma_3_12b();
  wordless.vocab_size = 0;
  wordless.sliding_window_tokens = 0;
  try_on_all(wordless);
}

TEST_CASE("where the engine's own split is too much for one GPU, layers move to the others") {
  // By free memory the second card gets two fifths; with its buffers and the output that is more than it has.
  const ModelSpec model = llama_3_1_8b();
  const WeightTable weights = sum_weights(model, q4_k_m());
  std::size_t moved = 0;
  for (std::uint64_t mib = 2000; mib <= 4000; mib += 50) {
    const Machine machine = gpu_machine(64 * k_gib, {4 * k_gib, mib * k_mib});
    const Placement placement = place(machine, model, weights, EngineSettings{}).placement;
    const auto second = std::count_if(placement.layers.begin(), placement.layers.end(),
                                      [](const LayerPlacement& layer) { return layer.pool == 2; });
    if (placement.status != FitStatus::fits) continue;
    // Still one run of layers after the other.
    CHECK(std::is_sorted(placement.layers.begin(), placement.layers.end(),
                         [](const LayerPlacement& a, const LayerPlacement& b) { return a.pool < b.pool; }));
    const double usable = static_cast<double>(mib * k_mib) - 256.0 * k_mib;
    const double share = usable / (usable + (4.0 * 1024 - 256) * k_mib);
    if (static_cast<double>(second + 1) < share * 33 - 1) ++moved;
  }
  CHECK(moved > 0);
}

TEST_CASE("vLLM cuts a model over as many equal GPUs as divide its heads") {
  const ModelSpec model = llama_3_1_8b();  // 32 heads, 8 of keys and values
  CHECK(tensor_parallel_size(model, 0) == 1);
  CHECK(tensor_parallel_size(model, 2) == 2);
  CHECK(tensor_parallel_size(model, 3) == 2);
  CHECK(tensor_parallel_size(model, 8) == 8);
  ModelSpec odd = model;
  for (LayerSpec& layer : odd.layers) layer.head_count = 14;
  CHECK(tensor_parallel_size(odd, 8) == 7);

  EngineSettings settings;
  settings.engine = Engine::vllm;
  const PlacedMemory alone = place_q4(gpu_machine(64 * k_gib, {80 * k_gib}), model, settings);
  const PlacedMemory both = place_q4(gpu_machine(64 * k_gib, {80 * k_gib, 80 * k_gib}), model, settings);
  const MemoryParts& whole = alone.memory.pools[1].parts;
  for (const std::size_t pool : {1U, 2U}) {
    const MemoryParts& half = both.memory.pools[pool].parts;
    CHECK(in_mib(half.weights_bytes) == Approx(in_mib(whole.weights_bytes) / 2));
    CHECK(in_mib(half.kv_cache_bytes) == Approx(in_mib(whole.kv_cache_bytes) / 2));
    CHECK(half.runtime_overhead_bytes == whole.runtime_overhead_bytes);
  }
  // A model of 16 GB does not go onto one card of 16 GB, but onto two.
  const ModelSpec big = mixtral_8x7b();
  CHECK(place_q4(gpu_machine(64 * k_gib, {24 * k_gib}), big, settings).placement.status == FitStatus::does_not_fit);
  CHECK(place_q4(gpu_machine(64 * k_gib, {24 * k_gib, 24 * k_gib}), big, settings).placement.status == FitStatus::fits);
  // The smaller of two unequal cards decides.
  const Placement unequal = place_q4(gpu_machine(64 * k_gib, {80 * k_gib, 8 * k_gib}), big, settings).placement;
  CHECK(unequal.status == FitStatus::does_not_fit);
  CHECK(unequal.limiting_pool == 2);
  // More GPUs than heads of keys and values hold some of them twice.
  const PlacedMemory many =
      place_q4(gpu_machine(64 * k_gib,
                           {80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib,
                            80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib, 80 * k_gib}),
               model, settings);
  CHECK(many.memory.parts.kv_cache_bytes == 2 * alone.memory.parts.kv_cache_bytes);
}
