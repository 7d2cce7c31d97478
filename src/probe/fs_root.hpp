// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probe/fs_trace.hpp"

namespace canirun::probe {

/// The one way to /proc, /sys, /etc and /run. Paths are absolute inside the root ("/proc/meminfo"). With a root other than
/// "/" every symbolic link is followed inside it, so that a recorded machine never shows anything of this one.
/// Reads are bounded, want a regular file and never block on a FIFO.
class FsRoot {
 public:
  explicit FsRoot(std::filesystem::path root);

  /// From now on everything that is looked at is noted down in the trace.
  void trace_into(std::shared_ptr<FsTrace> trace) { trace_ = std::move(trace); }

  [[nodiscard]] bool is_this_system() const { return this_system_; }
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

  /// Contents, cut at `max_bytes`. Error (io): why not, "no such file or directory", "permission denied".
  [[nodiscard]] Result<std::string> read(std::string_view path, std::size_t max_bytes = 64 * 1024) const;
  /// Contents, or "" when there are none to be had.
  [[nodiscard]] std::string text(std::string_view path, std::size_t max_bytes = 64 * 1024) const;
  /// A file that holds one number ("0x10de" with base 16).
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view path, int base = 10) const;

  [[nodiscard]] bool exists(std::string_view path) const;
  /// Whether this process may read and write it (device nodes).
  [[nodiscard]] bool accessible(std::string_view path) const;
  /// Names in a folder, sorted, at most 4096; empty when it cannot be read.
  [[nodiscard]] std::vector<std::string> list(std::string_view path) const;
  /// Last part of what a symbolic link points to ("amdgpu" for .../driver); nothing when it is no link.
  [[nodiscard]] std::optional<std::string> link_name(std::string_view path) const;
  /// Absolute path inside the root with every link followed; nothing when it does not exist.
  [[nodiscard]] std::optional<std::string> real_path(std::string_view path) const;

 private:
  [[nodiscard]] std::optional<std::filesystem::path> outside(std::string_view path) const;
  void note_path(std::string_view path, const std::string* content) const;

  std::filesystem::path root_;
  bool this_system_;
  std::shared_ptr<FsTrace> trace_;
};

}  // namespace canirun::probe
