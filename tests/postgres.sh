# shellcheck shell=bash
# A PostgreSQL of its own for tests and benches: reached by a socket in a directory of its own, so that it meets no other. Whoever starts it stops it.
# To be sourced. Afterwards postgres_connection says how to reach it.
postgres=
postgres_connection=

postgres_bin() { compgen -G "/usr/lib/postgresql/*/bin" | sort -V | tail -1; }

has_postgres() { [[ -n $(postgres_bin) ]]; }

# PostgreSQL refuses to run as root.
as_postgres() {
    if (( EUID == 0 )); then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# start_postgres DIRECTORY SETTING=VALUE…
start_postgres() {
    local options="-c listen_addresses= -c max_connections=300" setting
    for setting in "${@:2}"; do options+=" -c $setting"; done
    postgres=$(mktemp -d -p "$1") || return
    if (( EUID == 0 )); then chown postgres "$postgres"; fi
    as_postgres "$(postgres_bin)/initdb" --pgdata="$postgres/data" --auth=trust --username=reflow --encoding=UTF8 --locale=C --no-sync >/dev/null &&
        as_postgres "$(postgres_bin)/pg_ctl" --pgdata="$postgres/data" --log="$postgres/log" --wait --silent -o "$options -c unix_socket_directories=$postgres" start || return
    # shellcheck disable=SC2034 # for whoever sources this
    postgres_connection="Host=$postgres;Username=reflow;Database=postgres"
}

stop_postgres() {
    [[ -n $postgres ]] || return 0
    as_postgres "$(postgres_bin)/pg_ctl" --pgdata="$postgres/data" --mode=immediate --silent stop >/dev/null 2>&1 || true
    rm -rf "$postgres"
    postgres=
}
