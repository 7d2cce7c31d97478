// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "probe/child.hpp"
#include "probe/text.hpp"
#include "probe/vendor/driver_library.hpp"
#include "probe/vendor/nvml.hpp"
#include "probe/vendor/nvml_abi.hpp"

namespace canirun::probe {
namespace {

using nvml::Return;

std::string error_name(Return code) {
  switch (code) {  // nvmlReturn_t
    case 1:
      return "NVML_ERROR_UNINITIALIZED";
    case 2:
      return "NVML_ERROR_INVALID_ARGUMENT";
    case nvml::k_not_supported:
      return "NVML_ERROR_NOT_SUPPORTED";
    case 4:
      return "NVML_ERROR_NO_PERMISSION";
    case nvml::k_not_found:
      return "NVML_ERROR_NOT_FOUND";
    case 9:
      return "NVML_ERROR_DRIVER_NOT_LOADED";
    case 10:
      return "NVML_ERROR_TIMEOUT";
    case 12:
      return "NVML_ERROR_LIBRARY_NOT_FOUND";
    case 13:
      return "NVML_ERROR_FUNCTION_NOT_FOUND";
    case 15:
      return "NVML_ERROR_GPU_IS_LOST";
    case 16:
      return "NVML_ERROR_RESET_REQUIRED";
    case 17:
      return "NVML_ERROR_OPERATING_SYSTEM";
    case 18:
      return "NVML_ERROR_LIB_RM_VERSION_MISMATCH";
    case 999:
      return "NVML_ERROR_UNKNOWN";
    default:
      return "NVML error " + std::to_string(code);
  }
}

/// The library, opened; every function is looked up by name and may be missing in an old or new driver.
class Library {
 public:
  explicit Library(const std::string& path) {
    if (!path.empty()) {
      open(path.c_str());
      return;
    }
    for (const char* name : nvml_names()) {
      if (handle_ == nullptr) open(name);
    }
  }
  [[nodiscard]] bool loaded() const { return handle_ != nullptr; }
  [[nodiscard]] const std::string& why_not() const { return why_not_; }

  /// Calls the first of the names that exists; FUNCTION_NOT_FOUND when none does.
  template <class... Args>
  Return call(std::initializer_list<const char*> names, Args... args) const {
    for (const char* name : names) {
      if (void* symbol = driver_function(handle_, name)) return reinterpret_cast<Return (*)(Args...)>(symbol)(args...);
    }
    return 13;
  }

 private:
  void open(const char* name) { handle_ = open_driver_library(name, why_not_); }
  void* handle_ = nullptr;
  std::string why_not_;
};

/// Writes one line at a time.
class Answer {
 public:
  explicit Answer(int fd) : fd_(fd) {}
  void line(const std::string& key, const std::string& value) const {
    write_all(fd_, key + " " + clean_text(value, 200) + "\n");
  }
  void number(const char* key, Return code, unsigned long long value) const {
    if (code == nvml::k_success) {
      line(key, std::to_string(value));
    } else {
      line("missing", std::string(key) + " " + error_name(code));
    }
  }

 private:
  int fd_;
};

class Query {
 public:
  Query(const Library& library, Answer answer, bool wants_processes)
      : library_(library), answer_(answer), wants_processes_(wants_processes) {}

  void gpu(nvml::Device device) const {
    nvml::PciInfo pci{};
    if (library_.call({"nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2"}, device, &pci) != nvml::k_success) pci = {};
    unsigned mig = 0, mig_after_reset = 0;
    const bool in_mig_mode = library_.call({"nvmlDeviceGetMigMode"}, device, &mig, &mig_after_reset) == nvml::k_success &&
                             mig == nvml::k_feature_enabled;
    if (!in_mig_mode) {
      one(device, device, pci, nullptr);
      return;
    }
    nvml::Memory card{};
    const bool card_known = library_.call({"nvmlDeviceGetMemoryInfo"}, device, &card) == nvml::k_success;
    unsigned slots = 0;
    library_.call({"nvmlDeviceGetMaxMigDeviceCount"}, device, &slots);
    for (unsigned i = 0; i < std::min(slots, 64U); ++i) {
      nvml::Device instance = nullptr;
      if (library_.call({"nvmlDeviceGetMigDeviceHandleByIndex"}, device, i, &instance) != nvml::k_success) continue;
      one(instance, device, pci, card_known ? &card : nullptr);
      instances_seen_ = true;
    }
    if (!instances_seen_)
      answer_.line("note", "MIG mode is on and no instance exists: the card cannot be used until one is created");
  }

 private:
  using Text = char[128];
  template <class... Args>
  void text(const char* key, const char* function, Args... args) const {
    Text buffer{};
    if (library_.call({function}, args..., static_cast<char*>(buffer), static_cast<unsigned>(sizeof buffer - 1)) ==
        nvml::k_success) {
      answer_.line(key, buffer);
    }
  }
  template <class... Args>
  void number(const char* key, const char* function, Args... args) const {
    unsigned value = 0;
    const Return code = library_.call({function}, args..., &value);
    answer_.number(key, code, value);
  }

  /// The same for facts that many cards do not have: their absence is nothing to tell.
  template <class... Args>
  void quiet_number(const char* key, const char* function, Args... args) const {
    unsigned value = 0;
    if (library_.call({function}, args..., &value) == nvml::k_success) answer_.line(key, std::to_string(value));
  }

  /// "nvlink VERSION BUS" for each link that is up; BUS is the other card's, or a switch's.
  void nvlinks(nvml::Device card) const {
    constexpr unsigned k_most_links = 18;  // NVML_NVLINK_MAX_LINKS
    for (unsigned link = 0; link < k_most_links; ++link) {
      unsigned active = 0, version = 0;
      const Return code = library_.call({"nvmlDeviceGetNvLinkState"}, card, link, &active);
      if (code == nvml::k_not_supported || code == 13) return;
      if (code != nvml::k_success || active != nvml::k_feature_enabled) continue;
      nvml::PciInfo remote{};
      if (library_.call({"nvmlDeviceGetNvLinkVersion"}, card, link, &version) != nvml::k_success) continue;
      if (library_.call({"nvmlDeviceGetNvLinkRemotePciInfo_v2"}, card, link, &remote) != nvml::k_success) continue;
      answer_.line("nvlink", std::to_string(version) + " " + bus_of(remote));
    }
  }
  /// "process PID BYTES", where the driver tells. Graphics and compute are two lists, a process may be in both.
  void processes(nvml::Device card) const {
    std::map<unsigned, unsigned long long> used;
    for (const char* list : {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3"}) {
      std::array<nvml::Process, 128> found{};
      auto count = static_cast<unsigned>(found.size());
      if (library_.call({list}, card, &count, found.data()) != nvml::k_success) continue;
      for (unsigned i = 0; i < std::min<unsigned>(count, found.size()); ++i) {
        if (found[i].used != ~0ULL) used[found[i].pid] = std::max(used[found[i].pid], found[i].used);
      }
    }
    for (const auto& [pid, bytes] : used) answer_.line("process", std::to_string(pid) + " " + std::to_string(bytes));
  }
  static std::string bus_of(const nvml::PciInfo& pci) {
    return {pci.bus_id, std::find(pci.bus_id, pci.bus_id + sizeof pci.bus_id, '\0')};
  }

  /// `device`: what memory and name are asked of; `card`: the physical GPU that clocks, bus and power belong to.
  void one(nvml::Device device, nvml::Device card, const nvml::PciInfo& pci, const nvml::Memory* whole_card) const {
    const bool is_mig = device != card;
    answer_.line("gpu", bus_of(pci));
    answer_.line("pci", std::to_string(pci.device_and_vendor));
    answer_.line("subsystem", std::to_string(pci.subsystem_and_vendor));
    if (is_mig) answer_.line("mig", "1");
    if (whole_card != nullptr) answer_.line("card_bytes", std::to_string(whole_card->total));
    text("name", "nvmlDeviceGetName", device);
    Text uuid{};
    if (library_.call({"nvmlDeviceGetUUID"}, device, static_cast<char*>(uuid), 127U) == nvml::k_success)
      answer_.line("uuid", last_four(uuid));
    nvml::Memory memory{};
    const Return memory_code = library_.call({"nvmlDeviceGetMemoryInfo"}, device, &memory);
    answer_.number("total_bytes", memory_code, memory.total);
    if (memory_code == nvml::k_success) answer_.line("free_bytes", std::to_string(memory.free));
    int major = 0, minor = 0;
    const Return capability = library_.call({"nvmlDeviceGetCudaComputeCapability"}, card, &major, &minor);
    if (capability == nvml::k_success)
      answer_.line("compute_capability", std::to_string(major) + "." + std::to_string(minor));
    number("bus_width_bits", "nvmlDeviceGetMemoryBusWidth", card);
    number("memory_clock_mhz", "nvmlDeviceGetMaxClockInfo", card, nvml::k_clock_memory);
    number("sm_clock_mhz", "nvmlDeviceGetMaxClockInfo", card, nvml::k_clock_sm);
    if (!is_mig) number("cores", "nvmlDeviceGetNumGpuCores", card);
    number("power_limit_mw", "nvmlDeviceGetEnforcedPowerLimit", card);
    number("default_power_limit_mw", "nvmlDeviceGetPowerManagementDefaultLimit", card);
    number("pcie_generation", "nvmlDeviceGetMaxPcieLinkGeneration", card);
    number("pcie_lanes", "nvmlDeviceGetCurrPcieLinkWidth", card);
    quiet_number("pcie_generation_now", "nvmlDeviceGetCurrPcieLinkGeneration", card);
    quiet_number("pcie_lanes_max", "nvmlDeviceGetMaxPcieLinkWidth", card);
    quiet_number("display", "nvmlDeviceGetDisplayActive", card);
    quiet_number("persistence", "nvmlDeviceGetPersistenceMode", card);
    quiet_number("virtualization", "nvmlDeviceGetVirtualizationMode", card);
    quiet_number("c2c", "nvmlDeviceGetC2cModeInfoV", card);  // its one field is an unsigned int
    unsigned ecc = 0, ecc_after_reset = 0;
    if (library_.call({"nvmlDeviceGetEccMode"}, card, &ecc, &ecc_after_reset) == nvml::k_success)
      answer_.line("ecc", std::to_string(ecc));
    if (is_mig) {
      nvml::Attributes attributes{};
      if (library_.call({"nvmlDeviceGetAttributes_v2", "nvmlDeviceGetAttributes"}, device, &attributes) == nvml::k_success)
        answer_.line("multiprocessors", std::to_string(attributes.multiprocessors));
    } else {
      nvlinks(card);
    }
    if (wants_processes_) processes(device);
    answer_.line("end_gpu", "");
  }

  const Library& library_;
  Answer answer_;
  bool wants_processes_;
  mutable bool instances_seen_ = false;
};

}  // namespace

void write_nvml_answer(const std::string& path, int fd, bool with_processes) {
  const Answer answer(fd);
  const Library library(path);
  if (!library.loaded()) {
    answer.line("trouble", "NVIDIA's management library is not here: " + library.why_not());
    answer.line("end", "");
    return;
  }
  const Return started = library.call({"nvmlInit_v2", "nvmlInit"});
  if (started != nvml::k_success) {
    answer.line("trouble", "NVML does not start: " + error_name(started));
    answer.line("end", "");
    return;
  }
  char driver[96] = {};
  if (library.call({"nvmlSystemGetDriverVersion"}, static_cast<char*>(driver), 95U) == nvml::k_success)
    answer.line("driver", driver);
  int cuda = 0;  // 1000 x major + 10 x minor
  if (library.call({"nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion"}, &cuda) == nvml::k_success)
    answer.line("cuda", std::to_string(cuda));
  unsigned count = 0;
  const Return counted = library.call({"nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"}, &count);
  if (counted != nvml::k_success) answer.line("trouble", "NVML does not count its GPUs: " + error_name(counted));
  for (unsigned i = 0; i < std::min(count, 64U); ++i) {
    nvml::Device device = nullptr;
    const Return code = library.call({"nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"}, i, &device);
    if (code != nvml::k_success) {
      answer.line("trouble", "GPU " + std::to_string(i) + ": " + error_name(code));
      continue;
    }
    Query(library, answer, with_processes).gpu(device);
  }
  library.call({"nvmlShutdown"});
  answer.line("end", "");
}

}  // namespace canirun::probe
