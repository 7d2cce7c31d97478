// SPDX-License-Identifier: MIT
// Each program's way of writing down the same few numbers, recognised by what is in it.
#include <catch2/catch.hpp>

#include "readings.hpp"

using namespace canirun;

namespace {

void check(const UsageReading& reading, UsageFormat format, double input, double write, double read, double output) {
  CHECK(reading.format == format);
  CHECK(reading.total.input == input);
  CHECK(reading.total.cache_write == write);
  CHECK(reading.total.cache_read == read);
  CHECK(reading.total.output == output);
}

}  // namespace

TEST_CASE("OpenAI's usage API: cached input is part of the input; the bucket's date may follow its rows") {
  const auto reading = read_usage(R"({
  "object": "page",
  "data": [
    {"object": "bucket", "start_time": 1730419200, "results": [
      {"input_tokens": 1000, "output_tokens": 500, "input_cached_tokens": 800, "num_model_requests": 5, "model": "gpt-4o"},
      {"input_tokens": 100, "output_tokens": 50, "input_cached_tokens": 0, "num_model_requests": 1, "model": null}]},
    {"object": "bucket", "results": [{"input_tokens": 10, "output_tokens": 5, "num_model_requests": 1}],
     "start_time": 1730505600}
  ],
  "has_more": false
})");
  REQUIRE(reading);
  check(*reading, UsageFormat::openai_usage, 310, 0, 800, 555);
  CHECK(reading->requests == 7);
  CHECK(reading->active_days == 2);
  CHECK(reading->first_day == "2024-11-01");
  CHECK(reading->last_day == "2024-11-02");
  CHECK(reading->undated_records == 0);
  CHECK_FALSE(reading->prompt_p50_tokens);  // rows that sum several requests say nothing about one
  REQUIRE(reading->models.size() == 2);
  CHECK(reading->models[0].model == "gpt-4o");
  CHECK(reading->models[0].requests == 5);
}

TEST_CASE("OpenAI's dashboard CSV") {
  const auto reading = read_usage(
      "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,model,input_tokens,output_tokens,"
      "input_cached_tokens\n"
      "1761523200,1761523260,2025-10-27T00:00:00+00:00,x,proj,3.0,gpt-5,4212,1673,2000\n"
      "1761523260,1761523320,2025-10-27T00:01:00+00:00,x,,,,,,\n");
  REQUIRE(reading);
  check(*reading, UsageFormat::openai_usage, 2212, 0, 2000, 1673);
  CHECK(reading->requests == 3);
  CHECK(reading->broken_lines == 0);
}

TEST_CASE("Anthropic's usage API and console CSV") {
  const auto pages = read_usage(
      R"({"data":[{"starting_at":"2025-08-01T00:00:00Z","results":[{"uncached_input_tokens":1500,"cache_creation":)"
      R"({"ephemeral_1h_input_tokens":1000,"ephemeral_5m_input_tokens":500},"cache_read_input_tokens":200,)"
      R"("output_tokens":500,"server_tool_use":{"web_search_requests":10},"model":"claude-opus-4"}]}],"has_more":false})");
  REQUIRE(pages);
  check(*pages, UsageFormat::anthropic_usage, 1500, 1500, 200, 500);
  CHECK(pages->requests == 0);  // it does not count them

  const auto table = read_usage(
      "\xEF\xBB\xBFusage_date_utc,model_version,api_key,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
      "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens\r\n"
      "2026-08-05,claude-opus-5,\"App, \"\"two\"\"\nlines\",46981,15969,1,7,16932\r\n");
  REQUIRE(table);
  check(*table, UsageFormat::anthropic_usage, 46981, 15970, 7, 16932);
  CHECK(table->broken_lines == 0);

  const auto titles = read_usage(
      "Usage Date (UTC)\tModel\tInput Tokens\tCache Creation Input Tokens\tCache Read Input Tokens\tOutput Tokens\n"
      "2026/9/1\tclaude-sonnet-5\t100\t20\t300\t40\n");
  REQUIRE(titles);
  check(*titles, UsageFormat::api_responses, 100, 20, 300, 40);
  CHECK(titles->first_day == "2026-09-01");
}

TEST_CASE("LiteLLM's spend log: the usage object knows what the flat columns do not") {
  const auto reading =
      read_usage(R"({"request_id":"a","call_type":"acompletion","spend":0.1,"prompt_tokens":100,"completion_tokens":20,)"
                 R"("startTime":"2026-01-02 10:00:00","model":"gpt-4o","metadata":{"usage_object":{"prompt_tokens":100,)"
                 R"("completion_tokens":20,"prompt_tokens_details":{"cached_tokens":60},"completion_tokens_details":)"
                 R"({"reasoning_tokens":15}}}})"
                 "\n");
  REQUIRE(reading);
  check(*reading, UsageFormat::litellm, 40, 0, 60, 20);
  CHECK(reading->total.reasoning == 15);
  const auto table = read_usage(
      "request_id,call_type,spend,prompt_tokens,completion_tokens,startTime,model\na,acompletion,0.1,100,20,2026-01-02 "
      "10:00:00,gpt-4o\n");
  REQUIRE(table);
  check(*table, UsageFormat::litellm, 100, 0, 0, 20);
  CHECK(table->first_day == "2026-01-02");
}

TEST_CASE("OpenRouter's activity and DeepSeek's amounts") {
  const auto activity = read_usage(
      "generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug\n"
      "gen-1,2026-09-14 10:00:00,0.25,1000,200,50,400,deepseek/deepseek-v4-flash\n"
      "gen-1,2026-09-14 10:00:00,0.25,1000,200,50,400,deepseek/deepseek-v4-flash\n");
  REQUIRE(activity);
  check(*activity, UsageFormat::openrouter, 600, 0, 400, 200);
  CHECK(activity->duplicates == 1);
  CHECK(activity->total.reasoning == 50);

  const auto amounts = read_usage(
      "user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount\n"
      "u,2026-09-22T08:00:00+08:00,x,deepseek-v4-pro,A,k,request_count,,10\n"
      "u,2026-09-22T08:00:00+08:00,x,deepseek-v4-pro,A,k,input_cache_hit_tokens,0.1,1000\n"
      "u,2026-09-22T08:00:00+08:00,x,deepseek-v4-pro,A,k,input_cache_miss_tokens,0.1,200\n"
      "u,2026-09-22T08:00:00+08:00,x,deepseek-v4-pro,A,k,output_tokens,0.1,300\n");
  REQUIRE(amounts);
  check(*amounts, UsageFormat::deepseek, 200, 0, 1000, 300);
  CHECK(amounts->requests == 10);
}

TEST_CASE("llama-server: its log, and its answers") {
  const auto log = read_usage(
      "print_info: general.name = Qwen3 8B\n"
      "slot update_slots: id  0 | task 5 | new prompt, n_ctx_slot = 4096, n_keep = 0, n_prompt_tokens = 128\n"
      "slot print_timing: id  0 | task 5 |\n"
      "prompt eval time =     123.45 ms /    28 tokens (   10.29 ms per token,    97.21 tokens per second)\n"
      "       eval time =     500.00 ms /    34 tokens (   10.29 ms per token)\n"
      "      total time =     623.45 ms /    62 tokens\n");
  REQUIRE(log);
  check(*log, UsageFormat::llama_server, 28, 0, 100, 34);
  CHECK(log->active_days == 0);
  CHECK(log->undated_records == 1);
  REQUIRE(log->models.size() == 1);
  CHECK(log->models[0].model == "Qwen3 8B");

  const auto answers = read_usage(
      R"({"id":"chatcmpl-1","created":1730419200,"model":"x","usage":{"prompt_tokens":100,"completion_tokens":7},)"
      R"("timings":{"prompt_n":40,"cache_n":60,"predicted_n":7}})");
  REQUIRE(answers);
  check(*answers, UsageFormat::llama_server, 40, 0, 60, 7);
}

TEST_CASE("Ollama's answers; its own log has no tokens and the error says what has") {
  const auto answers = read_usage(
      R"({"model":"qwen3:8b","created_at":"2026-01-02T10:00:00Z","done":true,"prompt_eval_count":26,"eval_count":290})");
  REQUIRE(answers);
  check(*answers, UsageFormat::ollama, 26, 0, 0, 290);
  const auto log = read_usage("[GIN] 2025/01/02 - 12:00:00 | 200 | 1.2s | 127.0.0.1 | POST     \"/api/chat\"\n");
  REQUIRE_FALSE(log);
  CHECK(log.error().kind == ErrorKind::unsupported);
  CHECK(log.error().hint.find("eval_count") != std::string::npos);
}

TEST_CASE("Sessions of coding agents: a message counts once, with the most it came to") {
  const auto reading =
      read_usage(agent_line("1", "2026-09-01", 1) + agent_line("1", "2026-09-01", 400) + agent_line("1", "2026-09-01", 400) +
                 agent_line("2", "2026-09-03", 50, 30000) + agent_line("1", "2026-09-01", 400));
  REQUIRE(reading);
  check(*reading, UsageFormat::agent_log, 6, 2000, 50000, 450);
  CHECK(reading->requests == 2);
  CHECK(reading->duplicates == 3);
  CHECK(reading->active_days == 2);
  CHECK(reading->span_days == 3);
  REQUIRE(reading->prompt_p95_tokens);
  CHECK(*reading->prompt_p50_tokens == Approx(21003).epsilon(0.01));
  CHECK(*reading->prompt_p95_tokens == Approx(31003).epsilon(0.01));
}

TEST_CASE("The sum at a session's end counts only when its messages are not there") {
  const std::string sum =
      R"({"type":"result","num_turns":2,"result":"done","usage":{"input_tokens":6,"cache_creation_input_tokens":2000,)"
      R"("cache_read_input_tokens":40000,"output_tokens":450}})"
      "\n";
  const std::string messages = agent_line("1", "2026-09-01", 400) + agent_line("2", "2026-09-01", 50);
  const auto both = read_usage(messages + sum);
  REQUIRE(both);
  check(*both, UsageFormat::agent_log, 6, 2000, 40000, 450);
  const auto alone = read_usage(sum);
  REQUIRE(alone);
  CHECK(alone->total.output == 450);
  CHECK(alone->requests == 2);
  CHECK_FALSE(alone->prompt_p50_tokens);
}

TEST_CASE("Sessions with running sums: a standing sum is the same event; the model comes from an earlier line") {
  const std::string event =
      R"({"timestamp":"2025-12-19T06:33:36.601Z","type":"event_msg","payload":{"type":"token_count","info":)"
      R"({"total_token_usage":{"input_tokens":124314,"total_tokens":124866},"last_token_usage":{"input_tokens":63284,)"
      R"("cached_input_tokens":61056,"output_tokens":380,"reasoning_output_tokens":256,"total_tokens":63664}}}})"
      "\n";
  const auto reading =
      read_usage(R"({"timestamp":"2025-12-19T06:33:30Z","type":"turn_context","payload":{"model":"gpt-5-codex"}})"
                 "\n" +
                 event + event);
  REQUIRE(reading);
  check(*reading, UsageFormat::agent_log, 2228, 0, 61056, 380);
  CHECK(reading->total.reasoning == 256);
  CHECK(reading->duplicates == 1);
  CHECK(reading->models[0].model == "gpt-5-codex");
}
