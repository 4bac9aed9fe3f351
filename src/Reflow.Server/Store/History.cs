namespace Reflow.Server.Store;

/// <summary>The append-only record of every change, written in the change's own transaction: what audit, timelines and events are made from; what happens to instances of flows is in <see cref="FlowHistory"/>.</summary>
static class History
{
    /// <summary>Records that <paramref name="operation"/> by <paramref name="actor"/> made version <paramref name="seq"/> of a thing.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="kind">The kind of thing: <c>task</c>, <c>item</c>, <c>report</c>.</param>
    /// <param name="id">The thing's id.</param>
    /// <param name="seq">The version that this change made.</param>
    /// <param name="at">Unix ms.</param>
    /// <param name="actor">Who did it, as <see cref="Core.Directory.Actor"/> writes itself.</param>
    /// <param name="operation">The operation's name in the contract.</param>
    /// <param name="payload">What happened, JSON.</param>
    public static async ValueTask Append(Session session, string kind, string id, long seq, long at, string actor, string operation, string payload) =>
        await session.Write(
            "insert into history (tenant, kind, id, seq, at, actor, operation, payload) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            kind, id, seq, at, actor, operation, payload);
}
