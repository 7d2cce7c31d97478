#!/bin/sh
# SPDX-License-Identifier: MIT
# inspect: everything a file says, to the tensor; names from outside harmless on a terminal.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
cd "$scratch" || exit
gguf deepseek-v2-lite DeepSeek-V2-Lite-Chat-Q8_0.gguf
run 0 inspect DeepSeek-V2-Lite-Chat-Q8_0.gguf --json --tensors
json 'd["schema"] == "canirun/model_file" and d["schema_version"] == 1 and d["kind"] == "model" and "GGUF v3" in d["container"]'
json 'd["model"]["mla"] == {"kv_lora_rank": 512, "q_lora_rank": 0, "rope_length": 64, "nope_length": 128, "value_length": 128}'
json 'd["model"]["moe"]["expert_count"] == 64 and d["model"]["moe"]["expert_used_count"] == 6'
json 'd["model"]["layer_count"] == 27 == len(d["model"]["layers"]) and d["model"]["layers"][0]["feed_forward"] == "dense"'
json 'd["model"]["licence"].lower() == "apache-2.0" and d["model"]["author"] == "Example Labs" and d["model"]["base_model"].lower() == "example-labs/example-base"'
json 'd["model"]["chat_template"] is True and d["model"]["tokenizer_size"] == 400 and d["model"]["parameter_count"] == 15706484224'
# Every tensor, in order, where it lies; the sum is the file.
json 'len(d["tensors"]) == d["tensor_count"] == 404'
json 'sum(t["bytes"] for t in d["tensors"]) == d["weights"]["total_bytes"]'
json 'd["tensors"][-1]["offset"] + d["tensors"][-1]["bytes"] <= d["files"][0]["file_bytes"]'
json 'd["tensors"][0]["offset"] == d["files"][0]["header_bytes"]'
json 'all(a["offset"] + a["bytes"] <= b["offset"] for a, b in zip(d["tensors"], d["tensors"][1:]))'
json '[t for t in d["tensors"] if t["name"] == "blk.1.attn_k_b.weight"][0]["shape"] == [128, 512, 16]'
json '{t["role"] for t in d["tensors"] if "_exps" in t["name"]} == {"expert_gate", "expert_up", "expert_down"}'
json 'sum(l["expert_bytes"] for l in d["weights"]["layers"]) == sum(t["bytes"] for t in d["tensors"] if "_exps" in t["name"])'
# In words.
run 0 inspect DeepSeek-V2-Lite-Chat-Q8_0.gguf
for word in deepseek2 "27 layers" 15.7 "latent" "gpt2 (llama-bpe)" "64, 6 used" 163840 Q8_0; do out_has "$word"; done
run 0 inspect DeepSeek-V2-Lite-Chat-Q8_0.gguf --tensors
out_has "blk.26.ffn_down_exps.weight"
# Other architectures, by what is special of them.
for sample in gpt-oss-20b gemma-3-4b qwen3-next-80b-a3b granite-4.0-h-tiny falcon-h1-7b glm-4.5-air mamba-codestral-7b; do
  gguf $sample $sample.gguf
  run 0 inspect $sample.gguf --json
  mv out $sample.json
done
"$python" - <<'EOF' || fail "what is special of an architecture was missed"
import collections, json
load = lambda name: json.load(open(name + ".json"))
kinds = lambda d: collections.Counter(layer["attention"] for layer in d["model"]["layers"])
d = load("gpt-oss-20b")
assert kinds(d) == {"sliding_window": 12, "full": 12} and d["model"]["sliding_window_tokens"] == 128, kinds(d)
d = load("gemma-3-4b")
assert kinds(d) == {"sliding_window": 29, "full": 5} and d["model"]["tied_embeddings"], kinds(d)
d = load("qwen3-next-80b-a3b")
assert kinds(d) == {"gated_delta": 36, "full": 12}, kinds(d)
d = load("granite-4.0-h-tiny")
assert kinds(d) == {"mamba2": 36, "full": 4}, kinds(d)
d = load("falcon-h1-7b")
assert kinds(d) == {"parallel_mamba2": 44}, kinds(d)
d = load("glm-4.5-air")
assert d["model"]["layer_count"] == 46 and d["model"]["next_token_layers"] == 1 and d["weights"]["next_token_bytes"] > 1e9
d = load("mamba-codestral-7b")
assert kinds(d) == {"mamba2": 64} and d["model"]["parameter_count"] == 7285403648, d["model"]["parameter_count"]
EOF
# Names that would move the cursor, colour or rename the terminal.
gguf llama-3.1-8b evil.gguf --set 'general.name=\x1b[31mEvil\x1b]0;owned\x07\x08\r' --set 'general.license=\x1b[2J' \
  --set 'general.organization=a\nb\x9b1m'
for command in "inspect evil.gguf" "inspect evil.gguf --tensors" "check evil.gguf --on 4090" "inspect evil.gguf --json"; do
  # shellcheck disable=SC2086
  run 0 $command
  LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" out && fail "control characters: $command"
  out_has "Evil"
done
json 'd["model"]["name"].startswith("\x1b[31mEvil")'
# What is not known is left out, not made up.
gguf llama-3.1-8b bare.gguf --drop general.name --drop general.license --drop general.file_type --drop tokenizer.chat_template
run 0 inspect bare.gguf --json
json 'd["model"]["licence"] is None and d["model"]["chat_template"] is False and d["weights"]["quant"] == "Q8_0"'
# The catalog's record of a model in the same shape; something that is neither.
run 0 inspect qwen3-8b --json
json 'd["model"]["layer_count"] == 36 and {q["quant"] for q in d["quants"]} >= {"Q4_K_M", "Q8_0"}'
run 2 inspect no-such-model-anywhere
one_error
