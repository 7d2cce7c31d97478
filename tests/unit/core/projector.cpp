// SPDX-License-Identifier: MIT
// What llama.cpp's clip.cpp (v0.5.0, de3ff81) reserves at load for towers of the true sizes: own runs of it without memory
// behind its buffers, 2026-11. MiB on the device and, with a GPU, in RAM.
#include <canirun/projector.hpp>

#include <canirun/units.hpp>
#include <catch2/catch.hpp>

using namespace canirun;

namespace {

ProjectorSpec tower(const char* type, std::uint32_t width, std::uint32_t inner, std::uint32_t heads, std::uint32_t layers) {
  ProjectorSpec spec;
  spec.type = type;
  spec.embedding_length = width;
  spec.feed_forward_length = inner;
  spec.head_count = heads;
  spec.layer_count = layers;
  return spec;
}

ProjectorSpec over(ProjectorSpec spec, std::uint32_t image, std::uint32_t patch, std::uint32_t merge,
                   std::uint32_t projection) {
  spec.image_size = image;
  spec.patch_size = patch;
  spec.merge = merge;
  spec.projection_length = projection;
  return spec;
}

ProjectorSpec qwen25() {
  ProjectorSpec spec = over(tower("qwen2.5vl_merger", 1280, 3420, 16, 32), 560, 14, 0, 3584);
  spec.window_pattern = 8;
  spec.gated = true;
  return spec;
}
ProjectorSpec qwen3() {
  ProjectorSpec spec = over(tower("qwen3vl_merger", 1152, 4304, 16, 27), 768, 16, 2, 4096);
  spec.deepstack_layers = {8, 16, 24};
  return spec;
}
ProjectorSpec pixtral(std::uint32_t patch, std::uint32_t merge) {
  ProjectorSpec spec = over(tower("pixtral", 1024, 4096, 16, 24), 1540, patch, merge, 5120);
  spec.gated = true;
  return spec;
}

double mib(std::uint64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(k_mib); }

void check(const ProjectorSpec& spec, double with_flash, double without, double host) {
  INFO(spec.type);
  for (const bool flash : {true, false}) {
    const ProjectorScratch on_cpu = projector_scratch_bytes(spec, PictureSize::at_load, false, flash);
    const ProjectorScratch on_gpu = projector_scratch_bytes(spec, PictureSize::at_load, true, flash);
    const double expected = flash ? with_flash : without;
    CHECK(mib(on_cpu.device_bytes) == Approx(expected).margin(0.006));
    CHECK(on_cpu.host_bytes == 0);
    CHECK(mib(on_gpu.device_bytes) == Approx(expected).margin(0.006));
    CHECK(mib(on_gpu.host_bytes) == Approx(host).margin(0.006));
    CHECK(on_gpu.exact);
  }
}

}  // namespace

TEST_CASE("projectors of one picture size take what the engine reserves") {
  check(over(tower("mlp", 1024, 4096, 16, 23), 336, 14, 0, 4096), 21.55, 32.88, 1.30);
  check(over(tower("gemma3", 1152, 4304, 16, 27), 896, 14, 0, 2560), 121.25, 1132.00, 9.19);
  check(over(tower("idefics3", 768, 3072, 12, 12), 512, 16, 4, 576), 21.00, 60.00, 3.00);
  check(over(tower("internvl", 1024, 4096, 16, 24), 448, 14, 2, 3584), 28.03, 80.14, 2.30);
}

TEST_CASE("projectors of any picture size take what the engine reserves at the start") {
  check(over(tower("qwen2vl_merger", 1280, 5120, 16, 32), 560, 14, 0, 3584), 267.08, 4598.27, 19.11);
  check(qwen25(), 704.79, 4871.57, 292.41);
  check(qwen3(), 372.08, 4769.39, 24.93);
  check(pixtral(14, 2), 64.62, 86.62, 2.30);
  check(pixtral(16, 0), 16.56, 16.06, 0.75);
}

TEST_CASE("the largest picture takes more, where there is no one size") {
  for (const ProjectorSpec& spec : {qwen25(), qwen3(), pixtral(14, 2)}) {
    CHECK(projector_scratch_bytes(spec, PictureSize::largest, true).device_bytes >
          projector_scratch_bytes(spec, PictureSize::at_load, true).device_bytes);
  }
  const ProjectorSpec fixed = over(tower("gemma3", 1152, 4304, 16, 27), 896, 14, 0, 2560);
  CHECK(projector_scratch_bytes(fixed, PictureSize::largest, true).device_bytes ==
        projector_scratch_bytes(fixed, PictureSize::at_load, true).device_bytes);
}

TEST_CASE("another tower of patches has a bound, another kind of tower nothing") {
  const ProjectorScratch bound =
      projector_scratch_bytes(over(tower("glm4v", 1536, 13696, 12, 24), 336, 14, 2, 4096), PictureSize::at_load, true);
  CHECK(bound.device_bytes > 0);
  CHECK_FALSE(bound.exact);
  CHECK(projector_scratch_bytes(tower("gemma3nv", 2048, 2048, 8, 12), PictureSize::at_load, true).device_bytes == 0);
  CHECK(projector_scratch_bytes({}, PictureSize::at_load, true).device_bytes == 0);
}

TEST_CASE("a damaged header gives nothing, at once") {
  ProjectorSpec spec = qwen25();
  for (std::uint32_t ProjectorSpec::* field :
       {&ProjectorSpec::patch_size, &ProjectorSpec::embedding_length, &ProjectorSpec::feed_forward_length,
        &ProjectorSpec::head_count, &ProjectorSpec::layer_count, &ProjectorSpec::projection_length}) {
    for (const std::uint32_t value : {0U, 0xFFFFFFFFU}) {
      ProjectorSpec damaged = spec;
      damaged.*field = value;
      CHECK(projector_scratch_bytes(damaged, PictureSize::largest, true).device_bytes == 0);
    }
  }
  ProjectorSpec huge = over(tower("gemma3", 1152, 4304, 16, 27), 0xFFFFFFFF, 1, 1, 2560);
  CHECK(projector_scratch_bytes(huge, PictureSize::at_load, false).device_bytes == 0);
}
