#!/usr/bin/env bash
# Measures Reflow and a bare Kestrel side by side, on loopback, and prints a table for each part: ./bench.sh [calls|flows] [SECONDS PER RUN]
# The same page out of 10,000 items and out of 1,000,000 (some 3 GB of disk, for a while): ./bench.sh search
# What the length of a template costs a node that is confirmed and rolled back: ./bench.sh projects [SECONDS]
# A page of 20 reports out of 10,000 and out of REPORTS, 1,000,000 when it is not said: ./bench.sh reports [REPORTS]
# Completing tasks through the gateway beside the store alone, and a page of 20 tasks out of 10,000 and out of TASKS, 5,000,000 when it is not said (some 3 GB of disk): ./bench.sh tasks [TASKS]
# What the test controls cost, in memory and on disk: ./bench.sh controls [STORE…] (memory, disk, or a PostgreSQL as --store takes it)
# Changes, steps of flows, nodes of items and reads on a PostgreSQL of its own, beside SQLite: ./bench.sh postgres [SECONDS]
# A task done and not done, and a step of a flow, beside Parse Server, Directus, bpmn-engine, json-server and Prism (npm packages, some 1 GB), driven by wrk: ./bench.sh peers [SECONDS]
# Each call among 1,000,000 tasks and reports, 100,000 instances and 100,000 work items, and among a tenth of them, on both engines (some 8 GB of disk, for a while): ./bench.sh rows [SECONDS [TASKS]]
# Four times as many changes as a server can do: ./bench.sh overload [SECONDS], 60 when it is not said
# One kind of call alone, for a look with a profiler: ./bench.sh work complete|step|node|task|points|graph|pending|page|reports disk|CONNECTION [SECONDS]
# The same on this build and on another one, in turns, to see what a change did: ./bench.sh duel complete|… disk|pg PROGRAM [TURNS], PROGRAM being another clone's artifacts/bench/reflow/reflow
# Whether a busy server with the request log on stays as large as it is: ./bench.sh memory [MINUTES], 10 when it is not said
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

# Output of its own: publishing for this machine's runtime must not disturb the ordinary build.
out=$PWD/artifacts/bench
publish() {
    dotnet publish "$1" -c Release --use-current-runtime --no-self-contained -p:PublishReadyToRun=true \
        --artifacts-path "$out/build" -o "$out/$2" -v quiet -nologo -clp:NoSummary
}
echo "Publishing ..."
publish src/Reflow.Server reflow
if [[ ${1:-} == search ]]; then
    publish bench/Search search
    exec "$out/search/search" "$out/reflow/reflow"
fi
if [[ ${1:-} == tasks ]]; then
    publish bench/Tasks tasks
    exec "$out/tasks/tasks" "$out/reflow/reflow" "${@:2}"
fi
publish bench/Bare bare
publish bench/Load load

needs() {
    command -v "$1" >/dev/null || { echo "bench.sh: $1 is missing: apt-get install $2" >&2; exit 1; }
}

# A PostgreSQL of its own, which ends with the script. The files of its log are there before it is measured, as they are where one has worked for some time: each that is
# made anew holds up every change for some 50 ms.
with_postgres() {
    # shellcheck source=tests/postgres.sh
    source tests/postgres.sh
    has_postgres || { echo "bench.sh: PostgreSQL is missing: apt-get install postgresql" >&2; exit 1; }
    trap stop_postgres EXIT
    start_postgres "${TMPDIR:-/tmp}" shared_buffers=512MB min_wal_size=2GB max_wal_size=4GB
    echo "Laying out 2 GB of PostgreSQL's log ..."
    "$(postgres_bin)/psql" -q -v ON_ERROR_STOP=1 -h "$postgres" -U reflow postgres -o /dev/null <<'SQL'
do $$ begin for file in 1..125 loop perform pg_logical_emit_message(false, '', ''), pg_switch_wal(); end loop; end $$;
checkpoint;
SQL
    PGBENCH=$(postgres_bin)/pgbench
    export PGBENCH
}

# npm install in a folder, when it is not what was installed there. Some packages take only a newer Node than the one that is here.
npm_packages() {
    cmp -s "$1/package.json" "$1/node_modules/.installed-by.json" && return
    echo "Installing the npm packages of $1 ..."
    (cd "$1" && npm install --ignore-scripts --loglevel=error) </dev/null && cp "$1/package.json" "$1/node_modules/.installed-by.json"
}

if [[ ${1:-} == postgres || ${1:-} == rows || ${1:-} == overload ]]; then
    [[ $1 != overload ]] || (($(ulimit -n) >= 17000)) || ulimit -n 17000 || { echo "bench.sh: 16,000 callers need 17,000 open files (ulimit -n)" >&2; exit 1; }
    with_postgres
    "$out/load/load" "$out/reflow/reflow" "$out/bare/bare" "$1" "$postgres_connection" "${@:2}"
    exit
fi
if [[ ${1:-} == duel && ${3:-} == pg ]]; then
    with_postgres
    "$out/load/load" "$out/reflow/reflow" "$out/bare/bare" "$@" "$postgres_connection"
    exit
fi
if [[ ${1:-} == peers ]]; then
    needs wrk wrk
    needs npm npm
    npm_packages bench/peers/node || { echo "bench.sh: the peers need their Node" >&2; exit 1; }
    node=$(compgen -G "$PWD/bench/peers/node/node_modules/node-linux-*/bin/node") || { echo "bench.sh: npm has no Node for this machine" >&2; exit 1; }
    PATH=${node%/node}:$PATH npm_packages bench/peers || echo "The peers cannot be installed here: those that are missing are left out."
    with_postgres
    PGHOST=$postgres PGUSER=reflow "$out/load/load" "$out/reflow/reflow" "$out/bare/bare" peers "$postgres_connection" "$node" "$PWD/bench/peers" "${@:2}"
    exit
fi
exec "$out/load/load" "$out/reflow/reflow" "$out/bare/bare" "$@"
