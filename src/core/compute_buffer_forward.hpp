// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/memory.hpp>
#include <cstdint>

#include "core/compute_buffer_graph.hpp"
#include "core/placement_layout.hpp"

namespace canirun {

/// Feed-forward that reads what attention reads: the order in which the two and the residual stream are summed.
enum class ParallelSum : std::uint8_t {
  none,
  residual_first,  ///< (feed-forward + residual) + attention (Command R)
  mixed_first,     ///< (attention + feed-forward) + residual (Phi-2)
  fed_first,       ///< (feed-forward + attention) + residual (Falcon)
  mixed_residual   ///< feed-forward + (attention + residual) (StableLM 2 12B)
};

/// How an architecture's graph deviates from norm - attention - add - norm - feed-forward - add, as far as memory
/// notices. Source: src/models/*.cpp of llama.cpp v0.5.0.
struct GraphTraits {
  bool rows_at_end = false;       ///< the wanted rows are picked after the last layer, not inside it
  bool keeps_hidden = false;      ///< ... and the full hidden state is kept as an output beside them
  bool norm_after_rows = false;   ///< ... before the output norm (gpt-oss)
  bool scales_embedding = false;  ///< an operation between embedding and first layer
  bool scales_output = false;     ///< ... and between the output norm and the output matrix
  bool early_norm = false;        ///< the layer's norm is put down before anything else of the layer
  bool rows_after_sum = false;    ///< in the last layer rows are picked after attention has been added
  bool layer_norm = false;        ///< norms that do not overwrite what they read (LayerNorm, not RMS)
  ParallelSum parallel = ParallelSum::none;
  bool parallel_norm = false;       ///< the feed-forward beside attention has a norm of its own (GPT-NeoX)
  bool residual_first = false;      ///< operands of the residual sum after attention are the other way round
  bool fed_residual_first = false;  ///< ... and of the one after the feed-forward
  bool norm_after = false;          ///< attention reads the residual stream itself (OLMo 2)
  bool norms_results = false;       ///< what attention and feed-forward give passes a norm (Gemma 2, OLMo 2)
  bool norm_after_rope = false;     ///< queries and keys are rotated first, then normed (Hunyuan)
  bool norms_each_head = false;     ///< ... though the vectors are as long as all heads (StableLM 2 12B)
  bool norms_embedding = false;     ///< a norm between embedding and first layer (BLOOM)
  bool scales_weights = false;      ///< weights of experts are multiplied once more
  bool norms_values = false;        ///< V passes a norm of its own (Gemma 4)
  bool weighs_before = false;       ///< experts get a weighted copy of their input each (Llama 4)
  bool fused_delta = false;         ///< Qwen3-Next's q, k, v, z in one projection
  bool no_rope = false;
  bool scales_unrotated = false;         ///< queries of layers without rotation are scaled by position (Llama 4)
  std::uint32_t deep_visual_layers = 0;  ///< first layers that are given something of the vision tower (Qwen3-VL)
  std::uint32_t rope_except_every = 0;   ///< every n-th layer has no rotary embedding
  bool rope_only_windowed = false;
  bool has_windows = false;        ///< keys are put down before values
  bool positions_of_four = false;  ///< four position numbers a token (multimodal rotary embedding)
  bool factors_only_full = false;  ///< stored rotation factors are for full-attention layers (Gemma 4)
};
GraphTraits graph_traits(const ModelSpec& model);

/// Side of the rotation matrix put on values of a quantised cache; on keys it is a multiple of it.
inline constexpr std::uint32_t k_rotation_step = 64;
/// Are keys, or values, of this length rotated before they are stored in this type?
bool rotates(TensorType type, std::uint32_t head_length);
/// Side of the matrix for keys: the largest power of two times 64 that divides the head.
std::uint32_t key_rotation_side(std::uint32_t head_length);

/// Everything the forward pass is recorded from.
struct ForwardQuestion {
  const ModelSpec& model;
  const WeightTable& weights;
  const EngineSettings& settings;
  const ContextShape& shape;
  const Sites& sites;
  const Layout& layout;
  bool coarse = false;  ///< few layers stand for all
};

/// Records one forward pass of the largest micro-batch into a graph, layer by layer.
class ForwardRecorder {
 public:
  ForwardRecorder(const ForwardQuestion& question, ScratchGraph& graph);
  void record();

 private:
  /// What attention over one of the two caches (whole context, sliding window) reads beside it.
  struct CacheInputs {
    NodeId mask = k_no_node;
    NodeId key_rows = k_no_node, value_rows = k_no_node;  ///< where in the cache the new tokens go
    NodeId key_rotation = k_no_node, value_rotation = k_no_node;
  };
  /// What the indexer of sparse attention reads beside its cache, and what it picked last.
  struct IndexerInputs {
    NodeId mask = k_no_node, key_rows = k_no_node, key_rotation = k_no_node;
    NodeId picks = k_no_node;
  };
  /// The same where blocks of tokens are picked, by position.
  struct BlockInputs {
    NodeId key_rows = k_no_node, bias = k_no_node, visible = k_no_node, cell_of_position = k_no_node;
    NodeId block_of_cell = k_no_node, mask = k_no_node;
  };
  /// Gemma 3n's router in the layer being recorded, as it was used first.
  struct Routing {
    NodeId normed = k_no_node, routed = k_no_node;
  };
  // compute_buffer_forward.cpp
  [[nodiscard]] std::vector<std::size_t> typical_layers() const;
  [[nodiscard]] bool alike(std::size_t a, std::size_t b) const;
  [[nodiscard]] bool fetches(std::size_t layer) const;
  NodeId embed();
  NodeId layer(std::size_t index, NodeId residual, bool last);
  NodeId mix_tokens(NodeId normed, NodeId residual);
  NodeId parallel_sum(NodeId normed, NodeId residual, NodeId mixed);
  void embed_per_layer(NodeId hidden);
  NodeId add_layer_embedding(NodeId hidden);
  void head(NodeId hidden);
  NodeId norm(NodeId of, std::int8_t site);
  NodeId norm_again(NodeId of, NodeId first);
  NodeId weigh(NodeId of, const Stored& vector);
  NodeId add_bias(NodeId of, bool present);
  NodeId add(NodeId first, NodeId second);
  NodeId pick_rows(NodeId of);
  NodeId cached(const Stored& cache);
  [[nodiscard]] std::int8_t cache_site(std::size_t layer) const;
  NodeId project(TensorRole role, NodeId of, std::uint32_t width);
  NodeId run_on(NodeId node, const Stored& weight, std::uint32_t rows);
  NodeId multiply(NodeId node, const Stored& weight, std::uint32_t rows);
  [[nodiscard]] std::int8_t site_for(std::int8_t weight_site, std::uint32_t rows) const;
  [[nodiscard]] Stored weight_of(TensorRole role) const;
  // compute_buffer_attention.cpp
  NodeId attention(NodeId of);
  // compute_buffer_latent.cpp
  NodeId latent_queries(NodeId of, std::uint32_t width);
  NodeId latent_attention(NodeId of);
  NodeId expanded_attention(NodeId of);
  // compute_buffer_attention.cpp
  NodeId attend(NodeId q, NodeId k, NodeId v, bool values_in_keys);
  NodeId attend_at_once(NodeId q, NodeId k, NodeId v);
  [[nodiscard]] Stored sinks_of_layer() const;
  NodeId sinks();
  NodeId halved(const Stored& cache, TensorType type);
  [[nodiscard]] std::uint64_t half_copies(const Stored& keys, const Stored& values) const;
  NodeId flash(NodeId q, const Stored& keys, const Stored& values, std::uint32_t value_length);
  NodeId plain(NodeId q, const Stored& keys, const Stored& values, std::uint32_t value_length);
  NodeId expand_latent(NodeId of);
  NodeId rotate(NodeId of, NodeId& matrix, std::uint32_t side);
  NodeId rope(NodeId of);
  CacheInputs& cache_inputs();
  NodeId mask();
  [[nodiscard]] bool has_rope() const;
  // compute_buffer_sparse.cpp
  [[nodiscard]] bool is_sparse() const;
  NodeId pick_tokens(NodeId normed, NodeId query);
  NodeId rotate_index(NodeId of);
  NodeId mask_of_picks();
  // compute_buffer_blocks.cpp
  [[nodiscard]] bool picks_blocks() const;
  NodeId attend_blocks(NodeId normed, NodeId q, NodeId k, NodeId v);
  NodeId index_vectors(NodeId normed, std::uint32_t heads);
  void store_rows(NodeId value, NodeId& rows);
  NodeId halve(NodeId node);
  NodeId mask_of_blocks(NodeId index_query, std::uint32_t stream);
  [[nodiscard]] Stored indexer_weight(std::uint64_t elements) const;
  // compute_buffer_ffn.cpp
  NodeId feed_forward(NodeId of);
  NodeId gated(NodeId of, TensorRole up, TensorRole gate, TensorRole down, std::uint32_t width);
  NodeId experts(NodeId of, NodeId router_input);
  NodeId experts_beside_dense(NodeId residual);
  NodeId route(NodeId of, NodeId& weights);
  NodeId expert_matmul(TensorRole role, NodeId of, NodeId chosen, std::uint32_t width);
  // compute_buffer_altup.cpp
  [[nodiscard]] bool has_streams() const;
  NodeId stack_streams(NodeId hidden);
  NodeId merge_streams(NodeId stack);
  NodeId altup_layer(NodeId stack);
  NodeId altup_feed_forward(NodeId of);
  NodeId predict_streams(NodeId stack);
  NodeId correct_streams(NodeId predictions, NodeId activated);
  NodeId project_streams(NodeId of, NodeId lengths);
  NodeId project_small(NodeId of, std::uint32_t width, std::uint64_t element_bytes);
  NodeId modalities(NodeId of, Routing* first);
  NodeId magnitude(NodeId of);
  NodeId strongest(NodeId gate);
  NodeId stream(NodeId stack);
  // compute_buffer_kda.cpp
  NodeId low_rank(NodeId of, std::uint32_t rank, std::uint32_t width);
  NodeId kda(NodeId of);
  // compute_buffer_wkv.cpp
  NodeId through_rank(NodeId of, bool activates);
  NodeId previous_tokens(NodeId remembered, NodeId normed);
  NodeId wkv_mix(NodeId normed, NodeId previous);
  NodeId wkv_layer(NodeId residual, bool last);
  // compute_buffer_recurrent.cpp
  NodeId delta_net(NodeId of);
  NodeId mamba(NodeId of);
  NodeId mamba2(NodeId of);
  NodeId short_conv(NodeId of);
  Stored clear_state(std::uint64_t elements);
  NodeId keep_other_states(NodeId used);
  NodeId load_state(std::uint64_t elements);
  NodeId by_sequence(NodeId of);
  NodeId flat(NodeId of);
  NodeId add_state_vector(NodeId of, std::uint32_t length);
  NodeId convolve(NodeId state, NodeId value, std::uint32_t channels);

  const ForwardQuestion& q_;
  const ModelSpec& model_;
  ScratchGraph& graph_;
  GraphTraits traits_;
  bool offloads_ = false;
  std::uint32_t tokens_ = 0, sequences_ = 1, tokens_per_sequence_ = 0, streams_ = 1;
  // of the layer being recorded
  const LayerSpec* spec_ = nullptr;
  std::size_t index_ = 0;
  std::int8_t site_ = 0, expert_site_ = 0;
  // inputs, made when first asked for
  NodeId positions_ = k_no_node, row_ids_ = k_no_node, state_ids_ = k_no_node, other_state_ids_ = k_no_node;
  CacheInputs full_inputs_, window_inputs_;
  IndexerInputs indexer_;
  BlockInputs blocks_;
  Routing routing_;
  NodeId first_value_ = k_no_node;  ///< RWKV 7: values of the first layer, which all others look at
  NodeId visual_ = k_no_node;
  NodeId per_layer_ = k_no_node;
  NodeId query_scale_ = k_no_node;
  NodeId rope_factors_ = k_no_node;  ///< the one copy all layers on the host share
};

}  // namespace canirun
