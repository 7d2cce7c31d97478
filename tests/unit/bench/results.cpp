// SPDX-License-Identifier: MIT
// Results of other programs, in their own words: what is taken from each, and what is told about broken ones.
#include "bench/results.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace canirun;
using namespace canirun::bench;

namespace {

FoundRuns read(std::string_view text) {
  Result<FoundRuns> found = read_results(text);
  if (!found) FAIL(found.error().text());
  return std::move(*found);
}

std::string error_of(std::string_view text) {
  const Result<FoundRuns> found = read_results(text);
  REQUIRE_FALSE(found);
  CHECK(found.error().kind == ErrorKind::malformed);
  return found.error().text();
}

constexpr std::string_view k_bench_row =
    R"({"build_number": 4567, "backends": "CUDA", "model_filename": "m/Qwen3-8B-Q4_K_M.gguf", "model_type": "qwen3 8B Q4_K - Medium", )"
    R"("model_size": 5020000000, "model_n_params": 8190735360, "n_threads": 8, "n_gpu_layers": 99, "flash_attn": true, )"
    R"("n_prompt": 0, "n_gen": 128, "n_depth": 4096, "test_time": "2026-05-04T10:00:00Z", "avg_ns": 1600000000, "avg_ts": 80.0, "stddev_ts": 0.8, "samples_ts": [79.2, 80.8]})";

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("llama-bench's JSON: every fact of a run", "[bench]") {
  const FoundRuns found = read("[\n  " + std::string(k_bench_row) + "\n]\n");
  CHECK(found.format == "llama-bench");
  REQUIRE(found.runs.size() == 1);
  const FoundRun& run = found.runs.front();
  CHECK(run.line == 2);
  CHECK(run.model_file == "m/Qwen3-8B-Q4_K_M.gguf");
  CHECK(run.parameter_count == 8190735360U);
  CHECK(run.run.backend == Backend::cuda);
  CHECK(run.run.gpu_layers == 99U);
  CHECK(run.run.flash_attn == true);
  CHECK(run.run.engine_version == "b4567");
  CHECK(run.run.measured_on == "2026-05-04");
  CHECK(run.run.parallel == 1U);
  CHECK(run.run.repetitions == 2);
  CHECK(run.run.quant == "Q4_K_M");
  CHECK_FALSE(run.run.prefill);
  REQUIRE(run.run.decode);
  CHECK(run.run.decode->tokens_per_s == 80.0);
  CHECK(run.run.decode->tokens == 128);
  CHECK(run.run.decode->depth_tokens == 4096 + 64);
  CHECK(*run.run.decode->spread == Approx(0.01));
}

TEST_CASE("llama-bench's JSON lines: reading, older flags, all layers", "[bench]") {
  const std::string row(k_bench_row);
  std::string old = with(row, R"("backends": "CUDA")", R"("vulkan": true)");
  old = with(with(old, R"("n_prompt": 0, "n_gen": 128, "n_depth": 4096)", R"("n_prompt": 512, "n_gen": 0)"), "99", "-1");
  old = with(with(old, R"("avg_ts": 80.0)", R"("avg_ts": 320.0)"), R"("stddev_ts": 0.8, )", "");
  const FoundRuns found = read(row + "\n\n" + old + "\r\n");
  REQUIRE(found.runs.size() == 2);
  CHECK(found.runs[1].line == 3);
  const Measurement& run = found.runs[1].run;
  CHECK(run.backend == Backend::vulkan);
  CHECK(run.gpu_layers == 999U);
  CHECK_FALSE(run.decode);
  REQUIRE(run.prefill);
  CHECK(run.prefill->tokens == 512);
  CHECK(run.prefill->depth_tokens == 0);
  CHECK_FALSE(run.prefill->spread);
}

TEST_CASE("llama-bench: runs that are left out are told", "[bench]") {
  const std::string row(k_bench_row);
  const FoundRuns mixed = read(with(row, R"("n_prompt": 0)", R"("n_prompt": 64)"));
  CHECK(mixed.runs.empty());
  REQUIRE(mixed.notes.size() == 1);
  CHECK(mixed.notes[0].find("mixed") != std::string::npos);
  const FoundRuns remote = read(with(row, "CUDA", "CUDA,RPC"));
  CHECK(remote.runs.empty());
  CHECK(remote.notes.size() == 1);
}

TEST_CASE("llama-bench: what is wrong is named by its line", "[bench]") {
  const std::string row(k_bench_row);
  CHECK(read(row + "\n" + with(row, "80.0", "\"fast\"")).runs[1].run.decode->tokens_per_s == Approx(80));  // by its time
  CHECK(error_of(row + "\n" + with(row, "80.0", "0")).find("line 2: avg_ts or avg_ns is not above zero") == 0);
  CHECK(error_of("[\n" + row + ",\n" + with(row, "80.0", "-3") + "\n]").find("line 3: ") == 0);
  CHECK(error_of(row + "\n" + with(row, "80.0", "8000")).find("line 2: avg_ts and avg_ns contradict") == 0);
  CHECK(error_of(row + "\n" + with(row, "128", "1e99")).find("line 2: n_gen") == 0);
  CHECK(error_of(row + "\n" + row.substr(0, 100)).find("line 2: not valid JSON") == 0);
  CHECK(error_of("[\n\n{\"a\": }]").find("line 3: not valid JSON") == 0);
  CHECK(error_of(with(row, R"("n_gen": 128)", R"("n_gen": 0)")).find("both 0") != std::string::npos);
}

TEST_CASE("llama-bench's table", "[bench]") {
  const FoundRuns found = read(
      "ggml_cuda_init: found 1 CUDA devices:\n"
      "| model                          |       size |     params | backend    | ngl | fa |            test |               "
      "   t/s |\n"
      "| ------------------------------ | ---------: | ---------: | ---------- | --: | -: | --------------: | "
      "-------------------: |\n"
      "| qwen3 8B Q4_K - Medium         |   4.68 GiB |     8.19 B | CUDA       |  99 |  1 |           pp512 |      5412.34 "
      "± 21.10 |\n"
      "| qwen3 8B Q4_K - Medium         |   4.68 GiB |     8.19 B | CUDA       |  99 |  1 |   tg128 @ d4096 |        101.50 "
      "± 0.20 |\n"
      "| qwen3 8B Q4_K - Medium         |   4.68 GiB |     8.19 B | CUDA       |  99 |  1 |     pp512+tg128 |        401.50 "
      "± 0.20 |\n"
      "\nbuild: abc (4567)\n");
  REQUIRE(found.runs.size() == 2);
  CHECK(found.notes.size() == 1);
  CHECK(found.runs[0].line == 4);
  CHECK(found.runs[0].run.quant == "Q4_K_M");
  CHECK(found.runs[0].run.prefill->tokens_per_s == 5412.34);
  CHECK(found.runs[1].run.decode->depth_tokens == 4096 + 64);
  CHECK(found.runs[1].run.gpu_layers == 99U);
  CHECK(found.runs[1].run.flash_attn == true);
  CHECK(error_of("| model | backend | test | t/s |\n| a | CUDA | pp512 | fast |\n").find("line 2: t/s") == 0);
  CHECK(error_of("| model | backend | test | t/s |\n| a | CUDA | xx512 | 3 |\n").find("line 2: the test") == 0);
}

TEST_CASE("Ollama's API answer and its stream", "[bench]") {
  const std::string last =
      R"({"model": "qwen3:8b", "created_at": "2026-02-03T01:02:03Z", "done": true, "total_duration": 5, "prompt_eval_count": 100, )"
      R"("prompt_eval_duration": 200000000, "eval_count": 50, "eval_duration": 1000000000})";
  const FoundRuns found = read(R"({"model": "qwen3:8b", "response": "Hi", "done": false})"
                               "\n" +
                               last);
  CHECK(found.format == "Ollama");
  REQUIRE(found.runs.size() == 1);
  const FoundRun& run = found.runs.front();
  CHECK(run.line == 2);
  CHECK(run.run.engine == Engine::ollama);
  CHECK(run.run.model_name == "qwen3:8b");
  CHECK(run.run.measured_on == "2026-02-03");
  CHECK(run.run.prefill->tokens_per_s == Approx(500));
  CHECK(run.run.decode->tokens_per_s == Approx(50));
  CHECK(run.run.decode->depth_tokens == 125);
  CHECK_FALSE(read(with(last, "1000000000", "0")).runs.front().run.decode);
  CHECK(error_of(R"({"eval_count": "many", "eval_duration": 3})").find("line 1: eval_count") == 0);
}

TEST_CASE("Ollama's --verbose text", "[bench]") {
  const FoundRuns found = read(
      "$ ollama run llama3.1:8b --verbose\nHello!\n\n"
      "total duration:       1m4.6s\nload duration:        41.27575ms\nprompt eval count:    26 token(s)\n"
      "prompt eval duration: 383.809ms\nprompt eval rate:     67.74 tokens/s\neval count:           298 token(s)\n"
      "eval duration:        1m2.5s\neval rate:            4.77 tokens/s\n");
  REQUIRE(found.runs.size() == 1);
  const Measurement& run = found.runs.front().run;
  CHECK(run.model_name == "llama3.1:8b");
  CHECK(run.prefill->tokens_per_s == Approx(26 / 0.383809));
  CHECK(run.decode->tokens_per_s == Approx(298 / 62.5));
  CHECK(error_of("eval count: 3 token(s)\neval duration: soon\n").find("line 2: eval duration") == 0);
}

TEST_CASE("llama-server's timings, alone, in an answer and in a stream", "[bench]") {
  const std::string timings =
      R"({"prompt_n": 200, "prompt_ms": 400.0, "predicted_n": 64, "predicted_ms": 1280.0, "cache_n": 50})";
  for (const std::string& text : {timings, R"({"model": "m", "choices": [], "timings": )" + timings + "}",
                                  "data: {\"choices\": []}\n\ndata: {\"timings\": " + timings + "}\n\ndata: [DONE]\n"}) {
    const FoundRuns found = read(text);
    REQUIRE(found.runs.size() == 1);
    const Measurement& run = found.runs.front().run;
    CHECK(run.prefill->tokens_per_s == Approx(500));
    CHECK(run.prefill->depth_tokens == 50);
    CHECK(run.decode->tokens_per_s == Approx(50));
    CHECK(run.decode->depth_tokens == 250 + 32);
    CHECK_FALSE(run.speculative);
  }
  CHECK(read(with(timings, "\"cache_n\": 50", "\"draft_n\": 40")).runs.front().run.speculative);
  CHECK(error_of(with(timings, "400.0", "-1")).find("below zero") != std::string::npos);
}

TEST_CASE("llama.cpp's log", "[bench]") {
  const FoundRuns found = read(
      "srv    load_model: loading model '/models/Qwen3-8B-Q4_K_M.gguf'\n"
      "slot print_timing: id  0 | task 0 | \n"
      "prompt eval time =     383.81 ms /    26 tokens (   14.76 ms per token,    67.74 tokens per second)\n"
      "       eval time =    4220.00 ms /   298 tokens (   14.16 ms per token,    70.62 tokens per second)\n"
      "      total time =    4603.81 ms /   324 tokens\n");
  REQUIRE(found.runs.size() == 1);
  CHECK(found.runs.front().model_file == "/models/Qwen3-8B-Q4_K_M.gguf");
  CHECK(found.runs.front().run.decode->tokens_per_s == Approx(298 / 4.22));
  CHECK(error_of("eval time = what ms / 3 runs\n").find("line 1: eval time") == 0);
}

TEST_CASE("/metrics of llama-server", "[bench]") {
  const std::string text =
      "# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.\n"
      "llamacpp:prompt_tokens_total 6000\nllamacpp:prompt_seconds_total 12\nllamacpp:tokens_predicted_total 3000\n"
      "llamacpp:tokens_predicted_seconds_total 60\n";
  const FoundRuns found = read(text);
  REQUIRE(found.runs.size() == 1);
  CHECK(found.runs.front().run.prefill->tokens_per_s == Approx(500));
  CHECK(found.runs.front().run.decode->tokens_per_s == Approx(50));
  CHECK_FALSE(found.runs.front().run.parallel);
  CHECK(read(text + "llamacpp:n_busy_slots_per_decode 1\n").runs.front().run.parallel == 1U);
  CHECK_FALSE(read(text + "llamacpp:n_busy_slots_per_decode 3.2\n").runs.front().run.parallel);
  CHECK(error_of(text + "llamacpp:x{a=\"b\n").find("line 6: labels") == 0);
  CHECK(error_of(text + "llamacpp:x much\n").find("line 6: expected a number") == 0);
  CHECK(error_of("llamacpp:prompt_tokens_total 0\n").find("no finished request") != std::string::npos);
}

TEST_CASE("/metrics of vLLM, by model and under both names of its histograms", "[bench]") {
  const std::string common =
      "vllm:request_prompt_tokens_sum{model_name=\"Qwen/Qwen3-8B\",engine=\"0\"} 5000\n"
      "vllm:request_prompt_tokens_count{model_name=\"Qwen/Qwen3-8B\",engine=\"0\"} 10\n"
      "vllm:request_generation_tokens_sum{model_name=\"Qwen/Qwen3-8B\"} 1000\n"
      "vllm:request_prefill_time_seconds_sum{model_name=\"Qwen/Qwen3-8B\"} 2\n"
      "vllm:time_to_first_token_seconds_sum{model_name=\"Qwen/Qwen3-8B\"} 3\n"
      "vllm:time_to_first_token_seconds_count{model_name=\"Qwen/Qwen3-8B\"} 10\n"
      "vllm:time_to_first_token_seconds_bucket{le=\"0.1\",model_name=\"}\\\"{\"} 10\n";
  for (const std::string_view name : {"inter_token_latency", "time_per_output_token"}) {
    const std::string prefix = "vllm:" + std::string(name) + "_seconds";
    const FoundRuns found = read(common + prefix + "_sum{model_name=\"Qwen/Qwen3-8B\"} 20\n" + prefix +
                                 "_count{model_name=\"Qwen/Qwen3-8B\"} 1000\n");
    REQUIRE(found.runs.size() == 1);
    const Measurement& run = found.runs.front().run;
    CHECK(run.engine == Engine::vllm);
    CHECK(run.model_name == "Qwen/Qwen3-8B");
    CHECK(run.decode->tokens_per_s == Approx(50));
    CHECK(run.decode->depth_tokens == 550);
    CHECK(run.prefill->tokens_per_s == Approx(2500));
    CHECK(*run.time_to_first_token_s == Approx(0.3));
    CHECK_FALSE(run.parallel);
  }
}

TEST_CASE("Texts that are no results say what is read", "[bench]") {
  for (const std::string_view text : {"", "   \n ", "hello", "{}", "[]", "[1, 2]", "{\"choices\": []}", "null"}) {
    const Result<FoundRuns> found = read_results(text);
    REQUIRE_FALSE(found);
    CHECK(found.error().hint.find("llama-bench") != std::string::npos);
  }
  CHECK(error_of(std::string(k_most_result_bytes + 1, ' ')).find("larger than") != std::string::npos);
}

TEST_CASE("File types of llama.cpp under the names people use", "[bench]") {
  CHECK(quant_of_file_type("Q4_K - Medium") == "Q4_K_M");
  CHECK(quant_of_file_type("Q2_K - Medium") == "Q2_K");
  CHECK(quant_of_file_type("Q3_K - Large") == "Q3_K_L");
  CHECK(quant_of_file_type("IQ3_S mix - 3.66 bpw") == "IQ3_M");
  CHECK(quant_of_file_type("IQ2_XXS - 2.0625 bpw") == "IQ2_XXS");
  CHECK(quant_of_file_type("F16") == "F16");
}
