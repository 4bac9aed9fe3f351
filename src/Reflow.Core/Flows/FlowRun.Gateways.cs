using System.Numerics;

namespace Reflow.Core.Flows;

sealed partial class FlowRun
{
    void Choose(FlowToken token)
    {
        var edges = Net.Leaving(token.Node);
        var chosen = 0;
        if (edges.Count > 1)
        {
            var held = edges.TakeWhile(e => e.When is null || !context.Holds(e.When)).Count();
            chosen = held < edges.Count ? held : edges.TakeWhile(e => e.When is not null).Count();
        }
        Fire(FiringKind.Decide, [token], [new(edges[chosen].To, token.Frame, token.Approvers)], 1L << chosen);
    }

    void Fork(FlowNode.Gateway gateway, FlowToken token)
    {
        var edges = Net.Leaving(token.Node);
        var taken = 0L;
        for (var i = 0; i < edges.Count; i++)
            if (gateway.Gate is Gate.Parallel || (edges[i].When is { } when && context.Holds(when)))
                taken |= 1L << i;
        if (taken == 0)
            taken = 1L << edges.TakeWhile(e => e.When is not null).Count();
        var seq = State.Instance.LastFiring + 1;
        Move[] moves = [.. Enumerable.Range(0, edges.Count).Where(i => (taken >> i & 1) != 0)
            .Select(i => new Move(edges[i].To, new(seq, i, taken, token.Frame), token.Approvers))];
        Fire(FiringKind.Split, [token], moves, taken);
    }

    /// <summary>Fires once every branch taken has its token here, arrived or dead; each branch counts once (contracts/apaas §4.2).</summary>
    void Join(FlowToken token)
    {
        var frame = token.Frame!;
        FlowToken[] arrived = [.. State.Present.Select(id => State.Tokens[id]).Where(t => t.Node == token.Node)];
        if (arrived.Aggregate(0L, (seen, t) => seen | 1L << t.Frame!.Branch) != frame.Taken)
            return;
        if (arrived.Length != BitOperations.PopCount((ulong)frame.Taken))
            throw new System.Diagnostics.UnreachableException("A branch has two tokens.");
        if (!arrived.All(t => t.Dead))
            Fire(FiringKind.Join, arrived, [new(Net.After(token.Node), frame.Outer, Together(arrived))]);
        else if (Net.JoinAround(token.Node) is { } outer)
            Fire(FiringKind.Join, arrived, [new(outer, frame.Outer, [], Dead: true)]);
        else
            End(InstanceStatus.Rejected, null, null);
    }

    /// <summary>Who agreed on any of the branches that come together.</summary>
    public static string[] Together(FlowToken[] tokens) => [.. tokens.SelectMany(t => t.Approvers).Distinct().Order(StringComparer.Ordinal)];
}
