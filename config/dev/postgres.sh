# shellcheck shell=bash
# The private PostgreSQL of ./dev run.
# Sourced by ./dev.

# No TCP at all: it listens on a socket in a folder that only its own user (and root) may enter.

# shellcheck source=config/dev/cluster
source config/dev/cluster

pg_port=5439 # names the socket, nothing else
pg_elsewhere=/var/tmp/guildhall-$(printf %s "$root" | sha256sum | cut -c 1-12)

as_postgres() { (become_postgres "${pg-}" "$@"); }

# Under var/, unless the socket's path would be too long or PostgreSQL's user cannot get there.
pg_folder() {
  local here=$root/var/pg
  if [ ! -d "$here" ]; then
    if [ -d "$pg_elsewhere" ] || [ ${#here} -gt $((107 - ${#pg_port} - 10)) ] \
      || [[ ! $here =~ ^[A-Za-z0-9/._+-]+$ ]] || ! as_postgres test -x "$root/var" 2>/dev/null; then
      here=$pg_elsewhere
    fi
  fi
  printf '%s\n' "$here"
}

pg_running() { # also clears away the lock file of a server that is gone
  local pid
  pid=$(head -n 1 "$pg/data/postmaster.pid" 2>/dev/null) || return 1
  if [ "$(as_postgres readlink "/proc/$pid/exe" 2>/dev/null)" = "$pg_bin/postgres" ] \
    && [ "$(as_postgres readlink "/proc/$pid/cwd")" = "$(readlink -f "$pg/data")" ]; then
    return 0
  fi
  rm -f "$pg/data/postmaster.pid" "$pg/.s.PGSQL.$pg_port" "$pg/.s.PGSQL.$pg_port.lock"
  return 1
}

psql_as() { # ROLE DATABASE ARGUMENT...
  local role=$1 database=$2
  shift 2
  "$pg_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$pg" -p "$pg_port" -U "$role" -d "$database" "$@"
}

make_cluster() {
  make_pg_folder "$pg"
  [ ! -d "$pg/data" ] || return 0
  say "Creating a PostgreSQL cluster in $pg"
  init_cluster "$pg" postgres --auth-local=trust --auth-host=reject \
    "listen_addresses = ''" "port = $pg_port" "unix_socket_permissions = 0700" \
    "default_toast_compression = lz4" "wal_compression = lz4" "jit = off" \
    "shared_buffers = 256MB" "max_wal_size = 2GB" "timezone = 'UTC'" "log_timezone = 'UTC'" \
    >"$log_dir/initdb.log" 2>&1 || die "initdb failed; its log is $log_dir/initdb.log"
}

start_postgres() { # DATABASE
  make_cluster
  if ! pg_running; then
    as_postgres "$pg_bin/pg_ctl" start -s -w -t 60 -D "$pg/data" -l "$pg/postgresql.log" 9>&- \
      || die "PostgreSQL did not start; its log is $pg/postgresql.log"
  fi
  [ -n "$(psql_as postgres postgres -c "select 1 from pg_roles where rolname = 'guildhall'")" ] \
    || psql_as postgres postgres -c "create role guildhall login"
  [ -n "$(psql_as postgres postgres -c "select 1 from pg_database where datname = '$1'")" ] \
    || psql_as postgres postgres -c "create database $1 owner guildhall"
}

stop_postgres() {
  pg_running || return 0
  as_postgres "$pg_bin/pg_ctl" stop -s -w -t 60 -m fast -D "$pg/data" && say "stopped PostgreSQL"
}
