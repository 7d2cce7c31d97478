// SPDX-License-Identifier: MIT
#include <canirun/engine_refusal.hpp>
#include <catch2/catch.hpp>

#include "memory_cases.hpp"

using namespace canirun;
using namespace canirun::test;

namespace {

EngineSettings cache_of(TensorType keys, TensorType values, bool flash = true) {
  EngineSettings settings;
  settings.kv_type_k = keys;
  settings.kv_type_v = values;
  settings.flash_attn = flash;
  return settings;
}

}  // namespace

TEST_CASE("what llama.cpp refuses is refused, with a way out") {
  const ModelSpec plain = llama_3_1_8b();
  CHECK_FALSE(engine_refusal(plain, EngineSettings{}));
  CHECK_FALSE(engine_refusal(plain, cache_of(TensorType::q8_0, TensorType::q4_0)));
  // Keys may be quantised without flash attention, values may not.
  CHECK_FALSE(engine_refusal(plain, cache_of(TensorType::q8_0, TensorType::f16, false)));
  const auto values = engine_refusal(plain, cache_of(TensorType::q8_0, TensorType::q8_0, false));
  REQUIRE(values);
  CHECK(values->reason == "values of the KV cache as q8_0 need flash attention, which is off");
  CHECK(values->instead == "--kv-type-k q8_0 --kv-type-v q8_0 --flash-attn on");

  // Latent attention keeps one row for both.
  const ModelSpec latent = deepseek_v3();
  CHECK_FALSE(engine_refusal(latent, cache_of(TensorType::q8_0, TensorType::q8_0)));
  REQUIRE(engine_refusal(latent, cache_of(TensorType::q8_0, TensorType::f16)));
  CHECK(engine_refusal(latent, cache_of(TensorType::q8_0, TensorType::f16))->instead == "--kv-type q8_0");

  // Phi-2 has heads of 80.
  ModelSpec odd = llama_3_1_8b();
  for (LayerSpec& layer : odd.layers) layer.key_length = layer.value_length = 80;
  REQUIRE(engine_refusal(odd, cache_of(TensorType::q8_0, TensorType::f16)));
  REQUIRE(engine_refusal(odd, cache_of(TensorType::f16, TensorType::q4_0)));
  CHECK_FALSE(engine_refusal(odd, cache_of(TensorType::q8_0, TensorType::f16, false)));
  CHECK_FALSE(engine_refusal(odd, cache_of(TensorType::bf16, TensorType::bf16)));

  // Other engines are not known to refuse.
  EngineSettings vllm = cache_of(TensorType::q8_0, TensorType::q8_0, false);
  vllm.engine = Engine::vllm;
  CHECK_FALSE(engine_refusal(plain, vllm));
}

TEST_CASE("a refused setting is a no that names the nearest yes") {
  Verdict verdict{.answer = Answer::run_local, .yes = true, .worth_it = true, .reasons = {}, .suggestions = {}};
  const Machine machine = gpu_machine(64 * k_gib, {24 * k_gib});
  hold_to_engine(verdict, machine, llama_3_1_8b(), EngineSettings{});
  CHECK(verdict.yes);
  hold_to_engine(verdict, machine, llama_3_1_8b(), cache_of(TensorType::q8_0, TensorType::q8_0, false));
  CHECK_FALSE(verdict.yes);
  CHECK(verdict.answer == Answer::cannot_run);
  REQUIRE(verdict.reasons.size() == 1);
  CHECK(verdict.reasons[0].code == "engine_refuses");
  REQUIRE(verdict.suggestions.size() == 1);
  CHECK(verdict.suggestions[0].command ==
        "canirun check llama-3.1-8b --ctx 8192 --kv-type-k q8_0 --kv-type-v q8_0 --flash-attn on");
}
