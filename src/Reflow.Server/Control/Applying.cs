using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>One tenant of a workspace while it is written: the session, the moment, and what changed so far.</summary>
/// <param name="session">The tenant's session, in the one transaction of the whole file.</param>
/// <param name="now">When the file is applied, Unix ms.</param>
/// <param name="changes">What changed so far, over all tenants.</param>
/// <param name="faults">What the data that is there already stands against.</param>
/// <param name="isFresh">Whether the tenant and its ids were made up for this, so that nobody can have them.</param>
sealed class Applying(Session session, long now, WorkspaceChanges changes, List<(WorkspacePlace Place, string Sentence)> faults, bool isFresh)
{
    /// <summary>The tenant's session.</summary>
    public Session Session => session;

    /// <summary>When the file is applied, Unix ms.</summary>
    public long Now => now;

    /// <summary>Whether there was nothing of the tenant before, so that nothing need be looked for.</summary>
    public bool IsNew { get; private set; } = isFresh;

    /// <summary>Whether nobody can have the ids of the tenant and of its apps and plugins.</summary>
    public bool IsFresh { get; } = isFresh;

    /// <summary>Makes the tenant's own row what the file says: the first of all.</summary>
    public async ValueTask<Outcome> PutTenant(string name)
    {
        var outcome = await Put("tenant", [], [("name", name)]);
        IsNew = outcome is Outcome.Created;
        return outcome;
    }

    /// <summary>Counts one thing of a kind, named in the plural: <c>users</c>.</summary>
    public void Count(string kind, Outcome outcome) => changes.Count(kind, outcome);

    /// <summary>Says that something in the file contradicts the data that is there; nothing of the file is then kept.</summary>
    public void Fault(WorkspacePlace place, string sentence) => faults.Add((place, sentence));

    /// <summary>Does something for each of many things that have nothing to do with each other: see <see cref="Session.Each"/>.</summary>
    public ValueTask Each<T>(IEnumerable<T> many, Func<T, ValueTask> work) => session.Each(many.Select(one => (Func<ValueTask>)(() => work(one))));

    /// <summary>As <see cref="Each"/>, of parts of the file: what they count is told in their order.</summary>
    public async ValueTask Parts(params Func<Applying, ValueTask>[] parts)
    {
        var counted = Array.ConvertAll(parts, _ => new WorkspaceChanges());
        await Each(parts.Zip(counted), part => part.First(new(session, now, part.Second, faults, IsFresh) { IsNew = IsNew }));
        foreach (var part in counted) changes.Add(part);
    }

    /// <summary>Makes one row of the tenant what the file says: inserts it, changes it, or leaves it.</summary>
    /// <param name="table">A table whose key begins with the tenant. Never input.</param>
    /// <param name="key">The rest of its key.</param>
    /// <param name="columns">The columns that the file decides. Lists and documents as the JSON text that the store writes.</param>
    public async ValueTask<Outcome> Put(string table, (string Name, object? Value)[] key, (string Name, object? Value)[] columns)
    {
        var where = string.Join(" and ", key.Select((k, i) => $"{k.Name} = ${i + 2}").Prepend("tenant = $1"));
        object?[] keys = [.. key.Select(k => k.Value)];
        var known = IsNew ? null : await session.Find($"select {string.Join(", ", columns.Select(c => c.Name))} from {table} where {where}",
            row => columns.Select((c, i) => row.IsDBNull(i) ? c.Value is null : row.GetValue(i).Equals(c.Value)).ToArray(), keys);
        if (known is null)
        {
            await session.Write(StoreTable.Insert(table, ["tenant", .. key.Concat(columns).Select(c => c.Name)]), [.. keys, .. columns.Select(c => c.Value)]);
            return Outcome.Created;
        }
        if (known.All(same => same)) return Outcome.Unchanged;
        await session.Write($"update {table} set {string.Join(", ", columns.Select((c, i) => $"{c.Name} = ${key.Length + 2 + i}"))} where {where}", [.. keys, .. columns.Select(c => c.Value)]);
        return Outcome.Changed;
    }
}

/// <summary>What applying did to one thing.</summary>
public enum Outcome
{
    /// <summary>It was not there.</summary>
    Created,
    /// <summary>It was there and was something else.</summary>
    Changed,
    /// <summary>It was there as the file has it.</summary>
    Unchanged,
}

/// <summary>What applying a workspace did, per kind of thing.</summary>
public sealed class WorkspaceChanges
{
    readonly List<WorkspaceCount> counts = [];

    /// <summary>The kinds in the order in which they were applied.</summary>
    public IReadOnlyList<WorkspaceCount> Counts => counts;

    /// <summary>Whether anything was created or changed.</summary>
    public bool Any => counts.Any(c => c.Created + c.Changed > 0);

    /// <summary>One line for each kind.</summary>
    public override string ToString() => string.Join('\n', counts.Select(c => $"{c.Kind}: {c.Created} created, {c.Changed} changed, {c.Unchanged} unchanged"));

    internal void Count(string kind, Outcome outcome) => Add(outcome switch
    {
        Outcome.Created => new WorkspaceCount(kind, 1, 0, 0),
        Outcome.Changed => new WorkspaceCount(kind, 0, 1, 0),
        Outcome.Unchanged => new WorkspaceCount(kind, 0, 0, 1),
    });

    internal void Add(WorkspaceChanges others)
    {
        foreach (var other in others.counts) Add(other);
    }

    void Add(WorkspaceCount more)
    {
        var at = counts.FindIndex(c => c.Kind == more.Kind);
        if (at < 0) counts.Add(more);
        else counts[at] = new(more.Kind, counts[at].Created + more.Created, counts[at].Changed + more.Changed, counts[at].Unchanged + more.Unchanged);
    }
}

/// <summary>What applying did to the things of one kind.</summary>
/// <param name="Kind">The kind, in the plural.</param>
/// <param name="Created">How many were not there.</param>
/// <param name="Changed">How many were something else.</param>
/// <param name="Unchanged">How many were as the file has them.</param>
public sealed record WorkspaceCount(string Kind, int Created, int Changed, int Unchanged);
