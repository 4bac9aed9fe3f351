using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;

namespace Reflow.Server.Store;

/// <summary>What can be searched of items, as rows: kept in step with each item in the transaction that changes it.</summary>
static class ItemFactRows
{
    const int OfOneTransaction = 200;

    /// <summary>Brings an item's rows from what was true before to what is true now; only what differs is written.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="flow">The item's rules.</param>
    /// <param name="before">The item as it was; null for a new one.</param>
    /// <param name="now">The item as it is.</param>
    public static async ValueTask Keep(Session session, NodeFlow flow, WorkItem? before, WorkItem now)
    {
        IReadOnlyList<ItemFact> old = before is null ? [] : ItemFacts.Of(flow, before), facts = now.Deleted ? [] : ItemFacts.Of(flow, now);
        var (was, said) = Differing(old, facts);
        var (known, places) = (was.ToHashSet(), said.Select(Place).ToHashSet());
        foreach (var gone in was)
            if (!places.Contains(Place(gone)))
                await session.Write("delete from item_fact where tenant = $1 and item = $2 and field = $3 and line = $4 and at = $5", now.Id, gone.Key, gone.Row, gone.At);
        foreach (var fact in said)
            if (!known.Contains(fact))
                await session.Write("""
                    insert into item_fact (tenant, item, field, line, at, text, folded, number) values ($1, $2, $3, $4, $5, $6, $7, $8)
                    on conflict (tenant, item, field, line, at) do update set text = excluded.text, folded = excluded.folded, number = excluded.number
                    """, now.Id, fact.Key, fact.Row, fact.At, fact.Text, fact.Folded == fact.Text ? null : fact.Folded, fact.Number);
    }

    static (string Key, int Row, int At) Place(ItemFact fact) => (fact.Key, fact.Row, fact.At);

    // Most is as it was, in the same order: all that differs lies between what both begin with and what both end with.
    static (IReadOnlyList<ItemFact> Was, IReadOnlyList<ItemFact> Is) Differing(IReadOnlyList<ItemFact> was, IReadOnlyList<ItemFact> now)
    {
        var (from, most, same) = (0, Math.Min(was.Count, now.Count), 0);
        while (from < most && was[from] == now[from]) from++;
        while (same < most - from && was[^(same + 1)] == now[^(same + 1)]) same++;
        return ([.. was.Take(from..^same)], [.. now.Take(from..^same)]);
    }

    /// <summary>Writes the rows of items that were stored by a version of Reflow that had none.</summary>
    public static async Task FillIn(Db db, ProjectStore projects, CancellationToken ct)
    {
        foreach (var tenant in await db.ReadSystem(s => s.Query("select tenant from tenant order by tenant", r => r.GetString(0)), ct))
            while (await db.Change(tenant, session => FillIn(session, projects), ct)) { }
    }

    static async ValueTask<bool> FillIn(Session session, ProjectStore projects)
    {
        var items = await session.Query($"select id, project_key from work_item{session.Engine.By("work_item_without_facts")} where tenant = $1 and has_facts = 0 limit $2", r => (Id: r.GetInt64(0), Project: r.GetString(1)), OfOneTransaction);
        foreach (var (id, project) in items)
        {
            await session.Write("update work_item set has_facts = 1 where tenant = $1 and id = $2", id);
            if (await ProjectStore.Load(session, id) is { } item && await projects.Find(session, project) is { } space
                && await projects.FlowOf(session, space, item.TypeKey, item.TemplateId, item.TemplateVersion) is { } flow) await Keep(session, flow, null, item);
        }
        return items.Count > 0;
    }
}
