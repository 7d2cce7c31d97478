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

TEST_CASE("llama-bench's CSV and SQL say what its JSON says", "[bench]") {
  const std::string names =
      "build_number,gpu_info,backends,model_filename,model_type,n_threads,n_gpu_layers,no_kv_offload,"
      "flash_attn,tensor_buft_overrides,n_prompt,n_gen,n_depth,test_time,avg_ns,avg_ts,stddev_ts";
  const std::string row =
      R"("7012","NVIDIA GeForce RTX 4090, NVIDIA GeForce RTX 3090","CUDA","a ""b"".gguf","llama 8B Q4_0","8","-1",)"
      R"("0","-1","none","0","128","4096","2026-11-20T10:00:00Z","1600000000","80.000000","0.800000")";
  const FoundRuns csv = read("ggml_cuda_init: found 2 CUDA devices\n" + names + "\n" + row + "\n\n");
  CHECK(csv.format == "llama-bench (CSV)");
  REQUIRE(csv.runs.size() == 1);
  const FoundRun& run = csv.runs.front();
  CHECK(run.line == 3);
  CHECK(run.model_file == "a \"b\".gguf");
  CHECK(run.gpu_names == "NVIDIA GeForce RTX 4090, NVIDIA GeForce RTX 3090");
  CHECK(run.run.engine_version == "b7012");
  CHECK(run.run.gpu_layers == 999U);
  CHECK_FALSE(run.run.flash_attn);  // -1: where it can, as when nothing is said
  REQUIRE(run.run.decode);
  CHECK(run.run.decode->tokens_per_s == 80.0);
  CHECK(run.run.decode->depth_tokens == 4096 + 64);

  const FoundRuns sql = read(
      "CREATE TABLE IF NOT EXISTS llama_bench (\n  n_prompt INTEGER,\n  avg_ts REAL\n);\n\n"
      "INSERT INTO llama_bench (backends, gpu_info, model_type, n_prompt, n_gen, avg_ts) VALUES ('CPU', '', 'llama 8B "
      "Q4_0', "
      "'512', '0', '20.5');\n");
  CHECK(sql.format == "llama-bench (SQL)");
  REQUIRE(sql.runs.size() == 1);
  CHECK(sql.runs.front().line == 6);
  CHECK(sql.runs.front().run.backend == Backend::cpu);
  CHECK(sql.runs.front().run.prefill->tokens_per_s == 20.5);

  CHECK_THAT(error_of(names + "\n" + row + ",\"1\"\n"), Catch::Contains("line 2: 18 values for 17 columns"));
  CHECK_THAT(error_of(names + "\n" + with(row, "80.000000\"", "80.000000")), Catch::Contains("line 2: a quote"));
  CHECK_THAT(error_of(names + "\n" + with(row, "\"80.000000\"", "\"-80\"")), Catch::Contains("line 2: avg_ts"));
  CHECK_THAT(error_of("INSERT INTO t (n_prompt, avg_ts) VALUES ('512', '1'"), Catch::Contains("line 1: expected INSERT"));
}

TEST_CASE("llama-bench: settings that no estimate knows leave a run out", "[bench]") {
  const std::string row(k_bench_row);
  for (const char* extra : {R"("no_kv_offload": true)", R"("tensor_buft_overrides": "exps=CPU")", R"("embeddings": true)"}) {
    INFO(extra);
    const FoundRuns found = read(with(row, "\"n_prompt\": 0", std::string(extra) + ", \"n_prompt\": 0"));
    CHECK(found.runs.empty());
    REQUIRE(found.notes.size() == 1);
    CHECK_THAT(found.notes.front(), Catch::StartsWith("line 1: left out, "));
  }
  CHECK(read(with(row, "\"n_prompt\": 0", R"("tensor_buft_overrides": "none", "no_kv_offload": false, "n_prompt": 0)"))
            .runs.size() == 1);
  const FoundRuns table = read(
      "| model | size | params | backend | ngl | n_cpu_moe | nkvo | test | t/s |\n| --- | --- | --- | --- | --- | --- | --- "
      "| --- | --- |\n"
      "| qwen3moe 30B.A3B Q4_K - Medium | 17 GiB | 30 B | CUDA | -1 | 20 | 0 | tg128 | 40.00 ± 0.1 |\n"
      "| qwen3moe 30B.A3B Q4_K - Medium | 17 GiB | 30 B | CUDA | -1 | 20 | 1 | tg128 | 30.00 ± 0.1 |\n");
  REQUIRE(table.runs.size() == 1);
  CHECK(table.runs.front().run.cpu_moe_layers == 20U);
  CHECK(table.notes.size() == 1);
}

TEST_CASE("llama-bench built for GPUs, on a machine without one, computes on the processor", "[bench]") {
  const FoundRuns none = read(with(std::string(k_bench_row), "\"backends\"", R"("gpu_info": "", "backends")"));
  CHECK(none.runs.front().run.backend == Backend::cpu);
  const FoundRuns one = read(with(std::string(k_bench_row), "\"backends\"", R"("gpu_info": "NVIDIA L4", "backends")"));
  CHECK(one.runs.front().run.backend == Backend::cuda);
  CHECK(one.runs.front().gpu_names == "NVIDIA L4");
}

TEST_CASE("JSON behind what a program said first is told by its lines in the file", "[bench]") {
  const std::string said = "ggml_vulkan: 0 = a card\nload_backend: loaded\n[\n" + std::string(k_bench_row) + "\n]\n";
  CHECK(read(said).runs.front().line == 4);
  CHECK_THAT(error_of(with(said, "80.0,", "-80.0,")), Catch::Contains("line 4: "));
}

TEST_CASE("LM Studio: both of its interfaces and the log of its predictions", "[bench]") {
  const FoundRun v0 =
      read(R"({"model": "qwen3-4b", "usage": {"prompt_tokens": 24, "completion_tokens": 53}, )"
           R"("stats": {"tokens_per_second": 51.4, "time_to_first_token": 0.111, "generation_time": 0.954}, )"
           R"("model_info": {"quant": "Q4_K_M", "format": "gguf"}, "runtime": {"version": "1.3.0"}})")
          .runs.front();
  CHECK(v0.run.engine == Engine::lmstudio);
  CHECK(v0.run.model_name == "qwen3-4b");
  CHECK(v0.run.quant == "Q4_K_M");
  CHECK(v0.run.engine_version == "1.3.0");
  REQUIRE(v0.run.decode);
  CHECK(v0.run.decode->tokens_per_s == 51.4);
  CHECK(v0.run.decode->tokens == 53);
  CHECK(v0.run.decode->depth_tokens == 24 + 26);
  CHECK(v0.run.time_to_first_token_s == 0.111);
  CHECK_FALSE(v0.run.prefill);  // the wait holds more than the reading

  const FoundRun v1 =
      read(R"({"model_instance_id": "qwen/qwen3-4b", "stats": {"input_tokens": 646, "total_output_tokens": 586, )"
           R"("tokens_per_second": 29.75, "time_to_first_token_seconds": 1.09}})")
          .runs.front();
  CHECK(v1.run.model_name == "qwen/qwen3-4b");
  CHECK(v1.run.decode->depth_tokens == 646 + 293);

  const FoundRun mlx =
      read(R"({"model": "qwen3-4b", "usage": {"completion_tokens": 10}, "stats": {"tokens_per_second": 9}, )"
           R"("model_info": {"quant": "4bit", "format": "mlx"}})")
          .runs.front();
  CHECK(mlx.run.engine == Engine::mlx);
  CHECK(mlx.run.quant == "mlx-4bit");

  const FoundRun line =
      read(R"({"timestamp": 1, "data": {"type": "llm.prediction.output", "modelIdentifier": "qwen3-4b@q4_k_m", )"
           R"("stats": {"tokensPerSecond": 6.5, "timeToFirstTokenSec": 1.4, "promptTokensCount": 24, )"
           R"("predictedTokensCount": 53, "totalDraftTokensCount": 4}}})")
          .runs.front();
  CHECK(line.run.model_name == "qwen3-4b");
  CHECK(line.run.quant == "q4_k_m");
  CHECK(line.run.speculative);

  const std::string log =
      "timestamp: 5/2/2026, 9:49:47 PM\ntype: llm.prediction.output\nmodelIdentifier: a\noutput:\nHello.\n"
      "tokensPerSecond: 6.5\ntimeToFirstTokenSec: 1.4\npromptTokensCount: 24\npredictedTokensCount: 53\n\n\n"
      "timestamp: 5/2/2026, 9:50:00 PM\nmodelIdentifier: b\ntokensPerSecond: 7\npredictedTokensCount: 9\n";
  const FoundRuns both = read(log);
  CHECK(both.format == "LM Studio (lms log stream --stats)");
  REQUIRE(both.runs.size() == 2);
  CHECK(both.runs[0].line == 6);
  CHECK(both.runs[0].run.model_name == "a");
  CHECK(both.runs[0].run.time_to_first_token_s == 1.4);
  CHECK(both.runs[1].run.model_name == "b");
  CHECK(both.runs[1].run.decode->tokens_per_s == 7);
  CHECK_FALSE(both.runs[1].run.time_to_first_token_s);

  CHECK_THAT(error_of(with(log, "tokensPerSecond: 6.5", "tokensPerSecond: fast")),
             Catch::Contains("line 6: tokensPerSecond"));
  CHECK_THAT(error_of(with(log, "tokensPerSecond: 7", "tokensPerSecond: 0")), Catch::Contains("line 14: "));
  CHECK_THAT(error_of(R"({"stats": {"tokens_per_second": -1}})"), Catch::Contains("above zero"));
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
