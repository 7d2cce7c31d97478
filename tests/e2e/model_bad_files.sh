#!/bin/sh
# SPDX-License-Identifier: MIT
# A hundred files, wrong in one way each: one clear error, quickly, in little memory; never a crash. Odd ones are read.
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
config-html|web page|HTML
EOF
"$python" - "$canirun" "$scratch" <<'EOF' || fail "files that are wrong were not refused as they should be"
import os, re, resource, subprocess, sys
canirun, scratch = sys.argv[1:]
phrases = dict(line.rstrip("\n").split("|", 1) for line in open(f"{scratch}/phrases"))
wrong = 0
def complain(name, what, result):
    global wrong
    wrong += 1
    print(f"{name}: {what}: {result.returncode} {result.stderr[:400]!r}", file=sys.stderr)
paths = [line.strip() for line in open(f"{scratch}/paths")]
assert len(paths) > 90
for path in paths:
    name = os.path.basename(path)
    for command in ("inspect", "check"):
        result = subprocess.run([canirun, command, path, "--on", "RTX 4090"] if command == "check" else [canirun, command, path],
                                capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
        odd = name.startswith("odd-")
        if odd:
            if result.returncode not in ((0,) if command == "inspect" else (0, 1)):
                complain(name, f"{command} refused it", result)
        elif result.returncode != 2 or result.stdout or not result.stderr:
            complain(name, f"{command} did not refuse it", result)
        for output in (result.stdout, result.stderr):
            text = output.decode("utf-8")
            if any(ord(c) < 32 and c not in "\n" or 127 <= ord(c) < 160 or c in "\u202e\u2028" for c in text):
                complain(name, "control characters in the output", result)
        if not odd and (result.stderr.count(b"\n") > 4 or len(result.stderr) > 1500):
            complain(name, "a long error", result)
        if name in phrases and not re.search(phrases[name], result.stderr.decode()):
            complain(name, f"no word of {phrases[name]}", result)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if peak > 150 * 1024 and b"__asan" not in open(canirun, "rb").read():
    sys.exit(f"peak memory {peak} KiB")
sys.exit(wrong != 0)
EOF
