using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// A place for data that a test has for itself: a directory of the embedded store or, when <c>REFLOW_TEST_POSTGRES</c> names a PostgreSQL where databases may be made, a database there.
/// Whoever disposes of it takes it away.
/// </summary>
public sealed class TestStore : IAsyncDisposable
{
    static readonly string? Server = Environment.GetEnvironmentVariable("REFLOW_TEST_POSTGRES");
    static readonly Lazy<Task<TestStore>> Template = new(MakeTemplate);
    /// <summary>Options of a store whose callers wait for as long as a busy machine lets them.</summary>
    public static readonly DbOptions Patient = new() { Patience = TimeSpan.FromMinutes(1) };

    // Every change runs twice, so that one which cannot be repeated shows, and no statement may walk a whole table.
    // On PostgreSQL each is sent as many of its text would be.
    static readonly DbOptions Watched = Patient with { Inspect = Plans.Check, Rehearse = true, Merge = new(1, 2) };
    static int made;

    // Where the database is; null when it is in the place of all tests.
    readonly string? elsewhere;

    TestStore(string name, string? elsewhere = null) => (Name, this.elsewhere) = (name, elsewhere);

    /// <summary>Whether data is in PostgreSQL.</summary>
    public static bool IsPostgres => Server is not null;

    /// <summary>The directory, or the database.</summary>
    public string Name { get; }

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>How to reach it in PostgreSQL.</summary>
    public string Connection => new NpgsqlConnectionStringBuilder(elsewhere ?? Server) { Database = Name }.ToString();

    /// <summary>A place without data.</summary>
    public static async Task<TestStore> Empty()
    {
        if (!IsPostgres) return new(Directory.CreateTempSubdirectory("reflow-test-").FullName);
        var store = new TestStore(NextName());
        await Administer($"create database {store.Name} strategy file_copy");
        return store;
    }

    /// <summary>A place with the demo workspace's data.</summary>
    public static async Task<TestStore> Demo()
    {
        var template = await Template.Value;
        if (IsPostgres)
        {
            var store = new TestStore(NextName());
            await Administer($"create database {store.Name} template {template.Name} strategy file_copy");
            return store;
        }
        return await DemoIn((await Empty()).Name);
    }

    /// <summary>An embedded store with the demo workspace's data in a directory that is there and empty.</summary>
    internal static async Task<TestStore> DemoIn(string directory)
    {
        foreach (var file in Directory.GetFiles((await Template.Value).Name)) File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        return new(directory);
    }

    /// <summary>A database with the demo workspace's data in a PostgreSQL that only this test has: it goes with it.</summary>
    internal static async Task<TestStore> DemoIn(OwnPostgres server, string options = "")
    {
        var store = new TestStore(NextName(), server.Connection);
        await server.Execute($"create database {store.Name} {options}");
        await using (await ReflowServer.Start(store.On(new() { Urls = "http://127.0.0.1:0" }), new ManualClock(DateTimeOffset.UtcNow), Ct)) { }
        return store;
    }

    /// <summary>The same database in another PostgreSQL, or in the primary of several.</summary>
    internal TestStore At(params IEnumerable<string> hosts) => new(Name, $"Host={string.Join(',', hosts)};Username=reflow");

    /// <summary>Another database in the same PostgreSQL.</summary>
    internal TestStore In(string database) => new(database, elsewhere);

    /// <summary>What tells a server of its own process where the data is.</summary>
    public IReadOnlyList<string> Arguments => IsPostgres ? ["--store", Connection] : ["--data", Name];

    /// <summary>The same for a node that PostgreSQL knows by a name, and which it waits for three seconds when it stands still in the middle of a change.</summary>
    public IReadOnlyList<string> ArgumentsOf(string node) => ["--store", $"{Connection};Application Name={node};Options=-c idle_in_transaction_session_timeout=3s"];

    /// <summary>Opens the store without a server.</summary>
    public Task<Db> Open(DbOptions options) => IsPostgres ? Db.OpenPostgres(Connection, options, Ct) : Db.OpenSqlite(Path.Combine(Name, "reflow.db"), options, Ct);

    /// <summary>Settings with the data in this place.</summary>
    public Settings On(Settings settings) => IsPostgres ? settings with { Postgres = Connection, Store = Watched } : settings with { Data = Name, Store = Watched };

    /// <summary>All that the place holds, byte for byte: a token or a secret that is anywhere is found.</summary>
    public async Task<byte[]> Bytes()
    {
        if (!IsPostgres) return [.. Directory.GetFiles(Name, "reflow.db*").SelectMany(File.ReadAllBytes)];
        await using var db = await Open(new());
        return Encoding.UTF8.GetBytes(await State(db, []));
    }

    /// <summary>All rows of all tables but some, in an order that does not depend on the engine, as one text.</summary>
    public static Task<string> State(Db db, IReadOnlyCollection<string> without) => db.ReadSystem(async session =>
    {
        var state = new StringBuilder();
        var tables = await session.Query(session.Engine.Columns(), r => r.GetString(0));
        foreach (var table in tables.Distinct().Except(without))
        {
            state.Append("# ").AppendLine(table);
            var rows = await session.Query($"select * from {table}", r => string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? "null" : r.GetValue(i).ToString())));
            foreach (var row in rows.Order(StringComparer.Ordinal)) state.AppendLine(row);
        }
        return state.ToString();
    }, Ct);

    /// <summary>Tells changes as they happen: seen from a connection of its own.</summary>
    internal async Task<ChangeCounter> Count()
    {
        if (!IsPostgres) return new(new SqliteConnection($"Data Source={Path.Combine(Name, "reflow.db")};Mode=ReadOnly;Pooling=false"), "pragma data_version");
        // A sequence counts also what is taken back later; what nodes do with their numbers is not done for a call.
        await using (var db = await Open(new()))
            await db.ChangeSystem(async session =>
            {
                await session.Script("create sequence changes; create function count_change() returns trigger language plpgsql as 'begin perform nextval(''changes''); return null; end'");
                foreach (var table in (await session.Query(session.Engine.Columns(), r => r.GetString(0))).Distinct().Where(table => table is not ("node_number" or "quota")))
                    await session.Script($"create trigger counted after insert or update or delete on {table} for each row execute function count_change()");
                return 0;
            }, Ct);
        return new(new NpgsqlConnection(Connection), "select last_value from changes");
    }

    /// <summary>Lets nobody into a database, or lets them in again.</summary>
    public static Task Admit(TestStore store, bool allowed) => Administer($"alter database {store.Name} with allow_connections {allowed}");

    /// <summary>Cuts everybody off from a database.</summary>
    public static Task EndConnections(TestStore store) => Administer($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{store.Name}'");

    public async ValueTask DisposeAsync()
    {
        if (elsewhere is not null) return;
        if (IsPostgres) await Administer($"drop database if exists {Name} with (force)");
        else if (Directory.Exists(Name)) Directory.Delete(Name, recursive: true);
    }

    static async Task<TestStore> MakeTemplate()
    {
        var store = await Empty();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => store.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
        await using (await ReflowServer.Start(store.On(new() { Urls = "http://127.0.0.1:0" }), new ManualClock(), Ct)) { }
        // Nobody copies a database that somebody is in, and the server takes its time to see that nobody is.
        if (IsPostgres) await Administer($"do $$ begin while exists (select 1 from pg_stat_activity where datname = '{store.Name}') loop perform pg_sleep(0.05); perform pg_stat_clear_snapshot(); end loop; end $$");
        return store;
    }

    static string NextName() => $"reflow_test_{Environment.ProcessId}_{Interlocked.Increment(ref made)}";

    /// <summary>Changes something in the database and waits for no one who changes it through a <see cref="Db"/>.</summary>
    public Task<int> Execute(string sql) => Execute(Connection, sql);

    static Task<int> Administer(string sql) => Execute(Server!, sql);

    static async Task<int> Execute(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ToString());
        await connection.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        return await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}

/// <summary>A number that changes whenever anything in a store was changed.</summary>
sealed class ChangeCounter : IDisposable
{
    readonly System.Data.Common.DbConnection connection;
    readonly System.Data.Common.DbCommand command;

    public ChangeCounter(System.Data.Common.DbConnection connection, string sql)
    {
        this.connection = connection;
        connection.Open();
        command = connection.CreateCommand();
        command.CommandText = sql;
    }

    public long Now => Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        command.Dispose();
        connection.Dispose();
    }
}
