using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Reflow.Core.Projects.Search;

namespace Reflow.Server.Store;

/// <summary>Writes a search as SQL over <c>work_item w</c> and its facts. What it means stands in <see cref="ItemQuery"/>.</summary>
/// <param name="engine">Whose SQL.</param>
/// <param name="terminated">Whether the search is among terminated items: all of them have the one status then.</param>
sealed class ItemSql(Engine engine, bool terminated)
{
    readonly List<object?> args = [];

    /// <summary>The arguments so far, from <c>$2</c> on; <c>$1</c> is the tenant.</summary>
    public object?[] Arguments => [.. args];

    /// <summary>Adds an argument and answers its name.</summary>
    public string Argument(object? value)
    {
        args.Add(value);
        return "$" + (args.Count + 1).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A condition on <c>w</c>.</summary>
    public string Condition(ItemQuery query) => Condition(query, line: null);

    /// <summary>A condition on a fact <c>v</c> of a key.</summary>
    public string Fact(ItemQuery.Has has) => $"v.field = {Argument(has.Key)} and {Test(has.Test, "v.text", "v.number", "coalesce(v.folded, v.text)")}";

    string Condition(ItemQuery query, string? line) => query switch
    {
        ItemQuery.All { Of: [] } => "1 = 1",
        ItemQuery.Any { Of: [] } => "1 = 0",
        ItemQuery.All all => $"({string.Join(" and ", all.Of.Select(q => Condition(q, line)))})",
        ItemQuery.Any any => $"({string.Join(" or ", any.Of.Select(q => Condition(q, line)))})",
        ItemQuery.Not not => $"not {Condition(not.Of, line)}",
        ItemQuery.Has has when line is null && Column(has.Key) is { } column => $"({Test(has.Test, column, column, column)})",
        ItemQuery.Has has => $"exists (select 1 from item_fact v where v.tenant = $1 and v.item = w.id and v.{(line is null ? "line >= 0" : $"line = {line}")} and {Fact(has)})",
        ItemQuery.Row row => $"exists (select 1 from item_fact l where l.tenant = $1 and l.item = w.id and l.field = {Argument(row.Key)} and l.line > 0 and {Condition(row.Of, "l.line")})",
        _ => throw new UnreachableException(),
    };

    string? Column(string key) => ItemColumns.Names.GetValueOrDefault(key) switch
    {
        null => null,
        "status" when terminated => $"'{ItemColumns.Closed}'",
        var name => "w." + name,
    };

    string Test(ItemTest test, string text, string number, string folded) => test switch
    {
        ItemTest.Exists => "1 = 1",
        ItemTest.TextIn { Of: [var only] } => $"{text} = {Argument(only)}",
        ItemTest.TextIn x => $"{text} in ({engine.TextsOf(Argument(Json(x.Of)))})",
        ItemTest.TextNotIn x => $"{text} is not null and {text} not in ({engine.TextsOf(Argument(Json(x.Of)))})",
        ItemTest.NumberIn { Of: [var only] } => $"{number} = {Argument(only)}",
        ItemTest.NumberIn x => $"{number} in ({engine.NumbersOf(Argument(Json(x.Of)))})",
        ItemTest.NumberNotIn x => $"{number} is not null and {number} not in ({engine.NumbersOf(Argument(Json(x.Of)))})",
        ItemTest.Contains x => $"{text} is not null and {engine.HasPart(folded, Argument(ItemFacts.Fold(x.Part)))}",
        ItemTest.Compares x => $"{number} {Sign(x.By)} {Argument(x.With)}",
        _ => throw new UnreachableException(),
    };

    static string Sign(Comparison by) => by switch
    {
        Comparison.Less => "<",
        Comparison.AtMost => "<=",
        Comparison.Greater => ">",
        Comparison.AtLeast => ">=",
    };

    static string Json(IReadOnlyList<string> texts) => JsonSerializer.Serialize([.. texts], StoreJson.Default.StringArray);

    static string Json(IReadOnlyList<double> numbers) => $"[{string.Join(',', numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture)))}]";
}
