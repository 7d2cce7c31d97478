// SPDX-License-Identifier: MIT
#include "core/batch_speed.hpp"

#include <catch2/catch.hpp>

using namespace canirun;

namespace {

BatchCosts costs(std::string id, std::string inherits = "") {
  BatchCosts record;
  record.id = std::move(id);
  record.inherits = std::move(inherits);
  return record;
}

}  // namespace

TEST_CASE("costs of a batch: the backend's record, else the vendor's, else the engine's, and what they inherit") {
  SpeedBook book;
  BatchCosts any = costs("llama.cpp/any");
  any.vector_columns = 8;
  any.launch_slowdown = 1.5;
  BatchCosts amd = costs("llama.cpp/amd", "llama.cpp/any");
  amd.vector_columns = 4;
  BatchCosts vulkan = costs("llama.cpp/amd/vulkan", "llama.cpp/amd");
  vulkan.matrix_rows = 64;
  BatchCosts rdna4 = costs("llama.cpp/amd/rdna4", "llama.cpp/amd");
  rdna4.expert_rows = 32;
  book.batches = {any, amd, vulkan, rdna4};
  const BatchSpeed special = batch_speed(book, Engine::llama_cpp, "amd", "", Backend::vulkan);
  CHECK(special.matrix_rows == 64);
  CHECK(special.vector_columns == 4);
  CHECK(special.launch_slowdown == 1.5);
  CHECK(batch_speed(book, Engine::llama_cpp, "amd", "", Backend::rocm).matrix_rows == BatchSpeed{}.matrix_rows);
  CHECK(batch_speed(book, Engine::llama_cpp, "intel", "", Backend::sycl).vector_columns == 8);
  // A family that was measured comes before the backend.
  CHECK(batch_speed(book, Engine::llama_cpp, "amd", "rdna4", Backend::vulkan).expert_rows == 32);
  CHECK(batch_speed(book, Engine::llama_cpp, "amd", "rdna3", Backend::vulkan).matrix_rows == 64);
  // Programs built on llama.cpp have its kernels, others have not.
  CHECK(batch_speed(book, Engine::ollama, "amd", "", Backend::rocm).vector_columns == 4);
  CHECK(batch_speed(book, Engine::vllm, "amd", "", Backend::rocm).launch_slowdown == BatchSpeed{}.launch_slowdown);
}

TEST_CASE("a record that inherits itself ends, and nobody's record gives cautious figures") {
  SpeedBook book;
  book.batches = {costs("mlx/any", "mlx/any")};
  CHECK(batch_speed(book, Engine::mlx, "apple", "", Backend::metal).matrix_rows == BatchSpeed{}.matrix_rows);
  CHECK(batch_speed({}, Engine::vllm, "nvidia", "", Backend::cuda).product_fraction == 0);
}
