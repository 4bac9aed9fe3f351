using System.Globalization;

namespace Reflow.Core.Projects.Search;

/// <summary>A group of search conditions as the wire has it (contract project §2.3, search/params).</summary>
/// <param name="Conjunction"><c>AND</c> or <c>OR</c>.</param>
/// <param name="Params">Its conditions.</param>
/// <param name="Groups">Groups inside it.</param>
public sealed record SearchGroup(string? Conjunction, IReadOnlyList<SearchParam> Params, IReadOnlyList<SearchGroup> Groups);

/// <summary>A search condition as the wire has it.</summary>
/// <param name="Key">A field's key or alias, or a fixed key.</param>
/// <param name="Operator">One of <see cref="SearchOperator"/>, in the wire's words.</param>
/// <param name="Value">What its shape must be depends on the key.</param>
/// <param name="PreOperator"><c>ANY</c> or <c>EVERY</c>, for the rows of a compound field.</param>
/// <param name="Rows">The condition on the rows of a compound field (MEET).</param>
public sealed record SearchParam(string? Key, string? Operator, FieldValue? Value, string? PreOperator = null, SearchGroup? Rows = null);

/// <summary>What a search is after.</summary>
/// <param name="Query">Which items.</param>
/// <param name="Terminated">Whether among the terminated ones; never both (contract project §2.3).</param>
public sealed record SearchPlan(ItemQuery Query, bool Terminated);

/// <summary>Makes sense of search conditions: which keys there are in a type, which operators and values each takes.</summary>
public sealed class SearchParams
{
    /// <summary>So many conditions a search has at most, all groups together.</summary>
    public const int MostConditions = 50;
    /// <summary>So deep groups nest at most.</summary>
    public const int DeepestNesting = 10;

    static readonly string[] ClosedWords = [ItemColumns.Closed, "systemEnded"];

    readonly WorkItemType type;
    Error? error;
    int conditions;
    bool terminated;

    SearchParams(WorkItemType type) => this.type = type;

    /// <summary>The search of a group; or the error for the first thing that is wrong with it.</summary>
    public static (SearchPlan? Plan, Error? Error) Read(WorkItemType type, SearchGroup group)
    {
        var reading = new SearchParams(type);
        var query = reading.Group(group, depth: 1, inside: null);
        return reading.error is null ? (new(query, reading.terminated), null) : (null, reading.error);
    }

    ItemQuery Group(SearchGroup group, int depth, Field? inside)
    {
        if (depth > DeepestNesting) return Wrong(ProjectErrors.InvalidParam("Invalid Param").Because($"Groups nest at most {DeepestNesting} deep."));
        List<ItemQuery> parts = [];
        foreach (var param in group.Params) parts.Add(Param(param, depth, inside));
        foreach (var below in group.Groups) parts.Add(Group(below, depth + 1, inside));
        if (parts.Count == 0) return ItemQuery.Everything;
        return group.Conjunction switch
        {
            "AND" => new ItemQuery.All(parts),
            "OR" => new ItemQuery.Any(parts),
            _ => Wrong(ProjectErrors.ConjunctionWrong.Because("A group is joined by AND or by OR.")),
        };
    }

    ItemQuery Param(SearchParam param, int depth, Field? inside)
    {
        if (++conditions > MostConditions) return Wrong(ProjectErrors.InvalidParam("Invalid Param").Because($"A search has at most {MostConditions} conditions."));
        var key = param.Key ?? "";
        if (inside is not null)
            return inside.Fields.FirstOrDefault(f => f.Key == key || f.Alias == key) is { } own ? Of(SearchKey.Of(own, inside), param, depth) : NoKey(key);
        if (SearchKey.Find(type, key) is { } known) return Of(known, param, depth);
        foreach (var compound in type.Fields)
            if (compound.Fields.FirstOrDefault(f => f.Key == key || f.Alias == key) is { } field)
                return InRows(compound, param.PreOperator, Of(SearchKey.Of(field, compound), param, depth));
        return NoKey(key);
    }

    ItemQuery Of(SearchKey? key, SearchParam param, int depth)
    {
        if (key is null) return NoKey(param.Key ?? "");
        if (SearchOperators.Parse(param.Operator) is not { } op || !key.Takes(op))
            return Wrong(ProjectErrors.SearchOperatorWrong.Because($"{param.Key} is not searched with the operator \"{param.Operator}\"."));
        return key.Kind switch
        {
            SearchKind.Text or SearchKind.LongText => Text(key, op, param.Value),
            SearchKind.Number or SearchKind.Date or SearchKind.Time => Number(key, op, param.Value),
            SearchKind.Id => param.Value is FieldValue.Items ? List(key, op, Numbers(param.Value)) : Number(key, op, param.Value),
            SearchKind.Bool => op is SearchOperator.IsNull or SearchOperator.IsNotNull ? Null(key.Key, op)
                : param.Value is FieldValue.Flag flag ? Negated(op, new ItemQuery.Has(key.Key, new ItemTest.NumberIn([flag.Value ? 1 : 0]))) : NoValue(key.Key, "true or false"),
            SearchKind.Signal => Signal(key, op, Texts(param.Value)),
            SearchKind.Option or SearchKind.Options => List(key, op, Texts(param.Value)),
            SearchKind.Item or SearchKind.Items => List(key, op, Numbers(param.Value)),
            SearchKind.Status => Status(key, op, Texts(param.Value)),
            SearchKind.RoleOwners => People(key, op, param.Value, "role", ItemFacts.Role),
            SearchKind.NodeOwners => People(key, op, param.Value, "state_name", ItemFacts.Owners),
            SearchKind.StateTime => StateTime(op, param.Value),
            SearchKind.Compound => Compound(key, op, param, depth),
        };
    }

    ItemQuery Text(SearchKey key, SearchOperator op, FieldValue? value)
    {
        if (op is SearchOperator.IsNull or SearchOperator.IsNotNull) return Null(key.Key, op);
        if (value is not FieldValue.Text { Value.Length: > 0 } text) return NoValue(key.Key, "a text");
        ItemTest test = op is SearchOperator.Like or SearchOperator.NotLike ? new ItemTest.Contains(text.Value) : new ItemTest.TextIn([text.Value]);
        return Negated(op, new ItemQuery.Has(key.Key, test));
    }

    ItemQuery Number(SearchKey key, SearchOperator op, FieldValue? value)
    {
        if (op is SearchOperator.IsNull or SearchOperator.IsNotNull) return Null(key.Key, op);
        if (value is not FieldValue.Number { Value: var number }) return NoValue(key.Key, "one number");
        if (key.Kind is SearchKind.Date or SearchKind.Time && !FieldShape.IsMilliseconds(number)) return NoValue(key.Key, "a time in milliseconds");
        return Compared(key.Key, op, (double)number) ?? Negated(op, new ItemQuery.Has(key.Key, new ItemTest.NumberIn([(double)number])));
    }

    static ItemQuery.Has? Compared(string key, SearchOperator op, double with) => op switch
    {
        SearchOperator.Less => new(key, new ItemTest.Compares(Comparison.Less, with)),
        SearchOperator.AtMost => new(key, new ItemTest.Compares(Comparison.AtMost, with)),
        SearchOperator.Greater => new(key, new ItemTest.Compares(Comparison.Greater, with)),
        SearchOperator.AtLeast => new(key, new ItemTest.Compares(Comparison.AtLeast, with)),
        SearchOperator.Like or SearchOperator.NotLike or SearchOperator.Equal or SearchOperator.NotEqual or SearchOperator.AnyOf or SearchOperator.NoneOf or SearchOperator.IsNull
            or SearchOperator.IsNotNull or SearchOperator.Contains or SearchOperator.NotContains or SearchOperator.Meet or SearchOperator.NotMeet => null,
    };

    ItemQuery List(SearchKey key, SearchOperator op, IReadOnlyList<string>? values) => op is SearchOperator.IsNull or SearchOperator.IsNotNull ? Null(key.Key, op)
        : values is null ? NoValue(key.Key, "a list of texts")
        : List(key, op, values, v => new ItemTest.TextIn(v), v => new ItemTest.TextNotIn(v));

    ItemQuery List(SearchKey key, SearchOperator op, IReadOnlyList<double>? values) => op is SearchOperator.IsNull or SearchOperator.IsNotNull ? Null(key.Key, op)
        : values is null ? NoValue(key.Key, "a list of numbers")
        : List(key, op, values, v => new ItemTest.NumberIn(v), v => new ItemTest.NumberNotIn(v));

    // "Equals" of a key with several values is equality of the sets; of a key with one it is "one of".
    static ItemQuery List<T>(SearchKey key, SearchOperator op, IReadOnlyList<T> values, Func<IReadOnlyList<T>, ItemTest> isOne, Func<IReadOnlyList<T>, ItemTest> isNone)
    {
        ItemQuery any = new ItemQuery.Has(key.Key, isOne(values));
        if (op is SearchOperator.AnyOf or SearchOperator.NoneOf || !key.IsPlural && op is SearchOperator.Equal or SearchOperator.NotEqual) return Negated(op, any);
        ItemQuery each = new ItemQuery.All([.. values.Select(v => new ItemQuery.Has(key.Key, isOne([v])))]);
        return Negated(op, op is SearchOperator.Equal or SearchOperator.NotEqual ? new ItemQuery.All([each, new ItemQuery.Not(new ItemQuery.Has(key.Key, isNone(values)))]) : each);
    }

    // A signal that nobody set is not known yet; Reflow does not tell "no word yet" from "under way".
    ItemQuery Signal(SearchKey key, SearchOperator op, IReadOnlyList<string>? values)
    {
        if (values is null || values.Any(v => v is not ("undefined" or "null" or "true" or "false"))) return NoValue(key.Key, "undefined, null, true or false");
        List<ItemQuery> any = [];
        if (values.Any(v => v is "undefined" or "null")) any.Add(new ItemQuery.Not(new ItemQuery.Has(key.Key, new ItemTest.Exists())));
        any.Add(new ItemQuery.Has(key.Key, new ItemTest.NumberIn([.. values.Where(v => v is "true" or "false").Select(v => v is "true" ? 1.0 : 0.0)])));
        return Negated(op, new ItemQuery.Any(any));
    }

    ItemQuery Status(SearchKey key, SearchOperator op, IReadOnlyList<string>? values)
    {
        if (values is null) return NoValue(key.Key, "a list of states");
        var open = values.Except(ClosedWords).ToList();
        var isNegative = op is SearchOperator.NotEqual or SearchOperator.NoneOf;
        if (open.Count < values.Count && !isNegative)
        {
            if (open.Count > 0) return NoValue(key.Key, "terminated or not, never both at once");
            terminated = true;
            open = [ItemColumns.Closed];
        }
        return open.Count == 0 ? ItemQuery.Everything : Negated(op, new ItemQuery.Has(key.Key, new ItemTest.TextIn(open)));
    }

    // Several groups of people are all asked for, also by a negative operator: each is one condition.
    ItemQuery People(SearchKey key, SearchOperator op, FieldValue? value, string name, Func<string, string> fact)
    {
        IReadOnlyList<FieldValue?> groups = value is FieldValue.Items items ? items.Values : [value];
        List<ItemQuery> all = [];
        foreach (var group in groups)
        {
            if (group is not FieldValue.Members members || members[name] is not FieldValue.Text { Value: var of } || of.Length == 0) return NoValue(key.Key, $"objects with {name} and owners");
            all.Add(List(key with { Key = fact(of) }, op, Texts(members["owners"])));
        }
        return all.Count == 0 ? NoValue(key.Key, "at least one") : new ItemQuery.All(all);
    }

    ItemQuery StateTime(SearchOperator op, FieldValue? value)
    {
        const string key = "feature_state_time";
        if (value is not FieldValue.Members members || members["state_name"] is not FieldValue.Text { Value: { Length: > 0 } name }) return NoValue(key, "an object with state_name");
        var end = members["state_condition"] switch
        {
            null or FieldValue.Number { Value: 0 } => false,
            FieldValue.Number { Value: 1 } => true,
            _ => (bool?)null,
        };
        if (end is null) return NoValue(key, "a state_condition of 0 or 1");
        var fact = end.Value ? ItemFacts.Ended(name) : ItemFacts.Began(name);
        if (op is SearchOperator.IsNull or SearchOperator.IsNotNull) return Null(fact, op);
        return members["state_timestamp"] is FieldValue.Number { Value: var ms } && FieldShape.IsMilliseconds(ms) ? Compared(fact, op, (double)ms)! : NoValue(key, "a state_timestamp in milliseconds");
    }

    ItemQuery Compound(SearchKey key, SearchOperator op, SearchParam param, int depth)
    {
        if (op is SearchOperator.IsNull or SearchOperator.IsNotNull) return Null(key.Key, op);
        if (param.Rows is null) return NoValue(key.Key, "value_search_groups");
        var compound = type.FieldOf(key.Key, null)!;
        return Negated(op, InRows(compound, param.PreOperator, Group(param.Rows, depth + 1, compound)));
    }

    ItemQuery InRows(Field compound, string? preOperator, ItemQuery query) => preOperator switch
    {
        null or "" or "ANY" => new ItemQuery.Row(compound.Key, query),
        "EVERY" => new ItemQuery.All([new ItemQuery.Has(compound.Key, new ItemTest.Exists()), new ItemQuery.Not(new ItemQuery.Row(compound.Key, new ItemQuery.Not(query)))]),
        _ => Wrong(ProjectErrors.SearchOperatorWrong.Because("A pre_operator is ANY or EVERY.")),
    };

    static ItemQuery Null(string key, SearchOperator op)
    {
        ItemQuery filled = new ItemQuery.Has(key, new ItemTest.Exists());
        return op is SearchOperator.IsNull ? new ItemQuery.Not(filled) : filled;
    }

    static ItemQuery Negated(SearchOperator op, ItemQuery query) => SearchOperators.IsNegative(op) ? new ItemQuery.Not(query) : query;

    // A single value stands for a list of one.
    static IReadOnlyList<string>? Texts(FieldValue? value)
    {
        List<string> texts = [];
        foreach (var one in value is FieldValue.Items items ? items.Values : [value])
            if (one is FieldValue.Text { Value.Length: > 0 } text) texts.Add(text.Value);
            else if (one is FieldValue.Number number) texts.Add(number.Value.ToString(CultureInfo.InvariantCulture));
            else return null;
        return texts.Count == 0 ? null : texts;
    }

    static IReadOnlyList<double>? Numbers(FieldValue? value)
    {
        List<double> numbers = [];
        foreach (var one in value is FieldValue.Items items ? items.Values : [value])
            if (one is FieldValue.Number number) numbers.Add((double)number.Value);
            else return null;
        return numbers.Count == 0 ? null : numbers;
    }

    ItemQuery NoKey(string key) => Wrong(ProjectErrors.SearchKeyWrong.Because($"\"{key}\" is not searched."));

    ItemQuery NoValue(string key, string what) => Wrong(ProjectErrors.SearchValueWrong.Because($"The value of {key} is {what}."));

    ItemQuery Wrong(Error why)
    {
        error ??= why;
        return ItemQuery.Everything;
    }
}
