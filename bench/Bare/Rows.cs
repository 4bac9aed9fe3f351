using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Reflow.Bench.Bare;

/// <summary>One row per change, as many changes per commit as wait, every commit on disk before its callers are answered: the least that Reflow must do too.</summary>
sealed class Rows : IDisposable
{
    const int LargestGroup = 128;

    readonly SqliteConnection connection;
    readonly Channel<Waiting> waiting = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });
    readonly Thread writer;

    static Rows()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
            name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    public Rows(string file)
    {
        connection = new($"Data Source={file};Pooling=False");
        connection.Open();
        Execute("pragma journal_mode = wal; pragma synchronous = full;");
        Execute("create table if not exists task (id integer primary key, version integer not null, updated_at integer not null, completed_at integer not null) strict");
        Execute("with recursive n (id) as (select 0 union all select id + 1 from n where id < 4095) insert or ignore into task (id, version, updated_at, completed_at) select id, 1, 0, 0 from n");
        writer = new(Write) { IsBackground = true };
        writer.Start();
    }

    public Task Change(long id, bool complete)
    {
        var change = new Waiting(id, complete);
        waiting.Writer.TryWrite(change);
        return change.Done.Task;
    }

    public void Dispose()
    {
        waiting.Writer.Complete();
        writer.Join();
        connection.Dispose();
    }

    void Write()
    {
        using var update = connection.CreateCommand();
        update.CommandText = "update task set version = version + 1, updated_at = $2, completed_at = $3 where id = $1";
        var (id, now, at) = (update.Parameters.Add("$1", SqliteType.Integer), update.Parameters.Add("$2", SqliteType.Integer), update.Parameters.Add("$3", SqliteType.Integer));
        using var begin = connection.CreateCommand();
        begin.CommandText = "begin immediate";
        using var commit = connection.CreateCommand();
        commit.CommandText = "commit";
        var group = new List<Waiting>(LargestGroup);
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < LargestGroup && waiting.Reader.TryRead(out var change)) group.Add(change);
            begin.ExecuteNonQuery();
            foreach (var change in group)
            {
                var moment = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                (id.Value, now.Value, at.Value) = (change.Id, moment, change.Complete ? moment : 0);
                update.ExecuteNonQuery();
            }
            commit.ExecuteNonQuery();
            foreach (var change in group) change.Done.SetResult();
            group.Clear();
        }
    }

    void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    sealed record Waiting(long Id, bool Complete)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
