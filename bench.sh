#!/usr/bin/env bash
# Measures Reflow and a bare Kestrel side by side, on loopback, and prints a table for each part: ./bench.sh [calls|flows] [SECONDS PER RUN]
# The same page out of 10,000 items and out of 1,000,000 (some 3 GB of disk, for a while): ./bench.sh search
# What the length of a template costs a node that is confirmed and rolled back: ./bench.sh projects [SECONDS]
# A page of 20 reports out of 10,000 and out of REPORTS, 1,000,000 when it is not said: ./bench.sh reports [REPORTS]
# Completing tasks through the gateway beside the store alone, and a page of 20 tasks out of 10,000 and out of TASKS, 5,000,000 when it is not said (some 3 GB of disk): ./bench.sh tasks [TASKS]
# What the test controls cost, in memory and on disk: ./bench.sh controls [STORE…] (memory, disk, or a PostgreSQL as --store takes it)
# Changes, reads and test controls on a PostgreSQL of its own, beside SQLite: ./bench.sh postgres [SECONDS]
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
if [[ ${1:-} == postgres ]]; then
    # shellcheck source=tests/postgres.sh
    source tests/postgres.sh
    has_postgres || { echo "bench.sh: PostgreSQL is missing: apt-get install postgresql" >&2; exit 1; }
    trap stop_postgres EXIT
    start_postgres "${TMPDIR:-/tmp}" shared_buffers=512MB
    PGBENCH=$(postgres_bin)/pgbench "$out/load/load" "$out/reflow/reflow" "$out/bare/bare" postgres "$postgres_connection" "${@:2}"
    exit
fi
exec "$out/load/load" "$out/reflow/reflow" "$out/bare/bare" "$@"
