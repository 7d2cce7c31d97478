// SPDX-License-Identifier: MIT
// How fast NVIDIA's cards copy within their own memory, as CUDA does it: with the units that also compute. (Vulkan's copies
// are done by an engine for the bus there, which is several times slower than the memory.)
#include <algorithm>
#include <chrono>

#include "probe/vendor/cuda_abi.hpp"
#include "probe/vendor/driver_library.hpp"
#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/gpu_answer.hpp"
#include "probe/vendor/gpu_copy_timing.hpp"

namespace canirun::probe {
namespace {

using namespace cuda;

/// The library's functions; all of them are there since CUDA 7.
struct Functions {
  Init init;
  ErrorName error_name;
  GetCount count;
  GetDevice device;
  GetText name, bus;
  GetVersion version;
  RetainContext retain;
  ReleaseContext release;
  SetCurrent set_current;
  Synchronize synchronize;
  GetMemory memory;
  Allocate allocate;
  Free free;
  Fill fill;
  CopyWithin copy;

  explicit Functions(const DriverLibrary& library)
      : init(library.function<Init>("cuInit")),
        error_name(library.function<ErrorName>("cuGetErrorName")),
        count(library.function<GetCount>("cuDeviceGetCount")),
        device(library.function<GetDevice>("cuDeviceGet")),
        name(library.function<GetText>("cuDeviceGetName")),
        bus(library.function<GetText>("cuDeviceGetPCIBusId")),
        version(library.function<GetVersion>("cuDriverGetVersion")),
        retain(library.function<RetainContext>("cuDevicePrimaryCtxRetain")),
        release(library.function<ReleaseContext>("cuDevicePrimaryCtxRelease_v2")),
        set_current(library.function<SetCurrent>("cuCtxSetCurrent")),
        synchronize(library.function<Synchronize>("cuCtxSynchronize")),
        memory(library.function<GetMemory>("cuMemGetInfo_v2")),
        allocate(library.function<Allocate>("cuMemAlloc_v2")),
        free(library.function<Free>("cuMemFree_v2")),
        fill(library.function<Fill>("cuMemsetD8_v2")),
        copy(library.function<CopyWithin>("cuMemcpyDtoDAsync_v2")) {
    if (release == nullptr) release = library.function<ReleaseContext>("cuDevicePrimaryCtxRelease");  // before CUDA 11
  }
  [[nodiscard]] bool complete() const {
    return init && count && device && name && bus && retain && release && set_current && synchronize && memory && allocate &&
           free && fill && copy;
  }
  /// "" for success; else "copying: CUDA_ERROR_OUT_OF_MEMORY".
  [[nodiscard]] std::string failed(const char* what, Result code) const {
    if (code == k_success) return {};
    const char* known = nullptr;
    const bool has_name = error_name != nullptr && error_name(code, &known) == k_success && known != nullptr;
    return std::string(what) + ": " + (has_name ? known : "CUDA error " + std::to_string(code));
  }
};

/// A card with its context made current, and two buffers in its memory. Everything it made goes away with it.
class Card {
 public:
  Card(const Functions& cuda, Ordinal device) : cuda_(cuda), device_(device) {}
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;
  ~Card() {
    for (const Pointer buffer : buffers_) {
      if (buffer != 0) cuda_.free(buffer);
    }
    if (is_open_) cuda_.release(device_);
  }

  /// "" or why not. `bytes_each`: of each buffer; 0 when too little of its memory is free.
  std::string open() {
    cuda::Context context = nullptr;
    if (const Result code = cuda_.retain(&context, device_); code != k_success)
      return cuda_.failed("it cannot be opened", code);
    is_open_ = true;
    if (const Result code = cuda_.set_current(context); code != k_success) return cuda_.failed("it cannot be opened", code);
    std::size_t free = 0, total = 0;
    if (const Result code = cuda_.memory(&free, &total); code != k_success) return cuda_.failed("its memory", code);
    bytes_ = copy_buffer_bytes(free);
    if (bytes_ == 0) return "too little of its memory is free";
    return fill();
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  std::string copy(std::uint32_t copies, double& seconds) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point from = Clock::now();
    for (std::uint32_t i = 0; i < copies; ++i) {
      const Result code = cuda_.copy(buffers_[1 - i % 2], buffers_[i % 2], bytes_, nullptr);
      if (code != k_success) return cuda_.failed("copying", code);
    }
    const Result code = cuda_.synchronize();
    seconds = std::chrono::duration<double>(Clock::now() - from).count();
    return cuda_.failed("copying", code);
  }

 private:
  /// Both buffers, written once, so that every page is there.
  std::string fill() {
    constexpr unsigned char k_pattern = 0x5e;
    for (Pointer& buffer : buffers_) {
      if (const Result code = cuda_.allocate(&buffer, bytes_); code != k_success) {
        buffer = 0;
        return cuda_.failed("no memory", code);
      }
      if (const Result code = cuda_.fill(buffer, k_pattern, bytes_); code != k_success) return cuda_.failed("writing", code);
    }
    return cuda_.failed("writing", cuda_.synchronize());
  }

  const Functions& cuda_;
  Ordinal device_;
  bool is_open_ = false;
  std::uint64_t bytes_ = 0;
  Pointer buffers_[2] = {0, 0};
};

void write_copies(const AnswerWriter& answer, const Functions& cuda, Ordinal device, double until_s) {
  answer.line("gpu", "");
  char text[256] = {};
  if (cuda.name(static_cast<char*>(text), static_cast<int>(sizeof text) - 1, device) == k_success) answer.line("name", text);
  char bus[64] = {};
  if (cuda.bus(static_cast<char*>(bus), static_cast<int>(sizeof bus) - 1, device) == k_success) answer.line("bus", bus);
  answer.line("driver", "NVIDIA");
  if (copy_clock_s() > until_s) {
    answer.line("no_copy", "the time for it was over");
    answer.line("end_gpu", "");
    return;
  }
  Card card(cuda, device);
  TimedCopies timed{.bytes_per_s = {}, .trouble = card.open()};
  if (timed.trouble.empty()) {
    timed = time_copies([&](std::uint32_t copies, double& seconds) { return card.copy(copies, seconds); }, card.bytes());
  }
  write_timed_copies(answer, timed, card.bytes());
  answer.line("end_gpu", "");  // said before the driver cleans up
}

}  // namespace

void write_cuda_copies(const std::string& path, int fd) {
  const AnswerWriter answer(fd);
  const double until_s = copy_clock_s() + k_all_gpus_s;
  const DriverLibrary library(path, cuda_names());
  if (!library.loaded()) return answer.give_up("CUDA's driver library is not here: " + library.why_not());
  const Functions cuda(library);
  if (!cuda.complete()) return answer.give_up("CUDA's driver library lacks functions of CUDA 7");
  if (const Result code = cuda.init(0); code != k_success) return answer.give_up(cuda.failed("CUDA does not start", code));
  int version = 0, count = 0;
  if (cuda.version != nullptr && cuda.version(&version) == k_success)
    answer.line("version", std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10));
  if (const Result code = cuda.count(&count); code != k_success)
    answer.line("trouble", cuda.failed("CUDA does not count its GPUs", code));
  constexpr int k_most = 64;
  for (int i = 0; i < std::min(count, k_most); ++i) {
    Ordinal device = 0;
    if (cuda.device(&device, i) == k_success) write_copies(answer, cuda, device, until_s);
  }
  answer.line("end", "");
}

}  // namespace canirun::probe
