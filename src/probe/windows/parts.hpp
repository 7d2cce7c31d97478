// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "probe/context.hpp"

/// The parts of probe_windows: each fills in its own piece of the machine.
namespace canirun::probe {

/// Text of Windows, without control characters.
std::string utf8(const wchar_t* text);
/// A text below HKEY_LOCAL_MACHINE; "" when it is not there.
std::string registry_text(const wchar_t* key, const wchar_t* value);
/// Whether a library lies where the system keeps its own: "nvcuda.dll".
bool is_in_system_folder(const char* library);

/// The CPU: name, cores, caches, instruction set, whether a hypervisor is below.
void probe_processors(Context& context);
/// The host's memory: size, what is free, page file, modules by the firmware's table.
void probe_windows_memory(Context& context);
/// GPUs: NVIDIA's library first, then what DXGI lists besides.
void probe_adapters(Context& context);
/// The drive that models would be stored on.
void probe_windows_storage(Context& context);

}  // namespace canirun::probe
