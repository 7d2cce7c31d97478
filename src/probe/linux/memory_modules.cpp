// SPDX-License-Identifier: MIT
#include "probe/linux/memory_modules.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "probe/text.hpp"

namespace canirun::probe {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}
bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Text up to the channel's name: "P0 CHANNEL A" of "P0 CHANNEL A", "CONTROLLER1-CHANNELB" of "Controller1-ChannelB-DIMM0",
/// "CPU1_DIMM_A" of "CPU1_DIMM_A2". "" when the locator names no channel.
std::string channel_of(std::string_view locator) {
  const std::string text = upper(clean_text(locator, 64));
  const auto skip_separators = [&](std::size_t at) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '_' || text[at] == '-')) ++at;
    return at;
  };
  if (const std::size_t at = text.find("CHANNEL"); at != std::string::npos) {
    const std::size_t name = skip_separators(at + 7);
    if (name < text.size() && (is_letter(text[name]) || is_digit(text[name]))) return text.substr(0, name + 1);
  }
  if (const std::size_t at = text.find("DIMM"); at != std::string::npos) {
    const std::size_t name = skip_separators(at + 4);
    if (name + 1 < text.size() && is_letter(text[name]) && is_digit(text[name + 1])) return text.substr(0, name + 1);
  }
  return {};
}

std::string_view type_name(unsigned code) {
  switch (code) {  // DSP0134 7.18.2
    case 0x12:
      return "DDR";
    case 0x13:
      return "DDR2";
    case 0x18:
      return "DDR3";
    case 0x1a:
      return "DDR4";
    case 0x1b:
      return "LPDDR";
    case 0x1c:
      return "LPDDR2";
    case 0x1d:
      return "LPDDR3";
    case 0x1e:
      return "LPDDR4";
    case 0x20:
      return "HBM";
    case 0x21:
      return "HBM2";
    case 0x22:
      return "DDR5";
    case 0x23:
      return "LPDDR5";
    case 0x24:
      return "HBM3";
    default:
      return {};
  }
}

/// One SMBIOS structure: a formatted area, then its strings.
class Structure {
 public:
  Structure(std::string_view area, std::string_view strings) : area_(area), strings_(strings) {}
  [[nodiscard]] unsigned byte(std::size_t at) const { return at < area_.size() ? static_cast<unsigned char>(area_[at]) : 0; }
  [[nodiscard]] unsigned word(std::size_t at) const { return byte(at) | byte(at + 1) << 8; }
  [[nodiscard]] unsigned dword(std::size_t at) const { return word(at) | word(at + 2) << 16; }
  /// Strings are numbered from 1 and end with a NUL each.
  [[nodiscard]] std::string_view string(std::size_t at) const {
    std::string_view rest = strings_;
    for (unsigned number = byte(at); number > 0 && !rest.empty(); --number) {
      const std::size_t end = std::min(rest.find('\0'), rest.size());
      if (number == 1) return rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
  }

 private:
  std::string_view area_, strings_;
};

std::optional<MemoryModule> module_of(const Structure& s) {
  constexpr unsigned k_unknown_word = 0xffff;
  const unsigned size = s.word(0x0c);
  if (size == 0) return std::nullopt;  // empty slot
  MemoryModule module;
  module.type = type_name(s.byte(0x12));
  module.channel = channel_of(s.string(0x11));
  if (module.channel.empty()) module.channel = channel_of(s.string(0x10));
  const unsigned width = s.word(0x0a);
  module.data_width_bits = width == k_unknown_word ? 0 : width;
  constexpr unsigned k_size_is_elsewhere = 0x7fff, k_counts_kib = 0x8000;
  const std::uint64_t mib = size == k_size_is_elsewhere ? s.dword(0x1c) & 0x7fffffffU : size & 0x7fffU;
  if (size != k_unknown_word) module.size_bytes = (size & k_counts_kib) != 0 ? mib << 10U : mib << 20U;
  unsigned rate = s.word(0x20);
  if (rate == k_unknown_word) rate = s.dword(0x58) & 0x7fffffffU;
  if (rate == 0) rate = s.word(0x15) == k_unknown_word ? 0 : s.word(0x15);
  module.transfers_per_s = std::uint64_t{rate} * 1'000'000;
  return module;
}

}  // namespace

std::vector<MemoryModule> modules_from_smbios(std::string_view table) {
  constexpr unsigned k_memory_device = 17, k_end = 127;
  std::vector<MemoryModule> modules;
  while (table.size() >= 4 && modules.size() < 1024) {
    const auto type = static_cast<unsigned char>(table[0]);
    const auto length = static_cast<unsigned char>(table[1]);
    if (type == k_end || length < 4 || length > table.size()) break;
    const std::size_t strings_end = table.find(std::string_view("\0\0", 2), length);
    if (strings_end == std::string_view::npos) break;
    if (type == k_memory_device) {
      const auto module = module_of(Structure(table.substr(0, length), table.substr(length, strings_end + 1 - length)));
      if (module) modules.push_back(*module);
    }
    table.remove_prefix(strings_end + 2);
  }
  return modules;
}

std::vector<MemoryModule> modules_from_udev(std::string_view database) {
  const std::string_view prefix = "E:MEMORY_DEVICE_";
  std::map<std::uint64_t, std::map<std::string_view, std::string_view>> devices;
  for (const std::string_view line : lines_of(database)) {
    if (line.substr(0, prefix.size()) != prefix) continue;
    const std::string_view rest = line.substr(prefix.size());
    const std::size_t mark = rest.find('_'), equals = rest.find('=');
    const auto number = whole_number(rest.substr(0, std::min(mark, rest.size())));
    if (!number || *number > 1023 || mark == std::string_view::npos || equals == std::string_view::npos || mark > equals)
      continue;
    devices[*number][rest.substr(mark + 1, equals - mark - 1)] = rest.substr(equals + 1);
  }
  std::vector<MemoryModule> modules;
  for (auto& [number, facts] : devices) {
    if (facts["PRESENT"] == "0" || whole_number(facts["SIZE"]).value_or(0) == 0) continue;
    MemoryModule module;
    const std::string type = clean_text(facts["TYPE"], 16);
    const bool known = type.find("DDR") != std::string::npos || type.find("HBM") != std::string::npos;
    module.type = known ? type : "";
    module.channel = channel_of(facts["BANK_LOCATOR"]);
    if (module.channel.empty()) module.channel = channel_of(facts["LOCATOR"]);
    module.data_width_bits =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(whole_number(facts["DATA_WIDTH"]).value_or(0), 65535));
    module.size_bytes = whole_number(facts["SIZE"]).value_or(0);
    std::uint64_t rate = whole_number(facts["CONFIGURED_SPEED_MTS"]).value_or(0);
    if (rate == 0) rate = whole_number(facts["SPEED_MTS"]).value_or(0);
    module.transfers_per_s = std::min<std::uint64_t>(rate, 1'000'000) * 1'000'000;
    modules.push_back(std::move(module));
  }
  return modules;
}

std::string as_udev(const std::vector<MemoryModule>& modules) {
  std::string text;
  for (std::size_t i = 0; i < modules.size(); ++i) {
    const MemoryModule& module = modules[i];
    const auto line = [&](const char* key, const std::string& value) {
      text += "E:MEMORY_DEVICE_" + std::to_string(i) + "_" + key + "=" + value + "\n";
    };
    line("SIZE", std::to_string(std::max<std::uint64_t>(module.size_bytes, 1)));
    if (!module.type.empty()) line("TYPE", module.type);
    // What tells the channel apart is all that is kept of the locator; with a slot behind it, it reads as one again.
    const bool named = module.channel.find("CHANNEL") != std::string::npos;
    if (!module.channel.empty()) line("BANK_LOCATOR", named ? module.channel : module.channel + "1");
    if (module.data_width_bits != 0) line("DATA_WIDTH", std::to_string(module.data_width_bits));
    if (module.transfers_per_s != 0) line("CONFIGURED_SPEED_MTS", std::to_string(module.transfers_per_s / 1'000'000));
  }
  return text;
}

std::vector<MemoryModule> read_memory_modules(const FsRoot& fs) {
  constexpr std::size_t k_most_table = 256 * 1024;
  std::vector<MemoryModule> modules = modules_from_smbios(fs.text("/sys/firmware/dmi/tables/DMI", k_most_table));
  if (modules.empty()) modules = modules_from_udev(fs.text("/run/udev/data/+dmi:id", k_most_table));
  return modules;
}

MemorySetup summarise_modules(const std::vector<MemoryModule>& modules) {
  MemorySetup setup;
  if (modules.empty()) return setup;
  setup.modules = static_cast<std::uint32_t>(modules.size());
  setup.type = modules.front().type;
  std::map<std::string, std::uint32_t> width_of_channel;
  bool all_stated = true, all_sized = true;
  std::uint64_t slowest = 0;
  for (const MemoryModule& module : modules) {
    if (module.type != setup.type) setup.type.clear();
    constexpr std::uint64_t k_most_bytes = std::uint64_t{1} << 50U;
    all_sized = all_sized && module.size_bytes > 1 && module.size_bytes <= k_most_bytes;
    setup.total_bytes += std::min(module.size_bytes, k_most_bytes);
    const bool low_power_module = module.type.rfind("LPDDR", 0) == 0;
    // Every DDR3, DDR4 and DDR5 DIMM has 64 data lines (JEDEC); soldered memory has what the board gave it.
    const std::uint32_t module_width = module.data_width_bits == 0 && !low_power_module ? 64 : module.data_width_bits;
    if (module.transfers_per_s == 0 || module_width == 0 || module.channel.empty()) all_stated = false;
    if (module.transfers_per_s != 0)
      slowest = slowest == 0 ? module.transfers_per_s : std::min(slowest, module.transfers_per_s);
    std::uint32_t& width = width_of_channel[module.channel];
    width = std::max(width, module_width);
  }
  if (!all_sized) setup.total_bytes = 0;
  if (slowest != 0) setup.transfers_per_s = static_cast<double>(slowest);
  // Soldered LPDDR channels are 16 or 32 bits wide; firmware that calls them 64 would double or quadruple the result.
  const bool low_power = setup.type.rfind("LPDDR", 0) == 0;
  std::uint64_t bits = 0;
  for (const auto& [channel, width] : width_of_channel) {
    if (width > (low_power ? 32U : 64U)) all_stated = false;
    bits += width;
  }
  if (!all_stated || setup.type.empty()) return setup;
  setup.channels = static_cast<std::uint32_t>(width_of_channel.size());
  setup.bandwidth_bytes_per_s = static_cast<double>(bits) / 8 * *setup.transfers_per_s;
  return setup;
}

namespace {

std::string rate_name(const MemorySetup& setup) {
  std::string name = setup.type.empty() ? "memory" : setup.type;
  if (setup.transfers_per_s)
    name.append("-").append(std::to_string(static_cast<std::uint64_t>(*setup.transfers_per_s / 1e6)));
  return name;
}

}  // namespace

void use_memory_setup(Context& context, MemoryPool& pool, const MemorySetup& setup) {
  CpuFacts& cpu = context.machine.cpu;
  cpu.memory_modules = setup.modules;
  cpu.memory_channels = setup.channels;
  cpu.memory_transfers_per_s = setup.transfers_per_s;
  if (!setup.type.empty()) cpu.memory_type = setup.type;
  // A table that leaves modules out would give a part of the channels: soldered memory is often listed like that.
  const bool is_partial = setup.total_bytes > 0 && setup.total_bytes < pool.total_bytes;
  if (is_partial) {
    cpu.memory_modules.reset();
    cpu.memory_channels.reset();
    context.note("memory bandwidth", "firmware lists fewer memory modules than there is memory");
    return;
  }
  if (!setup.bandwidth_bytes_per_s) {
    pool.description += ", " + std::to_string(setup.modules) + "x " + rate_name(setup);
    context.note("memory bandwidth", "firmware does not say which channels the memory modules are on");
    return;
  }
  pool.bandwidth_bytes_per_s = setup.bandwidth_bytes_per_s;
  pool.bandwidth_provenance =
      Provenance{.basis = Basis::derived, .source = "SMBIOS memory devices: channels x width x rate", .retrieved = ""};
  pool.description += ", " + std::to_string(*setup.channels) + " channels " + rate_name(setup);
}

}  // namespace canirun::probe
