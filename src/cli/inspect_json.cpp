// SPDX-License-Identifier: MIT
#include "cli/inspection.hpp"
#include "report/document.hpp"

namespace canirun::cli {
namespace {

using report::Node;

std::optional<std::string> known(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

void set_layer(Node node, const LayerSpec& layer) {
  node.set("attention", layer.attention);
  node.set("feed_forward", layer.feed_forward);
  node.set("head_count", layer.head_count);
  node.set("head_count_kv", layer.head_count_kv);
  node.set("key_length", layer.key_length);
  node.set("value_length", layer.value_length);
  node.set("feed_forward_length", layer.feed_forward_length);
  node.set("owns_kv", layer.owns_kv);
}

/// An object of what is there, null for what is not.
template <class T, class Fill>
void set_part(Node model, std::string_view name, const std::optional<T>& part, Fill&& fill) {
  if (!part) return model.set_null(name);
  model.object(name, [&](Node node) { fill(node, *part); });
}

void set_parts(Node model, const ModelSpec& spec) {
  set_part(model, "moe", spec.moe, [](Node node, const MoeSpec& moe) {
    node.set("expert_count", moe.expert_count);
    node.set("expert_used_count", moe.expert_used_count);
    node.set("expert_feed_forward_length", moe.expert_feed_forward_length);
    node.set("shared_feed_forward_length", moe.shared_feed_forward_length);
  });
  set_part(model, "mla", spec.mla, [](Node node, const MlaSpec& mla) {
    node.set("kv_lora_rank", mla.kv_lora_rank);
    node.set("q_lora_rank", mla.q_lora_rank);
    node.set("rope_length", mla.rope_length);
    node.set("nope_length", mla.nope_length);
    node.set("value_length", mla.value_length);
  });
  set_part(model, "ssm", spec.ssm, [](Node node, const SsmSpec& ssm) {
    node.set("conv_kernel", ssm.conv_kernel);
    node.set("inner_size", ssm.inner_size);
    node.set("state_size", ssm.state_size);
    node.set("group_count", ssm.group_count);
    node.set("time_step_rank", ssm.time_step_rank);
  });
}

void set_model(Node model, const Inspection& inspection) {
  const ModelSpec& spec = inspection.file.spec;
  const formats::Description& about = inspection.file.about;
  model.set("id", spec.id);
  model.set("name", spec.name);
  model.set("architecture", known(spec.architecture));
  model.set("parameter_count", spec.parameter_count == 0 ? std::nullopt : std::optional(spec.parameter_count));
  model.set("active_parameter_count", spec.active_parameter_count);
  model.set("vision_parameter_count", spec.vision_parameter_count);
  model.set("context_limit_tokens",
            spec.context_limit_tokens == 0 ? std::nullopt : std::optional(spec.context_limit_tokens));
  model.set("embedding_length", spec.embedding_length);
  model.set("vocab_size", spec.vocab_size);
  model.set("tied_embeddings", spec.tied_embeddings);
  model.set("layer_count", static_cast<std::uint64_t>(spec.layers.size()));
  model.set("next_token_layers", spec.next_token_layers);
  model.set("sliding_window_tokens", spec.sliding_window_tokens);
  set_parts(model, spec);
  model.set("licence", known(spec.licence));
  model.set("author", known(about.author));
  model.set("base_model", known(about.base_model));
  model.set("size_label", known(about.size_label));
  model.set("tokenizer", known(about.tokenizer));
  model.set("tokenizer_size", about.tokenizer_size);
  model.set("chat_template", about.chat_template);
  model.set("rope_base", about.rope_base);
  model.set("rope_scaling", known(about.rope_scaling));
  model.set("quantization", known(about.quantization));
  model.set("adapter_of", known(about.adapter_of));
  model.objects("layers", spec.layers, set_layer);
  model.set("source", spec.provenance.source);
}

void set_weights(Node node, const Inspection& inspection) {
  const WeightTable& weights = inspection.weights;
  node.set("quant", inspection.quant);
  node.set("total_bytes", weights.file_bytes);
  node.set("unsized_tensors", inspection.file.spec.stored ? inspection.file.spec.stored->unsized_count : 0U);
  node.set("token_embedding_bytes", weights.token_embedding_bytes);
  node.set("per_layer_embedding_bytes", weights.per_layer_embedding_bytes);
  node.set("output_bytes", weights.output_bytes);
  node.set("output_is_tied", weights.output_is_tied);
  node.set("next_token_bytes", weights.next_token_bytes);
  node.objects("layers", weights.layers, [](Node entry, const LayerWeights& layer) {
    entry.set("attention_bytes", layer.attention_bytes);
    entry.set("dense_ffn_bytes", layer.dense_ffn_bytes);
    entry.set("expert_bytes", layer.expert_bytes);
  });
}

}  // namespace

std::string inspection_json(const Inspection& inspection, bool tensors) {
  report::Document document("canirun/model_file", inspection.head);
  Node root = document.root();
  const formats::ModelFile& file = inspection.file;
  root.set("place", inspection.place);
  root.set("kind", file.kind);
  root.set("container", file.about.container);
  root.object("model", [&](Node model) { set_model(model, inspection); });
  if (inspection.weights.layers.empty()) {
    root.set_null("weights");
  } else {
    root.object("weights", [&](Node node) { set_weights(node, inspection); });
  }
  root.objects("files", file.parts, [](Node node, const formats::FilePart& part) {
    node.set("name", part.name);
    node.set("file_bytes", part.file_bytes);
    node.set("header_bytes", part.header_bytes);
  });
  root.set("tensor_count", static_cast<std::uint64_t>(file.tensors.size()));
  if (tensors) {
    root.objects("tensors", file.tensors, [&](Node node, const formats::FileTensor& tensor) {
      node.set("name", tensor.name);
      node.set("shape", tensor.shape);
      node.set("type", tensor.type);
      node.set("bytes", tensor.bytes);
      node.set("offset", tensor.offset);
      node.set("file", tensor.part < file.parts.size() ? file.parts[tensor.part].name : std::string());
      node.set("role", tensor.role);
      node.set("layer", tensor.layer < 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(tensor.layer)));
    });
  }
  root.objects("sets", inspection.sets, [](Node node, const formats::FileSet& set) {
    node.set("kind", set.kind);
    node.set("label", set.label);
    node.set("files", set.files);
    node.set("bytes", set.bytes);
    node.set("missing_parts", set.missing_parts);
  });
  root.objects("quants", inspection.quants, [](Node node, const QuantWeight& quant) {
    node.set("quant", quant.quant);
    node.set("bytes", quant.bytes);
    node.set("approximate", quant.approximate);
  });
  root.object("traffic", [&](Node node) {
    node.set("requests", inspection.requests);
    node.set("received_bytes", inspection.received_bytes);
  });
  root.set("notes", file.notes);
  return document.text(report::JsonStyle::indented);
}

}  // namespace canirun::cli
