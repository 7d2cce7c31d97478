// SPDX-License-Identifier: MIT
// What drivers and firmware say: the lines of the children that ask NVML, Vulkan, Level Zero and ROCm SMI, Intel's memory
// regions, Windows' list of processors, the SMBIOS table, udev's database, the kernel's accounting, mounts.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "probe/linux/memory_modules.hpp"
#include "probe/linux/memory_users.hpp"
#include "probe/linux/storage.hpp"
#include "probe/vendor/drm_memory.hpp"
#include "probe/vendor/gpu_answer.hpp"
#include "probe/vendor/nvidia_parts.hpp"
#include "probe/vendor/nvml.hpp"
#include "probe/windows/processor_information.hpp"

using namespace canirun::probe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)parse_nvml_answer(bytes);
  (void)parse_drm_memory(bytes);
  (void)parse_gpu_answers(bytes).of("0000:03:00.0", "8086:56a0");
  (void)xe_memory_regions(bytes);
  (void)i915_memory_regions(bytes);
  (void)parse_processor_information(bytes);
  (void)drm_client(bytes);
  (void)mount_of(bytes, "/home/models");
  (void)visible_gpus(bytes, {"89ab", "cdef"}, true);
  (void)summarise_modules(modules_from_smbios(bytes));
  (void)summarise_modules(modules_from_udev(bytes));
  return 0;
}
