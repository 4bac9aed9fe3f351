#!/usr/bin/env bash
# Builds Reflow and runs every suite; ends with one line: N passed, N failed.
# What is missing is installed first, one line each; what is there is used as it is, so that a second run needs no network.
# shellcheck disable=SC2317 # some functions are called by name
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_HOME=${DOTNET_CLI_HOME:-${HOME:-$PWD/artifacts}}
# Nothing that a build starts stays behind.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

passed=0
failed=0
log=$(mktemp)
failures=$(mktemp)
trap 'stop_postgres; rm -f "$log" "$failures"' EXIT
# shellcheck source=tests/postgres.sh
source tests/postgres.sh

say() { echo "== $*"; }

# What failed is told once more at the end, where whoever looks at a long output looks first.
finish() {
    [[ ! -s $failures ]] || { say "what failed"; cat "$failures"; }
    (( passed > 0 )) || (( failed > 0 )) || failed=1
    echo "$passed passed, $failed failed"
    exit $(( failed > 0 ))
}

# Runs a step that has no tests of its own: it counts only when it fails.
check() {
    say "$1"
    "${@:2}" </dev/null && return
    say "failed: $1"
    echo "$1" >>"$failures"
    failed=$(( failed + 1 ))
    return 1
}

# Runs a suite whose output tells its counts; one that tells none, or ends badly although none failed, is one failure.
suite() {
    local name=$1 count=$2 run good=0 bad=0
    say "$name"
    "${@:3}" </dev/null 2>&1 | tee "$log"
    run=${PIPESTATUS[0]}
    read -r good bad < <("$count" <"$log")
    (( ${good:-0} + ${bad:-0} > 0 && (run == 0 || ${bad:-0} > 0) )) || bad=$(( ${bad:-0} + 1 ))
    passed=$(( passed + ${good:-0} ))
    failed=$(( failed + ${bad:-0} ))
    say "$name: ${good:-0} passed, ${bad:-0} failed"
    (( ${bad:-0} == 0 )) || { echo "$name:"; grep -aE -A 12 '\[FAIL\]|^ *(✖|FAIL) ' "$log" || tail -n 20 "$log"; } >>"$failures"
}

# "Total: 85, Errors: 0, Failed: 1, Skipped: 0": a skipped test is one that did not hold.
xunit_counts() {
    sed -nE 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+).*/\1 \2 \3 \4/p' |
        awk '{ all += $1; bad += $2 + $3 + $4; errors += $2 } END { print all - bad + errors, bad }'
}

# "ℹ pass 12", "ℹ fail 0", ...
node_counts() {
    awk '$1 !~ /^(ℹ|#)$/ { next } $2 == "pass" { good += $3 } $2 ~ /^(fail|cancelled|skipped|todo)$/ && $3 ~ /^[0-9]+$/ { bad += $3 } END { print good + 0, bad + 0 }'
}

# "      Tests  1 failed | 4 passed (5)"
vitest_counts() { awk '$1 == "Tests" { for (i = 2; i < NF; i++) if ($(i + 1) ~ /^passed/) good = $i; else if ($(i + 1) ~ /^(failed|skipped|todo)/) bad += $i } END { print good + 0, bad + 0 }'; }

as_root() {
    if (( EUID == 0 )); then "$@"; else sudo "$@"; fi
}

# install COMMAND-THAT-PROVES-IT PACKAGE…
installed_index=
install() {
    $1 >/dev/null 2>&1 && return
    say "installing ${*:2}"
    if [[ -z $installed_index ]]; then
        as_root apt-get update -qq || true
        installed_index=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${@:2}" >"$log" 2>&1 || {
        cat "$log"
        say "failed: cannot install ${*:2}"
        echo "cannot install ${*:2}" >>"$failures"
        failed=$(( failed + 1 ))
    }
}

has_sqlite() { [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p) == *libsqlite3.so.0* ]]; }

# By the lock file; a folder without one names exact versions. (npm cannot read a lock of packages for other platforms that names no registry.)
npm_packages() {
    local folder=$1 by=package-lock.json how=(ci)
    [[ -f $folder/$by ]] || { by=package.json; how=(install --no-package-lock); }
    cmp -s "$folder/$by" "$folder/node_modules/.installed-by.json" && return
    say "installing the npm packages of $folder"
    (cd "$folder" && npm "${how[@]}" --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error) </dev/null &&
        cp "$folder/$by" "$folder/node_modules/.installed-by.json"
}

if ! dotnet --version >/dev/null 2>&1; then
    say "the .NET SDK 10 is missing: install it from https://dotnet.microsoft.com/download/dotnet/10.0"
    failed=1
    finish
fi
install has_sqlite libsqlite3-0
install "node --version" nodejs npm
install "npm --version" npm

check "build, warnings are errors" dotnet build Reflow.slnx -c Release -v quiet -nologo -warnaserror
check "format" dotnet format Reflow.slnx --verify-no-changes --no-restore
if command -v shellcheck >/dev/null; then check "shellcheck" shellcheck --external-sources ./*.sh tests/*.sh .ci/run; fi
suite "core" xunit_counts dotnet tests/Reflow.Core.Tests/bin/Release/net10.0/Reflow.Core.Tests.dll -noColor
suite "server" xunit_counts dotnet tests/Reflow.Server.Tests/bin/Release/net10.0/Reflow.Server.Tests.dll -noColor -trait- "Engine=PostgreSQL"
install has_postgres postgresql
install "/usr/sbin/haproxy -v" haproxy
# In memory where there is a place for it: each test has a database of its own, some three hundred files. What is lost in a power cut is lost.
if check "start a private PostgreSQL" start_postgres "$([[ -w /dev/shm ]] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" fsync=off full_page_writes=off autovacuum=off wal_level=minimal max_wal_senders=0; then
    suite "server on PostgreSQL" xunit_counts env REFLOW_TEST_POSTGRES="$postgres_connection" \
        dotnet tests/Reflow.Server.Tests/bin/Release/net10.0/Reflow.Server.Tests.dll -noColor
fi
if check "packages of the conformance suite" npm_packages tests/conformance; then
    suite "conformance" node_counts npm --prefix tests/conformance test --silent
    # Two nodes of it, behind HAProxy.
    if [[ -n $postgres ]]; then suite "conformance on PostgreSQL" node_counts env REFLOW_TEST_CLUSTER="$postgres" npm --prefix tests/conformance test --silent; fi
fi
if check "packages of the vitest sample" npm_packages samples/vitest; then
    suite "vitest sample" vitest_counts env NO_COLOR=1 npm --prefix samples/vitest test --silent
fi
if check "build of the xunit sample" dotnet build samples/xunit -c Release -v quiet -nologo; then
    suite "xunit sample" xunit_counts env REFLOW="$PWD/src/Reflow.Server/bin/Release/net10.0/reflow.dll" dotnet samples/xunit/bin/Release/net10.0/Purchases.Tests.dll -noColor
fi
install "chromium --version" chromium
if check "packages of the browser suite" npm_packages tests/browser; then
    suite "browser" node_counts npm --prefix tests/browser test --silent
fi
finish
