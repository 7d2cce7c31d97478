// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <canirun/result.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "catalog/catalog.hpp"
#include "cli/request.hpp"

namespace canirun::cli {

/// A machine as `canirun hw --json` writes it, or a recording of `canirun record`, which is looked at as if it were here and
/// completed from the catalog's records when there is one.
Result<Machine> read_machine_file(const std::string& path, const catalog::Catalog* catalog = nullptr);

/// Figures of a machine that the user knows better. Errors name the flag: there is no GPU to give memory to.
struct MachineOverrides {
  std::optional<std::uint64_t> ram_bytes, vram_bytes;
  std::optional<double> bandwidth_bytes_per_s;
};
Result<void> apply_overrides(Machine& machine, const MachineOverrides& overrides);

/// Where machines come from: this one (probed once, when first asked for), a file, or a description. Remembers the last
/// ones, so that a stream of requests about the same machine describes it once.
class MachineSource {
 public:
  /// `warn` is told what is wrong with the file of what was measured here; the machine is then as if there were none.
  MachineSource(const catalog::Catalog& catalog, std::optional<std::string> machine_file,
                std::function<void(const Error&)> warn = {})
      : catalog_(catalog), machine_file_(std::move(machine_file)), warn_(std::move(warn)) {}

  /// The machine a request is about. `on`, `ram`, `vram` and `bandwidth` are checked here.
  Result<std::shared_ptr<const Machine>> machine_for(const Request& request);
  /// The same without what was measured here: what a measurement is compared with.
  Result<Machine> uncalibrated(const Request& request);

 private:
  Result<Machine> make(const Request& request, bool calibrated);
  Result<Machine> here();

  const catalog::Catalog& catalog_;
  std::optional<std::string> machine_file_;
  std::function<void(const Error&)> warn_;
  std::optional<Machine> here_;
  std::map<std::string, std::shared_ptr<const Machine>> known_;
};

}  // namespace canirun::cli
