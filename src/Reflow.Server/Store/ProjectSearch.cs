using Reflow.Core.Projects.Search;

namespace Reflow.Server.Store;

/// <summary>
/// Finds items, those that changed last first. A page walks an index in its order and stops when it is full; where a condition fits few items
/// (<see cref="Few"/>), those are looked at instead. So a page costs the same however many items there are beside it.
/// </summary>
static class ProjectSearch
{
    /// <summary>A condition that fits at most so many items is worth starting from.</summary>
    public const int Few = 5000;

    // Each costs a look into an index.
    const int MostProbes = 4;

    /// <summary>A page of the items that fit, and how many fit, counted up to <paramref name="most"/>.</summary>
    /// <param name="session">Whose items.</param>
    /// <param name="scopes">Where, and which there.</param>
    /// <param name="skip">How many come before the page.</param>
    /// <param name="take">How many the page has.</param>
    /// <param name="most">Counting ends here.</param>
    /// <param name="enough">At most so many items are few.</param>
    public static async ValueTask<FoundItems> Page(Session session, IReadOnlyList<ItemScope> scopes, long skip, long take, long most, int enough = Few)
    {
        var total = 0L;
        Dictionary<ItemScope, string?> few = [];
        foreach (var scope in scopes)
        {
            if (total >= most) break;
            few[scope] = await FewOf(session, scope.Plan, enough);
            var (from, args) = From(session, scope, few[scope], order: false);
            total += await session.Find($"select count(*) from (select 1 {from} limit ${args.Length + 2}) c", r => r.GetInt64(0), [.. args, most - total]);
        }
        if (skip >= total) return new([], total);
        List<(long Id, long At)> found = [];
        foreach (var scope in few.Keys)
        {
            var (from, args) = From(session, scope, few[scope], order: true);
            // One scope's order is the page's; several are merged, and what comes before the page may be in any of them.
            var (limit, offset) = scopes.Count == 1 ? (take, skip) : (skip + take, 0L);
            found.AddRange(await session.Query($"select w.id, w.updated_at {from} limit ${args.Length + 2} offset ${args.Length + 3}", r => (r.GetInt64(0), r.GetInt64(1)), [.. args, limit, offset]));
        }
        return scopes.Count == 1
            ? new([.. found.Select(f => f.Id)], total)
            : new([.. found.OrderByDescending(f => f.At).ThenByDescending(f => f.Id).Skip((int)skip).Take((int)take).Select(f => f.Id)], total);
    }

    /// <summary>The ids of the few items that one of the conditions fits at all; null when each fits more.</summary>
    static async ValueTask<string?> FewOf(Session session, SearchPlan plan, int enough)
    {
        foreach (var has in Conjuncts(plan.Query).OfType<ItemQuery.Has>().Where(IsIndexed).Take(MostProbes))
        {
            if (has.Key == "work_item_id") return has.Test is ItemTest.NumberIn ids ? Json(ids.Of.Where(id => id is >= 0 and < 1L << 53).Select(id => (long)id)) : null;
            var sql = new ItemSql(session.Engine, plan.Terminated);
            var index = has.Test is ItemTest.NumberIn or ItemTest.Compares ? "item_fact_number" : "item_fact_text";
            var facts = $"item_fact v{session.Engine.By(index)} where v.tenant = $1 and {sql.Fact(has)}";
            // Counted first: to look at many is cheap, to carry them out is not.
            if (await session.Find($"select count(*) from (select 1 from {facts} limit {enough + 1}) c", r => r.GetInt64(0), sql.Arguments) > enough) continue;
            return Json((await session.Query($"select v.item from {facts}", r => r.GetInt64(0), sql.Arguments)).Distinct());
        }
        return null;
    }

    static bool IsIndexed(ItemQuery.Has has) => has.Key == "work_item_id" ? has.Test is ItemTest.NumberIn
        : !ItemColumns.Names.ContainsKey(has.Key) && has.Test is ItemTest.TextIn or ItemTest.NumberIn or ItemTest.Compares or ItemTest.Contains;

    static (string From, object?[] Args) From(Session session, ItemScope scope, string? few, bool order)
    {
        var plan = scope.Plan;
        var sql = new ItemSql(session.Engine, plan.Terminated);
        var byStatus = !plan.Terminated && Conjuncts(plan.Query).Any(q => q is ItemQuery.Has { Key: "work_item_status", Test: ItemTest.TextIn { Of.Count: 1 } });
        var table = few is null
            ? $"work_item w{session.Engine.By(byStatus ? "work_item_by_status" : "work_item_by_update")} where w.tenant = $1"
            : $"({session.Engine.IntegersOf(sql.Argument(few))}) f cross join work_item w where w.tenant = $1 and w.id = f.value";
        var from = $"""
            from {table} and w.project_key = {sql.Argument(scope.Project)} and w.type_key = {sql.Argument(scope.Type)} and w.is_aborted = {(plan.Terminated ? 1 : 0)}
            and w.is_deleted = 0 and {sql.Condition(plan.Query)}
            """;
        return (order ? from + " order by w.updated_at desc, w.id desc" : from, sql.Arguments);
    }

    // What must hold of every item that is found.
    static IEnumerable<ItemQuery> Conjuncts(ItemQuery query) => query is ItemQuery.All all ? all.Of.SelectMany(Conjuncts) : [query];

    static string Json(IEnumerable<long> ids) => $"[{string.Join(',', ids)}]";
}

/// <summary>Where items are looked for.</summary>
/// <param name="Project">A space's key.</param>
/// <param name="Type">A type's key.</param>
/// <param name="Plan">Which of its items.</param>
sealed record ItemScope(string Project, string Type, SearchPlan Plan);

/// <summary>What was found.</summary>
/// <param name="Ids">The page, those that changed last first.</param>
/// <param name="Total">How many there are in all, up to where counting ended.</param>
sealed record FoundItems(IReadOnlyList<long> Ids, long Total);
