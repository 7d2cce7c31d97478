#!/bin/sh
# SPDX-License-Identifier: MIT
# Drafting without a second model, and GPUs that share every layer.
. "$2/tests/e2e/common.inc"
run 0 check qwen3.8-27b --on "RTX 3090" --quant Q4_K_M --task coding --draft mtp --json
json 'd["throughput"]["speculative"]["drafting"] == "mtp" and d["throughput"]["speculative"]["speedup"] > 1.2'
json '"assumed" == d["throughput"]["speculative"]["basis"] and "qwen38-mtp" in d["throughput"]["speculative"]["source"]'
json 'd["memory"]["beside"]["draft_bytes"] > 1e8 and d["memory"]["beside"]["draft_model"] is None'
json '"--spec-draft-n-max %d --spec-type draft-mtp" % d["throughput"]["speculative"]["draft_tokens"] in d["commands"]["llama_cpp"]'
coding=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["throughput"]["speculative"]["acceptance_share"]["typical"])' "$scratch/out")
run 0 check qwen3.8-27b --on "RTX 3090" --quant Q4_K_M --task chat --draft mtp --json
json "d['throughput']['speculative']['acceptance_share']['typical'] < $coding"
run 0 check qwen3.8-27b --on "RTX 3090" --quant Q4_K_M --draft mtp --explain
out_has "the model's own draft layers"
out_has "assumed"

run 0 check qwen3-8b --on "RTX 3090" --draft ngram --json
json 'd["throughput"]["speculative"]["draft_step_s"] == 0 and "--spec-type ngram-mod" in d["commands"]["llama_cpp"]'
run 0 check qwen3-8b --on "RTX 3090" --draft eagle3 --json
json 'd["memory"]["beside"]["draft_bytes"] > 1e8 and "draft-eagle3" in d["commands"]["llama_cpp"]'
run 2 check qwen3-8b --on "RTX 3090" --draft mtp
err_has "--draft"
err_has "no layers that predict further tokens"
run 2 check qwen3-8b --on "RTX 3090" --engine ollama --draft ngram
err_has "cannot draft"

# Every layer on every GPU: faster than in turn, memory in even parts.
run 0 check qwen3-32b --on "2x RTX 3090" --split-mode layer --json
turns=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["throughput"]["decode_tokens_per_s"]["typical"])' "$scratch/out")
run 0 check qwen3-32b --on "2x RTX 3090" --split-mode tensor --json
json "d['throughput']['decode_tokens_per_s']['typical'] > 1.2 * $turns"
json '" -sm tensor" in d["commands"]["llama_cpp"] and " -ts " not in d["commands"]["llama_cpp"]'
json 'len({p["weights_bytes"] for p in d["memory"]["pools"] if p["pool"].startswith("gpu")}) <= 2'
run 1 check qwen3-32b --on "2x RTX 3090" --split-mode tensor --flash-attn off
out_has "needs flash attention"
run 0 check qwen3-32b --on "2x RTX 3090" --split-mode tensor --explain
out_has "meet"
