// SPDX-License-Identifier: MIT
#include <canirun/speed.hpp>
#include <catch2/catch.hpp>

#include "throughput_cases.hpp"

using namespace canirun;
using namespace canirun::speed_cases;
using canirun::test::llama_3_1_8b;
using canirun::test::mixtral_8x7b;

TEST_CASE("layers that predict further tokens draft as one layer of the model and its projection") {
  ModelSpec model = llama_3_1_8b();
  CHECK_FALSE(next_token_model(model));
  model.next_token_layers = 2;
  const auto draft = next_token_model(model);
  REQUIRE(draft);
  CHECK(draft->layers.size() == 1);
  CHECK(draft->next_token_layers == 0);
  const WeightTable weights = sum_weights(model, plain(TensorType::q8_0));
  const WeightTable own = next_token_weights(model, weights);
  REQUIRE(own.layers.size() == 1);
  CHECK(own.layers.front().total() == weights.next_token_bytes / 2);
  CHECK(own.layers.front().total() > weights.layers.back().total());
  CHECK(own.output_bytes == 0);  // in memory it is the model's
}

TEST_CASE("a head trained to draft is one dense layer and a small vocabulary") {
  const ModelSpec model = mixtral_8x7b();
  const auto head = eagle_model(model);
  REQUIRE(head);
  CHECK(head->layers.size() == 1);
  CHECK_FALSE(head->moe);
  CHECK(head->layers.front().feed_forward_length == 2 * 14336);  // as many as the experts in use are wide
  CHECK(head->vocab_size == 32000);
  const WeightTable weights = eagle_weights(*head, plain(TensorType::bf16));
  CHECK(weights.layers.front().total() > 2 * 3 * std::uint64_t{4096} * 28672);
  CHECK(weights.token_embedding_bytes == 0);
  CHECK_FALSE(eagle_model(ModelSpec{}));
}

TEST_CASE("proposals of the model's own layers read its output matrix, those of the text cost nothing") {
  ModelSpec model = llama_3_1_8b();
  model.next_token_layers = 1;
  const WeightTable weights = sum_weights(model, plain(TensorType::q8_0));
  const ModelSpec draft = next_token_model(model).value();
  const WeightTable own = next_token_weights(model, weights);
  const auto drafted = [&](const Drafting& drafting) {
    return speculative_decode(gpu_machine(), model, weights, {}, on_pool(model, 1), at_depth(0), round_book(), drafting);
  };
  const auto mtp = drafted({.kind = DraftKind::mtp, .model = &draft, .weights = &own});
  REQUIRE(mtp);
  const double read = static_cast<double>(own.layers.front().total() + weights.output_bytes);
  CHECK(mtp->draft_step_s == Approx(read / (0.5 * k_gpu_bandwidth) + 1e-3));
  CHECK(mtp->kind == DraftKind::mtp);
  const auto text = drafted({.kind = DraftKind::ngram});
  REQUIRE(text);
  CHECK(text->draft_step_s == 0);
  CHECK_FALSE(drafted({.kind = DraftKind::mtp}));
}

TEST_CASE("shares are those of the kind of text, else of any, else assumed") {
  SpeedBook book;
  DraftEvidence any{
      .id = "mtp", .kind = DraftKind::mtp, .task = {}, .share = Range{0.1, 0.2, 0.3}, .provenance = {}, .notes = {}};
  DraftEvidence coding = any;
  coding.task = Task::coding;
  coding.share = {0.7, 0.8, 0.9};
  for (const bool first : {true, false}) {
    book.drafts = first ? std::vector{coding, any} : std::vector{any, coding};
    CHECK(draft_acceptance(book, DraftKind::mtp, Task::coding).share.typical == 0.8);
    CHECK(draft_acceptance(book, DraftKind::mtp, Task::chat).share.typical == 0.2);
  }
  CHECK(draft_acceptance(book, DraftKind::model, Task::chat).share.typical == DraftAcceptance{}.share.typical);
}
