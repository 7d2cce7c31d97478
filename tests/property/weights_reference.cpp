// SPDX-License-Identifier: MIT
// The engine's own figures for the catalog's models: what it loads and what its quantizer writes.
#include <canirun/model.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "catalog/catalog.hpp"
#include "json/text.hpp"

namespace weights_reference {

struct Loaded {
  std::string model, quant;
  std::optional<double> host_mib, gpu_mib;
};
struct Written {
  std::string model, quant;
  std::uint64_t tensor_bytes = 0;
};
struct Table {
  std::string about, source, retrieved;
  std::vector<Loaded> loaded;
  std::vector<Written> written;
};
template <class Archive>
void fields(Archive& a, Loaded& value) {
  a.required("model", value.model);
  a.required("quant", value.quant);
  a.optional("host_mib", value.host_mib);
  a.optional("gpu_mib", value.gpu_mib);
}
template <class Archive>
void fields(Archive& a, Written& value) {
  a.required("model", value.model);
  a.required("quant", value.quant);
  a.required("tensor_bytes", value.tensor_bytes);
}
template <class Archive>
void fields(Archive& a, Table& value) {
  a.required("about", value.about);
  a.required("source", value.source);
  a.required("retrieved", value.retrieved);
  a.required("loaded", value.loaded);
  a.required("written", value.written);
}

Table load() {
  std::ifstream file(CANIRUN_SOURCE_DIR "/tests/reference/weights.json");
  std::stringstream text;
  text << file.rdbuf();
  auto table = canirun::json::read_text<Table>(text.str());
  REQUIRE(table);
  return *table;
}

}  // namespace weights_reference

using namespace canirun;

namespace {

constexpr double k_mib = 1024.0 * 1024.0;
constexpr double k_log_rounding_mib = 0.01;  // the log prints two decimals

WeightTable weights_of(const catalog::Catalog& catalog, const std::string& model, const std::string& quant) {
  const auto spec = catalog.model(model);
  const auto scheme = catalog.quant(quant);
  REQUIRE(spec);
  REQUIRE(scheme);
  return sum_weights(*spec, *scheme);
}

double layers_mib(const WeightTable& table) {
  double sum = 0;
  for (const LayerWeights& layer : table.layers) sum += static_cast<double>(layer.total());
  return sum / k_mib;
}

}  // namespace

TEST_CASE("weight buffers are those the engine allocates", "[weights][reference]") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const weights_reference::Table table = weights_reference::load();
  REQUIRE(table.loaded.size() >= 41);
  for (const weights_reference::Loaded& row : table.loaded) {
    CAPTURE(row.model, row.quant);
    const WeightTable weights = weights_of(catalog, row.model, row.quant);
    if (row.host_mib) {
      const double host = static_cast<double>(weights.file_bytes - weights.next_token_bytes) / k_mib;
      CHECK(std::abs(host - *row.host_mib) < k_log_rounding_mib);
    }
    if (row.gpu_mib) {
      const double gpu = layers_mib(weights) + static_cast<double>(weights.output_bytes) / k_mib;
      CHECK(std::abs(gpu - *row.gpu_mib) < k_log_rounding_mib);
    }
  }
}

TEST_CASE("file sizes are those the engine's quantizer would write, to the byte", "[weights][reference]") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const weights_reference::Table table = weights_reference::load();
  REQUIRE(table.written.size() >= 100);
  for (const weights_reference::Written& row : table.written) {
    CAPTURE(row.model, row.quant);
    CHECK(weights_of(catalog, row.model, row.quant).file_bytes == row.tensor_bytes);
  }
}
