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

}  // namespace canirun::probe
