#!/bin/sh
# SPDX-License-Identifier: MIT
# The scripts parse, know every flag of --help, and bash really completes.
. "$2/tests/e2e/common.inc"
run 0 --help
grep -oE -- '--[a-z][a-z-]+' "$scratch/out" | sort -u >"$scratch/flags"
run 0 completion bash
cp "$scratch/out" "$scratch/completion.bash"
bash -n "$scratch/completion.bash" || fail "bash cannot read it"
while read -r flag; do grep -qF -- "$flag" "$scratch/completion.bash" || fail "bash does not know $flag"; done <"$scratch/flags"
complete_words() {
  bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _canirun; printf "%s\n" "${COMPREPLY[@]}"' - "$scratch/completion.bash" "$@" >"$scratch/out"
}
complete_words canirun check --eng
out_has "--engine"
complete_words canirun check --engine o
out_has "ollama"
complete_words canirun che
out_has "check"
complete_words canirun check llama-3.1-8
out_has "llama-3.1-8b"
run 0 completion fish
out_has "complete -c canirun"
run 0 completion zsh
out_has "#compdef canirun"
run 2 completion tcsh
err_has "bash, zsh, fish"
