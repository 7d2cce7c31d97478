// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/calibration.hpp>
#include <canirun/result.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/calibration_file.hpp"
#include "catalog/catalog.hpp"

namespace canirun::cli {

/// Kept runs whose model and quant the catalog knows, with both. Owns what the cases refer to, but for the record.
struct KnownRuns {
  std::vector<std::unique_ptr<const ModelSpec>> models;
  std::vector<std::unique_ptr<const QuantScheme>> quants;
  std::vector<CalibrationCase> cases;
};
/// The newest of them, as many as a question can wait for. `record` has to outlive the result.
KnownRuns known_runs(const bench::MachineRecord& record, const catalog::Catalog& catalog);

/// Gives a machine what its record says: bandwidth of host memory as it was read, and corrections of estimates.
void apply_record(Machine& machine, const bench::MachineRecord& record, const catalog::Catalog& catalog);

/// The user's file; empty when there is no place for one.
std::filesystem::path calibration_path();

/// The same from the user's file; a machine without a record stays as it is. Errors: the file cannot be read.
Result<void> apply_calibration(Machine& machine, const catalog::Catalog& catalog);

}  // namespace canirun::cli
