// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/report.hpp"
#include "report/terminal.hpp"

namespace canirun::report {

/// Errors of estimates: max(estimate / measured, measured / estimate) - 1, so that twice and half are the same 1.
struct ErrorFigures {
  double median = 0, p90 = 0;
};

/// One class of devices, decode or prefill, on the runs the constants were fitted on.
struct AccuracyRow {
  std::string device_class;  ///< "nvidia", or "all"
  std::uint32_t runs = 0;
  ErrorFigures error;
  double range_holds = 0;                             ///< share of the runs inside low-high
  std::optional<ErrorFigures> new_device, new_model;  ///< of fits that had not seen the run's device, or model
};

/// One part of memory against what the engine allocates. Errors are |estimate / allocated - 1|.
struct MemoryAccuracy {
  std::string part;       ///< "cache", "everything"
  std::string placement;  ///< "in one place", "split"
  std::uint32_t runs = 0;
  double median_error = 0, p90_error = 0, largest_error = 0;
};

/// A run that the estimate misses, for people who look for the reason.
struct MissedRun {
  std::string on, model, quant, source;
  bool prefill = false;
  double measured_tokens_per_s = 0;
  Range estimate_tokens_per_s;
};

/// A publication that runs were taken from.
struct ReferenceSource {
  std::string source, retrieved;
  std::uint32_t runs = 0;
};

/// `canirun accuracy`: every estimate that somebody measured, against the measurement.
struct Accuracy {
  Head head;
  std::uint32_t runs = 0, devices = 0, models = 0;  ///< published runs of speed
  std::vector<AccuracyRow> decode, prefill;         ///< all first, then by class
  std::string held_out_on;                          ///< date of the fits that left runs out; "" when there is none
  std::vector<MemoryAccuracy> memory;
  std::string memory_source;
  std::vector<MissedRun> farthest;      ///< at most ten each of decode and prefill, farthest first
  std::vector<std::string> unanswered;  ///< runs without an estimate, and why
  std::vector<ReferenceSource> sources;
};
/// `explain`: also what is missed most, and where the runs come from.
std::string render_accuracy_text(const Accuracy& accuracy, const Terminal& terminal, bool explain);
/// Schema "canirun/accuracy".
std::string accuracy_json(const Accuracy& accuracy, JsonStyle style);

}  // namespace canirun::report
