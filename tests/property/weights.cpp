// SPDX-License-Identifier: MIT
// What must hold for every model and quant of the catalog.
#include <algorithm>
#include <canirun/model.hpp>
#include <catch2/catch.hpp>
#include <memory>

#include "catalog/catalog.hpp"

using namespace canirun;

namespace {

std::vector<ModelSpec> known_models(const catalog::Catalog& catalog) {
  std::vector<ModelSpec> models = catalog.models();
  models.erase(std::remove_if(models.begin(), models.end(), [](const ModelSpec& model) { return model.layers.empty(); }),
               models.end());
  return models;
}

std::uint64_t file_bytes(const catalog::Catalog& catalog, const ModelSpec& model, const char* quant) {
  const auto scheme = catalog.quant(quant);
  REQUIRE(scheme);
  return sum_weights(model, *scheme).file_bytes;
}

}  // namespace

TEST_CASE("parts sum to the file, for every model and quant", "[weights][property]") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const std::vector<ModelSpec> models = known_models(catalog);
  REQUIRE(models.size() > 250);
  for (const QuantScheme& quant : catalog.quants()) {
    for (const ModelSpec& model : models) {
      const WeightTable table = sum_weights(model, quant);
      std::uint64_t sum = table.next_token_bytes + table.per_layer_embedding_bytes + table.output_bytes;
      if (!table.output_is_tied) sum += table.token_embedding_bytes;
      for (const LayerWeights& layer : table.layers) {
        sum += layer.total();
        if (layer.largest_tensor_bytes > layer.total())
          FAIL(model.id << " " << quant.id << ": a tensor larger than its layer");
        if (layer.repackable_expert_bytes > layer.expert_bytes)
          FAIL(model.id << " " << quant.id << ": more repacked than there is");
      }
      if (sum != table.file_bytes) FAIL(model.id << " " << quant.id << ": " << sum << " is not " << table.file_bytes);
    }
  }
}

TEST_CASE("sums and lists agree, for every model", "[weights][property]") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  for (const char* id : {"Q4_K_M", "IQ2_M", "F16", "mlx-4bit", "AWQ-4bit"}) {
    const auto quant = catalog.quant(id);
    REQUIRE(quant);
    for (const ModelSpec& model : known_models(catalog)) {
      std::uint64_t listed = 0;
      for (const Tensor& tensor : make_tensors(model, *quant)) listed += tensor.bytes();
      if (listed != sum_weights(model, *quant).file_bytes) FAIL(model.id << " " << id);
    }
  }
}

TEST_CASE("more bits never make a smaller file", "[weights][property]") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const std::vector<const char*> ladder = {"Q2_K", "Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16", "F32"};
  for (const ModelSpec& model : known_models(catalog)) {
    std::uint64_t before = 0;
    for (const char* quant : ladder) {
      const std::uint64_t bytes = file_bytes(catalog, model, quant);
      if (bytes < before) FAIL(model.id << ": " << quant << " is smaller than the quant before it");
      before = bytes;
    }
    CHECK(file_bytes(catalog, model, "Q4_K_S") <= file_bytes(catalog, model, "Q4_K_M"));
    CHECK(file_bytes(catalog, model, "IQ1_S") <= file_bytes(catalog, model, "IQ2_M"));
    CHECK(file_bytes(catalog, model, "mlx-4bit") <= file_bytes(catalog, model, "mlx-8bit"));
  }
}

TEST_CASE("tensors hold about as many parameters as are published", "[weights][property]") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const auto quant = catalog.quant("F16");
  REQUIRE(quant);
  std::size_t near = 0;
  std::size_t all = 0;
  for (const ModelSpec& model : known_models(catalog)) {
    if (model.parameter_count == 0 || model.vision || model.next_token_layers > 0) continue;  // counts include other parts
    std::uint64_t elements = 0;
    for (const Tensor& tensor : make_tensors(model, *quant)) elements += tensor.elements();
    const double ratio = static_cast<double>(elements) / static_cast<double>(model.parameter_count);
    CAPTURE(model.id, elements, model.parameter_count);
    CHECK(ratio > 0.85);
    CHECK(ratio < 1.10);
    ++all;
    if (std::abs(ratio - 1) < 0.005) ++near;
  }
  CHECK(near * 10 >= all * 8);
}

namespace {

/// The model as if it had been read from a file in this quant.
ModelSpec as_read(const ModelSpec& model, const QuantScheme& quant) {
  auto stored = std::make_shared<StoredWeights>();
  stored->quant = quant.id;
  stored->format = quant.format;
  for (const Tensor& tensor : make_tensors(model, quant)) {
    stored->tensors.push_back({.role = tensor.role,
                               .layer = tensor.layer,
                               .type = tensor.type,
                               .bytes = tensor.bytes(),
                               .ne0 = tensor.ne0,
                               .ne1 = tensor.ne1,
                               .ne2 = tensor.ne2});
  }
  ModelSpec read = model;
  read.stored = std::move(stored);
  return read;
}

bool same_layers(const WeightTable& a, const WeightTable& b) {
  return std::equal(
      a.layers.begin(), a.layers.end(), b.layers.begin(), b.layers.end(), [&](const LayerWeights& x, const LayerWeights& y) {
        return x.attention_bytes == y.attention_bytes && x.dense_ffn_bytes == y.dense_ffn_bytes &&
               x.expert_bytes == y.expert_bytes && x.largest_tensor_bytes == y.largest_tensor_bytes &&
               x.largest_expert_tensor_bytes == y.largest_expert_tensor_bytes && x.repackable_bytes == y.repackable_bytes &&
               x.repackable_expert_bytes == y.repackable_expert_bytes && a.kinds[x.kind] == b.kinds[y.kind];
      });
}

}  // namespace

TEST_CASE("a model read from its file weighs what the rules say, part by part", "[weights][property]") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  for (const char* id : {"Q4_K_M", "IQ2_M", "F16"}) {
    const auto quant = catalog.quant(id);
    REQUIRE(quant);
    for (const ModelSpec& model : known_models(catalog)) {
      const WeightTable rules = sum_weights(model, *quant);
      const WeightTable file = sum_weights(as_read(model, *quant), *quant);
      INFO(model.id << " " << id);
      CHECK(file.file_bytes == rules.file_bytes);
      CHECK(same_layers(file, rules));
      CHECK(file.token_embedding_bytes == rules.token_embedding_bytes);
      CHECK(file.per_layer_embedding_bytes == rules.per_layer_embedding_bytes);
      CHECK(file.output_bytes == rules.output_bytes);
      CHECK(file.output_repackable_bytes == rules.output_repackable_bytes);
      CHECK(file.output_is_tied == rules.output_is_tied);
      CHECK(file.next_token_bytes == rules.next_token_bytes);
      CHECK(file.bytes_by_type == rules.bytes_by_type);
      CHECK(file.dominant_type == rules.dominant_type);
    }
  }
}
