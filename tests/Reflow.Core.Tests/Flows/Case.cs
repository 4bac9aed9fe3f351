using System.Text;
using Reflow.Core.Flows;

namespace Reflow.Core.Tests.Flows;

/// <summary>A flow and what people try on it. Numbers of an operation are taken modulo what there is to choose from, so any list of them fits any flow.</summary>
sealed record Case(Block[] Trunk, RollbackPolicy Rollback, SamePerson SamePerson, Op[] Ops, int Salt)
{
    public static Case Draw(int seed)
    {
        var random = new Random(seed);
        var trunk = new BlockGen(random).Sequence(random.Next(3, 20));
        var rollback = new RollbackPolicy
        {
            Scope = random.Next(4) == 0 ? (RollbackScope)random.Next(3) : RollbackScope.Any,
            Resume = (Resume)random.Next(2),
            Siblings = random.Next(3) == 0 ? Siblings.Rerun : Siblings.Keep,
            Assignees = random.Next(3) == 0 ? LastAssignees.Resolve : LastAssignees.Last,
            Inherit = random.Next(3) > 0,
            Administrators = random.Next(4) == 0,
        };
        Op[] ops = [.. Enumerable.Range(0, random.Next(5, 41)).Select(_ => new Op(Kinds[random.Next(Kinds.Length)], random.Next(1 << 20), random.Next(1 << 20), random.Next(1 << 20)))];
        return new(trunk, rollback, (SamePerson)(random.Next(4) == 0 ? random.Next(1, 3) : 0), ops, random.Next(1 << 20));
    }

    static readonly OpKind[] Kinds =
    [
        .. Enumerable.Repeat(OpKind.Agree, 24), .. Enumerable.Repeat(OpKind.RollBack, 12), .. Enumerable.Repeat(OpKind.Reject, 3),
        .. Enumerable.Repeat(OpKind.Transfer, 3), .. Enumerable.Repeat(OpKind.Add, 6), OpKind.Illegal, OpKind.Illegal, OpKind.Illegal, OpKind.Illegal, OpKind.Cc, OpKind.Expedite, OpKind.Submit, OpKind.Submit, OpKind.Submit,
        OpKind.Migrate, OpKind.Migrate, OpKind.Migrate,
    ];

    /// <summary>Simpler cases that might fail as well: fewer operations, fewer blocks, plainer rules.</summary>
    public IEnumerable<Case> Smaller()
    {
        for (var size = Ops.Length / 2; size > 0; size /= 2)
            for (var at = 0; at < Ops.Length; at += size)
                yield return this with { Ops = [.. Ops.Take(at), .. Ops.Skip(at + size)] };
        foreach (var trunk in Smaller(Trunk))
            if (trunk.Length > 0)
                yield return this with { Trunk = trunk };
        if (Rollback != new RollbackPolicy())
            yield return this with { Rollback = new() };
        if (SamePerson is not SamePerson.AskAgain)
            yield return this with { SamePerson = SamePerson.AskAgain };
    }

    static IEnumerable<Block[]> Smaller(Block[] blocks)
    {
        for (var i = 0; i < blocks.Length; i++)
        {
            Block[] With(params Block[] instead) => [.. blocks.Take(i), .. instead, .. blocks.Skip(i + 1)];
            yield return With();
            foreach (var inside in blocks[i].Inside)
                yield return With(inside);
            foreach (var smaller in Smaller(blocks[i]))
                yield return With(smaller);
        }
    }

    static IEnumerable<Block> Smaller(Block block) => block switch
    {
        Block.Ask ask => new[] { ask with { People = [ask.People[0]] }, ask with { Mode = Mode.All }, ask with { Reject = RejectKind.EndInstance }, ask with { Fill = false }, ask with { Nobody = false }, ask with { Rollback = null } }
            .Where(a => a.People.Length < ask.People.Length || (a with { People = ask.People }) != ask),
        Block.All b => Fewer(b.Branches).Select(x => new Block.All(x)),
        Block.Some b => Fewer(b.Branches).Select(x => new Block.Some(x)),
        Block.Pick b => Fewer(b.Branches).Select(x => new Block.Pick(x)),
        Block.Loop b => Smaller(b.Body).Select(x => new Block.Loop(x)),
        _ => [],
    };

    static IEnumerable<Block[][]> Fewer(Block[][] branches)
    {
        for (var i = 0; i < branches.Length; i++)
        {
            if (branches.Length > 2)
                yield return [.. branches.Take(i), .. branches.Skip(i + 1)];
            foreach (var smaller in Smaller(branches[i]))
                yield return [.. branches.Take(i), smaller, .. branches.Skip(i + 1)];
        }
    }

    public FlowDefinition Build() => Builder.Build(Trunk, Rollback, SamePerson);

    /// <summary>A flow told so that a person can draw it.</summary>
    public static string Outline(FlowDefinition flow)
    {
        var text = new StringBuilder();
        if (flow.Rollback != new RollbackPolicy())
            text.AppendLine($"rollback: scope {flow.Rollback.Scope}, resume {flow.Rollback.Resume}, siblings {flow.Rollback.Siblings}, assignees {flow.Rollback.Assignees}, inherit {flow.Rollback.Inherit}, administrators {flow.Rollback.Administrators}");
        if (flow.SamePerson is not SamePerson.AskAgain)
            text.AppendLine($"same person: {flow.SamePerson}");
        foreach (var edge in flow.Edges.Reverse())
            text.AppendLine($"  {edge.From} -> {edge.To}{(edge.When is null ? "" : $" when {edge.When}")}");
        foreach (var node in flow.Nodes.OfType<FlowNode.Human>())
            text.AppendLine($"  {node.Key}: {node.Kind} {node.Mode} {(node.Mode is Mode.Ratio ? $"{node.Percent}% " : "")}of {string.Join(", ", ((AssigneeRule.Fixed)node.Assignees[0]).Users)}, rejection {node.Reject}{(node.Rollback is { } own ? $", {own}" : "")}");
        return text.ToString();
    }
}

sealed record Op(OpKind Kind, int A, int B, int C);

enum OpKind { Agree, Reject, RollBack, Transfer, Add, Cc, Expedite, Submit, Migrate, Illegal }
