// SPDX-License-Identifier: MIT
#include "cli/system.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace canirun::cli {
namespace {

constexpr int k_interrupted = 130;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

TerminalWindow window_of(int file_descriptor) {
  TerminalWindow window;
  window.is_terminal = isatty(file_descriptor) != 0;
  winsize size{};
  if (window.is_terminal && ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) window.columns = size.ws_col;
  return window;
}

bool write_all(int file_descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file_descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::ptrdiff_t read_some(int file_descriptor, std::span<char> into) {
  while (true) {
    const ssize_t got = ::read(file_descriptor, into.data(), into.size());
    if (got >= 0 || errno != EINTR) return got;
  }
}

int open_to_read(const std::string& path) { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }
int create_new(const std::string& path) { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644); }

std::filesystem::path native_path(const std::string& name) { return name; }

std::filesystem::path own_data_folder() {
  if (const std::string xdg = variable("XDG_DATA_HOME"); !xdg.empty()) return std::filesystem::path(xdg) / "canirun";
  const std::string home = variable("HOME");
  return home.empty() ? std::filesystem::path() : std::filesystem::path(home) / ".local/share/canirun";
}

void settle_process() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    // open() takes the lowest free number, which is the one that was found closed.
    if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF && ::open("/dev/null", O_RDWR) < 0) return;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, [](int) { _exit(k_interrupted); });
}

}  // namespace canirun::cli
