using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Reflow.Bench.Load;

// search REFLOW: the same page out of few items and out of many, one call after the other, and how much more it costs.
const int Few = 10_000, Many = 1_000_000, Warm = 100, Calls = 400;
const double Goal = 1.5;
const string Space = "/open_api/66f11218c3b4a0b423340002", User = "7000000000000001002";

NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) => name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());

(string Name, string Path, Func<long, object> Body)[] searches =
[
    ("filter by status and updated_at", "/work_item/filter", last => new { work_item_type_keys = new[] { "story" }, work_item_status = new[] { new { state_key = "end" } }, updated_at = new { start = last - 2000, end = last } }),
    ("search/params by a text that few items have", "/work_item/story/search/params", _ => Group(new { param_key = "name", @operator = "=", value = "Item 17" })),
    ("search/params by people and time", "/work_item/story/search/params", last => Group(
        new { param_key = "people", @operator = "HAS ANY OF", value = new[] { User } }, new { param_key = "updated_at", @operator = ">", value = last - 2000 })),
];

var few = await Measure(Few);
var many = await Measure(Many);
Console.WriteLine();
Console.WriteLine($"{"ms a call, and processor ms a call",-46} {Few,16:N0} {Many,16:N0}   ratio  goal");
for (var i = 0; i < searches.Length; i++)
{
    var ratio = many[i].Median / few[i].Median;
    Console.WriteLine($"{searches[i].Name,-46} {few[i].Median,8:0.00} {few[i].Cpu,7:0.00} {many[i].Median,8:0.00} {many[i].Cpu,7:0.00} {ratio,7:0.00}  at most {Goal}: {(ratio <= Goal ? "met" : "missed")}");
}
return 0;

static object Group(params object[] conditions) => new { search_group = new { conjunction = "AND", search_params = conditions } };

async Task<(double Median, double Cpu)[]> Measure(int items)
{
    var data = Directory.CreateTempSubdirectory("reflow-search-").FullName;
    try
    {
        string[] Arguments(string url) => ["--urls", url, "--data", data, "--rate-limits", "off"];
        using (var first = await ServerProcess.Start(args[0], Arguments))
            await Send(await Client(first), $"{Space}/work_item/create", new { work_item_type_key = "story", name = "Item 0" });
        var last = Multiply(Path.Combine(data, "reflow.db"), items);
        using var reflow = await ServerProcess.Start(args[0], Arguments);
        using var client = await Client(reflow);
        List<(double, double)> measured = [];
        foreach (var (name, path, body) in searches)
        {
            for (var i = 0; i < Warm; i++) await Send(client, Space + path, body(last));
            var (times, cpu) = (new double[Calls], reflow.Cpu);
            for (var i = 0; i < Calls; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await Send(client, Space + path, body(last));
                times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
            Array.Sort(times);
            measured.Add((times[Calls / 2], (reflow.Cpu - cpu).TotalMilliseconds / Calls));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{items,9:N0} items, {name}: {times[Calls / 2]:0.00} ms, 9 of 10 within {times[Calls * 9 / 10]:0.00}"));
        }
        return [.. measured];
    }
    finally
    {
        Directory.Delete(data, recursive: true);
    }
}

static async Task<HttpClient> Client(ServerProcess reflow)
{
    var client = new HttpClient { BaseAddress = reflow.Address };
    var token = await Send(client, "/open_api/authen/plugin_token", new { plugin_id = "MII_DEMO00000000001", plugin_secret = "ReflowDemoPluginSecret00000000001" });
    client.DefaultRequestHeaders.Add("X-PLUGIN-TOKEN", token.GetProperty("token").GetString());
    client.DefaultRequestHeaders.Add("X-USER-KEY", User);
    return client;
}

static async Task<JsonElement> Send(HttpClient client, string path, object body)
{
    using var answer = await client.PostAsJsonAsync(path, body);
    var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
    return answer.IsSuccessStatusCode ? json.GetProperty("data") : throw new InvalidOperationException(json.ToString());
}

// Copies of the one item, one a millisecond, each tenth with another status; answers when the last one changed.
static long Multiply(string file, int items)
{
    using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
    connection.Open();
    using var command = connection.CreateCommand();
    command.CommandText = $"""
        pragma synchronous = off;
        create temporary table n as with recursive n (i) as (select 1 union all select i + 1 from n where i < {items}) select i from n;
        insert into work_item (tenant, id, project_key, type_key, version, name, status, created_by, created_at, updated_at, doc)
        select tenant, n.i, project_key, type_key, 1, 'Item ' || n.i, iif(n.i % 10 = 0, 'end', 'started'), created_by, created_at, created_at + n.i, json_set(doc, '$.id', n.i, '$.updated_at', created_at + n.i)
        from n, work_item w where w.name = 'Item 0';
        insert into item_fact (tenant, item, field, line, at, text, folded, number)
        select f.tenant, n.i, field, line, at, iif(field = 'name', 'Item ' || n.i, text), iif(field = 'name', 'item ' || n.i, folded), number
        from n, item_fact f join work_item w on w.tenant = f.tenant and w.id = f.item where w.name = 'Item 0';
        select max(updated_at) from work_item;
        """;
    return (long)command.ExecuteScalar()!;
}
