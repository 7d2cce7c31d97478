// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/evidence.hpp>
#include <canirun/quant.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun {

/// How a layer mixes tokens, which decides what it caches.
enum class AttentionKind : std::uint8_t {
  full,             ///< MHA, GQA or MQA: K and V of every token
  sliding_window,   ///< the same over the last `sliding_window_tokens`
  chunked,          ///< the same over the current chunk (Llama 4)
  mla,              ///< multi-head latent attention: one compressed K row a token
  gated_delta,      ///< linear attention with a fixed f32 state (Qwen3-Next, Qwen3.5)
  kda,              ///< Kimi delta attention
  mamba,            ///< Mamba-1 state space
  mamba2,           ///< Mamba-2 state space
  parallel_mamba2,  ///< full attention and Mamba-2 side by side in one layer (Falcon-H1)
  short_conv,       ///< LFM2
  none,             ///< feed-forward only (Nemotron-H, deci)
  wkv               ///< RWKV: a state matrix, and the last tokens of the layer's own input
};
constexpr auto enum_names(AttentionKind) {
  return std::array<std::string_view, 12>{"full",  "sliding_window", "chunked",         "mla",        "gated_delta", "kda",
                                          "mamba", "mamba2",         "parallel_mamba2", "short_conv", "none",        "wkv"};
}
enum class FeedForwardKind : std::uint8_t { dense, moe, moe_and_dense, none };
constexpr auto enum_names(FeedForwardKind) {
  return std::array<std::string_view, 4>{"dense", "moe", "moe_and_dense", "none"};
}

/// Norm vectors on queries and keys: one a head length, or one over all heads.
enum class QkNorm : std::uint8_t { none, per_head, over_all_heads };
constexpr auto enum_names(QkNorm) { return std::array<std::string_view, 3>{"none", "per_head", "over_all_heads"}; }

/// One block of the network. Lengths are per head, in elements.
struct LayerSpec {
  AttentionKind attention = AttentionKind::full;
  FeedForwardKind feed_forward = FeedForwardKind::dense;
  std::uint32_t head_count = 0;
  std::uint32_t head_count_kv = 0;
  std::uint32_t key_length = 0;
  std::uint32_t value_length = 0;
  std::uint32_t feed_forward_length = 0;  ///< of the dense FFN; 0 in pure MoE layers
  bool owns_kv = true;                    ///< false: re-uses the cache of an earlier layer (Gemma 3n, Gemma 4 E)
  bool value_is_key = false;              ///< no V projection tensor (Gemma 4 global layers); V is still cached
  bool indexes =
      true;  ///< of sparse attention: picks tokens with an indexer of its own, instead of taking over an earlier pick
  bool operator==(const LayerSpec&) const = default;
};

/// Mixture of experts. Counts of routed experts; `used` are active per token.
struct MoeSpec {
  std::uint32_t expert_count = 0;
  std::uint32_t expert_used_count = 0;
  std::uint32_t expert_feed_forward_length = 0;
  std::uint32_t shared_feed_forward_length = 0;  ///< all shared experts together; 0: none
  bool shared_gate = false;                      ///< a gate vector on the shared expert (Qwen)
  bool router_bias = false;                      ///< exp_probs_b or ffn_gate_inp.bias
  bool fused_gate_up = false;                    ///< one ffn_gate_up_exps tensor (Gemma 4)
  std::uint32_t latent_length = 0;               ///< experts work in a smaller space (Nemotron 3 Super); 0: no
  bool scaled = false;                           ///< scale vectors on router input and expert output (Gemma 4)
};

/// MLA ranks, in elements.
struct MlaSpec {
  std::uint32_t kv_lora_rank = 0;
  std::uint32_t q_lora_rank = 0;  ///< 0: plain q projection
  std::uint32_t rope_length = 0;
  std::uint32_t nope_length = 0;
  std::uint32_t value_length = 0;
  std::uint32_t indexer_head_count = 0;  ///< sparse-attention indexer (DeepSeek V3.2, GLM-5); 0: none
  std::uint32_t indexer_key_length = 0;
  std::uint32_t indexer_top_k = 0;  ///< tokens it lets through
};

/// Sparse attention over blocks of tokens (MiniMax M3): what the indexer of a layer is made of. Its keys are cached.
struct BlockIndexerSpec {
  std::uint32_t head_count = 0;
  std::uint32_t key_length = 0;
  std::uint32_t block_length = 0;  ///< tokens
  std::uint32_t top_blocks = 0;    ///< blocks it lets through
};

/// State space / linear attention sizes as GGUF names them (ssm.*): `inner_size` = heads x head length of V,
/// `state_size` = length of K (delta rule) or of the state (Mamba), `group_count` = K heads or B/C groups.
/// Kimi delta attention: inner_size = heads x head length, state_size = head length, time_step_rank = heads.
/// RWKV: inner_size = embedding length, state_size = head length, time_step_rank = heads, conv_kernel = tokens remembered
/// + 1.
struct SsmSpec {
  std::uint32_t conv_kernel = 0;
  std::uint32_t inner_size = 0;
  std::uint32_t state_size = 0;
  std::uint32_t group_count = 0;
  std::uint32_t time_step_rank = 0;  ///< number of heads (Mamba-2, delta rule) or dt rank (Mamba-1)
  bool gated_norm = true;            ///< Mamba-2: a norm before the output projection
  bool inner_norms = false;          ///< Mamba-1: norms on dt, B and C (Jamba)
  bool fused_beta_alpha = false;     ///< delta rule: one tensor for both (Qwen3-Next), else two (Qwen3.5)
};

/// Gemma 3n: several residual streams, and a low-rank side path in each layer.
struct AltupSpec {
  std::uint32_t stream_count = 0;
  std::uint32_t laurel_rank = 0;
};

/// One published or measured quality figure of a model ("SWE-Bench Verified": 73.4).
struct QualityFigure {
  std::string benchmark;
  double value = 0;
  bool self_reported = false;
  Provenance provenance;
};
/// Size of a published file, when known; preferred over the computed size for the download line.
struct PublishedSize {
  std::string quant;
  std::uint64_t bytes = 0;
  bool rounded = false;
  Provenance provenance;
};

/// A tensor as a file holds it. Shape in ggml order, in elements as the engine computes with them (a packed 4-bit matrix
/// has its logical row length); `bytes` is what it takes, scales and zero points that belong to it included.
struct StoredTensor {
  TensorRole role = TensorRole::other;
  std::int32_t layer = -1;  ///< -1: not in a block; >= layers.size(): an MTP layer
  TensorType type = TensorType::f32;
  std::uint64_t bytes = 0;
  std::uint32_t ne0 = 0, ne1 = 1, ne2 = 1;
};
/// The weights of a real file: nothing about them is computed from rules.
struct StoredWeights {
  std::string quant;  ///< what the file's weights are called: "Q4_K_M", "BF16", "FP8", "AWQ-4bit", "mlx-4bit"
  QuantFormat format = QuantFormat::gguf;
  std::vector<StoredTensor> tensors;  ///< in file order
  std::uint32_t unsized_count = 0;    ///< tensors of a type nobody here knows: their bytes are missing from every sum
};

/// What a model is, from a catalog record or from a file's header: always this type.
/// `layers` is empty when nobody published the dimensions; then memory and speed are unknown.
struct ModelSpec {
  std::string id;    ///< "llama-3.1-8b"
  std::string name;  ///< "Llama 3.1 8B Instruct"
  std::vector<std::string> aliases;
  std::string family, vendor, licence, released, hf_repo, ollama_tag;
  std::string architecture;                             ///< GGUF general.architecture: "llama", "qwen3moe"
  std::uint64_t parameter_count = 0;                    ///< 0: not published
  std::optional<std::uint64_t> active_parameter_count;  ///< MoE: touched per token
  std::uint32_t context_limit_tokens = 0;
  std::uint32_t embedding_length = 0;
  std::uint32_t vocab_size = 0;
  bool tied_embeddings = false;  ///< no output.weight; the embedding is used (and copied) as output
  std::vector<LayerSpec> layers;
  std::uint32_t next_token_layers =
      0;  ///< MTP layers stored after `layers`, shaped as the last of them; not loaded by default
  bool next_token_embeddings = false;  ///< each MTP layer has an embedding and an output matrix of its own (GLM 4.5)
  std::uint32_t sliding_window_tokens = 0;
  std::optional<MoeSpec> moe;
  std::optional<MlaSpec> mla;
  std::optional<BlockIndexerSpec> block_indexer;  ///< of the layers that index
  std::optional<SsmSpec> ssm;
  std::optional<AltupSpec> altup;
  std::uint32_t short_conv_cache_length = 0;     ///< LFM2 l_cache
  std::uint32_t per_layer_embedding_length = 0;  ///< Gemma 3n / 4 E: elements per layer and token
  bool gated_ffn = true, qkv_bias = false, output_bias = false, ffn_bias = false, attention_sinks = false;
  bool fused_qkv = false, fused_gate_up = false;
  bool query_gate = false;      ///< the query projection is twice as wide: half of it gates the output (Qwen3-Next)
  bool attention_gate = false;  ///< a projection of its own gates each element of the attention output (Trinity)
  bool head_gate = false;       ///< ... or each head of it (Step 3.5)
  bool norm_bias = false, head_bias = false;  ///< biases of the layer norms; of the output matrix (Phi-2)
  std::uint32_t rope_factor_count = 0;  ///< stored f32 rope factors in all (Llama 3: half a head; Phi-3: long and short)
  QkNorm qk_norm = QkNorm::none;
  std::uint32_t norms_per_layer = 2;      ///< vectors of embedding_length
  bool layer_output_scale = false;        ///< one scalar a layer (Gemma 4)
  std::optional<TensorType> expert_type;  ///< experts shipped in this type at every quant (gpt-oss: mxfp4)
  bool vision = false, tool_use = false, reasoning = false;
  bool for_code = false;  ///< made for code: asked about without a profile, it is judged as a coding model
  std::optional<std::uint64_t> vision_parameter_count;
  std::vector<QualityFigure> quality;
  std::vector<PublishedSize> published_sizes;
  std::shared_ptr<const StoredWeights> stored;  ///< when it was read from files; then `stored->quant` weighs exactly this
  std::string reference;                        ///< how a command line names it, quoted for a shell; empty: by its id
  std::string local_path;                       ///< the file (or first part, or folder) on this machine, else empty
  std::string gguf_repo;                        ///< hub repository that holds it as GGUF, "OWNER/REPO", else empty
  std::string gguf_file;                        ///< file in it, when one was named
  Provenance provenance;
  std::string notes;
};

/// What to write after `canirun check`.
inline const std::string& typed_name(const ModelSpec& model) { return model.reference.empty() ? model.id : model.reference; }

/// A stored tensor. Shape in ggml order (ne0 is the row). Bytes = ceil(ne0/block)*block_bytes * ne1 * ne2.
struct Tensor {
  TensorRole role = TensorRole::other;
  std::int16_t layer = -1;  ///< -1: not in a block; >= layers.size(): an MTP layer
  TensorType type = TensorType::f32;
  std::uint32_t ne0 = 0, ne1 = 1, ne2 = 1;
  [[nodiscard]] std::uint64_t elements() const { return std::uint64_t{ne0} * ne1 * ne2; }
  [[nodiscard]] std::uint64_t bytes() const { return row_bytes(type, ne0) * ne1 * ne2; }
};

/// The tensors a converter writes for this model under a quant, block by block. Every matrix is an entry of its own; f32
/// vectors of one role may share one (biases of q, k and v, say). Empty when dims are unknown.
std::vector<Tensor> make_tensors(const ModelSpec& model, const QuantScheme& quant);

/// Weight bytes of one layer, by what placement may move separately and speed reads differently.
struct LayerWeights {
  std::uint64_t attention_bytes = 0;       ///< token mixing of any kind, norms included
  std::uint64_t dense_ffn_bytes = 0;       ///< dense FFN, shared experts, router
  std::uint64_t expert_bytes = 0;          ///< all routed experts
  std::uint64_t largest_tensor_bytes = 0;  ///< biggest single tensor (scratch copy when computed on another device)
  std::uint64_t largest_expert_tensor_bytes = 0;
  std::uint64_t repackable_bytes = 0;  ///< non-expert bytes the CPU backend keeps a second, repacked copy of (x86 AVX2)
  std::uint64_t repackable_expert_bytes = 0;
  std::uint32_t kind = 0;  ///< index into WeightTable::kinds
  [[nodiscard]] std::uint64_t total() const { return attention_bytes + dense_ffn_bytes + expert_bytes; }
};

/// Bytes of a block's largest tensor of each role; blocks that are alike share one entry.
using RoleBytes = std::array<std::uint64_t, enum_names(TensorRole{}).size()>;

/// Weights summed the way memory, placement and speed need them.
struct WeightTable {
  std::vector<LayerWeights> layers;             ///< model.layers order; MTP layers are not in it
  std::vector<RoleBytes> kinds;                 ///< by LayerWeights::kind; empty: only the largest tensors are known
  std::uint64_t token_embedding_bytes = 0;      ///< stays on the host
  std::uint64_t per_layer_embedding_bytes = 0;  ///< stays on the host
  std::uint64_t output_bytes = 0;  ///< output.weight, or the copy of tied embeddings, + output norm + rope factors
  std::uint64_t output_repackable_bytes = 0;
  /// The output matrix is the token embedding: on the host one copy serves both, a GPU gets a copy of its own. Engines of
  /// other formats keep one copy: then the matrix is in `output_bytes` alone and this is false.
  bool output_is_tied = false;
  std::uint64_t next_token_bytes = 0;  ///< in the file, not loaded by default
  std::uint64_t file_bytes = 0;        ///< sum of all tensors as stored (tied output once, MTP included)
  std::array<std::uint64_t, k_tensor_type_count>
      bytes_by_type{};                         ///< read for one token: of the experts only the share in use
  TensorType dominant_type = TensorType::f16;  ///< type that holds most of the bytes read at decode
};
/// Of the file itself where the model was read from one and `quant` is what it is stored in; else from the rules.
WeightTable sum_weights(const ModelSpec& model, const QuantScheme& quant);

}  // namespace canirun
