#!/bin/sh
# SPDX-License-Identifier: MIT
# A model read from a file is judged exactly as its catalog record: weights, cache, buffers, placement and speed.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
"$python" - "$support" "$scratch" <<'EOF'
import json, os, sys
sys.path.insert(0, sys.argv[1])
import gguf_file, write_gguf
os.chdir(sys.argv[2])
with open("questions", "w") as questions:
    for name in write_gguf.SAMPLES:
        if name == "mamba-codestral-7b":  # the only one without a record
            continue
        for kind in ("q8_0", "f16") if name in ("llama-3.1-8b", "gpt-oss-20b", "gemma-3-4b") else ("q8_0",):
            model = write_gguf.finished(write_gguf.sample(name), kind, vocab=400)
            path = gguf_file.write(os.path.abspath(f"{name}-{kind.upper()}.gguf"), model.metadata, model.tensors)
            ask = {"on": "2x RTX 4090", "ram": "1024GiB", "context_tokens": 8192}
            print(json.dumps({"model": path, **ask}), file=questions)
            print(json.dumps({"model": name, "quant": kind.upper(), **ask}), file=questions)
EOF
"$canirun" check --requests "$scratch/questions" --json --offline >"$scratch/out" 2>"$scratch/err" || [ $? -eq 1 ] ||
  fail "the questions were not answered"
"$python" - "$scratch/out" >"$scratch/differences" <<'EOF' || fail "file and record differ: $(cat "$scratch/differences")"
import json, sys
answers = [json.loads(line) for line in open(sys.argv[1])]
assert len(answers) >= 60, len(answers)
differences = 0
for file, record in zip(answers[::2], answers[1::2]):
    name = (record.get("model") or {}).get("id") or record.get("error")
    if name == "mamba-2.8b":  # converters write a made-up limit for it
        file["placement"]["max_context_tokens"] = record["placement"]["max_context_tokens"]
    for part in ("memory", "placement", "throughput"):
        if file.get(part) is None or file.get(part) != record.get(part):
            differences += 1
            print(name, part, json.dumps(file.get(part) or file.get("error"))[:600], json.dumps(record.get(part))[:600])
    for key in ("architecture", "quant", "weights_bytes"):
        if (file.get("model") or {}).get(key) != (record.get("model") or {}).get(key):
            differences += 1
            print(name, key, (file.get("model") or {}).get(key), (record.get("model") or {}).get(key))
sys.exit(differences != 0)
EOF
