#!/bin/sh
# What was really used takes the place of the profile: a log's tokens a day, its context, and the model that was paid for.
. "$2/tests/e2e/common.inc"

line() { # line ID DATE OUTPUT
  printf '{"type":"assistant","timestamp":"%sT10:00:00Z","requestId":"req_%s","message":{"id":"msg_%s","model":"claude-sonnet-4-5-20250929","usage":{"input_tokens":3,"cache_creation_input_tokens":1000,"cache_read_input_tokens":20000,"output_tokens":%s}}}\n' "$2" "$1" "$1" "$3"
}
{ line 1 2026-09-01 1; line 1 2026-09-01 400; echo '{"broken": ['; line 2 2026-09-03 600; } >"$scratch/agent.jsonl"

run 0 cost qwen3:8b --on "RTX 4090" --from-usage "$scratch/agent.jsonl"
out_has "coding agent's session log"
out_has "the first is line 3"
run 0 cost qwen3:8b --on "RTX 4090" --from-usage "$scratch/agent.jsonl" --json
json 'd["usage_log"]["requests"] == 2 and d["usage_log"]["duplicates"] == 1 and d["usage_log"]["broken_lines"] == 1'
json 'd["cost"]["usage"]["output_tokens_per_day"] == 500'
json 'd["request"]["vs"].startswith("anthropic/") and "sonnet-4" in d["request"]["vs"]'
json 'd["request"]["profile"] == "from-usage"'
json 'd["request"]["context_tokens"] > 21000'

# From a pipe, a table; flags still count.
printf 'date,model,prompt_tokens,completion_tokens\n2026-01-01,gpt-4o,1000,500\n' |
  "$canirun" cost qwen3:8b --on "RTX 4090" --from-usage - --vs gpt-4o-mini --people 4 --json >"$scratch/out" || true
json 'd["cost"]["usage"]["output_tokens_per_day"] == 2000 and d["request"]["vs"].endswith("gpt-4o-mini")'

# Nothing in it, or no file.
echo hello >"$scratch/none.txt"
run 2 cost qwen3:8b --on "RTX 4090" --from-usage "$scratch/none.txt"
err_has "none.txt: no use of a model in it"
err_has "LiteLLM"
run 2 cost qwen3:8b --on "RTX 4090" --from-usage "$scratch/missing.jsonl"
err_has "missing.jsonl"
