// SPDX-License-Identifier: MIT
#include "cli/quant_choice.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::cli;

namespace {
constexpr QuantTrial k_fits{FitStatus::fits, UsabilityLevel::fast};
constexpr QuantTrial k_no{FitStatus::does_not_fit, UsabilityLevel::unusable};
constexpr QuantTrial k_slow{FitStatus::fits_offloaded, UsabilityLevel::batch_only};
constexpr QuantTrial k_offloaded_but_fine{FitStatus::fits_offloaded, UsabilityLevel::comfortable};

std::optional<std::size_t> chosen(const std::vector<QuantTrial>& trials, std::size_t three_bits) {
  return choose_from_ladder(trials.size(), three_bits, [&](std::size_t i) { return trials[i]; });
}
}  // namespace

TEST_CASE("the preferred quant wins when it fits or is comfortable anyway", "[quant]") {
  CHECK(chosen({k_fits, k_fits, k_fits}, 2) == 0U);
  CHECK(chosen({k_offloaded_but_fine, k_fits, k_fits}, 2) == 0U);
}
TEST_CASE("else the largest that fits with three bits", "[quant]") {
  CHECK(chosen({k_slow, k_slow, k_fits, k_fits}, 3) == 2U);
  CHECK(chosen({k_no, k_fits, k_fits, k_fits}, 3) == 1U);
}
TEST_CASE("two bits never beat the preferred one that runs", "[quant]") { CHECK(chosen({k_slow, k_slow, k_fits}, 2) == 0U); }
TEST_CASE("two bits are better than nothing", "[quant]") {
  CHECK(chosen({k_no, k_no, k_slow}, 2) == 2U);
  CHECK_FALSE(chosen({k_no, k_no, k_no}, 2).has_value());
  CHECK_FALSE(chosen({}, 0).has_value());
}

TEST_CASE("the ladder follows the engine and the way the model is shipped", "[quant]") {
  ModelSpec model;
  CHECK(quant_ladder(model, Engine::llama_cpp).front() == "Q4_K_M");
  CHECK(quant_ladder(model, Engine::mlx).front() == "mlx-4bit");
  model.expert_type = TensorType::mxfp4;
  CHECK(quant_ladder(model, Engine::ollama) == std::vector<std::string_view>{"MXFP4"});
  CHECK(three_bit_count({"Q4_K_M", "IQ3_XXS", "Q2_K"}) == 2);
}
