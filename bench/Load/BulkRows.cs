using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Reflow.Bench.Load;

/// <summary>
/// Fills a stopped Reflow's data file with copies of rows that it wrote itself. Only what makes a copy another row is named here;
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

    /// <summary>Copies an instance with its pending tasks until there are so many more, each on the lists of other people.</summary>
    public static void Instances(string file, long instance, int count)
    {
        using var connection = Open(file);
        Fill(connection, "tasks", count, (done, batch) =>
        {
            var task = $"(select id from flow_task where tenant = '{Workbench.Tenant}' and instance = {instance} and status = 0)";
            Copies(connection, "flow_instance", $"tenant = '{Workbench.Tenant}' and id = {instance}", batch, $"id = {FirstCopy + done} + n");
            Copies(connection, "flow_task", $"tenant = '{Workbench.Tenant}' and id = {task}", batch, $"id = {FirstCopy + done} + n, instance = {FirstCopy + done} + n");
            foreach (var source in new[] { "fromMe", "assignMe" })
                Copies(connection, "flow_inbox", $"tenant = '{Workbench.Tenant}' and task_id = {task} and source = '{source}'", batch, $"task_id = {FirstCopy + done} + n, user_id = '9' || (n % 5000)");
        });
    }

    static void Fill(SqliteConnection connection, string what, int count, Action<int, int> load)
    {
        Execute(connection, "pragma synchronous = off");
        for (var done = 0; done < count;)
        {
            var batch = Math.Min(LargestBatch, count - done);
            Execute(connection, "begin");
            load(done, batch);
            Execute(connection, "commit");
            done += batch;
            Console.Write($"\r  loading {what}: {done} of {count}");
        }
        Console.WriteLine();
        Execute(connection, "pragma wal_checkpoint(truncate)");
    }

    // Leaves the copies in the temporary table `copies`; n counts them from 0.
    static void Copies(SqliteConnection connection, string table, string which, int count, string change)
    {
        Execute(connection, "drop table if exists copies");
        Execute(connection, $"create temp table copies as select 0 as n, t.* from {table} t where {which}");
        Execute(connection, $"insert into copies with recursive more (k) as (select 1 union all select k + 1 from more where k < {count}) select c.* from more, (select * from copies) c limit {count} - (select count(*) from copies)");
        Execute(connection, "update copies set n = rowid - 1");
        Execute(connection, $"update copies set {change}");
        Execute(connection, "alter table copies drop column n");
        Execute(connection, $"insert into {table} select * from copies");
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
