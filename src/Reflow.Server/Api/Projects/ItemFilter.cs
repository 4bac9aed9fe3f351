using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Projects;

/// <summary>The conditions of filter and filter_across_project (contracts: project §2.3); all of them hold, and terminated items are never meant.</summary>
sealed class ItemFilter
{
    const int MostUsers = 10;

    readonly List<ItemQuery> conditions = [];
    IReadOnlyList<string> businesses = [], priorities = [], tags = [];

    /// <summary>What is wrong with the conditions; null when nothing is.</summary>
    public Error? Wrong { get; private set; }

    /// <summary>The ids that were asked for.</summary>
    public IReadOnlyList<long> Ids { get; private set; } = [];

    /// <summary>Reads the conditions of a body.</summary>
    public static ItemFilter Of(Input body)
    {
        var filter = new ItemFilter { businesses = body.Words("businesses"), priorities = body.Words("priorities"), tags = body.Words("tags"), Ids = body.Wholes("work_item_ids") };
        if (body.Word("work_item_name") is { } name) filter.Add(ItemFacts.Name, new ItemTest.Contains(name));
        if (filter.Ids.Count > 0) filter.Add("work_item_id", new ItemTest.NumberIn([.. filter.Ids.Select(id => (double)id)]));
        filter.Interval(body, "created_at");
        filter.Interval(body, "updated_at");
        // Clients whose structures have no way to leave members out send one status with an empty key.
        var statuses = body.Says("work_item_status") ? body.Objects("work_item_status").Select(s => s.Word("state_key")).OfType<string>() : [];
        filter.Texts("work_item_status", [.. statuses]);
        filter.Texts("work_item_status", body.Words("sub_stages"));
        filter.Users(body.Words("user_keys"), ItemFacts.People);
        return filter;
    }

    /// <summary>Only items whose people under a key are among these.</summary>
    public void Users(IReadOnlyList<string> users, string key)
    {
        if (users.Count > MostUsers) Wrong ??= ProjectErrors.TooManyUsers;
        Texts(key, users);
    }

    /// <summary>Only items made from one of these templates.</summary>
    public void Templates(IReadOnlyList<long> templates)
    {
        if (templates.Count > 0) Add(ItemFacts.Template, new ItemTest.NumberIn([.. templates.Select(id => (double)id)]));
    }

    /// <summary>The search among the items of a type. A type without a field that is asked for has no item that fits.</summary>
    public SearchPlan For(WorkItemType type) => new(new ItemQuery.All(
        [.. conditions, .. Field(type, "business", businesses), .. Field(type, "priority", priorities), .. Field(type, "tags", tags)]), Terminated: false);

    static IEnumerable<ItemQuery> Field(WorkItemType type, string name, IReadOnlyList<string> values) => values.Count == 0 ? []
        : SearchKey.Find(type, name) is { Kind: SearchKind.Option or SearchKind.Options } key ? [new ItemQuery.Has(key.Key, new ItemTest.TextIn(values))]
        : [new ItemQuery.Any([])];

    void Interval(Input body, string name)
    {
        var (bounds, wrong) = body.Interval(name);
        Wrong ??= wrong;
        conditions.AddRange(bounds);
    }

    void Texts(string key, IReadOnlyList<string> values)
    {
        if (values.Count > 0) Add(key, new ItemTest.TextIn(values));
    }

    void Add(string key, ItemTest test) => conditions.Add(new ItemQuery.Has(key, test));
}
