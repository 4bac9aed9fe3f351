namespace Reflow.Core.Projects.Search;

/// <summary>What can be asked of a key (contract project §2.3).</summary>
public enum SearchKind
{
    /// <summary>A line of text.</summary>
    Text,
    /// <summary>A rich text: parts of it only.</summary>
    LongText,
    /// <summary>A number.</summary>
    Number,
    /// <summary>A moment: ranges only.</summary>
    Date,
    /// <summary>A moment of the item itself.</summary>
    Time,
    /// <summary>The item's id.</summary>
    Id,
    /// <summary>True or false.</summary>
    Bool,
    /// <summary>True, false or not known yet.</summary>
    Signal,
    /// <summary>One option, user or business line.</summary>
    Option,
    /// <summary>Several options, users or names.</summary>
    Options,
    /// <summary>One item, by its id; a template.</summary>
    Item,
    /// <summary>Several items, by their ids.</summary>
    Items,
    /// <summary>The item's status.</summary>
    Status,
    /// <summary>Who has which role.</summary>
    RoleOwners,
    /// <summary>Who owns which node.</summary>
    NodeOwners,
    /// <summary>When a node arrived or was done.</summary>
    StateTime,
    /// <summary>The rows of a compound field.</summary>
    Compound,
}

/// <summary>A key that searches may name.</summary>
/// <param name="Key">The key of its facts, or of the item's own column.</param>
/// <param name="Kind">What can be asked of it.</param>
public sealed record SearchKey(string Key, SearchKind Kind)
{
    /// <summary>Whether it can have several values at once.</summary>
    public bool IsPlural => Kind is SearchKind.Options or SearchKind.Items or SearchKind.RoleOwners or SearchKind.NodeOwners;

    /// <summary>Whether it is searched with this operator.</summary>
    public bool Takes(SearchOperator op) => Operators(Kind, Key).Contains(op);

    /// <summary>The key of a type that a search calls by this name: fixed keys first, then fields by key or alias; null when there is none.</summary>
    public static SearchKey? Find(WorkItemType type, string name) => name switch
    {
        "work_item_id" => new(name, SearchKind.Id),
        "name" => new(ItemFacts.Name, SearchKind.Text),
        "template" or "template_id" => new(ItemFacts.Template, SearchKind.Item),
        "work_item_status" => new(name, SearchKind.Status),
        "created_at" or "start_time" or "updated_at" => new(name, SearchKind.Time),
        "finish_time" => new(ItemFacts.FinishTime, SearchKind.Date),
        "owner" => new(name, SearchKind.Option),
        "people" => new(ItemFacts.People, SearchKind.Options),
        "current_nodes" => new(ItemFacts.CurrentNodes, SearchKind.Options),
        "all_states" => new(ItemFacts.AllStates, SearchKind.Options),
        "role_owners" => new(name, SearchKind.RoleOwners),
        "node_owners" => new(name, SearchKind.NodeOwners),
        "feature_state_time" => new(name, SearchKind.StateTime),
        "business" => (type.FieldOf(name, name) ?? type.Fields.FirstOrDefault(f => f.Type is FieldType.Business)) is { } line ? Of(line, null) : new(name, SearchKind.Option),
        _ => type.FieldOf(name, name) is { } field ? Of(field, null) : null,
    };

    /// <summary>The key of a field, or of a field in the rows of a compound one; null for a type of field that is not searched.</summary>
    public static SearchKey? Of(Field field, Field? compound)
    {
        SearchKind? kind = field.Type switch
        {
            FieldType.Text or FieldType.Link or FieldType.Telephone or FieldType.Email => SearchKind.Text,
            FieldType.MultiText => SearchKind.LongText,
            FieldType.Select or FieldType.Radio or FieldType.TreeSelect or FieldType.TreeMultiSelect or FieldType.User or FieldType.Business or FieldType.GroupType => SearchKind.Option,
            FieldType.MultiSelect or FieldType.MultiUser => SearchKind.Options,
            FieldType.Date => SearchKind.Date,
            FieldType.Number => SearchKind.Number,
            FieldType.Bool => SearchKind.Bool,
            FieldType.Signal => SearchKind.Signal,
            FieldType.WorkItemRelatedSelect => SearchKind.Item,
            FieldType.WorkItemRelatedMultiSelect => SearchKind.Items,
            FieldType.CompoundField => compound is null ? SearchKind.Compound : null,
            FieldType.Schedule or FieldType.RoleOwners or FieldType.LinkCloudDoc or FieldType.MultiFile or FieldType.Calculated or FieldType.Vote => null,
        };
        return kind is { } known ? new(compound is null ? field.Key : ItemFacts.Of(compound.Key, field.Key), known) : null;
    }

    static IReadOnlyList<SearchOperator> Operators(SearchKind kind, string key) => kind switch
    {
        SearchKind.Text => key is ItemFacts.Name ? [.. Parts, .. Equality] : [.. Parts, .. Equality, .. Nullity],
        SearchKind.LongText => [.. Parts, .. Nullity],
        SearchKind.Number => [.. Equality, .. Order, .. Nullity],
        SearchKind.Date => [.. Order, .. Nullity],
        SearchKind.Time => [.. Equality, .. Order],
        SearchKind.Id => [.. Equality, .. Order, .. Choice],
        SearchKind.Bool => [.. Equality, .. Nullity],
        SearchKind.Signal or SearchKind.Status => [.. Equality, .. Choice],
        SearchKind.Option or SearchKind.Item => [.. Equality, .. Choice, .. Nullity],
        SearchKind.Options => key is ItemFacts.CurrentNodes or ItemFacts.AllStates ? [.. Equality, .. Choice, .. Inclusion] : [.. Equality, .. Choice, .. Nullity, .. Inclusion],
        SearchKind.Items or SearchKind.RoleOwners or SearchKind.NodeOwners => [.. Equality, .. Choice, .. Nullity, .. Inclusion],
        SearchKind.StateTime => [.. Order, .. Nullity],
        SearchKind.Compound => [.. Nullity, SearchOperator.Meet, SearchOperator.NotMeet],
    };

    static readonly SearchOperator[] Parts = [SearchOperator.Like, SearchOperator.NotLike];
    static readonly SearchOperator[] Equality = [SearchOperator.Equal, SearchOperator.NotEqual];
    static readonly SearchOperator[] Order = [SearchOperator.Less, SearchOperator.AtMost, SearchOperator.Greater, SearchOperator.AtLeast];
    static readonly SearchOperator[] Choice = [SearchOperator.AnyOf, SearchOperator.NoneOf];
    static readonly SearchOperator[] Nullity = [SearchOperator.IsNull, SearchOperator.IsNotNull];
    static readonly SearchOperator[] Inclusion = [SearchOperator.Contains, SearchOperator.NotContains];
}

/// <summary>How a key is compared with a value (contract project §2.3).</summary>
public enum SearchOperator
{
    /// <summary><c>~</c>: has the text in it.</summary>
    Like,
    /// <summary><c>!~</c>.</summary>
    NotLike,
    /// <summary><c>=</c>.</summary>
    Equal,
    /// <summary><c>!=</c>.</summary>
    NotEqual,
    /// <summary><c>&lt;</c>.</summary>
    Less,
    /// <summary><c>&lt;=</c>.</summary>
    AtMost,
    /// <summary><c>&gt;</c>.</summary>
    Greater,
    /// <summary><c>&gt;=</c>.</summary>
    AtLeast,
    /// <summary><c>HAS ANY OF</c>: one of the values at least.</summary>
    AnyOf,
    /// <summary><c>HAS NONE OF</c>.</summary>
    NoneOf,
    /// <summary><c>IS NULL</c>: not filled in.</summary>
    IsNull,
    /// <summary><c>IS NOT NULL</c>.</summary>
    IsNotNull,
    /// <summary><c>CONTAINS</c>: all the values.</summary>
    Contains,
    /// <summary><c>NOT CONTAINS</c>: not all of them.</summary>
    NotContains,
    /// <summary><c>MEET</c>: of the rows of a compound field.</summary>
    Meet,
    /// <summary><c>NOT MEET</c>.</summary>
    NotMeet,
}

/// <summary>The words of the wire for <see cref="SearchOperator"/>.</summary>
public static class SearchOperators
{
    static readonly Dictionary<string, SearchOperator> ByWord = Enum.GetValues<SearchOperator>().ToDictionary(Wire);

    /// <summary>The operator of a word; null for a word that is none.</summary>
    public static SearchOperator? Parse(string? word) => word is not null && ByWord.TryGetValue(word, out var op) ? op : null;

    /// <summary>The wire's word.</summary>
    public static string Wire(this SearchOperator op) => op switch
    {
        SearchOperator.Like => "~",
        SearchOperator.NotLike => "!~",
        SearchOperator.Equal => "=",
        SearchOperator.NotEqual => "!=",
        SearchOperator.Less => "<",
        SearchOperator.AtMost => "<=",
        SearchOperator.Greater => ">",
        SearchOperator.AtLeast => ">=",
        SearchOperator.AnyOf => "HAS ANY OF",
        SearchOperator.NoneOf => "HAS NONE OF",
        SearchOperator.IsNull => "IS NULL",
        SearchOperator.IsNotNull => "IS NOT NULL",
        SearchOperator.Contains => "CONTAINS",
        SearchOperator.NotContains => "NOT CONTAINS",
        SearchOperator.Meet => "MEET",
        SearchOperator.NotMeet => "NOT MEET",
    };

    /// <summary>Whether it says that something is not so. Not <see cref="SearchOperator.IsNull"/>, which has a meaning of its own.</summary>
    public static bool IsNegative(SearchOperator op) =>
        op is SearchOperator.NotLike or SearchOperator.NotEqual or SearchOperator.NoneOf or SearchOperator.NotContains or SearchOperator.NotMeet;
}
