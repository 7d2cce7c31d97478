// SPDX-License-Identifier: MIT
#include "bench/calibration_file.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "bench/fields_calibration.hpp"
#include "json/text.hpp"

namespace canirun::bench {
namespace {

constexpr std::string_view k_schema = "canirun/calibration";
constexpr std::uint32_t k_version = 1;
constexpr const char* k_way_out = "canirun bench --forget starts over";

struct Envelope {
  std::string schema{k_schema};
  std::uint32_t schema_version = k_version;
  std::vector<MachineRecord> machines;
};
template <class Archive>
void fields(Archive& a, Envelope& value) {
  a.required("schema", value.schema);
  a.required("schema_version", value.schema_version);
  a.required("machines", value.machines);
}

Error wrong(const std::string& pointer, std::string message) {
  return {.kind = ErrorKind::malformed, .message = std::move(message), .context = {pointer}, .hint = k_way_out};
}

bool is_rate(double value, double most) { return value > 0 && value <= most; }

/// Figures that would break what is computed from them.
Result<void> check(const MachineRecord& machine, const std::string& at) {
  constexpr double k_most_bytes_per_s = 1e14, k_most_ops_per_s = 1e18, k_most_tokens_per_s = 1e7;
  if (machine.key.empty()) return tl::unexpected<Error>(wrong(at + "/key", "is empty"));
  if (machine.memory && !is_rate(machine.memory->read_bytes_per_s, k_most_bytes_per_s))
    return tl::unexpected<Error>(wrong(at + "/memory/read_bytes_per_s", "no memory reads at this rate"));
  if (machine.compute && !(is_rate(machine.compute->fp32_flops_per_s, k_most_ops_per_s) &&
                           is_rate(machine.compute->int8_ops_per_s, k_most_ops_per_s)))
    return tl::unexpected<Error>(wrong(at + "/compute", "no processor computes at this rate"));
  for (std::size_t i = 0; i < machine.gpu_copies.size(); ++i) {
    const std::string copies = at + "/gpu_copies/" + std::to_string(i);
    if (machine.gpu_copies[i].device.empty()) return tl::unexpected<Error>(wrong(copies + "/device", "is empty"));
    if (!is_rate(machine.gpu_copies[i].copy_bytes_per_s, k_most_bytes_per_s))
      return tl::unexpected<Error>(wrong(copies + "/copy_bytes_per_s", "no memory copies at this rate"));
  }
  for (std::size_t i = 0; i < machine.runs.size(); ++i) {
    const std::string run = at + "/runs/" + std::to_string(i);
    for (const auto& [name, rate] :
         {std::pair{"/decode", machine.runs[i].decode}, std::pair{"/prefill", machine.runs[i].prefill}}) {
      if (!rate) continue;
      if (!is_rate(rate->tokens_per_s, k_most_tokens_per_s))
        return tl::unexpected<Error>(wrong(run + name, "nothing runs at this rate"));
      if (rate->tokens > (1U << 30U) || rate->depth_tokens > (1U << 30U))
        return tl::unexpected<Error>(wrong(run + name, "more tokens than any context holds"));
      if (rate->spread && !(*rate->spread >= 0)) return tl::unexpected<Error>(wrong(run + name, "a spread below zero"));
    }
  }
  return {};
}

bool same_setup(const Measurement& a, const Measurement& b) {
  const auto same_rate = [](const std::optional<MeasuredRate>& x, const std::optional<MeasuredRate>& y) {
    return x.has_value() == y.has_value() && (!x || (x->tokens == y->tokens && x->depth_tokens == y->depth_tokens));
  };
  return a.model == b.model && a.model_name == b.model_name && a.quant == b.quant && a.engine == b.engine &&
         a.backend == b.backend && a.gpu_layers == b.gpu_layers && a.cpu_moe_layers == b.cpu_moe_layers &&
         a.threads == b.threads && a.flash_attn == b.flash_attn && a.parallel == b.parallel && a.source == b.source &&
         same_rate(a.decode, b.decode) && same_rate(a.prefill, b.prefill);
}

}  // namespace

const MachineRecord* CalibrationFile::find(std::string_view key) const {
  const auto found =
      std::find_if(machines.begin(), machines.end(), [&](const MachineRecord& machine) { return machine.key == key; });
  return found == machines.end() ? nullptr : &*found;
}

MachineRecord& CalibrationFile::at(const std::string& key, const std::string& name) {
  const auto found =
      std::find_if(machines.begin(), machines.end(), [&](const MachineRecord& machine) { return machine.key == key; });
  if (found != machines.end()) return *found;
  if (machines.size() >= k_most_machines) machines.erase(machines.begin());
  machines.push_back({.key = key, .name = name, .memory = {}, .compute = {}, .gpu_copies = {}, .runs = {}});
  return machines.back();
}

void keep_run(MachineRecord& machine, const Measurement& run) {
  std::erase_if(machine.runs, [&](const Measurement& known) { return same_setup(known, run); });
  if (machine.runs.size() >= k_most_kept_runs) machine.runs.erase(machine.runs.begin());
  machine.runs.push_back(run);
}

Result<CalibrationFile> parse_calibration(std::string_view text) {
  Result<Envelope> envelope = json::read_text<Envelope>(text);
  if (!envelope) {
    Error error = std::move(envelope).error();
    error.hint = k_way_out;
    return tl::unexpected<Error>(std::move(error));
  }
  if (envelope->schema != k_schema) return tl::unexpected<Error>(wrong("/schema", "is not a calibration of canirun"));
  if (envelope->schema_version != k_version)
    return tl::unexpected<Error>(wrong("/schema_version", "this program reads version 1"));
  for (std::size_t i = 0; i < envelope->machines.size(); ++i) {
    const Result<void> sound = check(envelope->machines[i], "/machines/" + std::to_string(i));
    if (!sound) return tl::unexpected<Error>(sound.error());
  }
  return CalibrationFile{.machines = std::move(envelope->machines)};
}

std::string calibration_text(const CalibrationFile& file) {
  Envelope envelope;
  envelope.machines = file.machines;
  return json::write_text(envelope);
}

}  // namespace canirun::bench
