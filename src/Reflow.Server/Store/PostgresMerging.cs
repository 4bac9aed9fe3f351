using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Reflow.Server.Store;

/// <summary>
/// Statements of one text as one statement over the rows of their arguments. A row of arguments, <c>given</c>, has the columns <c>a1</c>, <c>a2</c>, …, and <c>nth</c> counts the rows from one; what all rows have in common is an argument of the whole.
/// </summary>
static partial class PostgresMerging
{
    // Far more than the statements there are; filters that are put together from parts could make more over time.
    const int MostTexts = 2000;

    /// <summary>The letter of an argument that is null wherever it is given.</summary>
    public const char Null = 'n';

    static readonly ConcurrentDictionary<(string Sql, string Types, PostgresMerge How, string? Together), string?> Texts = [];

    /// <summary>The letter of an argument that is the same in all rows, and is sent once.</summary>
    public static char Same(char type) => char.ToUpperInvariant(type);

    /// <summary>Whether it is the letter of an argument that is the same in all rows.</summary>
    public static bool IsSame(char type) => char.IsUpper(type);

    /// <summary>Whether rows have something of their own: only that says how many they are.</summary>
    public static bool HasRows(ReadOnlySpan<char> types)
    {
        foreach (var type in types)
            if (IsOfRow(type)) return true;
        return false;
    }

    /// <summary>The text for many rows of arguments; null when there is none.</summary>
    /// <param name="sql">The text for one.</param>
    /// <param name="types">A letter for each argument: <c>t</c> for text, <c>i</c> for an integer, <c>r</c> for a real number; the capital for one that is the same in all rows; <see cref="Null"/> for one that is null in all rows, of which nothing is sent.</param>
    /// <param name="how">What the statement does.</param>
    /// <param name="together">The text for many rows, where whoever wrote the statement has one; see <see cref="PostgresStatement.Writing.Together"/>.</param>
    public static string? Text(string sql, string types, PostgresMerge how, string? together)
    {
        if (!HasRows(types)) return null;
        if (Texts.Count > MostTexts) Texts.Clear();
        return Texts.GetOrAdd((sql, types, how, together), static key => Make(key.Sql, key.Types, key.How, key.Together));
    }

    /// <summary>A guard by itself: it fails with a division by zero unless it changes one row, so that nothing that is sent behind it is done.</summary>
    public static string Guarded(string sql) => $"with one as ({sql} returning 1) select 1 / (count(*) = 1)::int from one";

    static string? Make(string sql, string types, PostgresMerge how, string? together)
    {
        var sent = Enumerable.Range(0, types.Length).Where(i => types[i] != Null).ToList();
        string Sent(int i) => $"${sent.IndexOf(i) + 1}";
        var lists = sent.Where(i => IsOfRow(types[i])).ToList();
        var rows = $"unnest({string.Join(", ", lists.Select(Sent))}) with ordinality given({string.Concat(lists.Select(i => $"a{i + 1}, "))}nth)";
        // Columns are compared byte for byte, and neither an array nor an argument says so.
        string Value(int i, string of) => types[i] is Null ? "null" : char.ToLowerInvariant(types[i]) is 't' ? $"({of} collate \"C\")" : of;
        string Of(string part) => Argument().Replace(part, match => Index(match) is var i && IsSame(types[i]) ? Value(i, Sent(i)) : Value(i, $"given.a{i + 1}"));
        if (together is not null)
            return Of(together.Replace("{place}", IsSame(types[0]) ? "given.nth" : "row_number() over (partition by $1 order by given.nth)", StringComparison.Ordinal)).Replace("{rows}", rows, StringComparison.Ordinal);
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
                return Changed(sql);
            case PostgresMerge.Delete:
                return Delete().Match(sql) is { Success: true } delete ? $"{delete.Groups["from"].Value} using {Named(delete.Groups["where"].Value)}" : null;
            case PostgresMerge.Guard:
                return Changed(sql) is { } guard ? $"with one as ({guard} returning 1) select 1 / (count(*) = ${sent.Count + 1})::int from one" : null;
            case PostgresMerge.Never:
                return null;
            default:
                throw new UnreachableException();
        }

        string? Changed(string sql) => Update().Match(sql) is { Success: true } change ? $"{Of(change.Groups["set"].Value)} from {Named(change.Groups["where"].Value)}" : null;

        // A value that all have is made one of each row's, which «offset» keeps PostgreSQL from undoing: it could begin with the value, and walk all rows that have it.
        string Named(string where)
        {
            var same = Argument().Matches(where).Select(Index).Distinct().Where(i => IsSame(types[i])).Order().ToList();
            var from = same is [] ? rows : $"(select {string.Concat(same.Select(i => $"{Sent(i)} as a{i + 1}, "))}given.* from {rows} offset 0) given";
            return $"{from} where {Argument().Replace(where, match => Value(Index(match), $"given.a{Index(match) + 1}"))}";
        }

        static int Index(Match match) => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) - 1;
    }

    static bool IsOfRow(char type) => type != Null && !IsSame(type);

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
