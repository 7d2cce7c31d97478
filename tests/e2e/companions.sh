#!/bin/sh
# SPDX-License-Identifier: MIT
# What runs beside a model counts when asked for, and stands in the command.
. "$2/tests/e2e/common.inc"
run 0 check gemma-3-27b --on "RTX 4090" --json
alone=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["memory"]["total_bytes"])' "$scratch/out")
json 'd["memory"]["beside"] is None'
run 0 check gemma-3-27b --on "RTX 4090" --mmproj auto --lora 100MB --lora 50MB --json
json "d['memory']['total_bytes'] - $alone == d['memory']['beside']['total_bytes']"
json 'd["memory"]["beside"]["adapter_bytes"] == 150000000 and d["memory"]["beside"]["projector_bytes"] > 5e8'
json '"--mmproj" in d["commands"]["llama_cpp"] and d["commands"]["llama_cpp"].count("--lora") == 2'
json 'sum(p["used_bytes"] for p in d["memory"]["pools"]) == d["memory"]["total_bytes"]'

# Of a projector's file the header says what its tower needs to compute in: 256 tokens from 896 x 896 pixels.
/usr/bin/python3 "$source_dir/tests/support/write_gguf.py" mmproj --out "$scratch/mmproj.gguf" >"$scratch/log" 2>&1 || fail "no projector written"
run 0 check gemma-3-4b --on "RTX 4090" --mmproj "$scratch/mmproj.gguf" --json
json 'd["memory"]["beside"]["projector_scratch_bytes"] > 1e8 and "mmproj.gguf" in d["commands"]["llama_cpp"]'
json 'd["memory"]["beside"]["draft_bytes"] == 0'

# A file counts as long as it is, and is named.
head -c 3000000 /dev/zero >"$scratch/side adapter.gguf"
run 0 check gemma-3-27b --on "RTX 4090" --lora "$scratch/side adapter.gguf" --json
json 'd["memory"]["beside"]["adapter_bytes"] == 3000000 and "side adapter.gguf" in d["commands"]["llama_cpp"]'

# A draft model brings weights and a cache of its own, and leaves less context.
run 0 check qwen3-32b --on "RTX 4090" --json
without=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["placement"]["max_context_tokens"])' "$scratch/out")
run 0 check qwen3-32b --on "RTX 4090" --draft qwen3-0.6b --json
json "d['placement']['max_context_tokens'] < $without and d['memory']['beside']['draft_model'] == 'qwen3-0.6b'"
json '" -md qwen3-0.6b-" in d["commands"]["llama_cpp"]'
printf '%s\n' '{"model": "qwen3-32b", "on": "RTX 4090", "draft": "qwen3-0.6b", "lora": ["10MB"]}' >"$scratch/lines"
run 0 check --requests "$scratch/lines"
json 'd["request"]["draft"] == "qwen3-0.6b" and d["memory"]["beside"]["adapter_bytes"] == 10000000'

run 2 check qwen3-8b --on "RTX 4090" --draft llama-3.2-1b
err_has "vocabularies differ"
run 2 check qwen3-8b --on "RTX 4090" --draft no-such-model
err_has "--draft"
run 2 check qwen3-8b --on "RTX 4090" --mmproj auto
err_has "not known"
run 2 check qwen3-8b --on "RTX 4090" --lora "$scratch/nowhere.gguf"
err_has "--lora"
