// SPDX-License-Identifier: MIT
#include <canirun/names.hpp>
#include <canirun/quant.hpp>
#include <catch2/catch.hpp>
#include <tuple>
#include <vector>

using namespace canirun;

TEST_CASE("bits per weight of each type are the published ones", "[quant]") {
  const std::vector<std::tuple<TensorType, double>> published = {{TensorType::f32, 32},
                                                                 {TensorType::f16, 16},
                                                                 {TensorType::bf16, 16},
                                                                 {TensorType::q4_0, 4.5},
                                                                 {TensorType::q4_1, 5.0},
                                                                 {TensorType::q5_0, 5.5},
                                                                 {TensorType::q5_1, 6.0},
                                                                 {TensorType::q8_0, 8.5},
                                                                 {TensorType::q8_1, 9.0},
                                                                 {TensorType::q2_k, 2.625},
                                                                 {TensorType::q3_k, 3.4375},
                                                                 {TensorType::q4_k, 4.5},
                                                                 {TensorType::q5_k, 5.5},
                                                                 {TensorType::q6_k, 6.5625},
                                                                 {TensorType::iq2_xxs, 2.0625},
                                                                 {TensorType::iq2_xs, 2.3125},
                                                                 {TensorType::iq2_s, 2.5625},
                                                                 {TensorType::iq3_xxs, 3.0625},
                                                                 {TensorType::iq3_s, 3.4375},
                                                                 {TensorType::iq1_s, 1.5625},
                                                                 {TensorType::iq1_m, 1.75},
                                                                 {TensorType::iq4_nl, 4.5},
                                                                 {TensorType::iq4_xs, 4.25},
                                                                 {TensorType::tq1_0, 1.6875},
                                                                 {TensorType::tq2_0, 2.0625},
                                                                 {TensorType::mxfp4, 4.25},
                                                                 {TensorType::nvfp4, 4.5},
                                                                 {TensorType::fp8, 8},
                                                                 {TensorType::int4_g128, 4.15625},
                                                                 {TensorType::int4_g64, 4.5},
                                                                 {TensorType::int4_g32, 5.0},
                                                                 {TensorType::int8_g64, 8.5},
                                                                 {TensorType::int2_g64, 2.5},
                                                                 {TensorType::int3_g64, 3.5},
                                                                 {TensorType::int5_g64, 5.5},
                                                                 {TensorType::int6_g64, 6.5},
                                                                 {TensorType::nf4, 4.125}};
  REQUIRE(published.size() == k_tensor_type_count);
  REQUIRE(enum_names(TensorType{}).size() == k_tensor_type_count);
  for (const auto& [type, bits] : published) {
    CAPTURE(name_of(type));
    CHECK(8.0 * traits(type).block_bytes / traits(type).block_elements == Approx(bits).epsilon(1e-12));
  }
}

TEST_CASE("rows are stored in whole blocks", "[quant]") {
  CHECK(row_bytes(TensorType::f32, 3) == 12);
  CHECK(row_bytes(TensorType::q4_k, 256) == 144);
  CHECK(row_bytes(TensorType::q4_k, 257) == 288);
  CHECK(row_bytes(TensorType::q8_0, 4096) == 4352);
  CHECK(row_bytes(TensorType::q4_0, 0) == 0);
}
