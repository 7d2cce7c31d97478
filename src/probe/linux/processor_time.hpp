// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

namespace canirun::probe {

/// What all processors did since boot, in ticks of the kernel (a hundredth of a second on Linux).
struct ProcessorTime {
  double work = 0;    ///< of everybody, idle time left out
  double stolen = 0;  ///< wanted, but given to another guest of the host
};
/// From the text of /proc/stat, of which the first line is enough; nothing when it is not one.
std::optional<ProcessorTime> processor_time(std::string_view stat);

/// Share of the wanted time that was stolen; nothing when less than a minute has been counted.
std::optional<double> stolen_share(const ProcessorTime& time);

}  // namespace canirun::probe
