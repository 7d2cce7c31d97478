// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <canirun/suggest.hpp>
#include <cmath>

#include "catalog/device_record.hpp"
#include "cli/commands.hpp"
#include "cli/request_checker.hpp"
#include "report/document.hpp"
#include "report/numbers.hpp"
#include "report/table.hpp"
#include "report/text.hpp"

namespace canirun::cli {
namespace {

using report::Align;
using report::Column;

/// One record, as words for the table and as values for the document.
struct Entry {
  std::string id, name;
  std::vector<std::string> details;  ///< the kind's own columns
  Provenance provenance;
};
struct Sheet {
  std::string kind;
  std::vector<Column> detail_columns;
  std::vector<std::string> detail_keys;  ///< the same columns in the document
  std::vector<Entry> entries;
};

std::string or_unknown(std::string text) { return text.empty() ? "?" : text; }
std::string price_of(const std::optional<double>& usd) { return usd ? fmt::format("{:.4g}", *usd) : "?"; }

Sheet models_sheet(const catalog::Catalog& catalog) {
  Sheet sheet{.kind = "models",
              .detail_columns = {{"PARAMS", Align::right, 0, 0},
                                 {"ACTIVE", Align::right, 3, 0},
                                 {"CONTEXT", Align::right, 2, 0},
                                 {"LICENCE", Align::left, 4, 0}},
              .detail_keys = {"parameters", "active_parameters", "context", "licence"},
              .entries = {}};
  for (const ModelSpec& model : catalog.models()) {
    sheet.entries.push_back(
        {model.id,
         model.name,
         {model.parameter_count > 0 ? report::format_parameters(model.parameter_count) : "?",
          model.active_parameter_count ? report::format_parameters(*model.active_parameter_count) : "all",
          model.context_limit_tokens > 0 ? report::format_context(model.context_limit_tokens) : "?",
          or_unknown(model.licence)},
         model.provenance});
  }
  return sheet;
}

Sheet devices_sheet(const catalog::Catalog& catalog) {
  Sheet sheet{
      .kind = "devices",
      .detail_columns = {{"MEMORY", Align::left, 2, 0}, {"BANDWIDTH", Align::right, 0, 0}, {"TDP", Align::right, 4, 0}},
      .detail_keys = {"memory", "bandwidth", "tdp"},
      .entries = {}};
  for (const catalog::DeviceRecord& device : catalog.devices()) {
    std::string memory;
    for (const std::uint32_t gib : device.memory_gib) memory += fmt::format("{}{}", memory.empty() ? "" : ", ", gib);
    if (!memory.empty()) memory += " GiB";
    sheet.entries.push_back(
        {device.id,
         device.name,
         {or_unknown(memory), device.bandwidth_bytes_per_s ? report::format_bandwidth(*device.bandwidth_bytes_per_s) : "?",
          device.tdp_w ? report::format_watts(*device.tdp_w) : "?"},
         device.provenance});
  }
  return sheet;
}

Sheet prices_sheet(const catalog::Catalog& catalog) {
  Sheet sheet{
      .kind = "prices",
      .detail_columns = {{"IN $/M", Align::right, 0, 0}, {"CACHED", Align::right, 3, 0}, {"OUT $/M", Align::right, 0, 0}},
      .detail_keys = {"input_usd_per_mtok", "cache_read_usd_per_mtok", "output_usd_per_mtok"},
      .entries = {}};
  for (const ApiPrice& price : catalog.books().prices.api) {
    sheet.entries.push_back(
        {price.id,
         price.model_name,
         {price_of(price.input_usd_per_mtok), price_of(price.cache_read_usd_per_mtok), price_of(price.output_usd_per_mtok)},
         price.provenance});
  }
  return sheet;
}

Sheet quants_sheet(const catalog::Catalog& catalog) {
  Sheet sheet{.kind = "quants",
              .detail_columns = {{"BASE", Align::left, 0, 0}, {"KL DIVERGENCE", Align::right, 3, 0}},
              .detail_keys = {"base", "kld"},
              .entries = {}};
  for (const QuantScheme& quant : catalog.quants()) {
    sheet.entries.push_back({quant.id,
                             fmt::format("{}{}", name_of(quant.format), quant.approximate ? ", sizes approximate" : ""),
                             {std::string(name_of(quant.base)), quant.kld ? fmt::format("{:.4f}", *quant.kld) : "?"},
                             quant.provenance});
  }
  return sheet;
}

struct SheetKind {
  std::string_view name;
  Sheet (*make)(const catalog::Catalog& catalog);
};
constexpr std::array k_sheets = {SheetKind{"models", models_sheet}, SheetKind{"devices", devices_sheet},
                                 SheetKind{"prices", prices_sheet}, SheetKind{"quants", quants_sheet}};

void keep_matches(Sheet& sheet, const std::vector<std::string>& words) {
  const auto is_other = [&](const Entry& entry) {
    return !std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      const std::string folded = folded_name(word);
      return folded_name(entry.id).find(folded) != std::string::npos ||
             folded_name(entry.name).find(folded) != std::string::npos;
    });
  };
  sheet.entries.erase(std::remove_if(sheet.entries.begin(), sheet.entries.end(), is_other), sheet.entries.end());
}

std::string render(const Sheet& sheet, const report::Terminal& terminal) {
  // The id is what is typed and what tells the rows apart: everything else goes before a letter of it does.
  std::size_t longest = 0;
  for (const Entry& entry : sheet.entries) longest = std::max(longest, entry.id.size());
  constexpr int k_least_name = 20;
  std::vector<Column> columns = {{"ID", Align::left, 0, static_cast<int>(longest)}, {"NAME", Align::left, 5, k_least_name}};
  columns.insert(columns.end(), sheet.detail_columns.begin(), sheet.detail_columns.end());
  columns.push_back({"BASIS", Align::left, 6, 0});
  columns.push_back({"DATE", Align::left, 7, 0});
  columns.push_back({"SOURCE", Align::left, 8, 20});
  report::Table table(std::move(columns));
  for (const Entry& entry : sheet.entries) {
    std::vector<report::Cell> cells = {{report::safe_text(entry.id, terminal)}, {report::safe_text(entry.name, terminal)}};
    for (const std::string& detail : entry.details) cells.push_back({report::safe_text(detail, terminal)});
    cells.push_back({std::string(name_of(entry.provenance.basis))});
    cells.push_back({report::safe_text(entry.provenance.retrieved, terminal)});
    cells.push_back({report::safe_text(entry.provenance.source, terminal), report::Tone::quiet});
    table.add_row(std::move(cells));
  }
  return table.render(terminal);
}

std::string to_json(const Sheet& sheet, const report::Head& head) {
  report::Document document("canirun/catalog", head);
  document.root().set("kind", sheet.kind);
  document.root().objects("records", sheet.entries, [&](report::Node node, const Entry& entry) {
    node.set("id", entry.id);
    node.set("name", entry.name);
    for (std::size_t i = 0; i < sheet.detail_keys.size(); ++i) node.set(sheet.detail_keys[i], entry.details[i]);
    node.set("basis", entry.provenance.basis);
    node.set("source", entry.provenance.source);
    node.set("retrieved", entry.provenance.retrieved);
  });
  return document.text(report::JsonStyle::indented);
}

}  // namespace

Result<int> run_catalog(Session& session) {
  const Options& options = session.options();
  std::vector<std::string> kinds;
  for (const SheetKind& kind : k_sheets) kinds.emplace_back(kind.name);
  const std::string wanted = options.words.empty() ? "" : options.words.front();
  const auto found =
      std::find_if(k_sheets.begin(), k_sheets.end(), [&](const SheetKind& kind) { return kind.name == wanted; });
  if (found == k_sheets.end()) return tl::unexpected<Error>(choice_error("canirun catalog", wanted, kinds));

  Sheet sheet = found->make(session.catalog());
  keep_matches(sheet, {options.words.begin() + 1, options.words.end()});
  session.print(options.json ? to_json(sheet, session.head()) : render(sheet, session.out()));
  return sheet.entries.empty() ? k_no : k_yes;
}

}  // namespace canirun::cli
