using System.Diagnostics;

namespace Reflow.Core.Projects.Search;

/// <summary>
/// Which items a search wants. <c>Holds</c> says what each condition means, one item at a time; the store answers the same from its rows,
/// and a law holds the two together.
/// </summary>
public abstract record ItemQuery
{
    ItemQuery() { }

    /// <summary>All of these hold; true for none.</summary>
    public sealed record All(IReadOnlyList<ItemQuery> Of) : ItemQuery;

    /// <summary>One of these holds; false for none.</summary>
    public sealed record Any(IReadOnlyList<ItemQuery> Of) : ItemQuery;

    /// <summary>It does not hold.</summary>
    public sealed record Not(ItemQuery Of) : ItemQuery;

    /// <summary>A fact under this key passes the test.</summary>
    public sealed record Has(string Key, ItemTest Test) : ItemQuery;

    /// <summary>There is a row of the compound field for which it holds; <see cref="Has"/> inside looks at that row's facts alone.</summary>
    public sealed record Row(string Key, ItemQuery Of) : ItemQuery;

    /// <summary>True of every item.</summary>
    public static ItemQuery Everything { get; } = new All([]);

    /// <summary>Whether an item is wanted.</summary>
    /// <param name="item">The item.</param>
    /// <param name="facts">What <see cref="ItemFacts"/> say of it.</param>
    public bool Holds(WorkItem item, IReadOnlyList<ItemFact> facts) => Holds(item, facts, row: null);

    bool Holds(WorkItem item, IReadOnlyList<ItemFact> facts, int? row) => this switch
    {
        All all => all.Of.All(q => q.Holds(item, facts, row)),
        Any any => any.Of.Any(q => q.Holds(item, facts, row)),
        Not not => !not.Of.Holds(item, facts, row),
        Has has when row is null && ItemColumns.Of(has.Key, item) is { } column => has.Test.Passes(column),
        Has has => facts.Any(f => f.Key == has.Key && (row is null || f.Row == row) && has.Test.Passes(f)),
        Row rows => facts.Where(f => f.Key == rows.Key && f.Row > 0).Select(f => f.Row).Distinct().Any(r => rows.Of.Holds(item, facts, r)),
        _ => throw new UnreachableException(),
    };
}

/// <summary>What is asked of one fact.</summary>
public abstract record ItemTest
{
    ItemTest() { }

    /// <summary>It is there.</summary>
    public sealed record Exists : ItemTest;

    /// <summary>It is one of these texts, to the letter.</summary>
    public sealed record TextIn(IReadOnlyList<string> Of) : ItemTest;

    /// <summary>It is a text, and none of these.</summary>
    public sealed record TextNotIn(IReadOnlyList<string> Of) : ItemTest;

    /// <summary>It is one of these numbers.</summary>
    public sealed record NumberIn(IReadOnlyList<double> Of) : ItemTest;

    /// <summary>It is a number, and none of these.</summary>
    public sealed record NumberNotIn(IReadOnlyList<double> Of) : ItemTest;

    /// <summary>It has this text in it, without regard to case.</summary>
    public sealed record Contains(string Part) : ItemTest;

    /// <summary>It is a number from here to there, both included or not.</summary>
    public sealed record Compares(Comparison By, double With) : ItemTest;

    /// <summary>Whether a fact passes.</summary>
    public bool Passes(ItemFact fact) => this switch
    {
        Exists => true,
        TextIn x => fact.Text is { } text && x.Of.Contains(text, StringComparer.Ordinal),
        TextNotIn x => fact.Text is { } text && !x.Of.Contains(text, StringComparer.Ordinal),
        NumberIn x => fact.Number is { } number && x.Of.Contains(number),
        NumberNotIn x => fact.Number is { } number && !x.Of.Contains(number),
        Contains x => fact.Folded is { } text && text.Contains(ItemFacts.Fold(x.Part), StringComparison.Ordinal),
        Compares x => fact.Number is { } number && x.By switch
        {
            Comparison.Less => number < x.With,
            Comparison.AtMost => number <= x.With,
            Comparison.Greater => number > x.With,
            Comparison.AtLeast => number >= x.With,
        },
        _ => throw new UnreachableException(),
    };
}

/// <summary>How two numbers are compared.</summary>
public enum Comparison
{
    /// <summary>Below.</summary>
    Less,
    /// <summary>Not above.</summary>
    AtMost,
    /// <summary>Above.</summary>
    Greater,
    /// <summary>Not below.</summary>
    AtLeast,
}

/// <summary>The keys that an item's own row answers.</summary>
public static class ItemColumns
{
    /// <summary>What <c>work_item_status</c> is for a terminated item in a node flow (contract project §2.3).</summary>
    public const string Closed = "closed";

    /// <summary>The words of the wire for each column; the first is the column's own.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["work_item_id"] = "id",
        ["work_item_status"] = "status",
        ["owner"] = "created_by",
        ["created_at"] = "created_at",
        ["start_time"] = "created_at",
        ["updated_at"] = "updated_at",
    };

    /// <summary>What an item's row says under a key; null for a key that facts answer.</summary>
    public static ItemFact? Of(string key, WorkItem item) => Names.GetValueOrDefault(key) switch
    {
        "id" => new(key, 0, 0, null, item.Id),
        "status" => new(key, 0, 0, item.Aborted is null ? item.Status : Closed, null),
        "created_by" => new(key, 0, 0, item.CreatedBy, null),
        "created_at" => new(key, 0, 0, null, item.CreatedAt),
        "updated_at" => new(key, 0, 0, null, item.UpdatedAt),
        _ => null,
    };
}
