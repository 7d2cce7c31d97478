// SPDX-License-Identifier: MIT
#include "probe/apple/apple.hpp"

#ifdef __APPLE__
#include <CoreFoundation/CoreFoundation.h>
#include <IOKit/IOKitLib.h>
#include <sys/sysctl.h>

#include <cstring>
#include <string>

namespace canirun::probe {
namespace {

/// "key: value" for one name; "" when the system does not know it. Numbers come as 4 or 8 bytes.
std::string line(const char* key, bool is_text) {
  char bytes[256] = {};
  std::size_t size = sizeof bytes - 1;
  if (::sysctlbyname(key, bytes, &size, nullptr, 0) != 0) return {};
  std::string value(bytes);
  if (!is_text && size == sizeof(std::uint32_t)) {
    std::uint32_t number = 0;
    std::memcpy(&number, bytes, sizeof number);
    value = std::to_string(number);
  } else if (!is_text) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes, sizeof number);
    value = std::to_string(number);
  }
  return std::string(key) + ": " + value + "\n";
}

std::optional<std::uint32_t> gpu_cores() {
  const io_service_t service = ::IOServiceGetMatchingService(kIOMainPortDefault, ::IOServiceMatching("AGXAccelerator"));
  if (service == 0) return std::nullopt;
  const CFTypeRef property = ::IORegistryEntryCreateCFProperty(service, CFSTR("gpu-core-count"), kCFAllocatorDefault, 0);
  ::IOObjectRelease(service);
  if (property == nullptr) return std::nullopt;
  std::int32_t cores = 0;
  const bool is_number = ::CFGetTypeID(property) == ::CFNumberGetTypeID() &&
                         ::CFNumberGetValue(static_cast<CFNumberRef>(property), kCFNumberSInt32Type, &cores);
  ::CFRelease(property);
  return is_number && cores > 0 ? std::optional(static_cast<std::uint32_t>(cores)) : std::nullopt;
}

}  // namespace

void probe_apple(Context& context) {
  std::string lines;
  for (const char* key : {"machdep.cpu.brand_string", "kern.osproductversion", "kern.osrelease"}) lines += line(key, true);
  for (const char* key : {"hw.memsize",
                          "hw.pagesize",
                          "hw.packages",
                          "hw.physicalcpu",
                          "hw.logicalcpu",
                          "hw.nperflevels",
                          "hw.perflevel0.physicalcpu",
                          "hw.perflevel0.l2cachesize",
                          "hw.perflevel0.cpusperl2",
                          "hw.perflevel1.physicalcpu",
                          "hw.perflevel1.l2cachesize",
                          "hw.perflevel1.cpusperl2",
                          "hw.optional.arm64",
                          "hw.optional.arm.FEAT_DotProd",
                          "hw.optional.arm.FEAT_I8MM",
                          "hw.optional.avx1_0",
                          "hw.optional.avx2_0",
                          "hw.optional.avx512f",
                          "kern.hv_vmm_present",
                          "vm.page_free_count",
                          "vm.page_purgeable_count",
                          "vm.page_speculative_count",
                          "iogpu.wired_limit_mb"}) {
    lines += line(key, false);
  }
  fill_from_sysctl(context, lines, gpu_cores());
}

}  // namespace canirun::probe

#else

namespace canirun::probe {

void probe_apple(Context& context) {
  context.machine.os = "macOS";
  context.note("this machine", "built without macOS's interfaces");
}

}  // namespace canirun::probe

#endif
