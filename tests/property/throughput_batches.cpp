// SPDX-License-Identifier: MIT
// Several requests at once against published runs. Nothing is fitted on these: the physics of one request has to carry.
#include <catch2/catch.hpp>
#include <cmath>

#include "catalog/catalog.hpp"
#include "cli/resolver.hpp"

using namespace canirun;

namespace {

/// Tokens a second of all requests together.
struct Batch {
  const char *on, *model, *quant, *engine, *backend;
  std::uint32_t requests;
  double total_tokens_per_s;
};
/// github:argonne-lcf/LLM-Inference-Bench Plots/All_results.csv, vLLM, 1024 tokens in and out; and
/// github:hogeheer499/strix-halo-guide, llama-server. Both read 2026-11-26.
constexpr Batch k_batches[] = {
    {"H100 SXM", "llama-3-8b", "BF16", "vllm", "cuda", 16, 1486},
    {"H100 SXM", "llama-3-8b", "BF16", "vllm", "cuda", 32, 2510},
    {"H100 SXM", "llama-3-8b", "BF16", "vllm", "cuda", 64, 3484},
    {"A100 SXM4 40GB", "llama-3-8b", "BF16", "vllm", "cuda", 16, 823},
    {"A100 SXM4 40GB", "llama-3-8b", "BF16", "vllm", "cuda", 32, 1243},
    {"A100 SXM4 40GB", "llama-3-8b", "BF16", "vllm", "cuda", 64, 1812},
    {"Ryzen AI Max+ 395", "qwen3-coder-30b-a3b", "UD-Q4_K_XL", "llama.cpp", "vulkan", 2, 122},
    {"Ryzen AI Max+ 395", "qwen3-coder-30b-a3b", "UD-Q4_K_XL", "llama.cpp", "vulkan", 4, 157},
    {"Ryzen AI Max+ 395", "qwen3-coder-30b-a3b", "UD-Q4_K_XL", "llama.cpp", "vulkan", 8, 173},
};
constexpr double k_farthest =
    1.6;  // times, as far as an A100 is off: llama.cpp's runs there, on which one request is fitted, are slow

}  // namespace

TEST_CASE("batches of published runs lie near the estimate", "[property]") {
  const catalog::Catalog data = catalog::Catalog::embedded();
  cli::MachineSource machines(data, std::nullopt);
  cli::Places places(true, {});
  cli::Resolver resolver(data, machines, places);
  double off = 0;
  for (const Batch& batch : k_batches) {
    INFO(batch.on << " " << batch.requests);
    cli::Request request;
    request.model = batch.model;
    request.on = batch.on;
    request.quant = batch.quant;
    request.engine = batch.engine;
    request.backend = batch.backend;
    request.context_tokens = json::Word{"2048"};
    request.depth_tokens = json::Word{"1536"};
    request.parallel = json::Word{std::to_string(batch.requests)};
    const Result<cli::Resolved> asked = resolver.resolve(request);
    REQUIRE(asked);
    const Assessment answer =
        assess_fit(*asked->machine, *asked->model, *asked->quant, asked->question, resolver.catalog().books());
    REQUIRE(answer.speed);
    REQUIRE(answer.speed->concurrent);
    const double ratio = answer.speed->concurrent->total_tokens_per_s.typical / batch.total_tokens_per_s;
    CHECK(ratio < k_farthest);
    CHECK(ratio > 1 / k_farthest);
    off += std::log(ratio);
  }
  CHECK(std::abs(off / static_cast<double>(std::size(k_batches))) < 0.25);  // neither too high nor too low on the whole
}
