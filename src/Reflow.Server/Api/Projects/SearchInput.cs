using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>Reads search conditions (contracts: project §2.3, search/params and universal_search).</summary>
static class SearchInput
{
    /// <summary>The group of conditions; an empty one when it is not passed.</summary>
    public static SearchGroup Group(this Input body, string name) => body.Says(name) ? Group(body.Object(name)) : new("AND", [], []);

    /// <summary>An interval of two moments as a condition on a key; nothing when it is not passed. 20013 for what is no interval.</summary>
    public static (IReadOnlyList<ItemQuery> Conditions, Error? Wrong) Interval(this Input body, string name)
    {
        if (!body.Says(name)) return ([], null);
        var interval = body.Object(name);
        var (start, end) = (interval.Whole("start"), interval.Whole("end"));
        if (start != 0 && !FieldShape.IsMilliseconds(start) || end != 0 && !FieldShape.IsMilliseconds(end) || end != 0 && start > end) return ([], ProjectErrors.TimeInvalid);
        List<ItemQuery> conditions = [];
        if (start != 0) conditions.Add(new ItemQuery.Has(name, new ItemTest.Compares(Comparison.AtLeast, start)));
        if (end != 0) conditions.Add(new ItemQuery.Has(name, new ItemTest.Compares(Comparison.AtMost, end)));
        return (conditions, null);
    }

    /// <summary>A list of whole numbers, each a number or a numeric text; empty when it is not passed.</summary>
    public static IReadOnlyList<long> Wholes(this Input body, string name)
    {
        if (!body.Says(name)) return [];
        var list = body.Raw(name);
        if (list.ValueKind is not JsonValueKind.Array)
        {
            body.WrongType(name, list);
            return [];
        }
        List<long> numbers = [];
        foreach (var item in list.EnumerateArray())
            if (item.ValueKind is JsonValueKind.Number && item.TryGetInt64(out var number)
                || item.ValueKind is JsonValueKind.String && long.TryParse(item.GetString(), System.Globalization.CultureInfo.InvariantCulture, out number)) numbers.Add(number);
            else body.WrongType(name, item);
        return numbers;
    }

    /// <summary>A list of texts without the empty ones; empty when it is not passed.</summary>
    public static IReadOnlyList<string> Words(this Input body, string name) => body.Says(name) ? [.. body.Texts(name, 10_000).Where(t => t.Length > 0)] : [];

    static SearchGroup Group(Input group) => new(
        group.Word("conjunction"),
        group.Says("search_params") ? [.. group.Objects("search_params").Select(Param)] : [],
        group.Says("search_groups") ? [.. group.Objects("search_groups").Select(Group)] : []);

    static SearchParam Param(Input param)
    {
        if (!ProjectJson.TryRead(param.Raw("value"), out var value)) param.WrongType("value", param.Raw("value"));
        return new(param.Word("param_key"), param.Word("operator"), value, param.Word("pre_operator"), param.Says("value_search_groups") ? Group(param.Object("value_search_groups")) : null);
    }
}
