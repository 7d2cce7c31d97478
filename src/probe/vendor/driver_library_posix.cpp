// SPDX-License-Identifier: MIT
#include "probe/vendor/driver_library.hpp"

#include <dlfcn.h>

#include <array>
#include <cstdlib>

namespace canirun::probe {

void* open_driver_library(const char* name, std::string& why_not) {
  void* const library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr && why_not.empty()) {
    const char* text = ::dlerror();
    why_not = text != nullptr ? text : "cannot be loaded";
  }
  return library;
}

void* driver_function(void* library, const char* name) { return ::dlsym(library, name); }

std::span<const char* const> nvml_names() {
  static constexpr std::array<const char*, 3> k_names = {"libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1",
                                                         "/run/opengl-driver/lib/libnvidia-ml.so.1"};
  return k_names;
}

std::span<const char* const> cuda_names() {
  static constexpr std::array<const char*, 3> k_names = {"libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1",
                                                         "/run/opengl-driver/lib/libcuda.so.1"};
  return k_names;
}

std::span<const char* const> vulkan_names() {
  static constexpr std::array<const char*, 2> k_names = {"libvulkan.so.1", "/run/opengl-driver/lib/libvulkan.so.1"};
  return k_names;
}

std::span<const char* const> level_zero_names() {
  static constexpr std::array<const char*, 1> k_names = {"libze_loader.so.1"};
  return k_names;
}

std::span<const char* const> rocm_smi_names() {
  static constexpr std::array<const char*, 6> k_names = {"librocm_smi64.so.1", "librocm_smi64.so.7",
                                                         "librocm_smi64.so.6", "librocm_smi64.so.5",
                                                         "librocm_smi64.so",   "/opt/rocm/lib/librocm_smi64.so"};
  return k_names;
}

void set_variable(const char* name, const char* value) { ::setenv(name, value, 1); }

}  // namespace canirun::probe
