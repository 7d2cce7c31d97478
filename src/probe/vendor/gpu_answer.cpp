// SPDX-License-Identifier: MIT
#include "probe/vendor/gpu_answer.hpp"

#include <algorithm>
#include <array>

#include "probe/child.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace {

constexpr std::size_t k_most_gpus = 256;
constexpr std::uint64_t k_most_memory = std::uint64_t{1} << 50U;

std::string hex(std::uint32_t value, std::size_t digits) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string out(digits, '0');
  for (std::size_t i = 0; i < digits; ++i) out[digits - 1 - i] = k_digits[value >> (4 * i) & 0xfU];
  return out;
}

/// Lower-case hexadecimal digits and the separators of `shape` ("xxxx:xxxx"), or "".
std::string in_shape(std::string_view value, std::string_view shape) {
  if (value.size() != shape.size()) return {};
  std::string out = lower(value);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool is_digit = (out[i] >= '0' && out[i] <= '9') || (out[i] >= 'a' && out[i] <= 'f');
    if (shape[i] == 'x' ? !is_digit : out[i] != shape[i]) return {};
  }
  return out;
}

std::string known_type(std::string_view value) {
  for (const std::string_view type : {"integrated", "discrete", "virtual", "cpu"}) {
    if (value == type) return std::string(type);
  }
  return "other";
}

struct NumberField {
  std::string_view key;
  std::optional<std::uint64_t> GpuAnswer::* member;
  std::uint64_t highest;
};
constexpr std::array<NumberField, 8> k_numbers{{{"total_bytes", &GpuAnswer::total_bytes, k_most_memory},
                                                {"free_bytes", &GpuAnswer::free_bytes, k_most_memory},
                                                {"cores", &GpuAnswer::cores, 1'000'000},
                                                {"clock_mhz", &GpuAnswer::clock_mhz, 20'000},
                                                {"copy_bytes_per_s", &GpuAnswer::copy_bytes_per_s, 100'000'000'000'000},
                                                {"copy_spread_permille", &GpuAnswer::copy_spread_permille, 1'000'000},
                                                {"copy_repetitions", &GpuAnswer::copy_repetitions, 1'000},
                                                {"copy_buffer_bytes", &GpuAnswer::copy_buffer_bytes, k_most_memory}}};

void take(GpuAnswer& gpu, std::string_view key, std::string_view value) {
  if (key == "bus") gpu.bus = in_shape(value, "xxxx:xx:xx.x");
  if (key == "pci") gpu.pci_id = in_shape(value, "xxxx:xxxx");
  if (key == "name") gpu.name = clean_text(value);
  if (key == "type") gpu.type = known_type(value);
  if (key == "driver") gpu.driver = clean_text(value, 48);
  if (key == "version") gpu.version = clean_text(value, 32);
  if (key == "no_copy") gpu.no_copy = clean_text(value);
  for (const NumberField& field : k_numbers) {
    if (key != field.key) continue;
    const auto number = whole_number(value);
    if (number && *number > 0 && *number <= field.highest) gpu.*field.member = number;
  }
}

}  // namespace

const GpuAnswer* GpuAnswers::of(std::string_view bus, std::string_view pci_id) const {
  const GpuAnswer* alike = nullptr;
  for (const GpuAnswer& gpu : gpus) {
    if (!bus.empty() && gpu.bus == bus) return &gpu;
    if (!gpu.bus.empty() || pci_id.empty() || gpu.pci_id != pci_id) continue;
    if (alike != nullptr) return nullptr;  // two of a kind: it cannot be said which
    alike = &gpu;
  }
  return alike;
}

void AnswerWriter::line(std::string_view key, std::string_view value) const {
  write_all(fd_, std::string(key) + " " + clean_text(value, 200) + "\n");
}
void AnswerWriter::number(std::string_view key, std::uint64_t value) const { line(key, std::to_string(value)); }
void AnswerWriter::give_up(std::string_view why) const {
  line("trouble", why);
  line("end", "");
}

std::string bus_address(std::uint32_t domain, std::uint32_t bus, std::uint32_t device, std::uint32_t function) {
  return hex(domain, 4) + ":" + hex(bus, 2) + ":" + hex(device, 2) + "." + hex(function, 1);
}
std::string pci_id_text(std::uint32_t vendor, std::uint32_t device) { return hex(vendor, 4) + ":" + hex(device, 4); }

GpuAnswers parse_gpu_answers(std::string_view text) {
  GpuAnswers answers;
  const auto trouble = [&answers](std::string_view what) {
    if (answers.trouble.empty()) answers.trouble = clean_text(what, 200);
  };
  bool in_gpu = false, ended = false;
  for (const std::string_view line : lines_of(text)) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view key = line.substr(0, blank), value = trim(line.substr(std::min(blank + 1, line.size())));
    if (key == "end") ended = true;
    if (key == "trouble") trouble(value);
    if (key == "broken") answers.trouble = clean_text(value, 200);
    if (key == "end_gpu") in_gpu = false;
    if (key == "gpu") {
      in_gpu = answers.gpus.size() < k_most_gpus;
      if (in_gpu) answers.gpus.emplace_back();
    } else if (in_gpu) {
      take(answers.gpus.back(), key, value);
    } else if (key == "version") {
      answers.version = clean_text(value, 32);
    }
  }
  if (!ended) trouble("the driver's answer breaks off");
  return answers;
}

}  // namespace canirun::probe
