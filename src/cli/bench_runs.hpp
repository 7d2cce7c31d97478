// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/calibration.hpp>
#include <canirun/result.hpp>
#include <memory>
#include <string>
#include <vector>

#include "bench/results.hpp"
#include "cli/session.hpp"

namespace canirun::cli {

/// A run beside what is estimated for it.
struct BenchRun {
  bench::FoundRun found;  ///< `found.run` with model, quant and backend looked up
  std::string model;      ///< for people: the catalog's name, else the source's
  std::optional<ExpectedRun> expected;
  std::string refused;    ///< why it cannot be true; then it is not kept
  std::string kept_only;  ///< why it corrects no estimate, true as it may be
};

/// Looks up runs for one machine. What the command line says (--model, --quant, --backend, ...) wins over the source.
class BenchRuns {
 public:
  BenchRuns(Session& session, const Machine& machine) : session_(session), machine_(machine) {}
  /// Errors: a flag that is wrong. A model nobody knows is no error.
  Result<BenchRun> compare(bench::FoundRun found);

 private:
  struct Known {
    std::shared_ptr<const ModelSpec> model;
    std::string quant;  ///< of the file it was read from; else empty
  };
  Result<std::optional<Known>> model_of(const bench::FoundRun& found);
  Result<void> apply_flags(Measurement& run);

  Session& session_;
  const Machine& machine_;
};

/// ISO date of the clock.
std::string today_iso();

}  // namespace canirun::cli
