using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Reflow.Server.Store;

/// <summary>
/// Statements of one text as one statement over the rows of their arguments. A row of arguments, <c>given</c>, has the columns <c>a1</c>, <c>a2</c>, …, and <c>nth</c> counts the rows from one.
/// </summary>
static partial class PostgresMerging
{
    // Far more than the statements there are; filters that are put together from parts could make more over time.
    const int MostTexts = 2000;

    /// <summary>The letter of an argument that is null wherever it is given.</summary>
    public const char Null = 'n';

    /// <summary>The letter of a text that is the same in all rows, and is sent once.</summary>
    public const char Same = 's';

    static readonly ConcurrentDictionary<(string Sql, string Types, PostgresMerge How, string? Together), string?> Texts = [];

    /// <summary>The text for many rows of arguments; null when there is none.</summary>
    /// <param name="sql">The text for one.</param>
    /// <param name="types">A letter for each argument: <c>t</c> for text, <c>i</c> for an integer, <c>r</c> for a real number, <see cref="Same"/>, or <see cref="Null"/> for one that is null in all rows, of which nothing is sent.</param>
    /// <param name="how">What the statement does.</param>
    /// <param name="together">The text for many rows, where whoever wrote the statement has one; see <see cref="PostgresStatement.Writing.Together"/>.</param>
    public static string? Text(string sql, string types, PostgresMerge how, string? together)
    {
        // Somewhere it must say how many rows there are.
        if (types.AsSpan().Trim([Null, Same]).IsEmpty) return null;
        if (Texts.Count > MostTexts) Texts.Clear();
        return Texts.GetOrAdd((sql, types, how, together), static key => Make(key.Sql, key.Types, key.How, key.Together));
    }

    /// <summary>A guard by itself: it fails with a division by zero unless it changes one row, so that nothing that is sent behind it is done.</summary>
    public static string Guarded(string sql) => $"with one as ({sql} returning 1) select 1 / (count(*) = 1)::int from one";

    static string? Make(string sql, string types, PostgresMerge how, string? together)
    {
        var sent = Enumerable.Range(0, types.Length).Where(i => types[i] != Null).ToList();
        string Sent(int i) => $"${sent.IndexOf(i) + 1}";
        var lists = sent.Where(i => types[i] != Same).ToList();
        var rows = $"unnest({string.Join(", ", lists.Select(Sent))}) with ordinality given({string.Concat(lists.Select(i => $"a{i + 1}, "))}nth)";
        string Of(string part) => Argument().Replace(part, match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is var n && types[n - 1] is var type && type == Null ? "null"
            // Columns are compared byte for byte, and neither an array nor an argument says so.
            : type == Same ? $"({Sent(n - 1)} collate \"C\")" : type == 't' ? $"(given.a{n} collate \"C\")" : $"given.a{n}");
        if (together is not null) return Of(together).Replace("{rows}", rows, StringComparison.Ordinal);
        switch (how)
        {
            case PostgresMerge.Rows:
                // «Offset» keeps it from being taken apart: PostgreSQL could begin with the rows, where it expects few of them, and walk everybody's.
                return $"select q.*, given.nth from {rows}, lateral (select * from ({Of(sql)}) f offset 0) q";
            case PostgresMerge.FirstRow:
                return $"select q.*, given.nth from {rows}, lateral (select * from ({Of(sql)}) f limit 1) q";
            case PostgresMerge.Insert:
                return Insert().Match(sql) is { Success: true } insert ? $"insert into {insert.Groups["into"].Value} select {Of(insert.Groups["values"].Value)} from {rows}{insert.Groups["conflict"].Value}" : null;
            case PostgresMerge.Update:
                return Update().Match(sql) is { Success: true } change ? $"{Of(change.Groups["set"].Value)} from {rows} where {Of(change.Groups["where"].Value)}" : null;
            case PostgresMerge.Delete:
                return Delete().Match(sql) is { Success: true } delete ? $"{delete.Groups["from"].Value} using {rows} where {Of(delete.Groups["where"].Value)}" : null;
            case PostgresMerge.Guard:
                return Update().Match(sql) is { Success: true } update
                    ? $"with one as ({Of(update.Groups["set"].Value)} from {rows} where {Of(update.Groups["where"].Value)} returning 1) select 1 / (count(*) = ${sent.Count + 1})::int from one" : null;
            case PostgresMerge.Never:
                return null;
            default:
                throw new UnreachableException();
        }
    }

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Argument();

    // A value that is looked up would be the same for all rows.
    [GeneratedRegex(@"^\s*insert into (?<into>\w+ \([^()]*\)) values \((?<values>(?:(?!select|conflict)[\s\S])*)\)(?<conflict>\s+on conflict[^$]*)?\s*$")]
    private static partial Regex Insert();

    [GeneratedRegex(@"^\s*(?<set>update \w+ set (?:(?!where|select)[\s\S])*) where (?<where>(?:(?!where|select)[\s\S])*)$")]
    private static partial Regex Update();

    [GeneratedRegex(@"^\s*(?<from>delete from \w+) where (?<where>(?:(?!where|select)[\s\S])*)$")]
    private static partial Regex Delete();
}
