// SPDX-License-Identifier: MIT
#include <windows.h>

#include <array>
#include <string_view>
#include <system_error>

#include "probe/vendor/driver_library.hpp"

namespace canirun::probe {

void* open_driver_library(const char* name, std::string& why_not) {
  // By name only the system's own folder: drivers put theirs there, and nobody else can.
  const bool is_path = std::string_view(name).find_first_of("\\/") != std::string_view::npos;
  const DWORD where = is_path ? LOAD_WITH_ALTERED_SEARCH_PATH : LOAD_LIBRARY_SEARCH_SYSTEM32;
  const HMODULE library = ::LoadLibraryExA(name, nullptr, where);
  if (library == nullptr && why_not.empty())
    why_not = std::string(name) + ": " + std::system_category().message(static_cast<int>(::GetLastError()));
  return library;
}

void* driver_function(void* library, const char* name) {
  return reinterpret_cast<void*>(::GetProcAddress(static_cast<HMODULE>(library), name));
}

std::span<const char* const> nvml_names() {
  // The second place: drivers before 2018 or so.
  static constexpr std::array<const char*, 2> k_names = {"nvml.dll",
                                                         "C:\\Program Files\\NVIDIA Corporation\\NVSMI\\nvml.dll"};
  return k_names;
}

std::span<const char* const> cuda_names() {
  static constexpr std::array<const char*, 1> k_names = {"nvcuda.dll"};
  return k_names;
}

std::span<const char* const> vulkan_names() {
  static constexpr std::array<const char*, 1> k_names = {"vulkan-1.dll"};
  return k_names;
}

std::span<const char* const> level_zero_names() {
  static constexpr std::array<const char*, 1> k_names = {"ze_loader.dll"};
  return k_names;
}

std::span<const char* const> rocm_smi_names() { return {}; }  // Linux only

void set_variable(const char* name, const char* value) { ::SetEnvironmentVariableA(name, value); }

}  // namespace canirun::probe
