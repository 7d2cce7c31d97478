// SPDX-License-Identifier: MIT
#include "probe/windows/windows.hpp"

#include <windows.h>

#include <algorithm>
#include <string>
#include <vector>

#include "probe/text.hpp"
#include "probe/windows/parts.hpp"

namespace canirun::probe {

std::string utf8(const wchar_t* text) {
  const int bytes = ::WideCharToMultiByte(CP_UTF8, 0, text, -1, nullptr, 0, nullptr, nullptr);
  std::string out(bytes > 0 ? static_cast<std::size_t>(bytes) : 0, '\0');
  if (bytes > 0) ::WideCharToMultiByte(CP_UTF8, 0, text, -1, out.data(), bytes, nullptr, nullptr);
  return clean_text(out);
}

std::string registry_text(const wchar_t* key, const wchar_t* value) {
  wchar_t text[256] = {};
  DWORD bytes = sizeof text - sizeof(wchar_t);
  const LSTATUS got = ::RegGetValueW(HKEY_LOCAL_MACHINE, key, value, RRF_RT_REG_SZ, nullptr, text, &bytes);
  return got == ERROR_SUCCESS ? utf8(text) : std::string();
}

bool is_in_system_folder(const char* library) {
  char folder[MAX_PATH] = {};
  const UINT length = ::GetSystemDirectoryA(folder, sizeof folder);
  if (length == 0 || length >= sizeof folder) return false;
  return ::GetFileAttributesA((std::string(folder, length) + "\\" + library).c_str()) != INVALID_FILE_ATTRIBUTES;
}

void probe_windows(Context& context) {
  const wchar_t* version = L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
  const std::string product = registry_text(version, L"ProductName");
  context.machine.os = product.empty() ? "Windows" : product;
  context.machine.kernel = registry_text(version, L"CurrentBuildNumber");
  // The registry has called Windows 11 "Windows 10" ever since; its builds begin at 22000.
  constexpr std::uint64_t k_first_build_of_11 = 22'000;
  if (whole_number(context.machine.kernel).value_or(0) >= k_first_build_of_11 &&
      context.machine.os.starts_with("Windows 10"))
    context.machine.os.replace(0, 10, "Windows 11");
  probe_processors(context);
  probe_windows_memory(context);
  probe_adapters(context);
  // With a GPU in the processor alone, the host's memory is the GPU's too.
  const std::vector<Device>& devices = context.machine.devices;
  const auto is = [](DeviceKind kind) { return [kind](const Device& device) { return device.kind == kind; }; };
  const bool shared = std::any_of(devices.begin(), devices.end(), [](const Device& device) {
    return device.kind == DeviceKind::integrated_gpu && device.pool == 0;
  });
  if (shared && std::none_of(devices.begin(), devices.end(), is(DeviceKind::discrete_gpu))) {
    context.machine.pools.front().kind = PoolKind::unified;
    context.machine.pools.front().id = "unified";
  }
  probe_windows_storage(context);
}

}  // namespace canirun::probe
