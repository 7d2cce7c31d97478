#!/bin/sh
# SPDX-License-Identifier: MIT
# bench FILE: results people have, beside what is estimated; broken and impossible ones are told and change nothing.
source_dir=$2
. "$source_dir/tests/e2e/bench_common.inc"
here="$scratch/results.jsonl"
{ row 512 0 20; row 0 128 3; } >"$here"

# Two rates, each with its estimate; the command that keeps them; nothing is kept.
run 0 bench "$here" --json
json 'd["schema"] == "canirun/bench" and len(d["runs"]) == 2 and d["saved"] is False'
json 'd["runs"][0]["prefill"]["tokens_per_s"] == 20 and d["runs"][0]["decode"] is None'
json 'd["runs"][1]["model"] == "qwen3-8b" and d["runs"][1]["quant"] == "Q4_K_M" and d["runs"][1]["placement"] == "cpu"'
json 'all(abs(r[k]["ratio"] - r[k]["tokens_per_s"] / r[k]["estimated_tokens_per_s"]["typical"]) < 1e-9 for r, k in zip(d["runs"], ("prefill", "decode")))'
run 0 bench "$here"
out_has "canirun bench $here --save"
[ ! -e "$kept" ] || fail "it was kept although nobody asked"

# From stdin, about another machine, where a run of a processor is no run of its graphics card.
code=0
"$canirun" bench - --on "RTX 4090" --json <"$here" >"$scratch/out" 2>"$scratch/err" || code=$?
[ "$code" -eq 0 ] || fail "stdin: ended with $code"
json 'd["machine"]["is_this_machine"] is False and d["sources"] == [{"name": "stdin", "format": "llama-bench"}]'
row 0 128 100 backends CUDA >"$scratch/cuda.jsonl"
run 0 bench "$scratch/cuda.jsonl" --on "RTX 4090" --json
json 'd["runs"][0]["placement"] == "gpu" and 0.5 < d["runs"][0]["decode"]["ratio"] < 2 and d["runs"][0]["refused"] is None'

# Above the roofline: refused with the arithmetic; a file of nothing else is an error, and is not kept.
row 0 128 900 backends CUDA >"$scratch/fast.jsonl"
run 2 bench "$scratch/fast.jsonl" --on "RTX 4090"
err_has "fast.jsonl: line 1: Qwen3 8B: 900.0 tok/s x "
err_has "above the 1008 GB/s"
cat "$scratch/cuda.jsonl" "$scratch/fast.jsonl" >"$scratch/both.jsonl"
run 0 bench "$scratch/both.jsonl" --on "RTX 4090" --json
json '[bool(r["refused"]) for r in d["runs"]] == [False, True]'

# A model nobody knows is a run all the same, and says that it corrects nothing; --model says what it was.
row 0 128 3 model_filename my-own.gguf model_type "own 8B Q4_K - Medium" >"$scratch/own.jsonl"
run 0 bench "$scratch/own.jsonl" --json
json 'd["runs"][0]["model"] is None and "catalog" in d["runs"][0]["corrects_nothing"]'
run 0 bench "$scratch/own.jsonl" --model qwen3:8b --json
json 'd["runs"][0]["model"] == "qwen3-8b" and d["runs"][0]["quant"] == "Q4_K_M" and d["runs"][0]["corrects_nothing"] is None'
run 2 bench "$scratch/own.jsonl" --model no-such-model-anywhere
err_has "--model"
run 2 bench "$scratch/own.jsonl" --quant Q99
err_has "--quant"

# A run on a card that is not in the machine says nothing about it; where nothing would be kept, no command offers to.
row 0 128 100 backends CUDA gpu_info "NVIDIA GeForce RTX 4090" >"$scratch/card.jsonl"
run 2 bench "$scratch/card.jsonl"
err_has "it ran on NVIDIA GeForce RTX 4090, which is not in this machine"
run 2 bench "$scratch/card.jsonl" --on "RTX 3090"
run 0 bench "$scratch/card.jsonl" --on "RTX 4090" --json
json 'd["runs"][0]["refused"] is None'
run 0 bench "$scratch/own.jsonl"
out_lacks "--save"
run 0 bench --forget
out_has "nothing was kept"

# llama-bench's other forms, and LM Studio's.
{
  echo 'build_number,backends,gpu_info,model_filename,model_type,n_threads,n_gpu_layers,n_prompt,n_gen,n_depth,avg_ns,avg_ts,stddev_ts'
  echo '"7012","CPU","","m/Qwen3-8B-Q4_K_M.gguf","qwen3 8B Q4_K - Medium","2","-1","0","128","0","42666666666","3.000000","0.010000"'
} >"$scratch/rows.csv"
run 0 bench "$scratch/rows.csv" --json
json 'd["sources"][0]["format"] == "llama-bench (CSV)" and d["runs"][0]["decode"]["tokens_per_s"] == 3 and d["runs"][0]["placement"] == "cpu"'
echo '{"model": "qwen3-8b", "usage": {"prompt_tokens": 24, "completion_tokens": 53}, "stats": {"tokens_per_second": 3.5, "time_to_first_token": 1.5}, "model_info": {"quant": "Q4_K_M", "format": "gguf"}}' >"$scratch/lms.json"
run 0 bench "$scratch/lms.json" --json
json 'd["runs"][0]["engine"] == "lmstudio" and d["runs"][0]["model"] == "qwen3-8b" and d["runs"][0]["time_to_first_token_s"] == 1.5'

# Broken files by line; files that are none; a file that is not there.
{ cat "$here"; echo '{"n_prompt": 512, "n_gen": 0, "avg_ts": -1}'; } >"$scratch/broken.jsonl"
run 2 bench "$scratch/broken.jsonl" --save
err_has "broken.jsonl: line 3: avg_ts"
[ ! -e "$kept" ] || fail "part of a broken file was kept"
echo "no results" >"$scratch/none.txt"
run 2 bench "$scratch/none.txt"
err_has "hint: read are: llama-bench"
run 2 bench "$scratch/not-there"
err_has "not-there"
run 2 bench "$here" --json --on "no such machine"
json 'd["schema"] == "canirun/error"'
