// SPDX-License-Identifier: MIT
// Names are UTF-8: canirun.manifest says so, and Windows' own functions follow it.
#include "cli/system.hpp"

#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#include <windows.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace canirun::cli {
namespace {

constexpr int k_interrupted = 130;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

HANDLE handle_of(int file_descriptor) { return reinterpret_cast<HANDLE>(::_get_osfhandle(file_descriptor)); }

/// What the console's windows showed before us; they outlive us.
UINT code_page_before = 0;
void give_console_back() {
  if (code_page_before != 0) ::SetConsoleOutputCP(code_page_before);
}
BOOL WINAPI on_console_event(DWORD event) {
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) return FALSE;
  give_console_back();
  ::TerminateProcess(::GetCurrentProcess(), k_interrupted);
  return TRUE;
}

int error_number_of(DWORD code) {
  switch (code) {
    case ERROR_NO_DATA:  // how a closed pipe is called when it is written to
    case ERROR_BROKEN_PIPE:
    case ERROR_PIPE_NOT_CONNECTED:
      return EPIPE;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
      return ENOSPC;
    default:
      return EIO;
  }
}

}  // namespace

TerminalWindow window_of(int file_descriptor) {
  TerminalWindow window;
  const HANDLE console = handle_of(file_descriptor);
  DWORD mode = 0;
  window.is_terminal = ::GetConsoleMode(console, &mode) != 0;
  if (!window.is_terminal) return window;
  window.takes_escapes = ::SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
  window.takes_utf8 = ::GetConsoleOutputCP() == CP_UTF8;
  CONSOLE_SCREEN_BUFFER_INFO screen{};
  if (::GetConsoleScreenBufferInfo(console, &screen) != 0 && screen.srWindow.Right > screen.srWindow.Left)
    window.columns = screen.srWindow.Right - screen.srWindow.Left + 1;
  return window;
}

bool write_all(int file_descriptor, std::string_view text) {
  constexpr std::size_t k_most_at_once = std::size_t{1} << 20U;
  while (!text.empty()) {
    DWORD written = 0;
    const DWORD wanted = static_cast<DWORD>(std::min(text.size(), k_most_at_once));
    if (::WriteFile(handle_of(file_descriptor), text.data(), wanted, &written, nullptr) == 0) {
      errno = error_number_of(::GetLastError());
      return false;
    }
    text.remove_prefix(written);
  }
  return true;
}

std::ptrdiff_t read_some(int file_descriptor, std::span<char> into) {
  constexpr std::size_t k_most_at_once = std::size_t{1} << 20U;
  return ::_read(file_descriptor, into.data(), static_cast<unsigned>(std::min(into.size(), k_most_at_once)));
}

int open_to_read(const std::string& path) { return ::_open(path.c_str(), _O_RDONLY | _O_BINARY | _O_NOINHERIT); }
int create_new(const std::string& path) {
  return ::_open(path.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
}

std::filesystem::path native_path(const std::string& name) {
  return std::filesystem::path(std::u8string(name.begin(), name.end()));
}

std::filesystem::path own_data_folder() {
  if (const std::string xdg = variable("XDG_DATA_HOME"); !xdg.empty()) return native_path(xdg) / "canirun";
  const std::string local = variable("LOCALAPPDATA");
  return local.empty() ? std::filesystem::path() : native_path(local) / "canirun" / "data";
}

void settle_process() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    // _open() takes the lowest free number, which is the one that was found closed.
    if (::_get_osfhandle(descriptor) < 0 && ::_open("NUL", _O_RDWR | _O_BINARY) != descriptor) return;
    ::_setmode(descriptor, _O_BINARY);
  }
  DWORD mode = 0;
  const bool has_console = ::GetConsoleMode(handle_of(1), &mode) != 0 || ::GetConsoleMode(handle_of(2), &mode) != 0;
  if (has_console && ::GetConsoleOutputCP() != CP_UTF8) {
    code_page_before = ::GetConsoleOutputCP();
    ::SetConsoleOutputCP(CP_UTF8);
    std::atexit(give_console_back);
  }
  ::SetConsoleCtrlHandler(on_console_event, TRUE);
}

}  // namespace canirun::cli
