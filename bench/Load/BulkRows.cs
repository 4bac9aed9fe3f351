using System.Data.Common;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Reflow.Bench.Load;

/// <summary>
/// Fills the store of a stopped Reflow, of either engine: with copies of rows that it wrote itself, or with what a statement makes. Of a copy only what makes it another row is said;
/// all other columns come along, whatever they are.
/// </summary>
static class BulkRows
{
    const int LargestBatch = 50_000;
    // Far from the ids that a server makes in these years.
    const long FirstCopy = 1_100_000_000_000_000;

    static BulkRows()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
            name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    /// <summary>A connection to a data file.</summary>
    public static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Execute(connection, "pragma busy_timeout = 10000");
        return connection;
    }

    /// <summary>Copies of a task with its history and what was told of it.</summary>
    public static void Tasks(DbConnection store, string task, int count)
    {
        // The last twelve digits of an id count the copies, so that they lie side by side.
        var copy = $"substr('{task}', 1, {task.Length - 12}) || substr(cast(1000000000000 + n as text), 2)";
        var told = Scalar(store, $"select coalesce(max(seq), 0) from outbox where tenant = '{Workbench.Tenant}'");
        Copy(store, "tasks", count,
            new("task", $"id = '{task}'", [("id", copy), ("created_at", "created_at - n")]),
            new("task_member", $"task_id = '{task}'", [("task_id", copy)]),
            new("history", $"kind = 'task' and id = '{task}'", [("id", copy)]),
            new("outbox", $"id = '{task}' and seq <= {told}", [("seq", $"{told} + 1 + n"), ("id", copy)]));
    }

    /// <summary>Copies of an instance with its pending task, each on the lists of other people.</summary>
    public static void Instances(DbConnection store, long instance, int count)
    {
        var task = Scalar(store, $"select id from flow_task where tenant = '{Workbench.Tenant}' and instance = {instance} and status = 0");
        var copy = $"{FirstCopy} + n";
        Copy(store, "instances", count,
            new("flow_instance", $"id = {instance}", [("id", copy), ("marking", $"replace(marking, '{task}', cast({copy} as text))")]),
            new("flow_firing", $"instance = {instance}", [("instance", copy)]),
            new("flow_task", $"id = {task}", [("id", copy), ("instance", copy), ("initiator", "'9' || (n % 5000)")]),
            new("flow_inbox", $"task_id = {task} and source = 'assignMe'", [("task_id", copy), ("user_id", "'9' || (n % 5000)")]),
            new("flow_history", $"instance = {instance} and seq = 1", [("instance", copy)]));
    }

    /// <summary>Copies of a work item with what is searched of it.</summary>
    public static void Items(DbConnection store, string tenant, long item, int count)
    {
        var copy = $"{FirstCopy} + n";
        Copy(store, "work items", count,
            new("work_item", $"id = {item}", [("id", copy), ("doc", $"replace(doc, '{item}', cast({copy} as text))")], tenant),
            new("item_fact", $"item = {item}", [("item", copy)], tenant),
            new("history", $"kind = 'item' and id = '{item}'", [("id", $"cast({copy} as text)")], tenant));
    }

    /// <summary>Does a statement for pieces of so many rows, and shows how far it is. The statement reads them <c>from {rows} rows</c>, whose column <c>n</c> counts from 0.</summary>
    public static void Fill(DbConnection store, string what, int count, params IReadOnlyList<Func<string, string>> statements)
    {
        if (store is SqliteConnection) Execute(store, "pragma synchronous = off; pragma cache_size = -200000");
        else Execute(store, "set synchronous_commit = off");
        var watch = Stopwatch.StartNew();
        for (var done = 0; done < count;)
        {
            var end = Math.Min(done + LargestBatch, count);
            var rows = store is SqliteConnection
                ? $"(with recursive counted (n) as (select {done} union all select n + 1 from counted where n < {end - 1}) select n from counted)"
                : $"(select n from generate_series({done}::bigint, {end - 1}) n)";
            Execute(store, "begin");
            foreach (var statement in statements) Execute(store, statement(rows));
            Execute(store, "commit");
            done = end;
            if (count > LargestBatch) Console.Write($"\r  loading {what}: {done:N0} of {count:N0}, {watch.Elapsed.TotalSeconds:0} s ");
        }
        if (count > LargestBatch) Console.WriteLine();
    }

    /// <summary>Leaves a filled store as one that has been in use is: its log is in its files, and its planner knows its tables.</summary>
    public static void Settle(DbConnection store)
    {
        Execute(store, store is SqliteConnection ? "pragma wal_checkpoint(truncate)" : "vacuum (analyze)");
        if (store is not SqliteConnection) Execute(store, "checkpoint");
    }

    static void Copy(DbConnection store, string what, int count, params IReadOnlyList<Copies> tables) =>
        Fill(store, what, count, [.. tables.Select(copies =>
        {
            var columns = Columns(store, copies.Table);
            var values = columns.Select(column => copies.Changes.FirstOrDefault(change => change.Column == column) is { To: { } to } ? to : column);
            return (Func<string, string>)(rows => $"""
                insert into {copies.Table} ({string.Join(", ", columns)})
                select {string.Join(", ", values)} from (select * from {copies.Table} where tenant = '{copies.Tenant}' and {copies.Where}) as original cross join {rows} as rows
                """);
        })]);

    static List<string> Columns(DbConnection store, string table)
    {
        using var command = store.CreateCommand();
        command.CommandText = $"select * from {table} limit 0";
        using var reader = command.ExecuteReader();
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
    }

    static long Scalar(DbConnection store, string sql)
    {
        using var command = store.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    static void Execute(DbConnection store, string sql)
    {
        using var command = store.CreateCommand();
        (command.CommandText, command.CommandTimeout) = (sql, 600);
        command.ExecuteNonQuery();
    }

    sealed record Copies(string Table, string Where, IReadOnlyList<(string Column, string To)> Changes, string Tenant = Workbench.Tenant);
}
