#!/bin/sh
# SPDX-License-Identifier: MIT
# bench --server: engines that answer, each in its way, and every way in which a server fails: told, and nothing is kept.
source_dir=$2
. "$source_dir/tests/e2e/bench_common.inc"
server_pid=
trap '[ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null || true; rm -rf "$scratch"' EXIT
mkdir "$scratch/site"
"$python" "$source_dir/tests/support/talking_server.py" "$scratch/site" </dev/null >/dev/null 2>&1 &
server_pid=$!
tries=0
while [ ! -f "$scratch/site/address" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || fail "the server did not start in time"
  sleep 0.05
done
url=$(cat "$scratch/site/address")
# measure WAY CODE [ARGUMENT...]
measure() {
  echo "$1" >"$scratch/site/way"
  : >"$scratch/site/log"
  way=$1 code=$2
  shift 2
  run "$code" bench --server "$url" --timeout 2 "$@"
}
# breaks WAY WORDS: the error says so, names the address, and nothing was kept.
breaks() {
  measure "$1" 2 --save
  err_has "$2"
  err_has "$url"
  [ "$(wc -l <"$scratch/err")" -le 4 ] || fail "$1: the error is long"
  [ ! -e "$kept" ] || fail "$1: something was kept"
}

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

breaks two "say which one with --model: qwen3:8b, other"
breaks error500 "HTTP 500: \"{\"error\": {\"message\": \"out of memory\"}}\""
breaks garbage "streams no answer"
breaks html "a login page"
breaks silent "stopped answering"
breaks silent-list "stopped answering"
breaks hang-up "broke"
breaks whole "64 tokens"
breaks empty-events "without a word"
breaks cut "after 11 of 64 tokens"
breaks gives-up "stopped after 11 of 64 tokens"
breaks error-inside "the GPU has gone"
breaks held-back "holds its words back"
breaks short "wrote only 3 tokens"
breaks endless "does not stop"
breaks miscounts "1000000 tokens"
breaks llama-lies "not to be trusted"
breaks no-list "no list of models"
breaks key "CANIRUN_SERVER_KEY"
CANIRUN_SERVER_KEY=secret measure key 0 --json

# A proxy of the caller's is not asked about this machine; other machines are, but not offline, and never kept.
http_proxy=http://127.0.0.1:9 measure good 0 --json --offline
run 2 bench --server http://192.0.2.1:8080 --offline
err_has "is not this machine"
run 2 bench --server http://192.0.2.1:8080 --save
err_has "says nothing about this one"
run 2 bench --server "ftp://localhost"
err_has "--server"
run 2 bench --server http://127.0.0.1:9 --timeout 2
err_has "refused"
run 2 bench --server "$url" --timeout never
err_has "--timeout"
run 2 bench --server "$url" --parallel 0
err_has "--parallel"
