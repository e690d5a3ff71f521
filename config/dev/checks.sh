# shellcheck shell=bash
# Tests, benchmarks, linters, sanitizers.
# Sourced by ./dev.

dev_test() {
  install_packages "${test_packages[@]}"
  configure dev dev
  build dev
  # Many of them wait for processes: three at a time keep two cores busy.
  exec ctest --test-dir build/dev -j 3 --output-on-failure "$@"
}

# Every program adds its figures to one table; one that fails does not end the run.
dev_bench() { # [freshness [OPTION...]] [--only S1,S2]
  [ -f tests/bench/CMakeLists.txt ] || die "there are no benchmarks yet"
  local programs=(scale_bench guildhall_bench) folder=$root/build/bench/tests/bench
  local program broken=()
  install_packages "${bench_packages[@]}"
  configure release bench -DGUILDHALL_TESTS=ON -DGUILDHALL_BENCH=ON
  if [ "${1-}" = freshness ]; then
    build bench freshness_bench
    exec "$folder/freshness_bench" --out freshness.json --plot freshness.svg "${@:2}"
  fi
  build bench guildhall battlenet_sim bench_summary weather_bench freshness_bench "${programs[@]}"
  rm -f bench.json
  if [ $# = 0 ]; then
    "$folder/weather_bench" # has no figures
    "$folder/freshness_bench" --out bench.json --plot freshness.svg || broken+=(freshness_bench)
  fi
  for program in "${programs[@]}"; do
    "$folder/$program" --out bench.json "$@" || broken+=("$program")
  done
  "$folder/bench_summary" bench.json
  [ ${#broken[@]} = 0 ] || die "ended early: ${broken[*]}"
}

dev_robustness() { # [--quick] [--only R3,R4] [--seed N]
  local options=(-DGUILDHALL_TESTS=ON -DGUILDHALL_BENCH=ON -DGUILDHALL_ROBUSTNESS=ON)
  local targets=(guildhall battlenet_sim guildhall_robustness)
  # What is fed to it by another program takes long to build.
  [[ " $* " == *" --quick "* ]] || targets+=(system_test)
  install_packages "${test_packages[@]}"
  configure release bench "${options[@]}"
  build bench "${targets[@]}"
  exec build/bench/tests/robustness/guildhall_robustness --out robustness.json "$@"
}

source_files() { find src actors tests -name '*.[ch]pp' -print0; }

# What takes seconds: format and shell. The arrows between the folders are a test.
lint_quickly() {
  say "clang-format"
  source_files | xargs -0 clang-format-14 --dry-run -Werror
  say "shellcheck"
  shellcheck -xa dev .ci/run
}

dev_lint() { # [--quick]
  if [ "${1-}" = --quick ]; then
    install_packages "${quick_lint_packages[@]}"
    lint_quickly
    return
  fi
  install_packages "${lint_packages[@]}"
  lint_quickly
  # GCC's flags and headers, read by Clang: no precompiled headers, which only GCC understands.
  configure dev lint -DGUILDHALL_PRECOMPILE=OFF >/dev/null
  build lint guildhall_revision >/dev/null # a header that is made
  say "clang-tidy"
  jq -r '.[].file | select(test("separate_compilation|/build/") | not)' build/lint/compile_commands.json \
    | sort -u | tr '\n' '\0' \
    | xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 -p build/lint --quiet \
    2> >(grep -v ' warnings\{0,1\} generated' >&2) \
    || die "clang-tidy has found something"
  say "Nothing found."
}

dev_format() {
  install_packages "${format_packages[@]}"
  source_files | xargs -0 clang-format-14 -i
}

dev_sanitize() {
  install_packages "${test_packages[@]}"
  case ${1:-address} in
    address)
      configure asan asan
      build asan
      export LSAN_OPTIONS=suppressions=$root/config/dev/leaks.supp
      exec ctest --test-dir build/asan -j 2 --output-on-failure
      ;;
    thread)
      build_caf_for_threads
      configure tsan tsan -DCAF_CORE="$root/build/caf-tsan/lib/libcaf_core.so"
      build tsan core_test actors_test simulation_test http_server_test
      for program in unit/core/core_test actors/actors_test simulation/simulation_test \
        integration/http/http_server_test; do
        "build/tsan/tests/$program" --gtest_brief=1 || die "$program has failed"
      done
      ;;
    *) die "usage: ./dev sanitize [address|thread]" ;;
  esac
}

# ThreadSanitizer must see CAF's own synchronisation: the source of Debian's package, compiled with it.
build_caf_for_threads() {
  local folder=$root/build/caf-tsan
  [ ! -f "$folder/lib/libcaf_core.so" ] || return 0
  install_packages dpkg-dev
  mkdir -p "$folder"/{apt/lists/partial,apt/cache/archives/partial,source}
  # The archive that libcaf-dev came from: "500 URI SUITE/COMPONENT ARCHITECTURE Packages".
  apt-cache policy libcaf-dev \
    | awk '$NF == "Packages" { split($3, of, "/"); print "deb-src", $2, of[1], of[2]; exit }' \
      >"$folder/apt/sources.list"
  local apt=(apt-get -qq -o "Dir::Etc::SourceList=$folder/apt/sources.list"
    -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$folder/apt/lists"
    -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=)
  "${apt[@]}" update
  (cd "$folder/source" && "${apt[@]}" source --tar-only actor-framework)
  tar -xf "$folder"/source/*.orig.tar.gz -C "$folder/source" --strip-components 1
  attended cmake -S "$folder/source" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_CXX_FLAGS="-O1 -g1 -fsanitize=thread -fno-omit-frame-pointer" -DCAF_NO_IO=ON \
    -DCAF_NO_OPENSSL=ON -DCAF_NO_EXAMPLES=ON -DCAF_NO_UNIT_TESTS=ON -DCAF_NO_TOOLS=ON \
    -DCAF_NO_PYTHON=ON >/dev/null
  attended ninja -C "$folder" libcaf_core_shared || die "CAF could not be built"
}
