// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <canirun/result.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "catalog/catalog.hpp"
#include "cli/machine_source.hpp"
#include "cli/request.hpp"
#include "report/report.hpp"

namespace canirun::cli {

/// A request with every word understood: nothing in it can be missing or malformed any more. Records are shared with
/// the resolver that made it.
struct Resolved {
  report::RequestEcho echo;
  std::shared_ptr<const Machine> machine;
  std::shared_ptr<const ModelSpec> model;
  std::shared_ptr<const QuantScheme> quant;
  Question question;
};

/// Turns requests into questions. Remembers the last models and quants, so that a stream of requests decodes each once.
class Resolver {
 public:
  Resolver(const catalog::Catalog& catalog, MachineSource& machines) : catalog_(catalog), machines_(machines) {}

  Result<Resolved> resolve(const Request& request);
  /// Everything but the model and its quant: what ranking many models starts from.
  Result<Resolved> resolve_without_model(const Request& request);

 private:
  Result<std::shared_ptr<const ModelSpec>> model(const std::string& name);
  Result<std::shared_ptr<const QuantScheme>> quant(const std::string& name);
  Result<UsageProfile> profile(const std::string& name) const;

  const catalog::Catalog& catalog_;
  MachineSource& machines_;
  std::map<std::string, std::shared_ptr<const ModelSpec>, std::less<>> models_;
  std::map<std::string, std::shared_ptr<const QuantScheme>, std::less<>> quants_;
};

/// A name that is not a catalog name but a place: a URL, a path, "hf:OWNER/REPO".
bool names_a_place(std::string_view model);

}  // namespace canirun::cli
