// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Small readers for what the kernel and drivers write. All total: what does not parse is nothing, never a guess.
namespace canirun::probe {

/// Text from outside made fit for a terminal: control characters (also C1 and DEL) and invalid UTF-8 are dropped, runs of
/// blanks become one, at most `max_bytes` are kept (whole characters), ends are trimmed.
std::string clean_text(std::string_view text, std::size_t max_bytes = 96);

std::string_view trim(std::string_view text);
std::string lower(std::string_view text);

/// The leading digits of a trimmed text ("16", "0x10de" when base is 16, "5000 kHz"); nothing without a digit or on
/// overflow.
std::optional<std::uint64_t> leading_number(std::string_view text, int base = 10);
/// A text that is one number and nothing else.
std::optional<std::uint64_t> whole_number(std::string_view text, int base = 10);
/// "16.0 GT/s PCIe" -> 16.0; nothing when it does not start with a digit.
std::optional<double> leading_decimal(std::string_view text);

std::vector<std::string_view> lines_of(std::string_view text);
std::vector<std::string_view> words_of(std::string_view text);
bool has_word(std::string_view text, std::string_view word);

/// Value of the first line `key<separator>value` ("model name : X" with ':', "size_in_bytes 42" with ' '); key and value
/// trimmed.
std::optional<std::string_view> value_of(std::string_view text, std::string_view key, char separator);

/// "0-3,8,10-11" as ranges, first <= last; stops at the first thing that is not one. At most 4096 ranges, numbers below
/// 65536.
std::vector<std::pair<unsigned, unsigned>> cpu_ranges(std::string_view list);
/// How many CPUs a list names.
unsigned count_cpus(std::string_view list);

}  // namespace canirun::probe
