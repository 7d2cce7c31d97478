#!/bin/sh
# SPDX-License-Identifier: MIT
# What takes longer than half a second is told on a terminal, in one line that is gone afterwards; never in a pipe.
source_dir=$2
. "$source_dir/tests/e2e/model_common.inc"
"$python" "$support/write_gguf.py" llama-3.1-8b --out "$scratch/site/files/m-Q8_0.gguf"
start_server
"$python" - "$canirun" "$hub/~slow/files/m-Q8_0.gguf" >"$scratch/terminal" <<'EOF' || fail "it did not work on a terminal"
import os, pty, subprocess, sys
leader, follower = pty.openpty()
child = subprocess.Popen([sys.argv[1], "check", sys.argv[2], "--on", "RTX 4090", "--ram", "64GiB"], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=follower)
os.close(follower)
text = b""
while True:
    try:
        piece = os.read(leader, 4096)
    except OSError:  # the other end is closed
        break
    if not piece:
        break
    text += piece
sys.stdout.write(text.decode())
sys.exit(child.wait())
EOF
grep -q "127.0.0.1" "$scratch/terminal" || fail "no word of the host: $(cat "$scratch/terminal")"
# Whatever was drawn is wiped: after the last return of the carriage nothing is left but the order to clear the line.
"$python" -c 'import sys
last = open(sys.argv[1], newline="").read().replace("\r\n", "\n").split("\r")[-1]
sys.exit(0 if last.replace("\x1b[K", "").strip() == "" else 1)' "$scratch/terminal" || fail "the line is left on the screen"
rm -rf "$XDG_CACHE_HOME"
on run 0 check "$hub/~slow/files/m-Q8_0.gguf"
[ ! -s "$scratch/err" ] || fail "stderr is not empty in a pipe"
