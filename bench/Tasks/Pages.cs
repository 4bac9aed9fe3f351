using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Reflow.Bench.Load;

namespace Reflow.Bench.Tasks;

/// <summary>
/// What a page of 20 tasks costs among few and among many, for an app and for a member: two servers, one with 10,000 tasks and one with as many as were asked for, measured in turns.
/// The tasks are written straight into the store: what is measured is how they are found.
/// </summary>
static class Pages
{
    const int Few = 10_000, Piece = 250_000, Rounds = 9, Requests = 256;
    const long First = 1_700_000_000;
    const string Document = """
        {"source":6,"content":{"summary":"Call customer # in the south","description":"and write down what was said","extra":"","custom":"","origin":{"platform_name":"{\"en_us\":\"Bench\"}"}}}
        """;
    // As the server makes them: their first 48 bits are the moment, so neighbours by time are neighbours by id.
    const string Id = "format('%08x-%04x-7000-8000-%012x', at >> 16, at & 65535, i)";

    public static async Task Run(string program, int many)
    {
        var scratch = Directory.CreateTempSubdirectory("reflow-bench-tasks-").FullName;
        try
        {
            using var few = await Filled(program, Path.Combine(scratch, "few"), Few);
            using var lots = await Filled(program, Path.Combine(scratch, "many"), many);
            Console.WriteLine($"{"tasks, page of 20",-40} {$"{Few:N0}",12} {$"{many:N0}",12} {"ratio",7}  goal");
            var (app, member) = (new[] { await Demo.TenantToken(few.Address), await Demo.TenantToken(lots.Address) }, new[] { await Demo.UserToken(few.Address), await Demo.UserToken(lots.Address) });
            foreach (var done in new[] { false, true })
                foreach (var (who, tokens) in new[] { ("tenant token", app), ("user token", member) })
                    await Measure(done ? $"{who}, done ones" : who, few, Calls(tokens[0], Few, done), lots, Calls(tokens[1], many, done));
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    static async Task Measure(string who, ServerProcess few, byte[][] small, ServerProcess many, byte[][] large)
    {
        await Go(few, small);
        await Go(many, large);
        var (of, among) = (new List<Cost>(), new List<Cost>());
        for (var round = 0; round < Rounds; round++)
        {
            of.Add(await Go(few, small));
            among.Add(await Go(many, large));
        }
        Row($"{who}, p50, ms", of, among, cost => cost.Pace.Median.TotalMilliseconds, null);
        Row($"{who}, p99, ms", of, among, cost => cost.Pace.P99.TotalMilliseconds, 1.5);
        Row($"{who}, CPU ms per call", of, among, cost => cost.Cpu, null);
    }

    // One call after the other: what a call costs, not how long it waits for others.
    static async Task<Cost> Go(ServerProcess reflow, byte[][] calls)
    {
        var begun = reflow.Cpu;
        var pace = await Drive.Run(reflow, _ => calls, TimeSpan.FromSeconds(2), 1);
        return new(pace, (reflow.Cpu - begun).TotalMilliseconds / pace.Calls);
    }

    // Each asks for the tasks up to a second that is anywhere in the later half.
    static byte[][] Calls(string authorization, int tasks, bool done)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Requests).Select(_ => Connection.Request("GET",
            $"/open-apis/task/v1/tasks?page_size=20&end_create_time={First + random.Next(tasks / 2, tasks)}{(done ? "&task_completed=true" : "")}", authorization))];
    }

    static async Task<ServerProcess> Filled(string program, string data, int tasks)
    {
        (await ServerProcess.Start(program, Demo.Arguments(data))).Dispose();
        Fill(Path.Combine(data, "reflow.db"), tasks);
        return await ServerProcess.Start(program, Demo.Arguments(data));
    }

    // Half of them are the app's, with the member as a collaborator, half are the member's own: the one sees half, the other all. Two of a hundred are done, one of each half.
    // Rows in the order of their keys, and indexes at the end, are written many times faster.
    static void Fill(string file, int tasks)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select name, sql from sqlite_schema where type = 'index' and name in ('task_of_creator', 'task_of_member')";
        var indexes = new List<(string Name, string Sql)>();
        using (var reader = command.ExecuteReader())
            while (reader.Read()) indexes.Add((reader.GetString(0), reader.GetString(1)));
        command.CommandText = "pragma synchronous = off; pragma cache_size = -400000; pragma temp_store = memory; " + string.Concat(indexes.Select(index => $"drop index {index.Name}; "));
        command.ExecuteNonQuery();
        command.Parameters.AddWithValue("$doc", Document);
        var (from, to) = (command.Parameters.Add("$from", SqliteType.Integer), command.Parameters.Add("$to", SqliteType.Integer));
        var watch = Stopwatch.StartNew();
        for (var at = 0; at < tasks; at += Piece)
        {
            (from.Value, to.Value) = (at, Math.Min(at + Piece, tasks) - 1);
            command.CommandText = $$"""
                begin;
                with recursive n (i) as (select $from union all select i + 1 from n where i < $to)
                insert into task (tenant, id, version, creator, created_at, updated_at, completed_at, state, doc)
                select '{{Demo.Tenant}}', {{Id}}, 1, iif(i % 2, 'app:{{Demo.App}}', 'user:{{Demo.User}}'), at, at, iif(i % 100 in (0, 51), at, 0), i % 100 in (0, 51), replace($doc, '#', i)
                from (select i, ({{First}} + i) * 1000 as at from n);
                with recursive n (i) as (select $from | 1 union all select i + 2 from n where i + 2 <= $to)
                insert into task_member (tenant, task_id, role, user_id, place, created_at, state)
                select '{{Demo.Tenant}}', {{Id}}, 'collaborator', '{{Demo.User}}', 1000, at, i % 100 = 51 from (select i, ({{First}} + i) * 1000 as at from n);
                commit
                """;
            command.ExecuteNonQuery();
            if (tasks > Piece) Console.Write(string.Create(CultureInfo.InvariantCulture, $"\r{Math.Min(at + Piece, tasks):N0} of {tasks:N0} tasks written, {watch.Elapsed.TotalSeconds:0} s "));
        }
        command.Parameters.Clear();
        command.CommandText = string.Concat(indexes.Select(index => $"{index.Sql}; "));
        command.ExecuteNonQuery();
        command.CommandText = "pragma wal_checkpoint(truncate)";
        command.ExecuteNonQuery();
        if (tasks > Piece) Console.WriteLine($"\r{tasks:N0} tasks written in {watch.Elapsed.TotalSeconds:0} s, {new FileInfo(file).Length / 1048576.0:0} MB");
    }

    static void Row(string what, List<Cost> of, List<Cost> among, Func<Cost, double> value, double? most)
    {
        var (few, many) = (of.Select(value).Order().ElementAt(Rounds / 2), among.Select(value).Order().ElementAt(Rounds / 2));
        Console.WriteLine($"{what,-40} {few,12:0.00} {many,12:0.00} {many / few,7:0.00}  {(most is { } goal ? $"at most {goal:0.0}: {(many / few <= goal ? "met" : "missed")}" : "")}");
    }

    readonly record struct Cost(Pace Pace, double Cpu);
}
