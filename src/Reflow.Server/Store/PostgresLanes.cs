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

    readonly long all = Key(schema, "");

    /// <summary>The statements that take the lanes of tenants, with their arguments; null among the tenants stands for all.</summary>
    public IEnumerable<(string Sql, object?[] Args)> Take(IReadOnlyCollection<string?> tenants) => tenants.Contains(null)
        ? [(Alone, [all]), ($"notify {Channel(schema)}", [])]
        : [("select pg_advisory_xact_lock_shared($1)", [all]), .. tenants.Select(tenant => Key(schema, tenant!)).Distinct().Order().Select(key => (Alone, (object?[])[key]))];

    /// <summary>Where nodes are told.</summary>
    public static string Channel(string schema) => $"reflow_{Key(schema, ""):x}";

    static long Key(string schema, string tenant) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{schema}\n{tenant}")));
}
