#!/bin/sh
# SPDX-License-Identifier: MIT
# Files that are wrong in one way each: one clear error, quickly, in little memory; never a crash. Odd ones are read, and
# numbers that no model has upset nothing.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
"$python" "$support/break_file.py" "$scratch/bad" >"$scratch/paths"
cat >"$scratch/phrases" <<'EOF'
empty.gguf|empty
html.gguf|web page
lfs-pointer.gguf|LFS
zip.gguf|zip
older-ggml.gguf|GGML
really-safetensors.gguf|safetensors
version-1.gguf|byte 4: .*version 1
version-99.gguf|byte 4: .*version 99
tensor-count-huge.gguf|byte 8: .*18446744073709551615
tensor-count-quintillion.gguf|byte 8: .*1000000000000000000
metadata-count-huge.gguf|byte 16: .*18446744073709551615
key-length-huge.gguf|byte 24: 
string-longer-than-file.gguf|general\.name.*8589934592
array-count-huge.gguf|tokenizer\.ggml\.tokens.*18446744073709551615
arrays-nested-100000.gguf|general\.deep
key-twice.gguf|general\.name.*second
architecture-missing.gguf|general\.architecture
block-count-missing.gguf|llama\.block_count
block-count-huge.gguf|llama\.block_count.*4294967295
embedding-length-missing.gguf|llama\.embedding_length
alignment-zero.gguf|general\.alignment
tensor-9-dimensions.gguf|blk\.1\.more\.weight.*9 dim
tensor-zero-dimension.gguf|blk\.1\.more\.weight.* 0
tensor-overflows.gguf|blk\.1\.more\.weight
tensor-twice.gguf|token_embd\.weight.*second
offset-beyond-file.gguf|blk\.1\.ffn_down\.weight
offset-misaligned.gguf|blk\.0\.ffn_norm\.weight
offsets-overlap.gguf|blk\.0\.ffn_norm\.weight
data-truncated.gguf|2624 of 102976 bytes
split-alone.gguf|2 of 4|part
cut-0400.gguf|byte [0-9]+
cut-0990.gguf|byte [0-9]+
st-claims-2-63|9223372036854775808
st-claims-more-than-file|1048576
st-html|web page|HTML
st-depth-100000|deep|level|depth
st-key-twice|twice|second|duplicate
st-shape-overflows|model\.embed_tokens\.weight
st-offsets-wrong-size|model\.embed_tokens\.weight
config-layers-missing|num_hidden_layers
config-layers-huge|num_hidden_layers
config-width-missing|hidden_size
config-depth|deep|level|depth
config-html|not valid JSON at byte|web page
EOF
"$python" - "$canirun" "$scratch" <<'EOF' || fail "files that are wrong were not refused as they should be"
import json, os, re, resource, subprocess, sys
canirun, scratch = sys.argv[1:]
phrases = dict(line.rstrip("\n").split("|", 1) for line in open(f"{scratch}/phrases"))
wrong = 0
def complain(name, what, text):
    global wrong
    wrong += 1
    print(f"{name}: {what}: {text[:400]!r}", file=sys.stderr)
paths = [line.strip() for line in open(f"{scratch}/paths")]
assert len(paths) > 90
def refused(name, message):
    """What a refusal must say, in a few words."""
    if len(message) > 1500 or message.count("\n") > 4:
        complain(name, "a long error", message)
    if name in phrases and not re.search(phrases[name], message):
        complain(name, f"no word of {phrases[name]}", message)

# Every one is inspected in a process of its own: what it prints, and how it ends.
for path in paths:
    name = os.path.basename(path)
    result = subprocess.run([canirun, "inspect", path], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    out, err = result.stdout.decode(), result.stderr.decode()
    if any(ord(c) < 32 and c not in "\n\t" or 127 <= ord(c) < 160 or c in "\u202e\u2028" for c in out + err):
        complain(name, "control characters", out + err)
    if name.startswith("wild-"):
        if result.returncode not in (0, 2):
            complain(name, f"ended with {result.returncode}", err)
    elif name.startswith("odd-"):
        if result.returncode != 0:
            complain(name, f"ended with {result.returncode}", err)
    elif result.returncode != 2 or out or not err:
        complain(name, f"ended with {result.returncode}", err)
    else:
        refused(name, err)
# One process for all: the next line is answered whatever was wrong with the last one.
lines = "".join(json.dumps({"model": path, "on": "RTX 4090"}) + "\n" for path in paths)
result = subprocess.run([canirun, "check", "--requests", "-", "--json", "--offline"], input=lines.encode(), capture_output=True, timeout=60)
answers = [json.loads(line) for line in result.stdout.decode().splitlines()]
if len(answers) != len(paths):
    complain("the stream", f"{len(answers)} answers, ended with {result.returncode}", result.stderr.decode())
for path, answer in zip(paths, answers):
    name = os.path.basename(path)
    if name.startswith("wild-"):
        continue
    if name.startswith("odd-") == ("error" in answer and answer["error"] is not None):
        complain(name, "check", json.dumps(answer)[:400])
    elif not name.startswith("odd-"):
        refused(name, answer["error"]["message"] + " " + (answer["error"]["hint"] or ""))
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if peak > 150 * 1024 and b"__asan" not in open(canirun, "rb").read():
    sys.exit(f"peak memory {peak} KiB")
sys.exit(wrong != 0)
EOF
