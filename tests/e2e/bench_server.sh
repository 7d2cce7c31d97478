#!/bin/sh
# SPDX-License-Identifier: MIT
# bench --server: engines that answer, each in its way.
source_dir=$2
. "$source_dir/tests/e2e/bench_server.inc"
measure good 0 --json
json 'd["sources"][0]["format"] == "Ollama 0.6.0" and len(d["runs"]) == 2'
json 'all(r["model"] == "qwen3-8b" and r["quant"] == "Q4_K_M" and r["engine"] == "ollama" for r in d["runs"])'
json 'all(r["decode"]["tokens"] == 64 and r["prefill"]["tokens"] > 40 and r["time_to_first_token_s"] > 0 for r in d["runs"])'
json 'd["runs"][1]["prefill"]["tokens"] > 8 * d["runs"][0]["prefill"]["tokens"]'
cp "$scratch/out" "$scratch/good.json"
[ "$(grep -c '^POST /v1/chat' "$scratch/site/log")" -eq 5 ] || fail "not one warm-up and two of each length"
measure llama 0 --json
json 'd["sources"][0]["format"] == "llama-server b4567-abc" and d["runs"][0]["quant"] == "Q4_K_M"'
grep -q '"cache_prompt": false' "$scratch/site/log" || fail "llama-server was not told to forget"
measure vllm 0 --json --quant FP8
json 'd["sources"][0]["format"] == "vLLM 0.10.2" and all(r["engine"] == "vllm" for r in d["runs"])'
measure stranger 0 --json
json 'all(r["model"] is None and r["corrects_nothing"] for r in d["runs"])'
measure stranger 0 --json --model qwen3-8b --quant Q4_K_M
json 'all(r["model"] == "qwen3-8b" for r in d["runs"])'
measure no-chat 0 --json
json 'len(d["runs"]) == 2'
measure strict 0 --json
json 'd["notes"] and d["runs"][0]["prefill"] is None'
measure two 0 --json --model qwen3:8b
measure good 0 --json --parallel 3
json 'len(d["runs"]) == 3 and d["runs"][2]["parallel"] == 3 and "several" in d["runs"][2]["corrects_nothing"]'
json 'any("3 requests at once" in note for note in d["notes"])'
measure split 0 --json
json 'all("--gpu-layers" in r["corrects_nothing"] for r in d["runs"])'
"$python" "$source_dir/tests/golden/check_documents.py" "$source_dir/data/schema" "$scratch/good.json" "$scratch/out" >"$scratch/err" ||
  fail "a document is not what its schema says: $(cat "$scratch/err")"
CANIRUN_SERVER_KEY=secret measure key 0 --json
