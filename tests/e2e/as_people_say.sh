#!/bin/sh
# SPDX-License-Identifier: MIT
# Models and machines as people type them; what is assumed of them is said; several requests have their context each.
. "$2/tests/e2e/common.inc"
model_is() { json "d['model']['id'] == '$1' and d['model']['quant'] == '$2'"; }
run 0 check "qwen 30b a3b q4" --on "RTX 3090" --json
model_is qwen3-30b-a3b Q4_K_M
run 0 check "Qwen3-30B-A3B-Instruct-2507-Q8_0" --on "2x RTX 3090" --json
model_is qwen3-30b-a3b-2507 Q8_0
run 0 check "qwen2.5 coder 7b q5_k_m" --on "RTX 3060, 12GB" --json
model_is qwen2.5-coder-7b Q5_K_M
run 2 check Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf --on "RTX 3060"
err_has "the catalog knows this model: canirun check llama-3.1-8b --quant Q4_K_M"
run 2 check "qwen 7b"
err_has "did you mean"

run 0 check qwen3-8b --on "laptop rtx 4070, 16GB RAM" --json
json 'd["machine"]["devices"][1]["record_id"] == "nvidia/geforce-rtx-4070-laptop-gpu" and d["machine"]["pools"][0]["total_bytes"] == 16 << 30'
run 2 check qwen3-8b --on "macbook air"
err_has "which chip is in it?"

# A name of several versions, and memory that nobody stated, where the answer rests on it.
run 0 check qwen3-8b --on "GTX 1060"
out_has "64.0 GiB of host memory assumed: --ram says otherwise"
out_has "several versions have this name"
run 0 check qwen3-8b --on "GTX 1060 6GB" --ram 16GiB
out_lacks "assumed: --ram says otherwise"
out_lacks "several versions"
run 0 check qwen3-8b --on "RTX 4090"
out_lacks "assumed"

# A backend that drives nothing here is refused, not replaced by the processor.
run 2 check qwen3-8b --on "RX 7900 XTX" --backend cuda
err_has "--backend: cuda does not drive AMD Radeon RX 7900 XTX"
run 2 check qwen3-8b --on "i7-9700" --backend vulkan
err_has "--backend: vulkan needs a GPU"
run 0 check qwen3-8b --on "RX 7900 XTX" --backend vulkan

# Ten people at once: as much context for each as one would have; speed at what each can hold.
run 0 check llama-3.1-8b --on "RTX 3090" --parallel 10
out_has "80k context (8k for each of 10)"
out_has "OLLAMA_CONTEXT_LENGTH=8192"
out_has "canirun cost llama-3.1-8b --on \"RTX 3090\" --parallel 10"
run 0 check llama-3.1-8b --on "RTX 3090" --parallel 10 --ctx 8192 --json
json 'd["request"]["context_tokens"] == 8192 and d["request"]["depth_tokens"] == 819'
run 2 check llama-3.1-8b --on "RTX 3090" --parallel 10 --ctx 8192 --depth 4000
err_has "4000 tokens do not fit into the context of 819 that each of 10 requests has"
"$canirun" check qwen3-32b --on "L40S" --engine vllm --quant FP8 --parallel 10 >"$scratch/out" || true
out_has "5 requests at a time"
"$canirun" plan qwen3-32b --parallel 4 --min-tps 10 --engine llama.cpp --ctx 16k >"$scratch/out" || true
out_has " --ctx 16k --parallel 4 --engine llama.cpp"

# vLLM was never built for a P40.
run 1 check llama-3.1-8b --on "Tesla P40" --engine vllm
out_has "vllm refuses: it needs compute capability 7.0 or later"
out_has "canirun check llama-3.1-8b --on \"Tesla P40\" --ctx 8192 --engine llama.cpp"
out_lacks "a smaller quant"
out_lacks "--engine llama.cpp --engine vllm"
run 0 check llama-3.1-8b --on "L4" --engine vllm
