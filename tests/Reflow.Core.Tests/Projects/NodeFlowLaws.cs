using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Xunit;

namespace Reflow.Core.Tests.Projects;

/// <summary>
/// Laws of node flows over random templates: graphs of mostly a few and at times up to sixty nodes, with conditional nodes, nodes that pass by themselves (now and then nearly all of them,
/// in chains as long as the graph), nodes with several owners and blocking subtasks, under random runs of confirms, rollbacks, field changes and owner changes by random people.
/// </summary>
public class NodeFlowLaws
{
    const long Now = Sample.Now;
    // With the start, a graph of sixty.
    const int Most = 59;
    static readonly string[] People = ["ann", "bob", "cid"];

    /// <summary>A node: how it passes, whether a condition hides it, who owns it, which of the nine nodes before it lead to it (bits, the nearest first), whether it has a subtask.</summary>
    public sealed record Piece(int Pass, bool Conditional, int Owners, int Parents, bool Task, bool Schedule);

    /// <summary>A step: what (0–4 confirm, 5–6 roll back, 7 flip a condition, 8 other owners, 9 a subtask), at which node (0–3 of those in progress, 5 of those done, else of all), by whom.</summary>
    public sealed record Step(int Act, int Node, int Who);

    public sealed record Story(Piece[] Pieces, Step[] Steps)
    {
        public override string ToString() => $"{string.Join(" | ", Pieces.Select(p => p.ToString()))}\n{string.Join(" | ", Steps.Select(s => s.ToString()))}";
    }

    static readonly Gen<Piece> Pieces =
        from pass in Gen.Choose(1, 3)
        from conditional in Gen.Choose(0, 3)
        from owners in Gen.Choose(1, 7)
        from parents in Gen.Choose(1, 511)
        from task in Gen.Choose(0, 3)
        from schedule in Gen.Choose(0, 3)
        select new Piece(pass, conditional == 0, owners, parents, task == 0, schedule == 0);

    static readonly Gen<Step> Steps =
        from act in Gen.Choose(0, 9)
        from node in Gen.Choose(0, 59)
        from who in Gen.Choose(0, 2)
        select new Step(act, node, who);

    // Large ones are few, and half of them pass nearly all by themselves: what a chain carries along shows in small ones as well.
    static readonly Gen<Piece[]> Graphs = Gen.Frequency(
        (20, Gen.Choose(1, 9).SelectMany(size => Pieces.ArrayOf(size))),
        (1, Gen.Choose(10, Most).SelectMany(size => Pieces.ArrayOf(size))),
        (1, from size in Gen.Choose(10, Most)
            from pieces in Pieces.ArrayOf(size)
            from stops in Gen.Choose(0, 9).ArrayOf(size)
            select pieces.Zip(stops, (piece, stop) => stop == 0 ? piece : piece with { Pass = 1, Task = false, Parents = piece.Parents & 3 }).ToArray()));

    static readonly Arbitrary<Story> Stories = Arb.From(
        from pieces in Graphs
        from length in Gen.Choose(0, 40)
        from steps in Steps.ArrayOf(length)
        select new Story(pieces, steps), Shrink);

    static IEnumerable<Story> Shrink(Story story)
    {
        for (var i = story.Steps.Length - 1; i >= 0; i--) yield return story with { Steps = [.. story.Steps[..i], .. story.Steps[(i + 1)..]] };
        for (var i = story.Pieces.Length - 1; i >= 0; i--)
        {
            if (story.Pieces.Length > 1) yield return story with { Pieces = [.. story.Pieces[..i], .. story.Pieces[(i + 1)..]] };
            var plain = new Piece(2, false, 1, 1, false, false);
            if (story.Pieces[i] != plain) yield return story with { Pieces = [.. story.Pieces[..i], plain, .. story.Pieces[(i + 1)..]] };
        }
    }

    /// <summary>Node 0 is the start; node i + 1 is piece i, led to by the nodes before it that its bits tell, by the nearest when they tell of none.</summary>
    static NodeFlow Flow(Piece[] pieces)
    {
        List<TemplateNode> nodes = [new("n0", "Start") { PassMode = PassMode.Auto }];
        List<Connection> connections = [];
        for (var i = 0; i < pieces.Length; i++)
        {
            var (piece, key) = (pieces[i], $"n{i + 1}");
            nodes.Add(new(key, key.ToUpperInvariant())
            {
                PassMode = (PassMode)piece.Pass,
                OwnerUsage = OwnerUsage.Default,
                Owners = [.. People.Where((_, p) => (piece.Owners >> p & 1) == 1)],
                Visible = piece.Conditional ? new($"has f{i + 1}", item => item.Fields.ContainsKey($"f{key}")) : null,
                Tasks = piece.Task ? [new("t", "Task") { Blocking = true }] : [],
                DoneSchedule = piece.Schedule,
            });
            var parents = Enumerable.Range(0, Math.Min(9, i + 1)).Where(back => (piece.Parents >> back & 1) == 1).Select(back => i - back).DefaultIfEmpty(i);
            connections.AddRange(parents.Select(p => new Connection($"n{p}", key)));
        }
        var type = Sample.Type with { Fields = [.. nodes.Select(n => new Field($"f{n.Key}", n.Key, FieldType.Bool))] };
        var template = new Template(7, "Random", nodes, connections);
        Assert.Empty(TemplateFaults.Of(type, template));
        return new(Sample.Project, type, template);
    }

    static ProjectCommand Command(NodeFlow flow, WorkItem item, Step step, long at)
    {
        var nodes = item.Nodes.Where(n => step.Act switch { <= 3 => n.Status is NodeStatus.InProgress, 5 => n.Status is NodeStatus.Completed, _ => true }).DefaultIfEmpty(item.Nodes[0]).ToList();
        var node = nodes[step.Node % nodes.Count].Key;
        var who = People[step.Who];
        return step.Act switch
        {
            <= 4 => new ProjectCommand.Confirm(who, at, node, step.Act == 4 ? new() { Schedule = Sample.Days(1) } : NodePatch.Nothing),
            5 or 6 => new ProjectCommand.RollBack(who, at, node, "why", NodePatch.Nothing),
            7 => new ProjectCommand.UpdateFields(who, at, [new($"f{node}", null, item.Fields.ContainsKey($"f{node}") ? null : new FieldValue.Flag(true))]),
            8 => new ProjectCommand.UpdateNode(who, at, node, new() { Owners = [.. People.Skip(step.Who)] }),
            _ => item.NodeOf(node)!.SubTasks.FirstOrDefault() is { } task
                ? task.Passed ? new ProjectCommand.RollBackSubTask(who, at, node, task.Id, SubTaskPatch.Nothing) : new ProjectCommand.ConfirmSubTask(who, at, node, task.Id, SubTaskPatch.Nothing)
                : new ProjectCommand.Freeze(who, at, false),
        };
    }

    static WorkItem New(NodeFlow flow) =>
        flow.Run(null, new ProjectCommand.Create("ann", Now, 1, "Item", [], false, [.. Enumerable.Range(1, flow.Template.TaskCount)]));

    /// <summary>The applicable nodes that this one waits for: hidden ones are looked through.</summary>
    static HashSet<string> Waits(NodeFlow flow, WorkItem item, TemplateNode node)
    {
        HashSet<TemplateNode> met = [.. flow.Above(node)];
        for (var open = new Queue<TemplateNode>(met); open.TryDequeue(out var above);)
            if (!NodeFlow.Applies(item, above))
                foreach (var further in flow.Above(above))
                    if (met.Add(further)) open.Enqueue(further);
        return [.. met.Where(n => NodeFlow.Applies(item, n)).Select(n => n.Key)];
    }

    static bool Done(WorkItem item, string node) => item.NodeOf(node)!.Status is NodeStatus.Completed;

    /// <summary>Runs stories, and checks a law at each step: the item before, the command, what was decided, the item after. Others in every run, or always the same.</summary>
    static void Hold(Action<NodeFlow, WorkItem, ProjectCommand, Decision<ProjectEvent>, WorkItem> law, int runs = 2000, bool flips = true, bool always = false) =>
        Prop.ForAll(Stories, story =>
        {
            var flow = Flow(story.Pieces);
            var item = New(flow);
            for (var i = 0; i < story.Steps.Length; i++)
            {
                if (!flips && story.Steps[i].Act == 7) continue;
                var command = Command(flow, item, story.Steps[i], Now + i + 1);
                var decision = flow.Decide(item, command, Sample.Knows);
                var after = decision.Events.Aggregate(item, WorkItems.Apply);
                law(flow, item, command, decision, after);
                item = after;
            }
        }).Check(always ? Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(1, 1) : Config.QuickThrowOnFailure.WithMaxTest(runs));

    [Fact]
    public void A_node_arrives_only_when_all_that_it_waits_for_is_done() => Hold((flow, before, _, decision, _) =>
    {
        var item = before;
        foreach (var e in decision)
        {
            item = item.Apply(e);
            if (e is ProjectEvent.NodeReached reached)
                Assert.All(Waits(flow, item, flow.NodeOf(reached.Node)!), n => Assert.True(Done(item, n), $"{reached.Node} arrived before {n} was done"));
        }
    });

    [Fact]
    public void A_node_is_in_progress_or_done_only_while_all_that_it_waits_for_is_done() => Hold((flow, _, _, _, after) =>
    {
        foreach (var node in flow.InOrder)
            if (after.NodeOf(node.Key)!.Status is not NodeStatus.NotStarted)
                Assert.All(Waits(flow, after, node), n => Assert.True(Done(after, n)));
    }, flips: false);

    [Fact]
    public void A_node_that_is_there_and_waits_for_nothing_has_arrived() => Hold((flow, _, _, _, after) =>
    {
        foreach (var node in flow.InOrder)
            if (NodeFlow.Applies(after, node) && Waits(flow, after, node).All(n => Done(after, n)))
                Assert.NotEqual(NodeStatus.NotStarted, after.NodeOf(node.Key)!.Status);
    });

    [Fact]
    public void A_rollback_resets_exactly_what_can_be_reached_from_the_node() => Hold((flow, before, command, decision, after) =>
    {
        if (command is not ProjectCommand.RollBack back || decision.Error is not null) return;
        var below = flow.Descendants(flow.NodeOf(back.Node)!).Select(d => d.Node.Key).ToHashSet();
        foreach (var node in before.Nodes)
        {
            var now = after.NodeOf(node.Key)!;
            if (node.Key == back.Node)
            {
                Assert.Equal((NodeStatus.InProgress, (long?)null, node.BeganAt), (now.Status, now.FinishedAt, now.BeganAt));
                Assert.All(now.Checkers, c => Assert.Null(c.CheckedAt));
                Assert.Equal(flow.NodeOf(back.Node)!.PassMode is PassMode.Multi ? now.Owners : [], now.Checkers.Select(c => c.Owner));
            }
            else if (below.Contains(node.Key))
            {
                Assert.Equal((NodeStatus.NotStarted, (long?)null, (long?)null, 0), (now.Status, now.BeganAt, now.FinishedAt, now.Checkers.Count));
                Assert.Equal((node.Owners, node.Schedule, node.SubTasks), (now.Owners, now.Schedule, now.SubTasks));
            }
            else
            {
                Assert.Same(node, now);
            }
        }
    });

    [Fact]
    public void A_confirm_moves_its_node_and_what_comes_after_it_and_nothing_else() => Hold((flow, before, command, _, after) =>
    {
        if (command is not ProjectCommand.Confirm confirm || confirm.Patch.Schedule is not null) return;
        var mayMove = flow.Descendants(flow.NodeOf(confirm.Node)!).Select(d => d.Node.Key).Append(confirm.Node).ToHashSet();
        foreach (var node in before.Nodes)
            if (!mayMove.Contains(node.Key)) Assert.Same(node, after.NodeOf(node.Key));
            else Assert.True(after.NodeOf(node.Key)!.Status >= node.Status);
    }, flips: false);

    [Fact]
    public void Nothing_is_missing_exactly_when_a_confirm_succeeds() => Hold((flow, item, _, _, _) =>
    {
        foreach (var node in flow.InOrder)
            foreach (var who in People)
            {
                var state = item.NodeOf(node.Key)!;
                var mine = node.PassMode is not PassMode.Multi || state.Owners.Contains(who) && state.Checkers.Any(c => c.Owner == who && c.CheckedAt is null);
                if (state.Status is not NodeStatus.InProgress || !NodeFlow.Applies(item, node) || !mine) continue;
                var missing = NodeNeeds.Of(flow, item, node, who).FirstOrDefault(n => !n.Met);
                Assert.Equal(missing?.Refusal, flow.Decide(item, new ProjectCommand.Confirm(who, Now, node.Key, NodePatch.Nothing), Sample.Knows).Error);
            }
    }, runs: 300);

    [Fact]
    public void All_that_is_missing_is_told_at_once_and_the_first_of_it_is_the_refusal() => Hold((flow, item, command, decision, _) =>
    {
        if (command is not ProjectCommand.Confirm confirm) return;
        var unmet = flow.Unmet(item, confirm, Sample.Knows);
        if (decision.Error is null) Assert.Empty(unmet);
        if (unmet.Count == 0) return;
        Assert.Equal(unmet[0].Refusal, decision.Error);
        Assert.All(unmet, need => Assert.False(need.Met));
        Assert.Equal(unmet.Select(n => (n.Kind, n.Key)), unmet.Select(n => (n.Kind, n.Key)).Distinct());
    });

    [Fact]
    public void What_moves_no_node_moves_no_node() => Hold((_, before, command, _, after) =>
    {
        if (command is not (ProjectCommand.UpdateNode or ProjectCommand.RollBackSubTask)) return;
        foreach (var node in before.Nodes) Assert.Equal(node.Status, after.NodeOf(node.Key)!.Status);
    }, flips: false);

    [Fact]
    public void A_refusal_has_no_events_and_a_change_says_who_and_when() => Hold((_, before, command, decision, after) =>
    {
        if (decision.Error is not null) Assert.Empty(decision.Events);
        if (decision.Events.Count == 0) Assert.Same(before, after);
        else Assert.Equal((command.By, command.At), (after.UpdatedBy, after.UpdatedAt));
    });

    [Fact]
    public void An_item_is_finished_exactly_when_nothing_that_is_there_is_still_to_come() => Hold((flow, _, command, decision, after) =>
    {
        var last = flow.InOrder.Where(n => NodeFlow.Applies(after, n) && !flow.Descendants(n).Any(d => NodeFlow.Applies(after, d.Node)));
        if (decision.Events.Count > 0 && command is not ProjectCommand.Freeze)
            Assert.Equal(last.All(n => Done(after, n.Key)), after.FinishedAt is not null);
        Assert.Equal(after.FinishedAt is not null, after.Status == "done");
    }, flips: false);

    [Fact]
    public void An_item_where_everybody_does_their_part_finishes() => Prop.ForAll(Stories, story =>
    {
        var flow = Flow(story.Pieces);
        var item = New(flow);
        for (var i = 0; i < story.Steps.Length; i++)
            item = flow.Decide(item, Command(flow, item, story.Steps[i], Now + i), Sample.Knows).Events.Aggregate(item, WorkItems.Apply);
        for (var round = 0; round <= flow.InOrder.Count && item.FinishedAt is null; round++)
            foreach (var node in flow.InOrder)
            {
                foreach (var task in item.NodeOf(node.Key)!.SubTasks)
                    item = flow.Decide(item, new ProjectCommand.ConfirmSubTask("ann", Now, node.Key, task.Id, SubTaskPatch.Nothing), Sample.Knows).Events.Aggregate(item, WorkItems.Apply);
                foreach (var who in item.NodeOf(node.Key)!.Owners)
                    item = flow.Decide(item, new ProjectCommand.Confirm(who, Now, node.Key, new() { Schedule = Sample.Days(1) }), Sample.Knows).Events.Aggregate(item, WorkItems.Apply);
            }
        Assert.NotNull(item.FinishedAt);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void What_can_be_searched_of_an_item_changes_by_events_that_concern_it_and_by_no_others()
    {
        var changed = new HashSet<Type>();
        Hold((flow, before, _, decision, _) =>
        {
            var item = before;
            foreach (var e in decision)
            {
                var after = item.Apply(e);
                if (!ItemFacts.Of(flow, item).SequenceEqual(ItemFacts.Of(flow, after)))
                {
                    Assert.True(ItemFacts.Concern(e), $"{e}");
                    changed.Add(e.GetType());
                }
                item = after;
            }
        }, runs: 300, always: true);
        Assert.Superset(new HashSet<Type> { typeof(ProjectEvent.FieldChanged), typeof(ProjectEvent.OwnersChanged), typeof(ProjectEvent.NodeReached), typeof(ProjectEvent.NodePassed), typeof(ProjectEvent.NodeRolledBack), typeof(ProjectEvent.NodeReset) }, changed);
        Assert.All((ProjectEvent[])[new ProjectEvent.NodeTimed("doing", Now, Now), new ProjectEvent.Renamed("x"), new ProjectEvent.RoleChanged("PM", ["ann"])], e =>
        {
            var (flow, item) = (Sample.Flow(), Sample.Flow().Item());
            Assert.NotEqual(ItemFacts.Of(flow, item), ItemFacts.Of(flow, item.Apply(e)));
            Assert.True(ItemFacts.Concern(e));
        });
    }

    [Fact]
    public void The_graphs_are_large_at_times_and_chains_pass_by_themselves()
    {
        // Without these the laws would have proved little of it. The same stories in every run: chance may leave out the longest.
        var (large, longest, rollbacks) = (0, 0, 0);
        Hold((flow, _, command, decision, _) =>
        {
            large = Math.Max(large, flow.InOrder.Count);
            if (command is ProjectCommand.Confirm) longest = Math.Max(longest, decision.Events.OfType<ProjectEvent.NodePassed>().Count());
            if (command is ProjectCommand.RollBack) rollbacks = Math.Max(rollbacks, decision.Events.OfType<ProjectEvent.NodeReset>().Count());
        }, always: true);
        Assert.True(large > 50 && longest > 15 && rollbacks > 10, $"{large} nodes, {longest} passed at once, {rollbacks} reset at once");
    }

    [Fact]
    public void A_chain_of_sixty_automatic_nodes_is_one_decision()
    {
        List<TemplateNode> nodes = [.. Enumerable.Range(0, 60).Select(i => new TemplateNode($"s{i}", $"S{i}") { PassMode = i == 1 ? PassMode.Single : PassMode.Auto })];
        var flow = new NodeFlow(Sample.Project, Sample.Type, new(1, "Chain", nodes, [.. nodes.Zip(nodes.Skip(1)).Select(p => new Connection(p.First.Key, p.Second.Key))]));
        var item = New(flow);
        Assert.Equal(58, item.Nodes.Count(n => n.Status is NodeStatus.NotStarted));
        item = flow.Confirm(item, "s1");
        Assert.All(item.Nodes, n => Assert.Equal(NodeStatus.Completed, n.Status));
        Assert.NotNull(item.FinishedAt);
        item = flow.RollBack(item, "s1");
        Assert.Null(item.FinishedAt);
        Assert.Equal(58, item.Nodes.Count(n => n.Status is NodeStatus.NotStarted));
    }
}
