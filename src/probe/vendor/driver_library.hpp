// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>

/// Drivers' own libraries, opened when first needed and never linked: driver_library_posix.cpp, driver_library_win32.cpp.
namespace canirun::probe {

/// Opens one by the name the loader knows it by, or by its full path. nullptr when it cannot be; the first reason is kept in
/// `why_not`.
void* open_driver_library(const char* name, std::string& why_not);
/// One of its functions; nullptr when an old or new driver has none of that name.
void* driver_function(void* library, const char* name);

/// What NVIDIA's management library is called here, likeliest first.
std::span<const char* const> nvml_names();
/// The same for CUDA's driver library, for Vulkan's loader, for Level Zero's, and for AMD's ROCm SMI.
std::span<const char* const> cuda_names();
std::span<const char* const> vulkan_names();
std::span<const char* const> level_zero_names();
std::span<const char* const> rocm_smi_names();

/// A variable of this process's environment. Only in the child: what it is given does not reach the program.
void set_variable(const char* name, const char* value);

/// A driver's library, opened; every function is looked up by name and may be missing.
class DriverLibrary {
 public:
  /// `path`: full path, or "" for the first of `names` that opens.
  DriverLibrary(const std::string& path, std::span<const char* const> names) {
    if (!path.empty()) handle_ = open_driver_library(path.c_str(), why_not_);
    for (const char* name : names) {
      if (path.empty() && handle_ == nullptr) handle_ = open_driver_library(name, why_not_);
    }
  }
  [[nodiscard]] bool loaded() const { return handle_ != nullptr; }
  [[nodiscard]] const std::string& why_not() const { return why_not_; }

  /// A function of the type `Function` (a pointer to one); nullptr when there is none of that name.
  template <class Function>
  [[nodiscard]] Function function(const char* name) const {
    return handle_ == nullptr ? nullptr : reinterpret_cast<Function>(driver_function(handle_, name));
  }

 private:
  void* handle_ = nullptr;
  std::string why_not_;
};

}  // namespace canirun::probe
