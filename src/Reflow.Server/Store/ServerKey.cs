namespace Reflow.Server.Store;

/// <summary>The key that tokens are derived from, where it is kept with the data: all nodes of a PostgreSQL have one.</summary>
static class ServerKey
{
    /// <summary>How long it is.</summary>
    public const int Bytes = 32;

    /// <summary>The key; whoever asks first makes it.</summary>
    public static async Task<byte[]> Of(Db db, Chance chance, CancellationToken ct)
    {
        var made = chance.Hex(Bytes);
        return Convert.FromHexString(await db.ChangeSystem(async session =>
        {
            await session.Write("insert into server_key (id, key) values (0, $1) on conflict do nothing", made);
            return (await session.Find("select key from server_key", r => r.GetString(0)))!;
        }, ct));
    }
}
