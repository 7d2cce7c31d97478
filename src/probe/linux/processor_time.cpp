// SPDX-License-Identifier: MIT
#include "probe/linux/processor_time.hpp"

#include "probe/text.hpp"

namespace canirun::probe {

/// The line "cpu": user nice system idle iowait irq softirq steal guest guest_nice (guests' time is in user and nice too).
std::optional<ProcessorTime> processor_time(std::string_view stat) {
  const std::vector<std::string_view> words = words_of(stat.substr(0, stat.find('\n')));
  if (words.size() < 9 || words.front() != "cpu") return std::nullopt;
  const auto ticks = [&](std::size_t field) { return static_cast<double>(whole_number(words[field]).value_or(0)); };
  return ProcessorTime{.work = ticks(1) + ticks(2) + ticks(3) + ticks(6) + ticks(7), .stolen = ticks(8)};
}

std::optional<double> stolen_share(const ProcessorTime& time) {
  constexpr double k_least_ticks = 60 * 100;
  const double wanted = time.work + time.stolen;
  if (wanted < k_least_ticks || time.work <= 0) return std::nullopt;
  const double share = time.stolen / wanted;
  return share < 1 ? std::optional(share) : std::nullopt;  // counts of nonsense round to the whole
}

}  // namespace canirun::probe
