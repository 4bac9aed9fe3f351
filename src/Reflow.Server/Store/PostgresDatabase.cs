using Npgsql;

namespace Reflow.Server.Store;

/// <summary>The store in a schema of a PostgreSQL database, and copies of it in schemas beside.</summary>
sealed class PostgresDatabase : Database
{
    // What nobody said otherwise. A statement that is run twice is prepared; the server takes a transaction back whose node is stopped in the middle of it.
    const int Prepared = 500;
    // What the driver takes, in seconds.
    const int LongestTimeout = 1024;
    const string Limits = "-c idle_in_transaction_session_timeout=20s";
    // What is collected looks rows up by their keys. A plan that was made while tables were small, or before anything was known of them, would read them whole for as long as it is kept.
    const string ByKeys = "set enable_seqscan = off; set enable_bitmapscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set enable_material = off; set jit = off; set plan_cache_mode = force_generic_plan";

    readonly PostgresServers servers;
    readonly PostgresPatience patience;
    readonly PostgresMergeLimits merge;
    readonly Func<string, Action<IReadOnlyList<string>>?>? inspect;

    /// <param name="connection">The driver's connection string.</param>
    /// <param name="options">How long a call waits for a connection, or for the answer of a statement; what is merged, and shown.</param>
    /// <exception cref="StoreException">It is none.</exception>
    public PostgresDatabase(string connection, DbOptions options)
    {
        (patience, merge, inspect) = (new(options.Patience), options.Merge, options.Inspect);
        try
        {
            var said = new NpgsqlConnectionStringBuilder(connection);
            Schema = said.SearchPath is { Length: > 0 } path ? path : "public";
            said.SearchPath = Schema;
            // Sessions are kept here: a pool of the driver's below would only reset them.
            said.Pooling = false;
            if (!said.ShouldSerialize("Max Auto Prepare")) (said.MaxAutoPrepare, said.AutoPrepareMinUsages) = (Prepared, 2);
            if (!said.ShouldSerialize("Timeout")) said.Timeout = (int)Math.Clamp(patience.Limit.TotalSeconds, 1, LongestTimeout);
            if (!said.ShouldSerialize("Host Recheck Seconds")) said.HostRecheckSeconds = 1;
            if (!said.ShouldSerialize("Target Session Attributes") && said.Host?.Contains(',', StringComparison.Ordinal) == true) said.TargetSessionAttributes = "primary";
            // A host that vanished does not answer a statement that may take its time. A socket of this machine's has no such thing.
            if (!said.ShouldSerialize("Tcp Keepalive Time") && said.Host?.Contains('/', StringComparison.Ordinal) != true) (said.TcpKeepAliveTime, said.TcpKeepAliveInterval) = (5, 1);
            said.ApplicationName ??= "Reflow";
            said.Options = $"{Limits} {said.Options}".Trim();
            servers = new(said);
        }
        catch (ArgumentException e)
        {
            throw new StoreException($"the connection string of PostgreSQL is wrong: {e.Message}", e);
        }
    }

    // A copy has no indexes: it is only read as a whole, and nobody inspects that.
    PostgresDatabase(PostgresDatabase live, string schema) =>
        (servers, patience, merge, Schema) = (live.servers.In(schema), live.patience, live.merge, schema);

    /// <summary>Where the tables are.</summary>
    public string Schema { get; }

    /// <summary>The same database with another schema.</summary>
    public PostgresDatabase In(string schema) => new(this, schema);

    /// <summary>Where nodes tell each other that what they remember may not hold any more.</summary>
    public string Channel => PostgresLanes.Channel(Schema);

    /// <inheritdoc/>
    public override async Task<NodeNumber> Join(Db db, Action changed, CancellationToken ct) => await PostgresNode.Join(this, changed, ct);

    /// <summary>A connection of its own.</summary>
    /// <exception cref="StoreGoneException">PostgreSQL cannot be reached.</exception>
    public async ValueTask<NpgsqlConnection> Connect(CancellationToken ct) => (await Find(ct)).Connection;

    async ValueTask<(NpgsqlConnection Connection, Func<bool> IsBehind)> Find(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience.Limit);
        try
        {
            return await servers.Open(patience, limit.Token);
        }
        catch (Exception e) when (e is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            throw new StoreGoneException($"cannot reach PostgreSQL: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<SystemSession> Open(DbUse use, CancellationToken ct, bool patient = false)
    {
        var allowed = patient ? PostgresPatience.Endless : patience;
        var (opened, isBehind) = await Connect(use, allowed, ct);
        return new PostgresSession(opened, isBehind, new(Schema), allowed, Inspector("set enable_seqscan = off"));
    }

    /// <inheritdoc/>
    public override async ValueTask<SystemSession> OpenWriter(DbUse use)
    {
        var (opened, isBehind) = await Connect(use, patience, CancellationToken.None, ByKeys);
        var session = new PostgresPipeline(opened, isBehind, new(Schema), patience, merge, Inspector(ByKeys));
        opened.Notice += session.Hear;
        return session;
    }

    /// <inheritdoc/>
    public override Func<ValueTask<SystemSession>> BriefReader => async () =>
    {
        var (opened, isBehind) = await Connect(DbUse.Reading, patience, CancellationToken.None, ByKeys);
        return new PostgresPipeline(opened, isBehind, new(Schema), patience, merge, Inspector(ByKeys));
    };

    async ValueTask<(NpgsqlConnection Connection, Func<bool> IsBehind)> Connect(DbUse use, PostgresPatience allowed, CancellationToken ct, string plans = "")
    {
        var (opened, isBehind) = await Find(ct);
        try
        {
            await using var say = new NpgsqlCommand($"{Say(use)}; {allowed.Statement}; {plans}", opened) { CommandTimeout = patience.DriverSeconds };
            await patience.Answered(say.ExecuteNonQueryAsync(ct), opened);
            return (opened, isBehind);
        }
        catch (Exception e)
        {
            await opened.DisposeAsync();
            if (e is NpgsqlException) throw e.AsStoreFailure(ofChange: use is not DbUse.Reading);
            throw;
        }
    }

    Action<string, NpgsqlParameterCollection>? Inspector(string plans) => inspect is null ? null : (sql, parameters) => Inspect(sql, parameters, plans);

    // On a connection of its own, so that a statement which cannot be planned yet, for a table that its transaction makes, ends no transaction. Small tables would be read whole
    // whatever indexes they have. The plan is the one for any values, which is what is kept of a prepared statement.
    void Inspect(string sql, NpgsqlParameterCollection parameters, string plans)
    {
        if (inspect!(sql) is not { } shown) return;
        using var beside = new NpgsqlConnection(servers.Current);
        beside.Open();
        using (var say = new NpgsqlCommand($"{plans}; set plan_cache_mode = force_generic_plan; set lock_timeout = '5s'", beside)) say.ExecuteNonQuery();
        string Listed(Func<NpgsqlParameter, string> each) => parameters.Count == 0 ? "" : $"({string.Join(", ", parameters.Select(each))})";
        using var batch = new NpgsqlBatch(beside)
        {
            BatchCommands = { new($"prepare inspected {Listed(PostgresArguments.TypeOf)} as {sql}"), new($"explain (costs off) execute inspected {Listed(_ => "null")}") },
        };
        var plan = new List<string>();
        try
        {
            using var reader = batch.ExecuteReader();
            while (reader.Read()) plan.Add(reader.GetString(0));
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            return;
        }
        shown(plan);
    }

    static string Say(DbUse use) => use switch
    {
        DbUse.Reading => "set default_transaction_read_only = on",
        // Whatever the server's own setting is, an answer is not sent before its change is on a disk; one that asks for more, as for a standby's, keeps it.
        DbUse.Writing => "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
        DbUse.WritingFast => "set synchronous_commit = off",
    };

    /// <inheritdoc/>
    public override Quotas Quotas() => new PostgresQuotas(this, patience.Limit);

    /// <summary>Opens a session whose statements stand alone, and whose changes a crash of the server may forget.</summary>
    public ValueTask<SystemSession> OpenCounting(CancellationToken ct) => Open(DbUse.WritingFast, ct);

    /// <inheritdoc/>
    public override Copies Copies(string kind, TimeProvider clock) => new PostgresCopies(this, kind, clock);
}
