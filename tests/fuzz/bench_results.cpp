// SPDX-License-Identifier: MIT
// Results of other programs, answers of servers and the calibration file. The first byte chooses which.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bench/calibration_file.hpp"
#include "bench/event_stream.hpp"
#include "bench/results.hpp"

using namespace canirun;

namespace {

void check(const std::optional<MeasuredRate>& rate) {
  if (rate && !(rate->tokens_per_s > 0 && std::isfinite(rate->tokens_per_s))) std::abort();
}

void results(std::string_view text) {
  const Result<bench::FoundRuns> found = bench::read_results(text);
  if (!found) return;
  for (const bench::FoundRun& run : found->runs) {
    check(run.run.decode);
    check(run.run.prefill);
    if (run.line == 0) std::abort();
    (void)why_impossible(run.run, nullptr);
  }
}

/// The first half in one piece, the rest byte by byte.
void events(std::string_view text) {
  bench::EventReader reader;
  bench::Written written;
  double now_s = 0;
  const auto use = [&](std::string_view data) { bench::take_event(data, now_s += 1, written); };
  reader.feed(text.substr(0, text.size() / 2), use);
  for (const char& byte : text.substr(text.size() / 2)) reader.feed({&byte, 1}, use);
  if ((written.pieces > 0) != written.first_s.has_value()) std::abort();
}

void calibration(std::string_view text) {
  const Result<bench::CalibrationFile> file = bench::parse_calibration(text);
  if (!file) return;
  if (!bench::parse_calibration(bench::calibration_text(*file))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'e':
      events(text);
      break;
    case 'c':
      calibration(text);
      break;
    default:
      results(text);
  }
  return 0;
}
