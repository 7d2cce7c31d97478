// SPDX-License-Identifier: MIT
// One model at several settings: what context, cache and quant cost.
#include <fmt/format.h>

#include <algorithm>

#include "report/document.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/phrases.hpp"
#include "report/report.hpp"

namespace canirun::report {
namespace {

std::string rate_or_dash(const std::optional<Range>& rate) { return rate ? format_rate_range(*rate) : "-"; }

/// What has to be there: the mapped file behind a repacked copy can be dropped.
std::uint64_t needed(const MemoryParts& parts) {
  return parts.total() - std::min(parts.weights_bytes, parts.repacked_weights_bytes);
}

bool differ(const std::vector<VariantRow>& rows, std::string VariantRow::* member) {
  return std::any_of(rows.begin(), rows.end(), [&](const VariantRow& row) { return row.*member != rows.front().*member; });
}

void add_row(Table& table, const VariantRow& row, bool with_quant, bool with_kv, const Terminal& terminal) {
  std::vector<Cell> cells;
  const Mark mark = fit_mark(row.placement);
  cells.push_back({std::string(sign_of(mark, terminal)), tone_of(mark)});
  if (with_quant) cells.push_back({row.quant, Tone::strong});
  cells.push_back({format_context(row.context_tokens), Tone::strong});
  if (with_kv) cells.push_back({row.kv_type, Tone::plain});
  cells.push_back({format_binary_bytes(needed(row.memory)), Tone::plain});
  cells.push_back({format_gib(row.memory.kv_cache_bytes + row.memory.recurrent_state_bytes), Tone::quiet});
  cells.push_back({rate_or_dash(row.decode_empty_tokens_per_s), Tone::plain});
  cells.push_back({rate_or_dash(row.decode_full_tokens_per_s), Tone::plain});
  cells.push_back({row.where, Tone::quiet});
  table.add_row(std::move(cells));
}

}  // namespace

std::string render_variants_text(const Variants& variants, const Terminal& terminal) {
  Page page(terminal);
  const std::vector<VariantRow>& rows = variants.rows;
  const bool with_quant = differ(rows, &VariantRow::quant), with_kv = differ(rows, &VariantRow::kv_type);
  std::string title = variants.model.name;
  if (!with_quant) title += fmt::format(" · {}", rows.front().quant);
  if (!with_kv && rows.front().kv_type != "f16") title += fmt::format(" · cache in {}", rows.front().kv_type);
  page.spread(title, Tone::strong, "on " + machine_phrase(variants.machine), Tone::quiet);
  page.blank();
  std::vector<Column> columns{{.title = "", .align = Align::left, .drop_order = 0, .min_width = 0}};
  if (with_quant) columns.push_back({.title = "quant", .align = Align::left, .drop_order = 0, .min_width = 0});
  columns.push_back({.title = "context", .align = Align::right, .drop_order = 0, .min_width = 0});
  if (with_kv) columns.push_back({.title = "cache", .align = Align::left, .drop_order = 0, .min_width = 0});
  columns.push_back({.title = "memory", .align = Align::right, .drop_order = 0, .min_width = 0});
  columns.push_back({.title = "cache GiB", .align = Align::right, .drop_order = 2, .min_width = 0});
  columns.push_back({.title = "tok/s empty", .align = Align::right, .drop_order = 1, .min_width = 0});
  columns.push_back({.title = "full", .align = Align::right, .drop_order = 0, .min_width = 0});
  columns.push_back({.title = "where", .align = Align::left, .drop_order = 3, .min_width = 14});
  Table table(std::move(columns));
  for (const VariantRow& row : rows) add_row(table, row, with_quant, with_kv, terminal);
  page.table(table, 2);
  return page.take();
}

std::string variants_json(const Variants& variants, JsonStyle style) {
  Document document("canirun/variants", variants.head);
  Node root = document.root();
  root.set("model", variants.model.id);
  root.objects("variants", variants.rows, [&](Node node, const VariantRow& row) {
    node.set("quant", row.quant);
    node.set("context_tokens", row.context_tokens);
    node.set("kv_type", row.kv_type);
    node.set("status", row.placement.status);
    node.set("usability", row.usability);
    node.set("total_bytes", row.memory.total());
    node.set("required_bytes", needed(row.memory));
    node.set("weights_bytes", row.memory.weights_bytes);
    node.set("kv_cache_bytes", row.memory.kv_cache_bytes);
    node.set("recurrent_state_bytes", row.memory.recurrent_state_bytes);
    node.set("compute_bytes", row.memory.compute_bytes);
    node.set("gpu_layers", row.placement.gpu_layers);
    node.set("expert_layers_on_cpu", row.placement.expert_layers_on_cpu);
    node.set("headroom_bytes", row.placement.headroom_bytes);
    node.set("decode_empty_tokens_per_s", row.decode_empty_tokens_per_s);
    node.set("decode_full_tokens_per_s", row.decode_full_tokens_per_s);
  });
  return document.text(style);
}

}  // namespace canirun::report
