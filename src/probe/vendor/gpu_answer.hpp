// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What Vulkan, Level Zero and ROCm SMI say of the GPUs they see: lines "key value" that a child process writes and the
/// program reads back.
namespace canirun::probe {

/// One GPU. What the library does not say is "" or nothing.
struct GpuAnswer {
  std::string bus;     ///< "0000:03:00.0"
  std::string pci_id;  ///< "8086:56a0"
  std::string name;
  std::string type;    ///< "integrated", "discrete", "virtual", "cpu", "other"
  std::string driver;  ///< who made the part that answers: "NVK", "radv", "Dozen"
  std::string version;
  std::optional<std::uint64_t> total_bytes, free_bytes;
  std::optional<std::uint64_t> cores, clock_mhz;
  /// Copies within its own memory, bytes read plus bytes written: median, spread of the repetitions (nothing: none).
  std::optional<std::uint64_t> copy_bytes_per_s, copy_spread_permille, copy_repetitions, copy_buffer_bytes;
  std::string no_copy;  ///< why there is none
  std::string asked;    ///< whose copies they are: "CUDA", "Vulkan"; put in by who asked
};

struct GpuAnswers {
  std::string version;  ///< of the loader or the library
  std::vector<GpuAnswer> gpus;
  std::string trouble;  ///< why there are none, or not all

  /// The GPU at this bus address; else, where the library tells no addresses, the only one with these ids.
  [[nodiscard]] const GpuAnswer* of(std::string_view bus, std::string_view pci_id) const;
};

/// Writes an answer line by line, as it becomes known: a crash half way loses only the rest.
class AnswerWriter {
 public:
  explicit AnswerWriter(int fd) : fd_(fd) {}
  /// Control characters do not get through, a line break starts no second line.
  void line(std::string_view key, std::string_view value) const;
  void number(std::string_view key, std::uint64_t value) const;
  /// The last lines of an answer that has none: why, and the end.
  void give_up(std::string_view why) const;

 private:
  int fd_;
};

/// "0000:03:00.0"
std::string bus_address(std::uint32_t domain, std::uint32_t bus, std::uint32_t device, std::uint32_t function);
/// "8086:56a0"
std::string pci_id_text(std::uint32_t vendor, std::uint32_t device);

/// The lines read back. Total: what does not parse is left out, text is cleaned, numbers are bounded, and an answer without
/// its last line is trouble.
GpuAnswers parse_gpu_answers(std::string_view lines);

}  // namespace canirun::probe
