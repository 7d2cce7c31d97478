// SPDX-License-Identifier: MIT
#include "cli/machine_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/calibration.hpp"
#include "cli/request_checker.hpp"
#include "cli/text_file.hpp"
#include "json/check_machine.hpp"
#include "json/fields_machine.hpp"
#include "json/text.hpp"
#include "probe/memory_bandwidth.hpp"
#include "probe/probe.hpp"
#include "probe/recording.hpp"

namespace canirun::cli {
namespace {

/// Different machines remembered during one run.
constexpr std::size_t k_most_remembered = 256;
constexpr std::string_view k_machine_schema = "canirun/machine";
constexpr std::uint32_t k_machine_schema_version = 1;

/// What `canirun hw --json` writes around the machine.
struct MachineDocument {
  std::string schema;
  std::uint32_t schema_version = 0;
  std::optional<std::string> canirun, catalog_date;
  Machine machine;
};
template <class Archive>
void fields(Archive& a, MachineDocument& d) {
  a.required("schema", d.schema);
  a.required("schema_version", d.schema_version);
  a.optional("canirun", d.canirun);
  a.optional("catalog_date", d.catalog_date);
  a.required("machine", d.machine);
}

void set_total(MemoryPool& pool, std::uint64_t bytes, std::string_view flag) {
  pool.total_bytes = bytes;
  pool.free_bytes.reset();
  pool.limit_bytes.reset();
  pool.limit_reason.clear();
  pool.total_basis = Basis::assumed;
  pool.description = fmt::format("as said with {}", flag);
}

void set_bandwidth(MemoryPool& pool, double bytes_per_s) {
  pool.bandwidth_bytes_per_s = bytes_per_s;
  pool.bandwidth_provenance = {.basis = Basis::assumed, .source = "--bandwidth", .retrieved = {}};
}

/// Threads that never read together say what one core gets. All of them get more, at most as many times as they are: taken
/// in the middle, as a ratio, unless what was assumed before lies higher. Of few cores one may well take nearly all: two of
/// an EPYC guest read 43 GB/s, one of them 40, sixteen of a Xeon guest 89 and one 8.8 (2026-11). So no more than a usual
/// core's share of a memory, beside what was read.
void take_one_cores_rate(MemoryPool& host, double bytes_per_s, std::uint32_t cores) {
  constexpr double k_usual_share_bytes_per_s = 6e9;
  const double middle = bytes_per_s * std::sqrt(static_cast<double>(cores));
  const double rate = std::max(bytes_per_s, std::min(middle, cores * k_usual_share_bytes_per_s));
  if (host.bandwidth_bytes_per_s.value_or(0) >= rate) return;
  host.bandwidth_bytes_per_s = rate;
  host.bandwidth_provenance = {
      .basis = Basis::assumed,
      .source = fmt::format("one of {} cores read {:.1f} GB/s, and the machine is too busy for them to read together "
                            "(canirun bench --save when it is quiet)",
                            cores, bytes_per_s / 1e9),
      .retrieved = {}};
}

/// Memory that nobody describes (a virtual machine, a processor without a record) or that is only assumed is measured:
/// a few milliseconds' read test beats "unknown" and a guess alike.
void measure_undescribed_memory(Machine& machine) {
  if (machine.pools.empty()) return;
  MemoryPool& host = machine.pools[0];
  const bool described = host.bandwidth_bytes_per_s && host.bandwidth_provenance.basis != Basis::assumed;
  if (described || host.kind != PoolKind::host) return;
  const double usable = machine.cpu.usable_cores.value_or(machine.cpu.physical_cores);
  const auto cores = static_cast<std::uint32_t>(std::clamp(usable, 1.0, 1024.0));
  const std::optional<probe::ReadTest> test = probe::measure_read_bandwidth(cores);
  if (!test) return;
  std::erase_if(machine.notes, [](const ProbeNote& note) { return note.fact == "memory bandwidth"; });
  if (test->threads == 1 && cores > 1) return take_one_cores_rate(host, test->bytes_per_s, cores);
  host.bandwidth_bytes_per_s = test->bytes_per_s;
  host.bandwidth_provenance = {
      .basis = Basis::measured,
      .source = fmt::format("read test of this run, {} thread{}", test->threads, test->threads == 1 ? "" : "s"),
      .retrieved = {}};
}

}  // namespace

Result<Machine> read_machine_file(const std::string& path, const catalog::Catalog* catalog) {
  const Result<std::string> text = read_text_file(path);
  if (!text) return tl::unexpected<Error>(Error(text.error()).within("--machine"));
  if (probe::looks_like_recording(*text)) {
    Result<Machine> machine = probe::replay_recording(*text);
    if (!machine) return tl::unexpected<Error>(std::move(machine).error().within(path).within("--machine"));
    if (catalog != nullptr) catalog::complete_machine(*machine, *catalog);
    machine->origin = path;
    return machine;
  }
  Result<MachineDocument> document = json::read_text<MachineDocument>(*text);
  Result<void> sound;
  if (document && document->schema != k_machine_schema) {
    sound = fail(ErrorKind::malformed, fmt::format("/schema: expected \"{}\"", k_machine_schema));
  } else if (document && document->schema_version != k_machine_schema_version) {
    sound = fail(ErrorKind::unsupported,
                 fmt::format("/schema_version: this program reads version {}", k_machine_schema_version));
  } else if (document) {
    sound = json::check_machine(document->machine);
  }
  if (!document || !sound) {
    Error error = document ? sound.error() : document.error();
    if (error.hint.empty()) error.hint = "write the file with: canirun hw --json > machine.json";
    return tl::unexpected<Error>(std::move(error).within(path).within("--machine"));
  }
  document->machine.origin = path;
  document->machine.is_this_machine = false;
  return std::move(document->machine);
}

Result<void> apply_overrides(Machine& machine, const MachineOverrides& overrides) {
  bool has_gpu = false;
  for (MemoryPool& pool : machine.pools) {
    if (pool.kind != PoolKind::gpu) continue;
    has_gpu = true;
    if (overrides.vram_bytes) set_total(pool, *overrides.vram_bytes, "--vram");
    if (overrides.bandwidth_bytes_per_s) set_bandwidth(pool, *overrides.bandwidth_bytes_per_s);
  }
  if (overrides.vram_bytes && !has_gpu) {
    return fail(ErrorKind::usage, "--vram: this machine has no GPU with memory of its own",
                "name one with --on \"vram=24GiB,bandwidth=936GB/s\"; --ram sets the host's memory");
  }
  if (overrides.ram_bytes) set_total(machine.pools.front(), *overrides.ram_bytes, "--ram");
  if (overrides.bandwidth_bytes_per_s && !has_gpu) set_bandwidth(machine.pools.front(), *overrides.bandwidth_bytes_per_s);
  return {};
}

Result<std::shared_ptr<const Machine>> MachineSource::machine_for(const Request& request) {
  std::string key = request.on.value_or("\x01here");
  for (const std::optional<json::Word>* word : {&request.ram, &request.vram, &request.bandwidth}) {
    key += '\x01' + (*word ? (*word)->text : "");
  }
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;

  Result<Machine> made = make(request, true);
  if (!made) return tl::unexpected<Error>(std::move(made).error());
  if (known_.size() >= k_most_remembered) known_.clear();
  return known_.emplace(std::move(key), std::make_shared<const Machine>(std::move(*made))).first->second;
}

Result<Machine> MachineSource::uncalibrated(const Request& request) { return make(request, false); }

Result<Machine> MachineSource::make(const Request& request, bool calibrated) {
  RequestChecker checker(request.from);
  MachineOverrides overrides;
  checker.bytes(request.ram, {"ram", "ram"}, overrides.ram_bytes);
  checker.bytes(request.vram, {"vram", "vram"}, overrides.vram_bytes);
  checker.bandwidth(request.bandwidth, {"bandwidth", "bandwidth"}, overrides.bandwidth_bytes_per_s);
  if (checker.error()) return tl::unexpected<Error>(*checker.error());

  if (request.on) {
    Result<Machine> wished = catalog::machine_from_wish({.on = *request.on,
                                                         .ram_bytes = overrides.ram_bytes,
                                                         .vram_bytes = overrides.vram_bytes,
                                                         .bandwidth_bytes_per_s = overrides.bandwidth_bytes_per_s},
                                                        catalog_);
    if (!wished) return tl::unexpected<Error>(std::move(wished).error().within(checker.name_of({"on", "on"})));
    return wished;
  }
  Result<Machine> machine = here();
  if (!machine) return machine;
  // What was measured under one bandwidth corrects nothing under another that somebody asks about.
  if (calibrated && machine->is_this_machine && !overrides.bandwidth_bytes_per_s) {
    const Result<void> known = apply_calibration(*machine, catalog_);
    if (!known && warn_) warn_(known.error());
  }
  const Result<void> applied = apply_overrides(*machine, overrides);
  if (!applied) return tl::unexpected<Error>(applied.error());
  return machine;
}

Result<Machine> MachineSource::here() {
  if (here_) return *here_;
  if (machine_file_) {
    Result<Machine> machine = read_machine_file(*machine_file_, &catalog_);
    if (!machine) return machine;
    here_ = std::move(*machine);
  } else {
    here_ = probe::probe_machine();
    catalog::complete_machine(*here_, catalog_);
    measure_undescribed_memory(*here_);
  }
  return *here_;
}

}  // namespace canirun::cli
