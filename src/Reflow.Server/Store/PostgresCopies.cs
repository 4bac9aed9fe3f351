using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reflow.Server.Store;

/// <summary>
/// Copies of a store in PostgreSQL: schemas beside the live one. What is a copy, of what, by which name and from when, stands in the schema's comment.
/// </summary>
/// <param name="live">The live data.</param>
/// <param name="kind">The kind of the copies.</param>
/// <param name="clock">When a copy is made.</param>
sealed class PostgresCopies(PostgresDatabase live, string kind, TimeProvider clock) : Copies
{
    // What is counted belongs to no copy, and begins anew.
    const string Counted = "quota";

    // What a copy does not bring back (see Copies.Restore): what keeps ids apart, and what belongs to the place and not to the data.
    static readonly string[] Kept = ["node_number", "schema_version", "server_key"];

    string Mark => $"reflow copy|{live.Schema}|{kind}|";

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Copy>> All(CancellationToken ct)
    {
        await using var session = await live.Open(DbUse.Reading, ct, patient: true);
        return [.. await Found(session)];
    }

    /// <inheritdoc/>
    public override async Task<Copy?> Find(string name, CancellationToken ct)
    {
        await using var session = await live.Open(DbUse.Reading, ct, patient: true);
        return (await Found(session)).Find(copy => copy.Name == name);
    }

    /// <inheritdoc/>
    public override Task Save(string name, CancellationToken ct) => Put(name, async (session, schema) =>
    {
        var script = new StringBuilder();
        foreach (var (table, _) in (await StoreTable.All(session)).Where(table => table.Name != Counted)) script.Append(CultureInfo.InvariantCulture, $"create table {schema}.{table} as table {Quoted(live.Schema)}.{table};");
        await session.Script(script.ToString());
        return true;
    }, ct);

    /// <inheritdoc/>
    public override Task Make(string name, Func<Db, Task<bool>> fill, CancellationToken ct) => Put(name, async (_, schema) =>
    {
        await using var made = await Db.Open(live.In(Bare(schema)), new() { Durable = false, Readers = 1 }, ct);
        return await fill(made);
    }, ct);

    /// <inheritdoc/>
    public override ValueTask<SystemSession> Open(string name, CancellationToken ct) => live.In(Bare(SchemaOf(name))).Open(DbUse.Reading, ct, patient: true);

    /// <inheritdoc/>
    public override async Task<bool> Restore(string name, CancellationToken ct)
    {
        await using var session = await live.Open(DbUse.Writing, ct, patient: true);
        try
        {
            await session.BeginChange([null]);
            var tables = (await session.Query(Pairs, r => (Name: r.GetString(0), Columns: r.GetString(1), IsThere: r.GetBoolean(2), HadRows: r.GetBoolean(3), HasRows: r.GetBoolean(4)), Bare(SchemaOf(name))))
                .FindAll(table => table.Name != Counted && !Kept.Contains(table.Name));
            if (!tables.Exists(table => table.IsThere)) return false;
            var script = new StringBuilder($"delete from {Counted};");
            foreach (var (table, columns, _, hadRows, hasRows) in tables)
            {
                if (hadRows && !GrantStore.Outliving.Contains(table)) script.Append(CultureInfo.InvariantCulture, $"delete from {table};");
                if (hasRows) script.Append(CultureInfo.InvariantCulture, $"insert into {table} ({columns}) select {columns} from {SchemaOf(name)}.{table} on conflict do nothing;");
            }
            await session.Script(script.ToString());
            await session.Execute("commit");
            return true;
        }
        catch (System.Data.Common.DbException e)
        {
            throw new StoreException($"the copy {name} cannot be brought back: {e.Message}", e);
        }
    }

    // Every live table with its columns and its counterpart in a schema. A table that holds a row holds a page; one that lacks a counterpart is taken to have rows there, so that bringing it back fails.
    const string Pairs = """
        select t.relname::text, (select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped),
            c.oid is not null, pg_relation_size(t.oid) > 0, coalesce(pg_relation_size(c.oid) > 0, true)
        from pg_class t left join pg_class c on c.relname = t.relname and c.relkind = 'r' and c.relnamespace = (select oid from pg_namespace where nspname = $1)
        where t.relkind = 'r' and t.relnamespace = (select oid from pg_namespace where nspname = current_schema()) order by t.relname
        """;

    /// <inheritdoc/>
    public override async Task<bool> Delete(string name, CancellationToken ct)
    {
        await using var session = await live.Open(DbUse.Writing, ct, patient: true);
        if ((await Found(session)).All(copy => copy.Name != name)) return false;
        await session.Script($"drop schema {SchemaOf(name)} cascade");
        return true;
    }

    // A copy that is under way has no mark, so that nobody takes half of one.
    async Task Put(string name, Func<SystemSession, string, Task<bool>> write, CancellationToken ct)
    {
        var (schema, unfinished) = (SchemaOf(name), Quoted($"reflow_{Guid.NewGuid():n}"));
        await using var session = await live.Open(DbUse.WritingFast, ct, patient: true);
        try
        {
            await session.Script($"create schema {unfinished}");
            try
            {
                if (!await write(session, unfinished)) return;
                await session.Script($"""
                    begin;
                    drop schema if exists {schema} cascade;
                    alter schema {unfinished} rename to {schema};
                    comment on schema {schema} is '{Mark}{name}|{clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}';
                    commit
                    """);
            }
            finally
            {
                await session.Script($"drop schema if exists {unfinished} cascade");
            }
        }
        catch (System.Data.Common.DbException e)
        {
            throw new StoreException($"the copy {name} cannot be written: {e.Message}", e);
        }
    }

    async Task<List<Copy>> Found(SystemSession session) => await session.Query("""
        select split_part(obj_description(n.oid), '|', 4), split_part(obj_description(n.oid), '|', 5)::bigint,
            (select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c where c.relnamespace = n.oid and c.relkind = 'r')
        from pg_namespace n where starts_with(obj_description(n.oid, 'pg_namespace'), $1) order by 1
        """, r => new Copy(r.GetString(0), r.GetInt64(1), r.GetInt64(2)), Mark);

    // Names are longer than PostgreSQL's, and have signs that it has not.
    string SchemaOf(string name) => Quoted($"reflow_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{live.Schema}\n{kind}\n{name}")).AsSpan(0, 16))}");

    static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    static string Bare(string quoted) => quoted[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal);
}
