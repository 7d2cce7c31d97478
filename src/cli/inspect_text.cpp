// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>
#include <map>

#include "cli/inspection.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"

namespace canirun::cli {
namespace {

using report::Align;
using report::Page;
using report::Tone;

/// "8 full + 28 sliding_window": how many layers of each kind, in the order they first appear.
template <class Kind>
std::string counted(const std::vector<LayerSpec>& layers, Kind kind) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (const LayerSpec& layer : layers) {
    std::string name(name_of(kind(layer)));
    std::replace(name.begin(), name.end(), '_', ' ');
    const auto found = std::find_if(counts.begin(), counts.end(), [&](const auto& entry) { return entry.first == name; });
    if (found == counts.end()) {
      counts.emplace_back(name, 1);
    } else {
      ++found->second;
    }
  }
  std::string text;
  for (const auto& [name, count] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : " + ", count, name);
  return text;
}

std::string heads_of(const LayerSpec& layer) {
  if (layer.head_count == 0) return "";
  std::string text = fmt::format("{} heads, {} KV of {}", layer.head_count, layer.head_count_kv, layer.key_length);
  if (layer.value_length != layer.key_length) text += fmt::format(" and {}", layer.value_length);
  return text;
}

void headline(Page& page, const Inspection& inspection) {
  const ModelSpec& spec = inspection.file.spec;
  std::string left = spec.name.empty() ? inspection.place : spec.name;
  if (!inspection.quant.empty()) left += " · " + inspection.quant;
  std::uint64_t bytes = 0;
  for (const formats::FileTensor& tensor : inspection.file.tensors) bytes += tensor.bytes.value_or(0);
  if (bytes == 0) bytes = inspection.weights.file_bytes;
  if (bytes > 0) left += " · " + report::format_decimal_bytes(bytes);
  page.spread(left, Tone::strong, inspection.file.about.container, Tone::quiet);
  if (inspection.file.kind != formats::FileKind::model) {
    page.paragraph(fmt::format("not a model but: {}", name_of(inspection.file.kind)), 0, "NOTE");
  }
  page.blank();
}

void network(Page& page, const ModelSpec& spec) {
  if (!spec.architecture.empty()) {
    page.detail("architecture",
                fmt::format("{} · {} layers · {} wide", spec.architecture, spec.layers.size(), spec.embedding_length));
  }
  if (!spec.layers.empty()) {
    std::string attention = counted(spec.layers, [](const LayerSpec& layer) { return layer.attention; });
    if (spec.sliding_window_tokens > 0) attention += fmt::format(" · window {}", spec.sliding_window_tokens);
    const auto with_heads =
        std::find_if(spec.layers.begin(), spec.layers.end(), [](const LayerSpec& layer) { return layer.head_count > 0; });
    if (with_heads != spec.layers.end()) attention += " · " + heads_of(*with_heads);
    page.detail("attention", attention);
    page.detail("feed-forward", counted(spec.layers, [](const LayerSpec& layer) { return layer.feed_forward; }) +
                                    (spec.layers.front().feed_forward_length > 0
                                         ? fmt::format(" · {} wide", spec.layers.front().feed_forward_length)
                                         : ""));
  }
  if (spec.moe) {
    page.detail("experts", fmt::format("{}, {} used for a token, {} wide{}", spec.moe->expert_count,
                                       spec.moe->expert_used_count, spec.moe->expert_feed_forward_length,
                                       spec.moe->shared_feed_forward_length > 0
                                           ? fmt::format(", shared {} wide", spec.moe->shared_feed_forward_length)
                                           : ""));
  }
  if (spec.mla)
    page.detail("latent attention", fmt::format("KV rank {}, query rank {}, rope {}", spec.mla->kv_lora_rank,
                                                spec.mla->q_lora_rank, spec.mla->rope_length));
  if (spec.ssm)
    page.detail("state space", fmt::format("inner {}, state {}, {} groups, convolution {}", spec.ssm->inner_size,
                                           spec.ssm->state_size, spec.ssm->group_count, spec.ssm->conv_kernel));
}

void words(Page& page, const Inspection& inspection) {
  const ModelSpec& spec = inspection.file.spec;
  const formats::Description& about = inspection.file.about;
  if (spec.parameter_count > 0) {
    std::string text = report::format_parameters(spec.parameter_count);
    const std::string active = report::format_parameters(spec.active_parameter_count.value_or(spec.parameter_count));
    if (active != text) text += fmt::format(", {} active", active);
    if (spec.vision_parameter_count)
      text += fmt::format(", and {} for images", report::format_parameters(*spec.vision_parameter_count));
    page.detail("parameters", text);
  }
  if (spec.context_limit_tokens > 0) {
    std::string text = fmt::format("{} tokens", spec.context_limit_tokens);
    if (about.rope_base) text += fmt::format(" · rope base {:g}", *about.rope_base);
    if (!about.rope_scaling.empty()) text += " · " + about.rope_scaling;
    page.detail("context", text);
  }
  std::string vocabulary = spec.vocab_size > 0 ? fmt::format("{} tokens", spec.vocab_size) : "";
  if (vocabulary.empty() && about.tokenizer_size) vocabulary = fmt::format("{} tokens", *about.tokenizer_size);
  if (!about.tokenizer.empty())
    vocabulary += fmt::format("{}{} tokenizer", vocabulary.empty() ? "" : " · ", about.tokenizer);
  if (about.chat_template) vocabulary += " · chat template";
  if (!vocabulary.empty()) page.detail("vocabulary", vocabulary);
  for (const auto& [label, text] : {std::pair<const char*, const std::string&>{"stored as", about.quantization},
                                    {"adapter", about.adapter_of},
                                    {"licence", spec.licence},
                                    {"author", about.author},
                                    {"base model", about.base_model}}) {
    if (!text.empty()) page.detail(label, text);
  }
}

void weights(Page& page, const Inspection& inspection) {
  const WeightTable& table = inspection.weights;
  if (!table.layers.empty()) {
    LayerWeights sum;
    for (const LayerWeights& layer : table.layers) {
      sum.attention_bytes += layer.attention_bytes;
      sum.dense_ffn_bytes += layer.dense_ffn_bytes;
      sum.expert_bytes += layer.expert_bytes;
    }
    std::string text;
    for (const auto& [name, bytes] : {std::pair{"attention", sum.attention_bytes},
                                      {"feed-forward", sum.dense_ffn_bytes},
                                      {"experts", sum.expert_bytes},
                                      {"embedding", table.output_is_tied ? 0 : table.token_embedding_bytes},
                                      {"per-layer embedding", table.per_layer_embedding_bytes},
                                      {table.output_is_tied ? "embedding, also output" : "output", table.output_bytes},
                                      {"next-token layers", table.next_token_bytes}}) {
      if (bytes > 0) text += fmt::format("{}{} {}", text.empty() ? "" : " · ", name, report::format_decimal_bytes(bytes));
    }
    page.detail("weights", text);
  }
  // By type: what the file is really made of.
  std::map<std::string, std::pair<std::uint64_t, std::size_t>> by_type;
  for (const formats::FileTensor& tensor : inspection.file.tensors) {
    auto& [bytes, count] = by_type[tensor.type];
    bytes += tensor.bytes.value_or(0);
    ++count;
  }
  std::vector<std::pair<std::string, std::pair<std::uint64_t, std::size_t>>> types(by_type.begin(), by_type.end());
  std::stable_sort(types.begin(), types.end(), [](const auto& a, const auto& b) { return a.second.first > b.second.first; });
  std::string text;
  for (const auto& [type, sum] : types) {
    text += fmt::format("{}{} {} in {}", text.empty() ? "" : " · ", type,
                        sum.first > 0 ? report::format_decimal_bytes(sum.first) : "size unknown", sum.second);
  }
  if (!text.empty()) page.detail("tensor types", text);
}

void files(Page& page, const Inspection& inspection) {
  for (const formats::FilePart& part : inspection.file.parts) {
    std::string text = part.name;
    if (part.file_bytes) text += " · " + report::format_decimal_bytes(*part.file_bytes);
    if (part.header_bytes > 0) text += fmt::format(" · header {}", report::format_decimal_bytes(part.header_bytes));
    page.detail("file", text);
  }
  if (inspection.requests > 0) {
    page.detail("network", fmt::format("{} requests, {} received", inspection.requests,
                                       report::format_decimal_bytes(inspection.received_bytes)));
  }
  for (const std::string& note : inspection.file.notes) page.detail("note", note);
}

void other_sets(Page& page, const Inspection& inspection) {
  if (inspection.sets.size() < 2) return;
  report::Table table({{.title = "", .align = Align::left, .drop_order = 0, .min_width = 0},
                       {.title = "kind", .align = Align::left, .drop_order = 1, .min_width = 0},
                       {.title = "size", .align = Align::right, .drop_order = 0, .min_width = 0},
                       {.title = "files", .align = Align::left, .drop_order = 2, .min_width = 16}});
  for (std::size_t i = 0; i < inspection.sets.size(); ++i) {
    const formats::FileSet& set = inspection.sets[i];
    const std::string name = set.files.empty() ? set.config : set.files.front();
    const std::string more = set.files.size() > 1 ? fmt::format(" and {} more", set.files.size() - 1) : "";
    table.add_row({{page.safe(set.label) + (i == inspection.inspected ? " (shown)" : ""),
                    i == inspection.inspected ? Tone::strong : Tone::plain},
                   {std::string(name_of(set.kind)), Tone::plain},
                   {set.bytes ? report::format_decimal_bytes(*set.bytes) : "?", Tone::plain},
                   {page.safe(name) + more, Tone::quiet}});
  }
  page.blank();
  page.line("  also there; --quant NAME shows another", Tone::quiet);
  page.table(table, 4);
}

void quants(Page& page, const Inspection& inspection) {
  if (inspection.quants.empty()) return;
  std::string text;
  for (const QuantWeight& quant : inspection.quants) {
    text += fmt::format("{}{} {}{}", text.empty() ? "" : " · ", quant.quant, quant.approximate ? "about " : "",
                        report::format_decimal_bytes(quant.bytes));
  }
  page.detail("as GGUF", text);
}

void tensor_table(Page& page, const formats::ModelFile& file) {
  report::Table table({{.title = "tensor", .align = Align::left, .drop_order = 0, .min_width = 20},
                       {.title = "shape", .align = Align::left, .drop_order = 0, .min_width = 0},
                       {.title = "type", .align = Align::left, .drop_order = 0, .min_width = 0},
                       {.title = "bytes", .align = Align::right, .drop_order = 0, .min_width = 0},
                       {.title = "role", .align = Align::left, .drop_order = 1, .min_width = 0},
                       {.title = "offset", .align = Align::right, .drop_order = 2, .min_width = 0},
                       {.title = "part", .align = Align::right, .drop_order = 3, .min_width = 0}});
  for (const formats::FileTensor& tensor : file.tensors) {
    table.add_row({{page.safe(tensor.name), Tone::plain},
                   {fmt::format("{}", fmt::join(tensor.shape, "x")), Tone::plain},
                   {page.safe(tensor.type), Tone::plain},
                   {tensor.bytes ? fmt::format("{}", *tensor.bytes) : "?", Tone::plain},
                   {std::string(name_of(tensor.role)), Tone::quiet},
                   {fmt::format("{}", tensor.offset), Tone::quiet},
                   {fmt::format("{}", tensor.part), Tone::quiet}});
  }
  page.blank();
  page.table(table, 2);
}

}  // namespace

std::string render_inspection_text(const Inspection& inspection, const report::Terminal& terminal, bool tensors) {
  Page page(terminal);
  headline(page, inspection);
  network(page, inspection.file.spec);
  words(page, inspection);
  weights(page, inspection);
  quants(page, inspection);
  files(page, inspection);
  if (tensors && !inspection.file.tensors.empty()) tensor_table(page, inspection.file);
  other_sets(page, inspection);
  return page.take();
}

}  // namespace canirun::cli
