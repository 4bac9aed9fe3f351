namespace Reflow.Server.Store;

/// <summary>
/// Who changes a tenant's data takes that tenant's lock until the end of the transaction, and shares one for all tenants; who changes what belongs to no tenant or to many takes
/// that one alone. The locks are PostgreSQL's advisory ones, taken in one order. So the changes of a tenant follow one another on all nodes together, as they do with the embedded
/// engine's one writer, and those of two tenants do not wait for each other.
/// </summary>
/// <remarks>What changes many tenants, such as a workspace, may change what nodes remember: all nodes are told when it is committed.</remarks>
/// <param name="schema">Where the data is: two Reflows in one database have nothing to do with each other.</param>
sealed class PostgresLanes(string schema)
{
    // The same text for every tenant: there are more tenants than statements that a connection keeps prepared.
    const string Alone = "select pg_advisory_xact_lock($1)";

    readonly long all = All(schema);

    /// <summary>The statements that take the lanes of tenants, with their arguments; null among the tenants stands for all.</summary>
    public IEnumerable<(string Sql, object?[] Args)> Take(IReadOnlyCollection<string?> tenants) => tenants.Contains(null)
        ? [(Alone, [all]), ($"notify {Channel(schema)}", [])]
        : [("select pg_advisory_xact_lock_shared($1)", [all]), .. tenants.Select(tenant => Key(schema, tenant!)).Distinct().Order().Select(key => (Alone, (object?[])[key]))];

    /// <summary>The key of the lane that everybody who changes anything shares or has.</summary>
    public static long All(string schema) => Key(schema, "");

    /// <summary>Whether a row of <c>pg_locks</c> is a lane's, in the database that asks: PostgreSQL shows the halves of its key.</summary>
    /// <param name="row">How the statement calls the row.</param>
    /// <param name="key">The argument that holds the key.</param>
    public static string Lane(string row, string key) =>
        $"{row}.locktype = 'advisory' and {row}.objsubid = 1 and {row}.classid = ({key} >> 32 & 4294967295)::oid and {row}.objid = ({key} & 4294967295)::oid and {row}.database = (select oid from pg_database where datname = current_database())";

    /// <summary>Where nodes are told.</summary>
    public static string Channel(string schema) => $"reflow_{All(schema):x}";

    static long Key(string schema, string tenant) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{schema}\n{tenant}")));
}
