#!/bin/sh
# SPDX-License-Identifier: MIT
# Files and addresses are not read yet: said plainly, exit 2, no network.
. "$2/tests/e2e/common.inc"
for model in ./model.gguf /models/x.gguf https://example.com/x.gguf hf.co/nobody/nothing-at-all; do
  run 2 check "$model" --on "RTX 4090"
  err_has "hint: "
done
run 2 check ./model.gguf --json
json 'd["error"]["kind"] == "unsupported"'
