// SPDX-License-Identifier: MIT
// Copies within GPUs' memory: CUDA's library and Vulkan's loader as stub_cuda.c and stub_vulkan.c play them, through the
// real child processes.
#include "probe/gpu_copies.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace canirun::probe;

namespace {

GpuAnswers copies(const char* plays, const char* trouble = "", double timeout_s = 20) {
  ::setenv("CANIRUN_VULKAN_STUB", plays, 1);
  ::setenv("CANIRUN_VULKAN_STUB_COPY", trouble, 1);
  ProbeOptions options;
  options.driver_libraries["cuda-copies"] = "/nonexistent/libcuda.so.1";
  options.driver_libraries["vulkan-copies"] = CANIRUN_STUBS "/vulkan_stub/libvulkan.so.1";
  GpuAnswers answers = measure_gpu_copies(options, timeout_s);
  ::unsetenv("CANIRUN_VULKAN_STUB");
  ::unsetenv("CANIRUN_VULKAN_STUB_COPY");
  return answers;
}

/// By CUDA, with a loader for Vulkan that plays `vulkan`.
GpuAnswers by_cuda(const char* plays, const char* vulkan = "none", double timeout_s = 20) {
  ::setenv("CANIRUN_CUDA_STUB", plays, 1);
  ::setenv("CANIRUN_VULKAN_STUB", vulkan, 1);
  ProbeOptions options;
  options.driver_libraries["cuda-copies"] = CANIRUN_STUBS "/cuda_stub/libcuda.so.1";
  options.driver_libraries["vulkan-copies"] = CANIRUN_STUBS "/vulkan_stub/libvulkan.so.1";
  GpuAnswers answers = measure_gpu_copies(options, timeout_s);
  ::unsetenv("CANIRUN_CUDA_STUB");
  ::unsetenv("CANIRUN_VULKAN_STUB");
  return answers;
}

/// Why the card was not measured.
std::string why_not(const char* trouble) {
  const GpuAnswers answers = copies("old", trouble);
  REQUIRE(answers.gpus.size() == 1);
  CHECK_FALSE(answers.gpus[0].copy_bytes_per_s);
  CHECK(answers.trouble.empty());
  return answers.gpus[0].no_copy;
}

}  // namespace

TEST_CASE("every GPU that Vulkan lists copies within its own memory, and says which one it is", "[copies]") {
  const GpuAnswers answers = copies("mtt");
  CHECK(answers.trouble.empty());
  REQUIRE(answers.gpus.size() == 2);
  const GpuAnswer& card = answers.gpus[0];
  CHECK(card.bus == "0000:03:00.0");
  CHECK(card.pci_id == "1ed5:0201");
  CHECK(card.driver == "Moore Threads");
  CHECK(card.copy_buffer_bytes == std::uint64_t{256} << 20U);  // an eighth of what is free would be more
  CHECK(card.copy_repetitions.value_or(0) >= 3);
  CHECK(card.no_copy.empty());
  // Waiting is as long as copying at 200 GB/s takes; a busy machine wakes up later, never earlier.
  REQUIRE(card.copy_bytes_per_s);
  CHECK(*card.copy_bytes_per_s > 0);
  CHECK(*card.copy_bytes_per_s <= 200'000'000'000);
  CHECK(answers.gpus[1].type == "cpu");
}

TEST_CASE("cards that do not copy say why", "[copies]") {
  CHECK(why_not("no_device") == "it cannot be opened: initialization failed");
  CHECK(why_not("no_queue") == "it has no queue that computes");
  CHECK(why_not("no_functions") == "the driver lacks functions of Vulkan 1.0");
  CHECK(why_not("no_memory") == "no memory: out of device memory");
  CHECK(why_not("no_type") == "its own memory takes no buffer");
  CHECK(why_not("strange") == "it asks for a strange amount of memory");
  CHECK(why_not("lost") == "copying: the device was lost");
  CHECK(why_not("slow") == "copying took more than 2 s");
  const GpuAnswers full = copies("mtt", "little");
  CHECK(full.gpus.at(0).no_copy == "too little of its memory is free");
}

TEST_CASE("drivers that hang and crash while they copy", "[copies]") {
  const GpuAnswers hung = copies("old", "hang", 0.5);
  CHECK(hung.trouble == "the library no answer within 0.5 s");
  REQUIRE(hung.gpus.size() == 1);  // who it was is known
  CHECK_FALSE(hung.gpus[0].copy_bytes_per_s);
  CHECK(copies("old", "crash").trouble == "the library crashed (SIGSEGV)");
  // What was measured before a crash is kept.
  const GpuAnswers late = copies("old", "at_the_end");
  CHECK(late.trouble == "the library crashed (SIGABRT)");
  CHECK(late.gpus.at(0).copy_bytes_per_s);
  CHECK(copies("none").trouble.find("no driver that fits") != std::string::npos);
  for (const GpuAnswer& gpu : copies("garbage").gpus) CHECK(gpu.name.find('\x1b') == std::string::npos);
}

TEST_CASE("NVIDIA's cards are copied on by CUDA", "[copies]") {
  const GpuAnswers answers = by_cuda("h100");
  REQUIRE(answers.gpus.size() == 1);
  const GpuAnswer& card = answers.gpus[0];
  CHECK(card.asked == "CUDA");
  CHECK(card.bus == "0000:00:06.0");
  CHECK(card.name == "NVIDIA H100 80GB HBM3");
  CHECK(card.copy_buffer_bytes == std::uint64_t{256} << 20U);
  CHECK(card.copy_repetitions.value_or(0) >= 3);
  REQUIRE(card.copy_bytes_per_s);
  CHECK(*card.copy_bytes_per_s > 0);
  CHECK(*card.copy_bytes_per_s <= 200'000'000'000);
}

TEST_CASE("Vulkan copies on NVIDIA's cards only where CUDA measured none", "[copies]") {
  const GpuAnswers both = by_cuda("h100", "nvk");  // its two drivers are both for a GeForce
  REQUIRE(both.gpus.size() == 1);
  CHECK(both.gpus[0].asked == "CUDA");
  const GpuAnswers beside = by_cuda("h100", "mtt");
  REQUIRE(beside.gpus.size() == 3);
  CHECK(beside.gpus[0].asked == "CUDA");
  CHECK(beside.gpus[1].asked == "Vulkan");
  CHECK(beside.gpus[1].copy_bytes_per_s);
  for (const char* plays : {"none", "no_driver", "crash", "lost"}) {
    const GpuAnswers alone = by_cuda(plays, "nvk");
    REQUIRE(alone.gpus.size() >= 2);
    CHECK(alone.gpus.back().asked == "Vulkan");
    CHECK(alone.gpus.back().copy_bytes_per_s);
  }
}

TEST_CASE("cards that CUDA does not copy on say why", "[copies]") {
  const auto first = [](const char* plays) { return by_cuda(plays).gpus.at(0); };
  CHECK(first("little").no_copy == "too little of its memory is free");
  CHECK(first("full").no_copy == "no memory: CUDA_ERROR_OUT_OF_MEMORY");
  CHECK(first("lost").no_copy == "copying: CUDA_ERROR_LAUNCH_FAILED");
  CHECK_FALSE(first("crash").copy_bytes_per_s);
  CHECK(first("at_the_end").copy_bytes_per_s);  // said before it crashed
  const GpuAnswers two = by_cuda("two");
  REQUIRE(two.gpus.size() == 2);
  CHECK(two.gpus[0].copy_bytes_per_s);
  CHECK(two.gpus[1].bus == "0000:01:00.0");
  CHECK(two.gpus[1].no_copy == "it cannot be opened: CUDA_ERROR_DEVICE_UNAVAILABLE");
  CHECK(by_cuda("hang", "none", 0.3).gpus.empty());
  for (const GpuAnswer& gpu : by_cuda("garbage").gpus) {
    CHECK(gpu.name.find('\x1b') == std::string::npos);
    CHECK(gpu.bus.empty());
  }
}

TEST_CASE("Vulkan's loader may be missing, and libraries may be switched off", "[copies]") {
  ProbeOptions options;
  options.driver_libraries["cuda-copies"] = "/nonexistent/libcuda.so.1";
  options.driver_libraries["vulkan-copies"] = "/nonexistent/libvulkan.so.1";
  CHECK(measure_gpu_copies(options).trouble.find("loader is not here") != std::string::npos);
  options.vendor_libraries = false;
  CHECK(measure_gpu_copies(options).trouble == "Vulkan was not asked");
}

TEST_CASE("figures of copies are read back within bounds", "[copies]") {
  const GpuAnswers answers = parse_gpu_answers(
      "gpu\npci 1ed5:0201\ncopy_bytes_per_s 900000000000000\ncopy_spread_permille -4\ncopy_buffer_bytes x\n"
      "no_copy \x1b[31mred\nend_gpu\ngpu\ncopy_bytes_per_s 0\ncopy_spread_permille 12\nend_gpu\nend");
  REQUIRE(answers.gpus.size() == 2);
  CHECK_FALSE(answers.gpus[0].copy_bytes_per_s);
  CHECK_FALSE(answers.gpus[0].copy_spread_permille);
  CHECK_FALSE(answers.gpus[0].copy_buffer_bytes);
  CHECK(answers.gpus[0].no_copy == "[31mred");
  CHECK_FALSE(answers.gpus[1].copy_bytes_per_s);
  CHECK(answers.gpus[1].copy_spread_permille == 12U);
}
