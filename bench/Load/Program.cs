using System.Globalization;
using System.Text.Json;
using Reflow.Bench.Load;

// load REFLOW BARE [SECONDS]: measures the two programs side by side, in turns, and prints one table.
// load REFLOW BARE projects [SECONDS]: what the length of a template costs.
// load REFLOW BARE reports [REPORTS]: measures a page of reports among few and among many.
const int Rounds = 3, Starts = 7, TasksPerConnection = 2;
const string App = """{"app_id":"cli_a1b2c3d4e5f60001","app_secret":"ReflowDemoAppSecret00000000000001"}""";
const string NewTask = """{"summary":"Load","origin":{"platform_i18n_name":"{\"en_us\":\"Bench\"}"}}""";

if (args is [var measured, _, "projects", ..]) return await Projects.Run(measured, TimeSpan.FromSeconds(args is [_, _, _, var wanted] ? double.Parse(wanted, CultureInfo.InvariantCulture) : 4));
if (args is [_, _, "reports", .. var more]) return await ReportPages.Run(args[0], more);
var (reflowProgram, bareProgram) = (args[0], args[1]);
var seconds = TimeSpan.FromSeconds(args is [_, _, var said] ? double.Parse(said, CultureInfo.InvariantCulture) : 4);
var scratch = Directory.CreateTempSubdirectory("reflow-bench-").FullName;
try
{
    string[] Reflow(string url) => ["--urls", url, "--data", Path.Combine(scratch, "data"), "--rate-limits", "off"];
    string[] Bare(string url) => [url];
    string[] BareRows(string url) => [url, Path.Combine(scratch, "bare.db")];

    var (authorization, tasks) = await Prepare(await ServerProcess.Start(reflowProgram, Reflow));
    byte[] Get(string task) => Connection.Request("GET", $"/open-apis/task/v1/tasks/{task}", authorization);
    byte[] Act(string task, string act) => Connection.Request("POST", $"/open-apis/task/v1/tasks/{task}/{act}", authorization);
    IEnumerable<string> Own(int connection) => tasks.Skip(connection * TasksPerConnection).Take(TasksPerConnection);
    var json = Connection.Request("GET", "/");

    var table = new Table();
    await Start(table, () => ServerProcess.TimeToFirstAnswer(reflowProgram, Reflow, Get(tasks[0])), () => ServerProcess.TimeToFirstAnswer(bareProgram, Bare, json));
    using (var reflow = await ServerProcess.Start(reflowProgram, Reflow))
    {
        var idle = reflow.Memory;
        using (var bare = await ServerProcess.Start(bareProgram, BareRows))
            await Compare(table, "complete/uncomplete, SQLite FULL", 0.6,
                reflow, connection => [.. Own(connection).SelectMany(task => new[] { Act(task, "complete"), Act(task, "uncomplete") })],
                bare, connection => [.. Enumerable.Range(connection * TasksPerConnection, TasksPerConnection).SelectMany(row => new[] { Row(row, "complete"), Row(row, "uncomplete") })]);
        using (var bare = await ServerProcess.Start(bareProgram, Bare))
        {
            var bareIdle = bare.Memory;
            await Compare(table, "task get", 0.5, reflow, connection => [.. Own(connection).Select(Get)], bare, _ => [json]);
            table.Add("memory when idle, MB", idle, bareIdle, "at most 110 MB", idle <= 110);
            table.Add("memory after load, MB", reflow.Memory, bare.Memory, "at most 250 MB", reflow.Memory <= 250);
        }
    }
    Console.WriteLine();
    table.Print();
    return 0;
}
finally
{
    Directory.Delete(scratch, recursive: true);
}

static byte[] Row(int row, string act) => Connection.Request("POST", $"/{row}/{act}");

// A token and tasks of its own for each connection, so that no call waits for another of the same task.
static async Task<(string Authorization, IReadOnlyList<string> Tasks)> Prepare(ServerProcess reflow)
{
    using (reflow)
    {
        using var connection = await Connection.Open(reflow.Address);
        using var token = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open-apis/auth/v3/tenant_access_token/internal", body: App)));
        var authorization = $"Authorization: Bearer {token.RootElement.GetProperty("tenant_access_token").GetString()}\r\n";
        var tasks = new List<string>();
        for (var i = 0; i < Drive.Connections * TasksPerConnection; i++)
        {
            using var made = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open-apis/task/v1/tasks", authorization, NewTask)));
            tasks.Add(made.RootElement.GetProperty("data").GetProperty("task").GetProperty("id").GetString()!);
        }
        return (authorization, tasks);
    }
}

static async Task Start(Table table, Func<Task<TimeSpan>> reflow, Func<Task<TimeSpan>> bare)
{
    var (ours, theirs) = (new List<double>(), new List<double>());
    for (var i = 0; i < Starts; i++)
    {
        ours.Add((await reflow()).TotalMilliseconds);
        theirs.Add((await bare()).TotalMilliseconds);
    }
    Console.WriteLine($"first answer, ms: Reflow {Spread(ours)}; bare {Spread(theirs)}");
    var (our, their) = (Median(ours), Median(theirs));
    table.Add("first answer after start, ms", our, their, "at most 2.5 and below 800 ms", our <= 2.5 * their && our < 800);
}

async Task Compare(Table table, string work, double goal, ServerProcess reflow, Func<int, IReadOnlyList<byte[]>> ours, ServerProcess bare, Func<int, IReadOnlyList<byte[]>> theirs)
{
    await Drive.Run(reflow.Address, ours, seconds / 2);
    await Drive.Run(bare.Address, theirs, seconds / 2);
    var (our, their) = (new List<Pace>(), new List<Pace>());
    var (begun, bareBegun) = (reflow.Cpu, bare.Cpu);
    for (var round = 0; round < Rounds; round++)
    {
        our.Add(await Drive.Run(reflow.Address, ours, seconds));
        their.Add(await Drive.Run(bare.Address, theirs, seconds));
        Console.WriteLine($"{work}: Reflow {our[^1].Rate:0} calls/s, p50 {our[^1].Median.TotalMilliseconds:0.0} ms, p99 {our[^1].P99.TotalMilliseconds:0.0} ms; bare {their[^1].Rate:0} calls/s");
    }
    var (rate, bareRate) = (Median(our.Select(pace => pace.Rate)), Median(their.Select(pace => pace.Rate)));
    table.Add($"{work}, calls/s", rate, bareRate, $"at least {goal:0.0}", rate >= goal * bareRate);
    table.Add($"{work}, CPU µs per call", PerCall(reflow.Cpu - begun, our), PerCall(bare.Cpu - bareBegun, their), goal: null, met: true);
    var tail = Median(our.Select(pace => pace.P99 / pace.Median));
    table.Add($"{work}, p99 / p50", tail, Median(their.Select(pace => pace.P99 / pace.Median)), "at most 5 itself", tail <= 5);
}

static double PerCall(TimeSpan cpu, List<Pace> paces) => cpu.TotalMicroseconds / paces.Sum(pace => pace.Calls);

static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

static string Spread(List<double> values) => $"{values.Min():0}–{values.Max():0}, median {Median(values):0}";
