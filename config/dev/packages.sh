# shellcheck shell=bash
# What is installed, and how it is built.
# Sourced by ./dev.

build_packages=(
  cmake g++ ninja-build ccache mold pkg-config libbrotli-dev libyaml-cpp-dev
  libcaf-dev libpqxx-dev libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libboost-system1.81-dev libboost-container1.81-dev libspdlog-dev libfmt-dev libssl-dev
  libicu-dev libsodium-dev libtomlplusplus-dev libcli11-dev prometheus-cpp-dev zlib1g-dev)
run_packages=("${build_packages[@]}" postgresql-15 curl jq ca-certificates)
test_packages=("${run_packages[@]}" libgtest-dev libgmock-dev librapidcheck-dev
  chromium chromium-driver pgbouncer haproxy)
bench_packages=("${test_packages[@]}" wrk nginx-light libbenchmark-dev)
lint_packages=("${test_packages[@]}" clang-tidy-19 clang-format-14 shellcheck libbenchmark-dev)
fuzz_packages=("${build_packages[@]}" clang-19 libclang-rt-19-dev)
format_packages=(clang-format-14)
quick_lint_packages=(clang-format-14 shellcheck)

as_root() {
  if is_root; then "$@"; else sudo "$@"; fi
}

# While packages are installed, no service is started and PostgreSQL makes no cluster of its own. Files
# that are there already are left alone; those made here are removed again.
policy=/usr/sbin/policy-rc.d
no_cluster=/etc/postgresql-common/createcluster.d/guildhall.conf
made=()
make_for_a_while() { # FILE MODE TEXT
  [ ! -e "$1" ] || return 0
  as_root mkdir -p "$(dirname "$1")"
  printf '%s\n' "$3" | as_root tee "$1" >/dev/null
  as_root chmod "$2" "$1"
  made+=("$1")
}
unmake() {
  [ ${#made[@]} = 0 ] || as_root rm -f "${made[@]}"
  made=()
}

install_packages() { # PACKAGE...
  local missing=() package installed
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "$package installed" <<<"$installed" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "these Debian packages are missing: ${missing[*]}"
  is_root || command -v sudo >/dev/null \
    || die "to install packages, run as root or install sudo; missing: ${missing[*]}"
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  trap 'unmake' EXIT
  make_for_a_while "$policy" 755 $'#!/bin/sh\nexit 101'
  dpkg-query -W -f '${db:Status-Status}' postgresql-15 2>/dev/null | grep -qx installed \
    || make_for_a_while "$no_cluster" 644 'create_main_cluster = false'
  mkdir -p "$log_dir"
  as_root apt-get -qq update || die "apt-get update failed; is there a network?"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
    install --yes --no-install-recommends "${missing[@]}" >"$log_dir/apt.log" 2>&1 \
    || { tail -n 20 "$log_dir/apt.log" >&2 && die "apt-get could not install the packages"; }
  unmake
  trap - EXIT
}

# A step that may take long: waited for in the background, so that a signal ends it at once (and ninja,
# unlike cmake --build, ends the compilers).
child=
attended() {
  "$@" </dev/null &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=
  return "$status"
}

# What /api/docs is made of: pinned by the lock file, kept until that changes.
fetch_swagger_ui() {
  local pinned=$root/src/api/docs folder=$root/build/swagger-ui
  ! cmp -s "$pinned/package-lock.json" "$folder/node_modules/.fetched" || return 0
  command -v npm >/dev/null || install_packages npm
  say "Fetching the assets of /api/docs"
  mkdir -p "$folder" "$log_dir"
  cp "$pinned/package.json" "$pinned/package-lock.json" "$folder/"
  attended npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund >"$log_dir/npm.log" 2>&1 \
    || { tail -n 10 "$log_dir/npm.log" >&2 && die "npm could not fetch the assets of /api/docs"; }
  cp "$pinned/package-lock.json" "$folder/node_modules/.fetched"
}

configure() { # PRESET FOLDER [CMAKE OPTION...]
  local preset=$1 folder=$root/build/$2 home
  shift 2
  if [ -f "$folder/CMakeCache.txt" ]; then
    home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$folder/CMakeCache.txt")
    [ "$home" = "$root" ] || rm -rf "$folder" # the tree was moved
  fi
  fetch_swagger_ui
  is_configured "$folder" "$@" || attended cmake --preset "$preset" -B "$folder" "$@"
}

is_configured() { # FOLDER [CMAKE OPTION...]
  local folder=$1 option
  shift
  [ -f "$folder/build.ninja" ] || return
  for option; do
    option=${option#-D}
    grep -q "^${option%%=*}:[A-Z]*=${option#*=}\$" "$folder/CMakeCache.txt" || return
  done
}

# The last "[12/260]" that ninja wrote: "12 260".
progress_in() { # LOG
  tail -c 400 "$1" 2>/dev/null | sed -n 's|.*\[\([0-9]*\)/\([0-9]*\)\].*|\1 \2|p' | tail -n 1
}

# For whoever wants to run guildhall, not to see it compiled: a line now and then, the rest in a log.
build_quietly() { # FOLDER TARGET...
  local log=$log_dir/build.log files all tenth said=0 status=0
  : >"$log"
  ninja -C "$root/build/$1" "${@:2}" </dev/null >"$log" 2>&1 9>&- &
  child=$!
  while kill -0 "$child" 2>/dev/null; do
    read -r files all <<<"$(progress_in "$log")" || true
    # What is up to date is not worth a word.
    if [ "${all:-0}" -gt 10 ]; then
      tenth=$((10 * files / all))
      if [ "$tenth" -gt "$said" ] && [ "$tenth" -lt 10 ]; then
        said=$tenth
        say "  $files of $all files"
      fi
    fi
    sleep 1
  done
  wait "$child" || status=$?
  child=
  [ "$status" = 0 ] || { tail -n 40 "$log" >&2 && die "the build failed; its log is $log"; }
}

build() { # FOLDER [TARGET...]
  attended ninja -C "$root/build/$1" "${@:2}" || die "the build failed"
}
