using Reflow.Core.Flows;

namespace Reflow.Core.Tests.Flows;

/// <summary>A flow as nested blocks: whatever is built of them is properly nested, and taking a block away leaves a flow.</summary>
abstract record Block
{
    public virtual IEnumerable<Block[]> Inside => [];

    public sealed record Ask(Mode Mode, int[] People, int Percent = 60, RejectKind Reject = RejectKind.EndInstance, bool Fill = false, bool Nobody = false, RollbackOverride? Rollback = null) : Block;

    public sealed record Run : Block;

    public sealed record Tell : Block;

    public sealed record Pick(Block[][] Branches) : Block { public override IEnumerable<Block[]> Inside => Branches; }

    public sealed record All(Block[][] Branches) : Block { public override IEnumerable<Block[]> Inside => Branches; }

    public sealed record Some(Block[][] Branches) : Block { public override IEnumerable<Block[]> Inside => Branches; }

    public sealed record Loop(Block[] Body) : Block { public override IEnumerable<Block[]> Inside => [Body]; }
}

enum RejectKind { EndInstance, EndBranch, ToStart, ToNode, Follow }

/// <summary>Draws blocks.</summary>
sealed class BlockGen(Random random)
{
    public const int People = 6;

    public Block[] Sequence(int size, bool fork = false)
    {
        List<Block> blocks = [];
        for (var left = random.Next(1, size + 1); left > 0;)
        {
            var block = One(left, fork);
            left -= Size(block);
            blocks.Add(block);
        }
        return [.. blocks];
    }

    Block One(int size, bool fork) => size < 3 ? Leaf(fork) : random.Next(10) switch
    {
        < 3 => Leaf(fork),
        < 6 => new Block.All(Branches(size - 1, true)),
        < 7 => new Block.Some(Branches(size - 1, true)),
        < 8 => new Block.Pick(Branches(size - 1, fork)),
        _ => new Block.Loop(Sequence(size - 1, fork)),
    };

    Block Leaf(bool fork) => random.Next(8) switch
    {
        0 => new Block.Run(),
        1 => new Block.Tell(),
        _ => new Block.Ask((Mode)random.Next(4), [.. Enumerable.Range(0, People).OrderBy(_ => random.Next()).Take(random.Next(1, 4))], random.Next(1, 101),
            random.Next(4) == 0 ? RejectKind.EndInstance : fork && random.Next(2) == 0 ? RejectKind.EndBranch : (RejectKind)random.Next(2, 5), random.Next(4) == 0, random.Next(15) == 0, random.Next(4) == 0 ? Override() : null),
    };

    RollbackOverride Override() => new()
    {
        Enabled = random.Next(12) == 0 ? false : null,
        Scope = random.Next(4) == 0 ? (RollbackScope)random.Next(3) : null,
        Resume = random.Next(2) == 0 ? (Resume)random.Next(2) : null,
        Siblings = random.Next(2) == 0 ? (Siblings)random.Next(2) : null,
        Assignees = random.Next(2) == 0 ? (LastAssignees)random.Next(2) : null,
        Inherit = random.Next(2) == 0 ? random.Next(2) == 0 : null,
    };

    Block[][] Branches(int size, bool fork) => [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => random.Next(6) == 0 ? [] : Sequence(Math.Max(1, size / 2), fork))];

    static int Size(Block block) => 1 + block.Inside.Sum(b => b.Sum(Size));
}

/// <summary>Builds a definition from blocks, from the end to the start.</summary>
sealed class Builder
{
    readonly List<FlowNode> nodes = [];
    readonly List<FlowEdge> edges = [];
    int count;

    public static FlowDefinition Build(Block[] trunk, RollbackPolicy? rollback = null, SamePerson samePerson = SamePerson.AskAgain)
    {
        var builder = new Builder();
        builder.nodes.Add(new FlowNode.End("end"));
        var first = builder.Sequence(trunk, "end", null, false);
        builder.nodes.Add(new FlowNode.Start("start"));
        builder.edges.Add(new("start", first));
        return new()
        {
            Namespace = "package_test__c",
            Name = "random",
            ApiId = "package_test__c__action_random",
            Nodes = builder.nodes,
            Edges = builder.edges,
            Form = [new("note", FieldType.Number), .. builder.edges.Select(e => e.When).OfType<string>().Distinct().Select(w => new FormField(w, FieldType.Boolean))],
            Rollback = rollback ?? new(),
            SamePerson = samePerson,
            Administrators = ["admin"],
        };
    }

    // `back` is the node that a rejection may go back to: one that every way here passes.
    string Sequence(Block[] blocks, string next, string? back, bool fork)
    {
        var keys = blocks.Select(b => b is Block.Ask ? $"ask{++count}" : null).ToArray();
        for (var i = blocks.Length - 1; i >= 0; i--)
            next = One(blocks[i], keys[i], next, keys.Take(i).LastOrDefault(k => k is not null) ?? back, fork);
        return next;
    }

    string One(Block block, string? key, string next, string? back, bool fork)
    {
        switch (block)
        {
            case Block.Ask ask:
                var reject = ask.Reject is RejectKind.EndBranch && !fork ? RejectKind.EndInstance : ask.Reject;
                var fix = $"fix{count}-{key}";
                if (reject is RejectKind.Follow)
                {
                    next = Add(new FlowNode.Gateway($"{fix}-merge", Gate.Exclusive), next);
                    Add(new FlowNode.Human(fix) { Assignees = [new AssigneeRule.Fixed(["u0"])] }, next);
                }
                return Add(new FlowNode.Human(key!, ask.Fill ? TaskKind.Fill : TaskKind.Approval)
                {
                    Mode = ask.Mode,
                    Percent = ask.Percent,
                    Assignees = [new AssigneeRule.Fixed(ask.Nobody ? ["gone"] : [.. ask.People.Select(p => $"u{p}")])],
                    Nobody = WhenNobody.Pass,
                    Due = 1000,
                    Rollback = ask.Rollback,
                    Reject = reject switch
                    {
                        RejectKind.EndInstance => new RejectPolicy.EndInstance(),
                        RejectKind.EndBranch => new RejectPolicy.EndBranch(),
                        RejectKind.ToStart => new RejectPolicy.ToStart(),
                        RejectKind.ToNode => back is null ? new RejectPolicy.ToStart() : new RejectPolicy.ToNode(back),
                        RejectKind.Follow => new RejectPolicy.Follow(fix),
                    },
                }, next);
            case Block.Run:
                return Add(new FlowNode.Automatic($"run{++count}"), next);
            case Block.Tell:
                return Add(new FlowNode.Cc($"tell{++count}") { Readers = [new AssigneeRule.Fixed(["reader"])] }, next);
            case Block.Pick pick:
                return Gateway("pick", Gate.Exclusive, pick.Branches, next, back, fork);
            case Block.All all:
                return Gateway("all", Gate.Parallel, all.Branches, next, back, true);
            case Block.Some some:
                return Gateway("some", Gate.Inclusive, some.Branches, next, back, true);
            case Block.Loop loop:
                var n = ++count;
                var again = new FlowNode.Gateway($"again{n}", Gate.Exclusive);
                nodes.Add(again);
                // A loop asks somebody on every round, whatever its body.
                var entry = Add(new FlowNode.Gateway($"loop{n}", Gate.Exclusive),
                    Add(new FlowNode.Human($"round{n}") { Assignees = [new AssigneeRule.Fixed(["u1"])] }, Sequence(loop.Body, again.Key, back, fork)));
                edges.Add(new(again.Key, entry, $"again{n}"));
                edges.Add(new(again.Key, next));
                return entry;
            default:
                throw new InvalidOperationException();
        }
    }

    string Gateway(string name, Gate gate, Block[][] branches, string next, string? back, bool fork)
    {
        var n = ++count;
        var join = Add(new FlowNode.Gateway($"{name}{n}-join", gate), next);
        var entries = branches.Select(b => Sequence(b, join, back, fork)).ToArray();
        nodes.Add(new FlowNode.Gateway($"{name}{n}", gate));
        for (var i = 0; i < entries.Length; i++)
            edges.Add(new($"{name}{n}", entries[i], gate is Gate.Parallel || i == entries.Length - 1 ? null : $"{name}{n}_{i}"));
        return $"{name}{n}";
    }

    string Add(FlowNode node, string next)
    {
        nodes.Add(node);
        edges.Add(new(node.Key, next));
        return node.Key;
    }
}
