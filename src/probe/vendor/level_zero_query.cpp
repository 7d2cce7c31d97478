// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "probe/vendor/driver_library.hpp"
#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/gpu_answer.hpp"
#include "probe/vendor/level_zero_abi.hpp"

namespace canirun::probe {
namespace {

using namespace level_zero;

std::string reason(Result code) {
  switch (code) {  // ze_result_t
    case 0x70000001:
      return "ZE_RESULT_ERROR_DEVICE_LOST";
    case 0x70010000:
      return "ZE_RESULT_ERROR_INSUFFICIENT_PERMISSIONS";
    case 0x70020000:
      return "ZE_RESULT_ERROR_DEPENDENCY_UNAVAILABLE";
    case 0x78000001:
      return "ZE_RESULT_ERROR_UNINITIALIZED (no driver that fits is installed)";
    case 0x78000003:
      return "ZE_RESULT_ERROR_UNSUPPORTED_FEATURE";
    case 0x7ffffffe:
      return "ZE_RESULT_ERROR_UNKNOWN";
    default:
      return "ze_result_t " + std::to_string(code);
  }
}

/// A list that is asked for twice: how many, then which. Empty when it cannot be had.
template <class Get, class... Of>
std::vector<Handle> list_of(Get get, Result& code, Of... of) {
  constexpr std::uint32_t k_most = 64;
  std::uint32_t count = 0;
  code = get(of..., &count, nullptr);
  std::vector<Handle> list(code == k_success ? std::min(count, k_most) : 0);
  count = static_cast<std::uint32_t>(list.size());
  if (!list.empty()) code = get(of..., &count, list.data());
  list.resize(code == k_success ? std::min<std::size_t>(count, list.size()) : 0);
  return list;
}

struct Functions {
  GetDeviceProperties properties;
  GetMemoryProperties memory;
  GetPciProperties pci;
  GetList memory_modules;
  GetMemoryState memory_state;
};

void write_memory(const AnswerWriter& answer, const Functions& functions, Handle device) {
  std::array<MemoryProperties, 16> memory{};
  auto count = static_cast<std::uint32_t>(memory.size());
  if (functions.memory == nullptr || functions.memory(device, &count, memory.data()) != k_success) return;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, memory.size()); ++i) total += memory[i].total_bytes;
  if (total > 0) answer.number("total_bytes", total);
  if (functions.memory_modules == nullptr || functions.memory_state == nullptr) return;
  Result code = k_success;
  std::uint64_t free = 0, size = 0;
  for (const Handle module : list_of(functions.memory_modules, code, device)) {
    MemoryState state;
    if (functions.memory_state(module, &state) != k_success) return;
    free += state.free_bytes;
    size += state.total_bytes;
  }
  if (size > 0 && free < size) answer.number("free_bytes", free);  // equal is what a user without the right is told
}

void write_gpu(const AnswerWriter& answer, const Functions& functions, Handle device) {
  DeviceProperties properties;
  if (functions.properties == nullptr || functions.properties(device, &properties) != k_success) return;
  if (properties.kind != k_kind_gpu) return;
  const bool integrated = (properties.flags & k_is_integrated) != 0;
  answer.line("gpu", "");
  answer.line("name", std::string(properties.name, std::find(properties.name, properties.name + 256, '\0')));
  answer.line("pci", pci_id_text(properties.vendor & 0xffffU, properties.device & 0xffffU));
  answer.line("type", integrated ? "integrated" : "discrete");
  PciProperties pci;
  if (functions.pci != nullptr && functions.pci(device, &pci) == k_success)
    answer.line("bus", bus_address(pci.domain, pci.bus, pci.device, pci.function));
  answer.number("clock_mhz", properties.core_clock_mhz);
  const std::uint64_t units = std::uint64_t{properties.slices & 0xffffU} * (properties.subslices_per_slice & 0xffU) *
                              (properties.eus_per_subslice & 0xffU);
  answer.number("cores", units * (properties.eu_lanes & 0xffU));
  if (!integrated) write_memory(answer, functions, device);
  answer.line("end_gpu", "");
}

}  // namespace

void write_level_zero_answer(const std::string& path, int fd) {
  const AnswerWriter answer(fd);
  set_variable("ZES_ENABLE_SYSMAN", "1");  // the memory modules' state, through the same handles
  set_variable("NEO_CACHE_PERSISTENT", "0");
  const DriverLibrary library(path, level_zero_names());
  if (!library.loaded()) return answer.give_up("Level Zero's loader is not here: " + library.why_not());
  const auto init = library.function<Init>("zeInit");
  const auto drivers = library.function<GetDrivers>("zeDriverGet");
  const auto devices = library.function<GetList>("zeDeviceGet");
  if (init == nullptr || drivers == nullptr || devices == nullptr)
    return answer.give_up("Level Zero's loader has no zeInit, zeDriverGet or zeDeviceGet");
  const Result started = init(k_gpus_only);
  if (started != k_success) return answer.give_up("Level Zero does not start: " + reason(started));
  const Functions functions{.properties = library.function<GetDeviceProperties>("zeDeviceGetProperties"),
                            .memory = library.function<GetMemoryProperties>("zeDeviceGetMemoryProperties"),
                            .pci = library.function<GetPciProperties>("zeDevicePciGetPropertiesExt"),
                            .memory_modules = library.function<GetList>("zesDeviceEnumMemoryModules"),
                            .memory_state = library.function<GetMemoryState>("zesMemoryGetState")};
  Result code = k_success;
  for (const Handle driver : list_of(drivers, code)) {
    for (const Handle device : list_of(devices, code, driver)) write_gpu(answer, functions, device);
    if (code != k_success) answer.line("trouble", "Level Zero does not list its GPUs: " + reason(code));
  }
  if (code != k_success) answer.line("trouble", "Level Zero: " + reason(code));
  answer.line("end", "");
}

}  // namespace canirun::probe
