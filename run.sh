#!/usr/bin/env bash
# Builds Reflow and serves the demo workspace on http://127.0.0.1:7080, as a test double with its data in ./data.
# Every argument goes to the server: ./run.sh --help
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

stop() { echo "run.sh: $1" >&2; exit 1; }

command -v dotnet >/dev/null || stop "the .NET SDK 10 is missing: install it from https://dotnet.microsoft.com/download/dotnet/10.0"
sdks=$(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ')
[[ " $sdks" == *" 10."* ]] || stop "the .NET SDK 10 is missing, only ${sdks:-a runtime} is there: install it from https://dotnet.microsoft.com/download/dotnet/10.0"
linker=$(PATH=$PATH:/sbin:/usr/sbin command -v ldconfig || true)
if [[ -n $linker && $("$linker" -p) != *libsqlite3.so.0* ]]; then stop "libsqlite3.so.0 is missing: apt-get install libsqlite3-0"; fi

echo "Building Reflow ..."
log=$(cd "$root" && dotnet build src/Reflow.Server -c Release -v quiet -nologo) || { echo "$log"; stop "Reflow does not build"; }

url=${REFLOW_URLS:-http://127.0.0.1:7080}
quiet=
previous=
for argument in "$@"; do
    case $argument in
        --urls=* | --urls:*) url=${argument#--urls?} ;;
        --help | -h | '-?' | '/?' | /h | --version) quiet=yes ;;
    esac
    [[ $previous == --urls ]] && url=$argument
    previous=$argument
done
url=${url%%;*}
url=${url%/}

[[ -n $quiet ]] || cat <<EOF
Once Reflow is serving, try, in another terminal:

  # a token
  TOKEN=\$(curl -s $url/open-apis/auth/v3/tenant_access_token/internal -d '{"app_id":"cli_a1b2c3d4e5f60001","app_secret":"ReflowDemoAppSecret00000000000001"}' | grep -o 't-g1[^"]*')
  PLUGIN=\$(curl -s $url/open_api/authen/plugin_token -d '{"plugin_id":"MII_DEMO00000000001","plugin_secret":"ReflowDemoPluginSecret00000000001"}' | grep -o 'p-g1[^"]*')

  # five calls
  curl -s $url/open-apis/apaas/v1/user_task/query -H "Authorization: Bearer \$TOKEN" -d '{"type":"pending","source":"assignMe","kunlun_user_id":"1004"}'
  curl -s $url/open-apis/apaas/v1/user_tasks/THE_TASK_ID_ABOVE/rollback_points -H "Authorization: Bearer \$TOKEN" -d '{"operator_user_id":"1004"}'
  curl -s $url/open_api/demo/work_item/create -H "X-PLUGIN-TOKEN: \$PLUGIN" -H "X-USER-KEY: 7000000000000001001" -d '{"work_item_type_key":"story","template_id":100001,"name":"Try Reflow"}'
  curl -s $url/open-apis/report/v1/tasks/query -H "Authorization: Bearer \$TOKEN" -d '{"commit_start_time":1769875200,"commit_end_time":1772294399,"page_token":"","page_size":5}'
  curl -s -X POST $url/open-apis/task/v1/tasks/0d38e26e-190a-49e9-93a2-35067763ed02/uncomplete -H "Authorization: Bearer \$TOKEN"

  # all of it with Feishu's own SDK
  (cd $root/samples/node && npm ci && REFLOW_URL=$url node five-calls.mjs)

EOF
export REFLOW_DATA=${REFLOW_DATA:-$root/data} REFLOW_TEST_DOUBLE=${REFLOW_TEST_DOUBLE:-true}
exec dotnet "$root/src/Reflow.Server/bin/Release/net10.0/reflow.dll" "$@"
