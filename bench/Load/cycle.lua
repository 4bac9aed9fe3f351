-- For wrk: goes round the requests of a file (headers, an empty line, and METHOD PATH BODY on each line), and says in one line what came of them, times in µs.
local requests, at = {}, 0

function init(args)
    local headers = { ["Content-Type"] = "application/json" }
    local file = assert(io.open(args[1]))
    for line in file:lines() do
        if line == "" then break end
        local name, value = line:match("^(.-): (.*)$")
        headers[name] = value
    end
    for line in file:lines() do
        local method, path, body = line:match("^(%S+) (%S+) (.*)$")
        requests[#requests + 1] = wrk.format(method, path, headers, body)
    end
    file:close()
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format("came: %d answers, %d bad, %d us, p50 %d, p99 %d\n", summary.requests, e.connect + e.read + e.write + e.status + e.timeout,
        summary.duration, latency:percentile(50), latency:percentile(99)))
end
