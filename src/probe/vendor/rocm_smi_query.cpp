// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <string>

#include "probe/vendor/driver_library.hpp"
#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/gpu_answer.hpp"

namespace canirun::probe {
namespace {

// Values of rocm_smi.h: RSMI_STATUS_SUCCESS, RSMI_MEM_TYPE_VRAM.
using Status = std::int32_t;
constexpr Status k_success = 0;
constexpr std::int32_t k_vram = 0;

using Init = Status (*)(std::uint64_t flags);
using ShutDown = Status (*)();
using Count = Status (*)(std::uint32_t* count);
using GetNumber = Status (*)(std::uint32_t index, std::uint64_t* value);
using GetId = Status (*)(std::uint32_t index, std::uint16_t* id);
using GetMemory = Status (*)(std::uint32_t index, std::int32_t kind, std::uint64_t* bytes);
using GetText = Status (*)(std::uint32_t index, char* text, std::size_t length);

std::string reason(Status code) {
  switch (code) {  // rsmi_status_t
    case 2:
      return "RSMI_STATUS_NOT_SUPPORTED";
    case 3:
      return "RSMI_STATUS_FILE_ERROR";
    case 4:
      return "RSMI_STATUS_PERMISSION";
    case 6:
      return "RSMI_STATUS_INTERNAL_EXCEPTION";
    case 8:
      return "RSMI_STATUS_INIT_ERROR";
    default:
      return "rsmi_status_t " + std::to_string(code);
  }
}

void write_gpu(const AnswerWriter& answer, const DriverLibrary& library, std::uint32_t index) {
  answer.line("gpu", std::to_string(index));
  // Domain in the upper half, then bus << 8 | device << 3 | function; the function's upper bits are a partition's number.
  std::uint64_t place = 0;
  const auto bus = library.function<GetNumber>("rsmi_dev_pci_id_get");
  if (bus != nullptr && bus(index, &place) == k_success) {
    const auto low = static_cast<std::uint32_t>(place & 0xffffU);
    answer.line("bus",
                bus_address(static_cast<std::uint32_t>(place >> 32U) & 0xffffU, low >> 8U, low >> 3U & 0x1fU, low & 7U));
  }
  char name[256] = {};
  const auto text = library.function<GetText>("rsmi_dev_name_get");
  if (text != nullptr && text(index, name, sizeof name - 1) == k_success) answer.line("name", name);
  std::uint16_t vendor = 0, device = 0;
  const auto vendor_id = library.function<GetId>("rsmi_dev_vendor_id_get"), id = library.function<GetId>("rsmi_dev_id_get");
  if (vendor_id != nullptr && id != nullptr && vendor_id(index, &vendor) == k_success && id(index, &device) == k_success)
    answer.line("pci", pci_id_text(vendor, device));
  std::uint64_t total = 0, used = 0;
  const auto memory = library.function<GetMemory>("rsmi_dev_memory_total_get"),
             usage = library.function<GetMemory>("rsmi_dev_memory_usage_get");
  if (memory != nullptr && memory(index, k_vram, &total) == k_success) {
    answer.number("total_bytes", total);
    if (usage != nullptr && usage(index, k_vram, &used) == k_success && used < total)
      answer.number("free_bytes", total - used);
  }
  answer.line("end_gpu", "");
}

}  // namespace

void write_rocm_smi_answer(const std::string& path, int fd) {
  const AnswerWriter answer(fd);
  const DriverLibrary library(path, rocm_smi_names());
  if (!library.loaded()) return answer.give_up("ROCm SMI is not here: " + library.why_not());
  const auto init = library.function<Init>("rsmi_init");
  const auto count_gpus = library.function<Count>("rsmi_num_monitor_devices");
  if (init == nullptr || count_gpus == nullptr) return answer.give_up("ROCm SMI has no rsmi_init");
  const Status started = init(0);
  if (started != k_success) return answer.give_up("ROCm SMI does not start: " + reason(started));
  std::uint32_t count = 0;
  const Status counted = count_gpus(&count);
  if (counted != k_success) answer.line("trouble", "ROCm SMI does not count its GPUs: " + reason(counted));
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(count, 64); ++i) write_gpu(answer, library, i);
  answer.line("end", "");
  if (const auto stop = library.function<ShutDown>("rsmi_shut_down")) stop();
}

}  // namespace canirun::probe
