// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <numeric>

#include "weights_models.hpp"

using namespace canirun;
using namespace canirun::test;

namespace {

constexpr std::uint64_t k_rope_factors = 64 * 4;

std::uint64_t list_bytes(const ModelSpec& model, const QuantScheme& quant) {
  std::uint64_t sum = 0;
  for (const Tensor& tensor : make_tensors(model, quant)) sum += tensor.bytes();
  return sum;
}

std::uint64_t layer_bytes(const WeightTable& table) {
  return std::accumulate(table.layers.begin(), table.layers.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const LayerWeights& layer) { return sum + layer.total(); });
}

}  // namespace

TEST_CASE("Llama 3.1 8B weighs what llama-quantize writes", "[weights]") {
  CHECK(sum_weights(llama_3_1_8b(), q4_k_m()).file_bytes == 4'912'898'048 + k_rope_factors);
  CHECK(sum_weights(llama_3_1_8b(), plain(TensorType::q8_0)).file_bytes == 8'532'934'656 + k_rope_factors);
  CHECK(sum_weights(llama_3_1_8b(), plain(TensorType::f16)).file_bytes == 16'061'054'976 + k_rope_factors);
}

TEST_CASE("its parts are those of the engine's log", "[weights]") {
  const WeightTable table = sum_weights(llama_3_1_8b(), q4_k_m());
  // load_tensors: CUDA0 model buffer size = 4403.49 MiB, CPU_Mapped 281.81 MiB
  CHECK(static_cast<double>(layer_bytes(table) + table.output_bytes) / (1 << 20) == Approx(4403.49).margin(0.005));
  CHECK(static_cast<double>(table.token_embedding_bytes) / (1 << 20) == Approx(281.81).margin(0.005));
  // CPU_REPACK model buffer size = 3204 MiB
  std::uint64_t repacked = table.output_repackable_bytes;
  for (const LayerWeights& layer : table.layers) repacked += layer.repackable_bytes + layer.repackable_expert_bytes;
  CHECK(repacked == 3204ULL << 20);
  CHECK(table.dominant_type == TensorType::q4_k);
}

TEST_CASE("parts sum to the file, and to the list of tensors", "[weights]") {
  for (const ModelSpec& model : {llama_3_1_8b(), mixtral_8x7b(), deepseek_v2_lite(true), deepseek_v2_lite(false)}) {
    for (const QuantScheme& quant :
         {q4_k_m(), plain(TensorType::q8_0), plain(TensorType::f16), plain(TensorType::iq2_xxs)}) {
      CAPTURE(model.id, quant.id);
      const WeightTable table = sum_weights(model, quant);
      CHECK(table.layers.size() == model.layers.size());
      CHECK(layer_bytes(table) + table.token_embedding_bytes + table.output_bytes == table.file_bytes);
      CHECK(list_bytes(model, quant) == table.file_bytes);
    }
  }
}

TEST_CASE("tied embeddings are in the file once and on a GPU a second time", "[weights]") {
  ModelSpec tied = llama_3_1_8b();
  tied.tied_embeddings = true;
  const WeightTable table = sum_weights(tied, q4_k_m());
  const std::uint64_t matrix = row_bytes(TensorType::q6_k, 4096) * 128256;
  CHECK(table.output_is_tied);
  CHECK(table.token_embedding_bytes == matrix);
  CHECK(table.output_bytes == matrix + 4096 * 4 + k_rope_factors);
  CHECK(table.file_bytes == layer_bytes(table) + table.output_bytes);

  QuantScheme mlx = plain(TensorType::int4_g64);
  mlx.format = QuantFormat::mlx;
  const WeightTable shared = sum_weights(tied, mlx);
  CHECK_FALSE(shared.output_is_tied);
  CHECK(shared.token_embedding_bytes == 0);
  CHECK(shared.file_bytes == layer_bytes(shared) + shared.output_bytes);
}

TEST_CASE("MTP layers are in the file but not among the layers", "[weights]") {
  ModelSpec model = llama_3_1_8b();
  const WeightTable without = sum_weights(model, plain(TensorType::q8_0));
  model.next_token_layers = 1;
  const WeightTable with = sum_weights(model, plain(TensorType::q8_0));
  CHECK(with.layers.size() == without.layers.size());
  CHECK(with.file_bytes == without.file_bytes + with.next_token_bytes);
  CHECK(with.next_token_bytes == without.layers[31].total() + row_bytes(TensorType::q8_0, 8192) * 4096 + 3 * 4096 * 4);
  CHECK(list_bytes(model, plain(TensorType::q8_0)) == with.file_bytes);
}

TEST_CASE("experts are told apart from what every token reads", "[weights]") {
  const WeightTable table = sum_weights(mixtral_8x7b(), plain(TensorType::q8_0));
  const std::uint64_t one = row_bytes(TensorType::q8_0, 4096) * 14336;
  const LayerWeights& layer = table.layers.front();
  CHECK(layer.expert_bytes == 3 * 8 * one);
  CHECK(layer.largest_expert_tensor_bytes == 8 * one);
  CHECK(layer.dense_ffn_bytes == 4096 * 8 * 4);  // the router
  // two of eight experts are read for a token, everything else but the embedding whole
  std::uint64_t read = 0;
  for (const std::uint64_t bytes : table.bytes_by_type) read += bytes;
  CHECK(read == table.file_bytes - table.token_embedding_bytes - 32 * 6 * 3 * one);
}

TEST_CASE("only what has a kernel and whole groups of eight rows is repacked", "[weights]") {
  CHECK(sum_weights(llama_3_1_8b(), plain(TensorType::q6_k)).layers[0].repackable_bytes == 0);
  CHECK(sum_weights(llama_3_1_8b(), plain(TensorType::q8_0)).output_repackable_bytes == 0);
  CHECK(sum_weights(mixtral_8x7b(), plain(TensorType::q4_0)).layers[0].repackable_expert_bytes > 0);
  ModelSpec odd = llama_3_1_8b();
  for (LayerSpec& layer : odd.layers) layer.feed_forward_length = 14340;  // rows of gate and up: not a multiple of 8
  const WeightTable table = sum_weights(odd, plain(TensorType::q4_0));
  const std::uint64_t row = row_bytes(TensorType::q4_0, 4096);
  CHECK(table.layers[0].repackable_bytes == row * (4096 + 1024 + 1024 + 4096));
}

TEST_CASE("another quant of a model that was read is computed from the rules", "[weights]") {
  ModelSpec model = llama_3_1_8b();
  auto stored = std::make_shared<StoredWeights>();
  stored->quant = "Q4_K_M";
  stored->tensors.push_back({.role = TensorRole::ffn_up, .layer = 0, .type = TensorType::q4_k, .bytes = 1000});
  model.stored = stored;
  CHECK(sum_weights(model, q4_k_m()).file_bytes == 1000);
  CHECK(sum_weights(model, plain(TensorType::q8_0)).file_bytes > 8'000'000'000);
}
