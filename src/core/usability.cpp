// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <canirun/capability.hpp>

namespace canirun {
namespace {

std::string seconds_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  return fmt::format("{:.0f} min", seconds / 60);
}
std::string rate_text(double rate) {
  return rate < 10 ? fmt::format("{:.1f} tok/s", rate) : fmt::format("{:.0f} tok/s", rate);
}

}  // namespace

Usability judge_usability(const std::optional<ThroughputEstimate>& speed, const UsabilityThresholds& thresholds) {
  Usability usability;
  if (!speed) {
    usability.reason = "no speed: it does not fit, or the memory bandwidth is unknown";
    return usability;
  }
  const double rate = speed->decode_tokens_per_s.typical;
  const double wait = speed->time_to_first_token_s.typical;
  usability.level = rate < thresholds.unusable_below_tokens_per_s      ? UsabilityLevel::unusable
                    : rate < thresholds.batch_only_below_tokens_per_s  ? UsabilityLevel::batch_only
                    : rate < thresholds.readable_below_tokens_per_s    ? UsabilityLevel::readable
                    : rate < thresholds.comfortable_below_tokens_per_s ? UsabilityLevel::comfortable
                                                                       : UsabilityLevel::fast;
  usability.reason = fmt::format("{} typical, first word after {}", rate_text(rate), seconds_text(wait));
  // However fast it then goes on: nobody calls it comfortable after a long silence.
  if (wait > thresholds.slow_first_token_s && usability.level > UsabilityLevel::readable) {
    usability.level = UsabilityLevel::readable;
    usability.reason += ": the wait, not the speed, is what slows it";
  }
  return usability;
}

}  // namespace canirun
