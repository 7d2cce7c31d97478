// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/units.hpp>
#include <charconv>

#include "catalog/ascii.hpp"
#include "catalog/wish.hpp"
#include "catalog/wish_spoken.hpp"

namespace canirun::catalog {
namespace {

constexpr std::size_t k_max_wish = 400;
constexpr std::uint32_t k_max_count = 64;
constexpr std::uint64_t k_least_bytes = 64 * k_mib;

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    parts.push_back(trim(text.substr(0, at)));
    text.remove_prefix(at + separator.size());
  }
  parts.push_back(trim(text));
  return parts;
}

/// Takes "2x " or "4 x" off the front. "3x" needs a blank or a name after it; "7900 XTX" and "7900xtx" have no count.
Result<std::uint32_t> take_count(std::string_view& text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  std::string_view rest = text.substr(digits);
  const bool blank_before = rest.starts_with(' ');
  rest = trim(rest);
  const bool times = rest.starts_with('x') || rest.starts_with('X') || rest.starts_with("*") || rest.starts_with("\u00d7");
  if (digits == 0 || !times) return 1;
  rest.remove_prefix(rest.starts_with("\u00d7") ? 2 : 1);
  constexpr std::size_t k_digits_of_a_name = 3;
  if ((blank_before || digits >= k_digits_of_a_name) && !rest.starts_with(' ') && !rest.empty()) return 1;  // "7900 XT"
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, count);
  if (error != std::errc() || end != text.data() + digits || count < 1 || count > k_max_count) {
    return fail(ErrorKind::usage, "\"" + std::string(text.substr(0, digits)) + "x\": expected 1 to 64 devices");
  }
  text = trim(rest);
  return count;
}

/// Where "x2" of "RTX 3090 x2" or "3090x2" begins, the blank before it included; npos: nowhere.
std::size_t count_at_end(std::string_view text) {
  const std::size_t blank = text.rfind(' ');
  if (blank != std::string_view::npos) return blank;
  const std::size_t times = text.find_last_of("xX");
  const bool joined = times != std::string_view::npos && times > 0 && is_digit(text[times - 1]);
  return joined ? times : std::string_view::npos;
}

/// Takes " x2" or "x2" off the end.
std::uint32_t take_count_at_end(std::string_view& text) {
  const std::size_t at = count_at_end(text);
  if (at == std::string_view::npos || at + 1 >= text.size()) return 1;
  std::string_view last = trim(text.substr(at));
  const bool times = last.starts_with('x') || last.starts_with('X') || last.starts_with("\u00d7");
  if (!times) return 1;
  last.remove_prefix(last.starts_with("\u00d7") ? 2 : 1);
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), count);
  if (error != std::errc() || end != last.data() + last.size() || count < 1 || count > k_max_count) return 1;
  text = trim(text.substr(0, at));
  return count;
}

Result<void> read_pair(std::string_view pair, WishItem& item) {
  const std::size_t equals = pair.find('=');
  const std::string key(trim(pair.substr(0, equals)));
  const std::string value(equals == std::string_view::npos ? std::string_view{} : trim(pair.substr(equals + 1)));
  if (equals == std::string_view::npos || value.empty()) {
    return fail(ErrorKind::usage, "\"" + std::string(pair) + "\": expected key=value",
                "for example vram=80GiB,bandwidth=2039GB/s");
  }
  const auto doubled = [&] { return fail(ErrorKind::usage, "\"" + key + "\" is given twice"); };
  const auto bytes = [&](std::optional<std::uint64_t>& into) -> Result<void> {
    if (into) return doubled();
    const Result<std::uint64_t> size = parse_bytes(value, key);
    if (!size) return tl::unexpected<Error>(size.error());
    if (*size < k_least_bytes)
      return fail(ErrorKind::usage, key + ": \"" + value + "\" is below 64 MiB", "with its unit: " + key + "=24GiB");
    into = *size;
    return {};
  };
  if (key == "vram") return bytes(item.vram_bytes);
  if (key == "ram") return bytes(item.ram_bytes);
  if (key == "bandwidth") {
    if (item.bandwidth_bytes_per_s) return doubled();
    const Result<double> rate = parse_bandwidth(value, key);
    if (!rate) return tl::unexpected<Error>(rate.error());
    item.bandwidth_bytes_per_s = *rate;
    return {};
  }
  if (key == "cpu") {
    if (item.cpu) return doubled();
    item.cpu = value;
    return {};
  }
  return fail(ErrorKind::usage, "\"" + key + "\" is not one of: vram, bandwidth, cpu, ram");
}

/// The name of an item, with the count and the memory that stand around it: "dual RTX 3090 64GB RAM".
void read_name(std::string_view name, WishItem& item) {
  if (item.count == 1) item.count = take_spoken_count(name);
  item.ram_bytes = take_spoken_ram(name);
  if (item.count == 1) item.count = take_count_at_end(name);
  item.name = std::string(name);
}

Result<WishItem> read_item(std::string_view text, const std::vector<std::string_view>& beside) {
  WishItem item;
  const Result<std::uint32_t> count = take_count(text);
  if (!count) return tl::unexpected<Error>(count.error());
  item.count = *count;
  if (text.empty())
    return fail(ErrorKind::usage, "expected the name of a device", "for example \"RTX 4090\" or \"2x RTX 3090\"");
  if (const std::optional<SpokenMemory> memory = spoken_memory(text)) {
    item.ram_bytes = memory->bytes;  // nothing stands before it that it could belong to
  } else if (text.find('=') != std::string_view::npos) {
    const Result<void> read = read_pair(text, item);
    if (!read) return tl::unexpected<Error>(read.error());
  } else {
    read_name(text, item);
  }
  for (const std::string_view part : beside) {
    const std::optional<SpokenMemory> memory = spoken_memory(part);
    if (memory && !memory->is_ram && !item.name.empty() && !item.memory_bytes) {
      item.memory_bytes = memory->bytes;
    } else if (memory && !item.ram_bytes) {
      item.ram_bytes = memory->bytes;
    } else {
      const Result<void> read = read_pair(part, item);
      if (!read) return tl::unexpected<Error>(read.error());
    }
  }
  if (!item.name.empty()) {
    if (!item.vram_bytes && !item.bandwidth_bytes_per_s) return item;
    return fail(ErrorKind::usage, "vram= and bandwidth= describe a device without a name",
                "--vram and --bandwidth change what \"" + item.name + "\" has");
  }
  const bool only_ram = item.ram_bytes && !item.bandwidth_bytes_per_s;
  if (!item.vram_bytes && !item.cpu && !only_ram) {
    return fail(ErrorKind::usage,
                "a device described by figures needs vram= or cpu=", "for example vram=80GiB,bandwidth=2039GB/s");
  }
  return item;
}

/// Reads what stands between two plusses: an item with what is around it ("RTX 4090, ram=64GiB"), or several items.
Result<void> read_items(std::string_view text, std::vector<WishItem>& items) {
  const std::vector<std::string_view> parts = split(text, ",");
  for (std::size_t i = 0; i < parts.size();) {
    std::vector<std::string_view> beside;
    std::size_t next = i + 1;
    const auto is_about_it = [](std::string_view part) {
      return part.empty() || part.find('=') != std::string_view::npos || spoken_memory(part);
    };
    for (; next < parts.size() && is_about_it(parts[next]); ++next) beside.push_back(parts[next]);
    Result<WishItem> item = read_item(parts[i], beside);
    if (!item) return tl::unexpected<Error>(std::move(item).error());
    items.push_back(*std::move(item));
    i = next;
  }
  return {};
}

}  // namespace

Result<std::vector<WishItem>> parse_wish(std::string_view text) {
  if (trim(text).empty())
    return fail(ErrorKind::usage, "expected the name of a device", "for example \"RTX 4090\" or \"2x RTX 3090\"");
  if (text.size() > k_max_wish) return fail(ErrorKind::usage, "longer than 400 characters");
  std::vector<WishItem> items;
  for (const std::string_view part : split(text, " + ")) {
    const Result<void> read = read_items(part, items);
    if (!read) return tl::unexpected<Error>(read.error());
  }
  return items;
}

SizedName split_size(std::string_view name) {
  std::string_view rest = trim(name);
  for (const std::string_view unit : {"GiB", "gib", "GB", "gb", "Gb", "G", "g"}) {
    if (!rest.ends_with(unit)) continue;
    rest = trim(rest.substr(0, rest.size() - unit.size()));
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[rest.size() - 1 - digits])) ++digits;
    const std::size_t start = rest.size() - digits;
    if (digits == 0 || digits > 5 || start == 0 ||
        (rest[start - 1] != ' ' && rest[start - 1] != '-' && rest[start - 1] != '('))
      break;
    std::uint64_t gib = 0;
    std::from_chars(rest.data() + start, rest.data() + rest.size(), gib);
    if (gib == 0) break;
    return {std::string(trim(rest.substr(0, start - (rest[start - 1] == ' ' ? 0 : 1)))), gib * k_gib};
  }
  return {std::string(trim(name)), std::nullopt};
}

}  // namespace canirun::catalog
