// SPDX-License-Identifier: MIT
#include "probe/vendor/driver_library.hpp"

#include <dlfcn.h>

#include <array>

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

}  // namespace canirun::probe
