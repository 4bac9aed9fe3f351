using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Reflow.Server.Store;

/// <summary>
/// Brings the schema up to date: numbered scripts, embedded, forward only. What was applied is remembered with its checksum,
/// so that a script that changed after it ran is noticed instead of half believed.
/// </summary>
static class Migrations
{
    /// <summary>Applies the scripts that this database has not seen, all in one transaction, so that a failing one leaves nothing behind.</summary>
    /// <exception cref="StoreException">An applied script changed, or the database is newer than this server.</exception>
    public static Task<int> Apply(Db db, CancellationToken ct) => db.ChangeSystem(async session =>
    {
        await session.Script("create table if not exists schema_version (number integer primary key, name text not null, checksum text not null)");
        var applied = await session.Query("select number, checksum from schema_version order by number", r => (Number: r.GetInt64(0), Checksum: r.GetString(1)));
        var scripts = Scripts(session.Engine).ToDictionary(script => script.Number);
        foreach (var (number, checksum) in applied)
        {
            if (!scripts.Remove(number, out var script)) throw new StoreException($"the data was written by a newer Reflow: this server does not know its schema {number}");
            if (script.Checksum != checksum) throw new StoreException($"migration {script.Name} changed after it was applied");
        }
        foreach (var script in scripts.Values.OrderBy(script => script.Number))
        {
            await session.Script(script.Sql);
            await session.Write("insert into schema_version (number, name, checksum) values ($1, $2, $3)", script.Number, script.Name, script.Checksum);
        }
        return scripts.Count;
    }, ct);

    internal static IReadOnlyList<Script> Scripts(Engine engine)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var folder = $".Migrations.{engine.Folder()}.";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.Contains(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
                var sql = text.ReadToEnd();
                var file = name[(name.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..];
                return new Script(int.Parse(file.AsSpan(0, 4)), file, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
            })];
    }

    internal sealed record Script(long Number, string Name, string Sql, string Checksum);
}
