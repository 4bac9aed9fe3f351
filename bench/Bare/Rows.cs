using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Reflow.Bench.Bare;

/// <summary>A row, a line of history and an event for each change, as many changes per commit as wait, every commit on disk before its callers are answered: the least that Reflow must do too.</summary>
abstract class Rows(int largestGroup) : IDisposable
{
    /// <summary>How many rows there are.</summary>
    protected const int Count = 4096;

    readonly Channel<Waiting> waiting = Channel.CreateUnbounded<Waiting>();
    readonly List<Thread> writers = [];

    /// <summary>Rows in a SQLite file, or in a PostgreSQL.</summary>
    public static Rows In(string store) => store.Contains('=', StringComparison.Ordinal) ? new PostgresRows(store) : new SqliteRows(store);

    public Task Change(long id, bool complete)
    {
        var change = new Waiting(id, complete);
        waiting.Writer.TryWrite(change);
        return change.Done.Task;
    }

    public virtual void Dispose()
    {
        waiting.Writer.Complete();
        foreach (var writer in writers) writer.Join();
    }

    /// <summary>Begins a writer, which is told a group at a time and answers once it is on disk.</summary>
    protected void Begin(Action<IReadOnlyList<Waiting>> write)
    {
        var writer = new Thread(() => Write(write)) { IsBackground = true };
        writers.Add(writer);
        writer.Start();
    }

    void Write(Action<IReadOnlyList<Waiting>> write)
    {
        var group = new List<Waiting>(largestGroup);
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < largestGroup && waiting.Reader.TryRead(out var change)) group.Add(change);
            if (group.Count == 0) continue;
            write(group);
            foreach (var change in group) change.Done.SetResult();
            group.Clear();
        }
    }

    protected sealed record Waiting(long Id, bool Complete)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public long Now { get; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        public string Event => Complete ? """["completed"]""" : """["uncompleted"]""";
    }
}

/// <summary>One writer, three statements a change.</summary>
sealed class SqliteRows : Rows
{
    readonly SqliteConnection connection;
    readonly SqliteCommand begin, commit, update, history, outbox;

    static SqliteRows()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
            name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    public SqliteRows(string file) : base(128)
    {
        connection = new($"Data Source={file};Pooling=False");
        connection.Open();
        Command("""
            pragma journal_mode = wal; pragma synchronous = full;
            create table task (id integer primary key, version integer not null, updated_at integer not null, completed_at integer not null) strict;
            create table history (id integer not null, seq integer not null, at integer not null, payload text not null, primary key (id, seq)) strict, without rowid;
            create table outbox (seq integer primary key, at integer not null, id integer not null, events text not null) strict;
            """).ExecuteNonQuery();
        Command($"with recursive n (id) as (select 0 union all select id + 1 from n where id < {Count - 1}) insert into task select id, 1, 0, 0 from n").ExecuteNonQuery();
        begin = Command("begin immediate");
        commit = Command("commit");
        update = Command("update task set version = version + 1, updated_at = $2, completed_at = $3 where id = $1", "$1", "$2", "$3");
        history = Command("insert into history select $1, version, $2, $3 from task where id = $1", "$1", "$2", "$3");
        outbox = Command("insert into outbox (at, id, events) values ($2, $1, $3)", "$1", "$2", "$3");
        Begin(Write);
    }

    public override void Dispose()
    {
        base.Dispose();
        connection.Dispose();
    }

    void Write(IReadOnlyList<Waiting> group)
    {
        begin.ExecuteNonQuery();
        foreach (var change in group)
        {
            Run(update, change.Id, change.Now, change.Complete ? change.Now : 0);
            Run(history, change.Id, change.Now, change.Event);
            Run(outbox, change.Id, change.Now, change.Event);
        }
        commit.ExecuteNonQuery();
    }

    static void Run(SqliteCommand command, long id, long now, object third)
    {
        (command.Parameters[0].Value, command.Parameters[1].Value, command.Parameters[2].Value) = (id, now, third);
        command.ExecuteNonQuery();
    }

    SqliteCommand Command(string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter, 0L);
        return command;
    }
}

/// <summary>Two writers, one statement a change, all statements of a group in one round trip.</summary>
sealed class PostgresRows : Rows
{
    /// <summary>A change as one statement: id, now, when it was completed, event.</summary>
    const string OneStatement = """
        with changed as (update bare.task set version = version + 1, updated_at = $2, completed_at = $3 where id = $1 returning version),
            told as (insert into bare.outbox (at, id, events) values ($2, $1, $4))
        insert into bare.history select $1, version, $2, $4 from changed
        """;

    readonly List<NpgsqlConnection> connections = [];

    public PostgresRows(string store) : base(64)
    {
        using (var setUp = Open(store))
        using (var tables = new NpgsqlCommand($"""
            drop schema if exists bare cascade; create schema bare;
            create table bare.task (id bigint primary key, version bigint not null, updated_at bigint not null, completed_at bigint not null);
            create table bare.history (id bigint not null, seq bigint not null, at bigint not null, payload text not null, primary key (id, seq));
            create table bare.outbox (seq bigserial primary key, at bigint not null, id bigint not null, events text not null);
            insert into bare.task select n, 1, 0, 0 from generate_series(0, {Count - 1}) n
            """, setUp))
            tables.ExecuteNonQuery();
        for (var writer = 0; writer < 2; writer++)
        {
            var connection = Open(store);
            connections.Add(connection);
            Begin(group => Write(connection, group));
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var connection in connections) connection.Dispose();
    }

    // In the order of their ids, so that two writers never wait for each other in a circle.
    static void Write(NpgsqlConnection connection, IReadOnlyList<Waiting> group)
    {
        using var batch = new NpgsqlBatch(connection);
        foreach (var change in group.OrderBy(change => change.Id))
            batch.BatchCommands.Add(new(OneStatement)
            {
                Parameters = { new() { Value = change.Id }, new() { Value = change.Now }, new() { Value = change.Complete ? change.Now : 0L }, new() { Value = change.Event } },
            });
        using var transaction = connection.BeginTransaction();
        batch.ExecuteNonQuery();
        transaction.Commit();
    }

    static NpgsqlConnection Open(string store)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(store) { Pooling = false, MaxAutoPrepare = 20, AutoPrepareMinUsages = 2 }.ToString());
        connection.Open();
        return connection;
    }
}
