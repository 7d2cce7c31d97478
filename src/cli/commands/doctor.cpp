// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <filesystem>

#include "catalog/device_record.hpp"
#include "cli/commands.hpp"
#include "report/document.hpp"
#include "report/numbers.hpp"
#include "report/text.hpp"

namespace canirun::cli {
namespace {

/// One line of the block; `ok` false marks what is missing.
struct Finding {
  std::string topic, text;
  bool ok = true;
};

std::string describe(const Device& device) {
  std::string text = fmt::format("{} ({})", device.name.empty() ? "unknown" : device.name, name_of(device.kind));
  if (device.pci_id) text += fmt::format(", PCI {}", *device.pci_id);
  text += device.record_id.empty() ? ", no record in the catalog" : fmt::format(", record {}", device.record_id);
  if (device.driver_version) text += fmt::format(", driver {}", *device.driver_version);
  if (device.runtime)
    text += fmt::format(", {}{}", *device.runtime, device.runtime_version ? " " + *device.runtime_version : "");
  if (!device.how_known.empty()) text += fmt::format(" [{}]", device.how_known);
  return text;
}

std::string describe(const MemoryPool& pool) {
  std::string text = report::format_binary_bytes(pool.total_bytes);
  if (pool.free_bytes) text += fmt::format(", {} free", report::format_binary_bytes(*pool.free_bytes));
  if (pool.limit_bytes)
    text += fmt::format(", limited to {} by {}", report::format_binary_bytes(*pool.limit_bytes), pool.limit_reason);
  text += pool.bandwidth_bytes_per_s ? fmt::format(", {} ({})", report::format_bandwidth(*pool.bandwidth_bytes_per_s),
                                                   name_of(pool.bandwidth_provenance.basis))
                                     : std::string(", bandwidth unknown: give --bandwidth");
  return text;
}

std::vector<Finding> examine(Session& session, const Machine& machine) {
  std::vector<Finding> findings;
  findings.push_back({"system", fmt::format("{}, kernel {}", machine.os.empty() ? "unknown" : machine.os,
                                            machine.kernel.empty() ? "unknown" : machine.kernel)});
  findings.push_back(
      {"cpu", fmt::format("{}: {} cores, {} threads, {}{}", machine.cpu.name.empty() ? "unknown" : machine.cpu.name,
                          machine.cpu.physical_cores, machine.cpu.logical_cores, name_of(machine.cpu.isa),
                          machine.cpu.virtualised ? ", virtual machine" : "")});
  for (const Device& device : machine.devices) {
    findings.push_back({device.id, describe(device), !device.record_id.empty() || device.kind == DeviceKind::cpu});
  }
  for (const MemoryPool& pool : machine.pools) {
    findings.push_back({"memory " + pool.id, describe(pool), pool.bandwidth_bytes_per_s.has_value()});
  }
  if (machine.storage) {
    findings.push_back(
        {"storage", fmt::format("{} free of {}, {}, {}", report::format_binary_bytes(machine.storage->free_bytes),
                                report::format_binary_bytes(machine.storage->total_bytes), machine.storage->filesystem,
                                name_of(machine.storage->drive))});
  }
  if (machine.host_memory.swap_total_bytes.value_or(0) > 0) {
    findings.push_back({"swap", report::format_binary_bytes(*machine.host_memory.swap_total_bytes) +
                                    (machine.host_memory.zram_bytes ? ", zram" : "")});
  }
  for (const ProbeNote& note : machine.notes)
    findings.push_back({"not known", fmt::format("{}: {}", note.fact, note.reason), false});

  const catalog::Catalog& catalog = session.catalog();
  findings.push_back(
      {"data", fmt::format("of {}: {} models, {} devices, {} quants, {} API prices", catalog.date(), catalog.models().size(),
                           catalog.devices().size(), catalog.quants().size(), catalog.books().prices.api.size())});
  for (const std::filesystem::path& folder : overlay_folders(session.options())) {
    findings.push_back({"data laid over", folder.filename().string()});
  }
  for (const Error& problem : catalog.problems()) findings.push_back({"data problem", problem.text(), false});
  const report::Terminal& out = session.out();
  findings.push_back({"output", fmt::format("{}, {} columns, {}, {}", out.is_tty ? "terminal" : "pipe or file", out.width,
                                            out.colour ? "colour" : "no colour", out.unicode ? "UTF-8" : "ASCII")});
  return findings;
}

std::string to_json(const std::vector<Finding>& findings, const report::Head& head) {
  report::Document document("canirun/doctor", head);
  document.root().objects("findings", findings, [](report::Node node, const Finding& finding) {
    node.set("topic", finding.topic);
    node.set("text", finding.text);
    node.set("ok", finding.ok);
  });
  return document.text(report::JsonStyle::indented);
}

}  // namespace

Result<int> run_doctor(Session& session) {
  const Result<std::shared_ptr<const Machine>> machine = session.machines().machine_for(session.options().request);
  if (!machine) return tl::unexpected<Error>(machine.error());
  const std::vector<Finding> findings = examine(session, **machine);
  if (session.options().json) {
    session.print(to_json(findings, session.head()));
    return k_yes;
  }
  std::string out = fmt::format("canirun {}\n", k_version);
  for (const Finding& finding : findings) {
    out += fmt::format("{} {:<15} {}\n", finding.ok ? "  " : "! ", finding.topic,
                       report::safe_text(finding.text, session.out()));
  }
  session.print(out);
  return k_yes;
}

}  // namespace canirun::cli
