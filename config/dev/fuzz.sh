# shellcheck shell=bash
# Fuzzers: what anybody may send, mutated. One at a time, each for as long as is said.
# Sourced by ./dev.

# Inputs that were interesting stay in build/fuzz/corpus, findings in build/fuzz/findings.
dev_fuzz() { # [[--seconds] SECONDS [TARGET ...]]
  [ "${1-}" != --seconds ] || shift
  local seconds=${1:-60} targets=("${@:2}") target failed=0
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "usage: ./dev fuzz [SECONDS [TARGET ...]]"
  install_packages "${fuzz_packages[@]}"
  if [ ${#targets[@]} = 0 ]; then
    for target in tests/fuzz/*.cpp; do targets+=("$(basename "$target" .cpp)"); done
  fi
  configure fuzz fuzz
  build fuzz "${targets[@]/#/fuzz_}"
  printf '%-16s %12s %10s %10s\n' target executions coverage findings
  for target in "${targets[@]}"; do
    fuzz_one "$target" "$seconds" || failed=1
  done
  [ $failed = 0 ] || die "inputs that break something are in build/fuzz/findings"
}

fuzz_one() { # TARGET SECONDS
  local target=$1 seconds=$2 work=$root/build/fuzz log before status=0
  log=$work/$target.log
  mkdir -p "$work/corpus/$target" "$work/findings/$target"
  before=$(find "$work/findings/$target" -type f | wc -l)
  local options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1
    -verbosity=1 -artifact_prefix="$work/findings/$target/")
  [ ! -f "tests/fuzz/dictionaries/$target" ] || options+=(-dict="tests/fuzz/dictionaries/$target")
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    "$work/tests/fuzz/fuzz_$target" "${options[@]}" "$work/corpus/$target" "tests/fuzz/seeds/$target" \
    >"$log" 2>&1 || status=$?
  printf '%-16s %12s %10s %10s\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -c6-)" \
    "$(($(find "$work/findings/$target" -type f | wc -l) - before))"
  [ $status = 0 ] || tail -40 "$log" >&2
  return $status
}
