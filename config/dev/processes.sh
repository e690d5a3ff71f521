# shellcheck shell=bash
# What ./dev run starts and stops.
# Sourced by ./dev.

# var/run/NAME.pid holds the process id and its start time: a number that was given to another process
# since is never mistaken for ours.

start_time() { # PID
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) }
  # shellcheck disable=SC2086 # fields 3 and following; the 20th of them is the start time
  set -- $stat
  [ "$1" != Z ] && printf '%s\n' "${20}"
}

alive() { # NAME
  local pid began
  read -r pid began 2>/dev/null <"$run_dir/$1.pid" || return 1
  [ "$(start_time "$pid" || true)" = "$began" ]
}

pid_of() { cut -d ' ' -f 1 "$run_dir/$1.pid"; }

remember() { # NAME PID
  local began
  began=$(start_time "$2") || return 1
  printf '%s %s\n' "$2" "$began" >"$run_dir/$1.pid"
}

start() { # NAME COMMAND...
  local name=$1
  shift
  [ ! -f "$log_dir/$name.log" ] || mv -f "$log_dir/$name.log" "$log_dir/$name.log.old"
  # A session of its own: the terminal's Ctrl-C reaches this script only, which then keeps the order.
  setsid "$@" </dev/null >"$log_dir/$name.log" 2>&1 9>&- &
  disown $!
  remember "$name" $! || died "$name"
}

died() { # NAME
  [ ! -f "$log_dir/$1.log" ] || tail -n 15 "$log_dir/$1.log" >&2
  die "$1 ended by itself; its log is $log_dir/$1.log"
}

stop_one() { # NAME SECONDS
  if alive "$1"; then
    local pid tenths
    pid=$(pid_of "$1")
    kill -TERM "$pid" 2>/dev/null || true
    for ((tenths = $2 * 10; tenths > 0; tenths--)); do
      alive "$1" || break
      sleep 0.1
    done
    if alive "$1"; then
      say "$1 did not end within $2 s and is killed"
      kill -KILL "$pid" 2>/dev/null || true
    fi
    say "stopped $1"
  fi
  rm -f "$run_dir/$1.pid"
}

stop_all() {
  stop_one guildhall 40
  stop_one simulator 10
  stop_postgres
  rm -f "$run_dir/summary"
}

answers() { curl -fsS -o /dev/null --max-time 3 "$@" 2>/dev/null; }

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

need_port() { # PORT VARIABLE
  [ "$1" != 0 ] || die "./dev run needs a fixed port: set $2"
  ! port_is_taken "$1" \
    || die "port $1 is in use by another program; end that, or choose another port with $2=..."
}

# One value of the effective configuration: SECTION KEY, without quotes.
setting() {
  awk -v section="[$1]" -v key="$2" '
    /^\[/ { inside = $0 == section; next }
    inside && $1 == key { sub(/^[^=]*= /, ""); gsub(/^"|"$/, ""); print }' <<<"$report"
}

# What `check-config` says is in force; with `complete`, nothing may be missing.
read_config() {
  local status=0
  report=$("$guildhall" check-config --config "$config" 2>"$log_dir/check-config.log") || status=$?
  if [ "$status" != 0 ] && [ "${1-}" = complete ] || ! grep -q '^\[battlenet\]' <<<"$report"; then
    cat "$log_dir/check-config.log" >&2
    die "the configuration has mistakes"
  fi
}

# The first key is made once and then kept, so that tokens outlive a restart.
use_signing_key() {
  [ "$(setting auth keys)" = '[]' ] || return 0
  if [ ! -s "$secrets/auth_keys" ]; then
    (umask 077 && mkdir -p "$secrets" && printf 'dev:%s\n' "$(openssl rand -hex 32)" \
      >"$secrets/auth_keys.new" && mv "$secrets/auth_keys.new" "$secrets/auth_keys")
  fi
  unset GUILDHALL_AUTH_KEYS
  export GUILDHALL_AUTH_KEYS_FILE=$secrets/auth_keys
}

use_database() { # NAME
  database=$1
  unset GUILDHALL_DATABASE_DSN_FILE
  export GUILDHALL_DATABASE_DSN="host=$pg port=$pg_port user=guildhall dbname=$database"
}

use_simulator() {
  local port=${GUILDHALL_SIMULATOR_PORT:-8090} world regions region
  simulator_url=http://127.0.0.1:$port
  need_port "$port" GUILDHALL_SIMULATOR_PORT
  start simulator "$simulator" --port "$port" --client-id demo --client-secret demo
  until answers "$simulator_url/_sim/world"; do
    alive simulator || died simulator
    sleep 0.1
  done
  world=$(curl -fsS "$simulator_url/_sim/world")
  [ ${#wanted[@]} -gt 0 ] \
    || mapfile -t wanted < <(jq -r '.guilds[] | "\(.region)/\(.realm)/\(.slug)"' <<<"$world")
  regions=$(jq -r '.guilds[].region' <<<"$world" | sort -u)
  unset GUILDHALL_BATTLENET_CLIENT_SECRET_FILE
  export GUILDHALL_BATTLENET_CLIENT_ID=demo GUILDHALL_BATTLENET_CLIENT_SECRET=demo
  export GUILDHALL_BATTLENET_OAUTH_HOST=$simulator_url
  GUILDHALL_BATTLENET_REGIONS=$(paste -s -d , <<<"$regions")
  GUILDHALL_BATTLENET_API_HOSTS=$(for region in $regions; do echo "$region=$simulator_url"; done \
    | paste -s -d ,)
  export GUILDHALL_BATTLENET_REGIONS GUILDHALL_BATTLENET_API_HOSTS
  # The network between here and the simulator does not jitter: less margin is needed.
  export GUILDHALL_BUDGET_REQUESTS_PER_SECOND=${GUILDHALL_BUDGET_REQUESTS_PER_SECOND:-95}
}

reachable() { # ADDRESS PORT
  case $1 in
    0.0.0.0 | ::) printf 'http://127.0.0.1:%s\n' "$2" ;;
    *:*) printf 'http://[%s]:%s\n' "$1" "$2" ;;
    *) printf 'http://%s:%s\n' "$1" "$2" ;;
  esac
}

start_guildhall() {
  need_port "$(setting http port)" GUILDHALL_HTTP_PORT
  need_port "$(setting admin port)" GUILDHALL_ADMIN_PORT
  api_url=$(reachable "$(setting http address)" "$(setting http port)")
  admin_url=$(reachable "$(setting admin address)" "$(setting admin port)")
  # Where the simulated Battle.net sends browsers back to.
  [ -z "$simulator_url" ] || export GUILDHALL_AUTH_PUBLIC_URL=${GUILDHALL_AUTH_PUBLIC_URL:-$api_url}
  "$guildhall" migrate --config "$config" >"$log_dir/migrate.log" 2>&1 \
    || { tail -n 5 "$log_dir/migrate.log" >&2 && die "the database could not be migrated"; }
  start guildhall "$guildhall" serve --config "$config"
  local tenths
  for ((tenths = 600; tenths > 0; tenths--)); do
    alive guildhall || died guildhall
    ! answers "$admin_url/ready" || return 0
    sleep 0.1
  done
  die "guildhall is not ready after 60 s; its log is $log_dir/guildhall.log"
}

# Prints the path below $api_url of the first tracked guild that has members, if there is one.
first_roster() {
  local guild id
  for guild in $guilds; do
    id=$(ask "/api/guilds/$(jq -rn --arg path "$guild" \
      '$path | split("/") | map(@uri) | join("/")')" | jq -r '.data.id // empty') || continue
    if [ -n "$id" ] && ask "/api/guilds/$id/members" | jq -e '.data | length > 0' >/dev/null; then
      printf '/api/guilds/%s/members\n' "$id"
      return
    fi
  done
}
ask() { curl -fsS --max-time 10 -H "Authorization: Bearer $api_token" "$api_url$1" 2>/dev/null; }

progress() {
  psql_as guildhall "$database" -F ' ' -c "
    select (select count(*) from guild_members where left_at is null),
           (select count(*) from characters where last_synced_at is not null)" 2>/dev/null \
    || echo 0 0
}

# Names do as well as slugs; what is tracked is told in slugs.
track_guild() { # REGION/REALM/GUILD
  local region=${1%%/*} rest=${1#*/} job slugs
  job=$("$guildhall" track "$region" "${rest%%/*}" "${rest#*/}" --config "$config") \
    || die "the guild $1 could not be tracked"
  slugs=$(sed -n 's/^job [0-9]*: track \([^ ]*\) is .*/\1/p' <<<"$job")
  guilds+="$slugs "
  say "tracking $slugs"
}

wait_for_roster() {
  roster=
  [ -n "$guilds" ] || return 0
  local seconds members fetched shown=''
  for ((seconds = 0; seconds < 180; seconds++)); do
    alive guildhall || died guildhall
    read -r members fetched <<<"$(progress)"
    if [ "$shown" != "$members $fetched" ]; then
      shown="$members $fetched"
      say "  $members members found, $fetched of them fetched"
    fi
    roster=$(first_roster)
    [ -z "$roster" ] || return 0
    sleep 1
  done
  die "no roster after 3 minutes; the log is $log_dir/guildhall.log"
}

print_summary() {
  say "guildhall is running."
  say
  say "  API        $api_url/api"
  say "  admin      $admin_url"
  say "  Battle.net ${simulator_url:-the real one}${simulator_url:+ (simulator)}"
  say "  database   $database in $pg"
  say "  logs       $log_dir"
  if [ -z "$guilds" ]; then
    say "  no guild is tracked by this start; ./dev run REGION/REALM/GUILD tracks one"
  fi
}

print_tokens() {
  say
  say "Operator token (admin listener):"
  say "$operator_token"
  say
  say "API token:"
  say "$api_token"
  [ -n "$roster" ] || return 0
  say
  say "A roster:"
  say "curl -s -H 'Authorization: Bearer $api_token' '$api_url$roster' | jq '.data[:3]'"
}

# Whatever ends the script before the hand-over stops what it has started.
finish() {
  local status=$?
  trap '' INT TERM HUP
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
  unmake
  stop_all
  rm -f "$run_dir/dev.pid"
  exit "$status"
}

dev_run() {
  local detach='' wanted=() argument
  for argument in "$@"; do
    case $argument in
      --detach) detach=yes ;;
      */*/*) wanted+=("$argument") ;;
      *) die "usage: ./dev run [--detach] [REGION/REALM/GUILD ...]" ;;
    esac
  done
  if ! mkdir -p "$run_dir" "$log_dir" 2>/dev/null || [ ! -w "$run_dir" ]; then
    die "$root/var cannot be written by $(id -un); use ./dev as the user who used it first"
  fi
  exec 9>"$run_dir/lock"
  flock -n 9 || die "another ./dev run is at work here; see ./dev status, or end it with ./dev stop"
  install_packages "${run_packages[@]}"
  pg=$(pg_folder)
  if alive guildhall; then
    say "guildhall is running already; ./dev stop ends it."
    dev_status
    return
  fi
  stop_all >/dev/null # what a run that was killed has left behind
  remember dev $$
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  configure release release >"$log_dir/configure.log" \
    || { tail -n 20 "$log_dir/configure.log" >&2 && die "cmake could not configure the build"; }
  say "Building guildhall and the simulator; the first time takes some minutes"
  build_quietly release guildhall battlenet_sim

  use_database guildhall
  read_config
  use_signing_key
  simulator_url=
  if [ -z "$(setting battlenet client_id)" ]; then
    use_simulator
    # A database mirrors one host; another port is another host.
    use_database guildhall_demo"$([ "$simulator_url" = http://127.0.0.1:8090 ] \
      || echo "_${simulator_url##*:}")"
  fi
  start_postgres "$database"
  read_config complete
  start_guildhall

  operator_token=$("$guildhall" token --operator --config "$config")
  api_token=$("$guildhall" token --user 'Developer#1000' --admin --config "$config")
  guilds=
  for argument in "${wanted[@]}"; do
    track_guild "$argument"
  done
  wait_for_roster
  print_summary | tee "$run_dir/summary"
  print_tokens
  say
  if [ -n "$detach" ]; then
    say "./dev stop ends it."
    trap - EXIT
    rm -f "$run_dir/dev.pid"
    return
  fi
  say "Ctrl-C ends it."
  trap 'exit 0' INT TERM HUP
  while alive guildhall; do
    [ -z "$simulator_url" ] || alive simulator || died simulator
    sleep 1
  done
  died guildhall
}

dev_stop() {
  pg=$(pg_folder)
  if alive dev; then
    local tenths
    kill -TERM "$(pid_of dev)" # it stops all it has started, in order
    for ((tenths = 1200; tenths > 0; tenths--)); do
      alive dev || break
      sleep 0.1
    done
  fi
  stop_all
  rm -f "$run_dir/dev.pid"
  say "Nothing is running."
}

dev_status() {
  local name
  pg=$(pg_folder)
  for name in guildhall simulator; do
    if alive "$name"; then
      say "$name: running, process $(pid_of "$name")"
    else
      say "$name: not running"
    fi
  done
  if [ -d "$pg/data" ]; then
    say "PostgreSQL: $(pg_running && echo running || echo not running), cluster in $pg"
  else
    say "PostgreSQL: no cluster yet"
  fi
  ! alive guildhall || [ ! -f "$run_dir/summary" ] || cat "$run_dir/summary"
}

# What each database of ours mirrors: NAME HOST, a line each. Starts PostgreSQL for that if need be.
mirrored_hosts() {
  local name was_running=yes
  pg_running || was_running=
  [ -n "$was_running" ] \
    || as_postgres "$pg_bin/pg_ctl" start -s -w -t 60 -D "$pg/data" -l "$pg/postgresql.log" \
      >/dev/null 2>&1 || return 1
  for name in $(psql_as postgres postgres -c \
    "select datname from pg_database where not datistemplate and datname <> 'postgres' order by 1"); do
    printf '%s %s\n' "$name" "$(psql_as postgres "$name" -c \
      "select host from upstream_hosts where role <> 'oauth' order by 1 limit 1" 2>/dev/null || true)"
  done
  [ -n "$was_running" ] || as_postgres "$pg_bin/pg_ctl" stop -s -w -t 60 -m fast -D "$pg/data" || true
}

# The data that would be lost, a line each.
say_what_is_kept() {
  local hosts name host
  if [ -d "$pg/data" ]; then
    if hosts=$(mirrored_hosts); then
      while read -r name host; do
        case $host in
          '') [ -z "$name" ] || say "  the database $name, which mirrors nothing yet" ;;
          http://127.0.0.1:*) say "  the database $name, which mirrors the simulator" ;;
          *) say "  the database $name: REAL DATA, from $host and from people who logged in" ;;
        esac
      done <<<"$hosts"
    else
      say "  the databases in $pg; PostgreSQL does not start, so they may hold REAL DATA"
    fi
  fi
  [ ! -d "$secrets" ] || say "  the signing keys in $secrets"
}

# Data is removed by whoever says so, not by whoever mistypes.
may_remove_data() { # [--yes]
  local kept answer=
  kept=$(say_what_is_kept)
  [ -n "$kept" ] || return 0
  say "This removes:"
  say "$kept"
  [ "${1-}" != --yes ] || return 0
  [ -t 0 ] || die "nobody is there to be asked; ./dev clean --yes removes it. Nothing was removed."
  read -r -p "Type yes to remove all of it: " answer || true
  [ "$answer" = yes ] || die "nothing was removed"
}

dev_clean() { # [--yes]
  case "$*" in
    '' | --yes) ;;
    *) die "usage: ./dev clean [--yes]" ;;
  esac
  pg=$(pg_folder)
  may_remove_data "$@"
  dev_stop
  rm -rf "$pg_elsewhere" build var bench.json robustness.json
  say "Removed the build, the data and the secrets."
}
