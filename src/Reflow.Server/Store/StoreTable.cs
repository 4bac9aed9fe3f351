namespace Reflow.Server.Store;

/// <summary>A table as the migrations have left it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns, in their places.</param>
sealed record StoreTable(string Name, IReadOnlyList<string> Columns)
{
    /// <summary>Whether its rows are a tenant's.</summary>
    public bool IsOfTenants => Columns.Contains("tenant");

    /// <summary>All tables of the session's store, by name.</summary>
    public static async ValueTask<IReadOnlyList<StoreTable>> All(SystemSession session) =>
        [.. (await session.Query(session.Engine.Columns(), r => (Table: r.GetString(0), Column: r.GetString(1)))).GroupBy(c => c.Table, (table, columns) => new StoreTable(table, [.. columns.Select(c => c.Column)]))];

    /// <summary>The statement that writes a row; its arguments are in the order of the columns.</summary>
    public static string Insert(string table, IReadOnlyCollection<string> columns) =>
        $"insert into {table} ({string.Join(", ", columns)}) values ({string.Join(", ", columns.Select((_, i) => $"${i + 1}"))})";
}
