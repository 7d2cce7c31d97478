// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "weights_models.hpp"

using namespace canirun;
using namespace canirun::test;

namespace {

std::uint64_t elements(const ModelSpec& model) {
  std::uint64_t sum = 0;
  for (const Tensor& tensor : make_tensors(model, plain(TensorType::f16))) sum += tensor.elements();
  return sum;
}

const Tensor* find(const std::vector<Tensor>& tensors, TensorRole role, int layer) {
  for (const Tensor& tensor : tensors) {
    if (tensor.role == role && tensor.layer == layer) return &tensor;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("element counts are the published parameter counts", "[tensors]") {
  CHECK(elements(llama_3_1_8b()) == 8'030'261'248 + 64);  // and 64 rope factors, which nobody counts
  CHECK(elements(mixtral_8x7b()) == 46'702'792'704);
  CHECK(elements(deepseek_v2_lite(true)) == 15'706'484'224);
  CHECK(elements(deepseek_v2_lite(false)) == 15'706'484'224);
}

TEST_CASE("Qwen3-Next keeps beta and alpha in one tensor, Qwen3.5 in two, of the same size", "[tensors]") {
  ModelSpec model = llama_3_1_8b();
  model.ssm = SsmSpec{.conv_kernel = 4, .inner_size = 4096, .state_size = 128, .group_count = 16, .time_step_rank = 32};
  for (LayerSpec& layer : model.layers) layer.attention = AttentionKind::gated_delta;
  const std::uint64_t two = elements(model);
  const std::size_t count = make_tensors(model, plain(TensorType::f16)).size();
  model.ssm->fused_beta_alpha = true;
  CHECK(elements(model) == two);
  CHECK(make_tensors(model, plain(TensorType::f16)).size() == count - model.layers.size());
}

TEST_CASE("MLA is stored a head when the cache is compressed, else in one matrix", "[tensors]") {
  const auto now = make_tensors(deepseek_v2_lite(true), q4_k_m());
  const Tensor* k_b = find(now, TensorRole::mla_k_b, 5);
  const Tensor* v_b = find(now, TensorRole::mla_v_b, 5);
  REQUIRE(k_b != nullptr);
  REQUIRE(v_b != nullptr);
  CHECK((k_b->ne0 == 128 && k_b->ne1 == 512 && k_b->ne2 == 16));
  CHECK((v_b->ne0 == 512 && v_b->ne1 == 128 && v_b->ne2 == 16));
  CHECK(find(now, TensorRole::mla_kv_b, 5) == nullptr);

  const auto before = make_tensors(deepseek_v2_lite(false), q4_k_m());
  const Tensor* kv_b = find(before, TensorRole::mla_kv_b, 5);
  REQUIRE(kv_b != nullptr);
  CHECK((kv_b->ne0 == 512 && kv_b->ne1 == 4096));
  CHECK(find(before, TensorRole::mla_k_b, 5) == nullptr);
}

TEST_CASE("each feature adds what its tensors hold", "[tensors]") {
  const std::uint64_t bare = elements(llama_3_1_8b());
  const auto added = [bare](auto change) {
    ModelSpec model = llama_3_1_8b();
    change(model);
    return static_cast<std::int64_t>(elements(model)) - static_cast<std::int64_t>(bare);
  };
  CHECK(added([](ModelSpec& m) { m.qkv_bias = true; }) == 32 * (4096 + 2 * 1024));
  CHECK(added([](ModelSpec& m) { m.qk_norm = QkNorm::per_head; }) == 32 * 2 * 128);
  CHECK(added([](ModelSpec& m) { m.qk_norm = QkNorm::over_all_heads; }) == 32 * (4096 + 1024));
  CHECK(added([](ModelSpec& m) { m.query_gate = true; }) == 32LL * 4096 * 4096);
  CHECK(added([](ModelSpec& m) { m.head_gate = true; }) == 32LL * 4096 * 32);
  CHECK(added([](ModelSpec& m) { m.attention_sinks = true; }) == 32 * 32);
  CHECK(added([](ModelSpec& m) { m.norms_per_layer = 4; }) == 32 * 2 * 4096);
  CHECK(added([](ModelSpec& m) { m.fused_qkv = m.fused_gate_up = true; }) == 0);
  CHECK(added([](ModelSpec& m) { m.gated_ffn = false; }) == -32LL * 4096 * 14336);
  CHECK(added([](ModelSpec& m) { m.tied_embeddings = true; }) == -4096LL * 128256);
  CHECK(added([](ModelSpec& m) { m.layers[3].value_is_key = true; }) == -4096LL * 1024);
}

TEST_CASE("unknown dimensions give no tensors", "[tensors]") {
  CHECK(make_tensors(ModelSpec{}, q4_k_m()).empty());
  CHECK(sum_weights(ModelSpec{}, q4_k_m()).file_bytes == 0);
}
