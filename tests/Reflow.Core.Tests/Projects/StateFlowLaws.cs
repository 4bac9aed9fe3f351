using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Projects;
using Xunit;

namespace Reflow.Core.Tests.Projects;

/// <summary>Laws of state flows over random flows of up to seven states, under random transitions by random people.</summary>
public class StateFlowLaws
{
    static readonly string[] People = ["ann", "bob", "boss"];

    /// <summary>Ways between states as pairs of numbers, who may leave state 1 (0 everybody, 1 administrators), and what is tried: a transition, and by whom.</summary>
    public sealed record Story(int States, (int From, int To)[] Ways, int Guard, (int Way, int Who)[] Steps);

    static readonly Arbitrary<Story> Stories = Arb.From(
        from states in Gen.Choose(2, 7)
        from ways in Gen.Choose(0, 6).Zip(Gen.Choose(0, 6)).ArrayOf(8)
        from guard in Gen.Choose(0, 1)
        from length in Gen.Choose(0, 30)
        from steps in Gen.Choose(0, 16).Zip(Gen.Choose(0, 2)).ArrayOf(length)
        select new Story(states, ways, guard, steps), Shrink);

    static IEnumerable<Story> Shrink(Story story)
    {
        for (var i = story.Steps.Length - 1; i >= 0; i--) yield return story with { Steps = [.. story.Steps[..i], .. story.Steps[(i + 1)..]] };
        for (var i = story.Ways.Length - 1; i >= 0; i--) yield return story with { Ways = [.. story.Ways[..i], .. story.Ways[(i + 1)..]] };
    }

    // A line through all states, and the random ways beside it.
    static NodeFlow Flow(Story story)
    {
        List<(int From, int To)> ways = [.. Enumerable.Range(0, story.States - 1).Select(i => (i, i + 1)), .. story.Ways.Select(w => (w.From % story.States, w.To % story.States))];
        var template = new Template(9, "Random", [], [])
        {
            States = [.. Enumerable.Range(0, story.States).Select(i => new TemplateState($"s{i}", $"S{i}")
            {
                Kind = i == 0 ? StateKind.Start : i == story.States - 1 ? StateKind.Archived : StateKind.Process,
                AuthorizedRoles = [i == 1 && story.Guard == 1 ? Permission.SpaceManager : Permission.Anybody],
                Form = i == story.States - 1 ? [new FormItem.OfField("field_658c22") { Required = Requirement.Yes }] : [],
            })],
            Transitions = [.. ways.Where(w => w.From != w.To).Distinct().Select((w, i) => new Transition(i + 1, $"s{w.From}", $"s{w.To}"))],
        };
        var type = Sample.Type with { Flow = FlowMode.State };
        Assert.Empty(TemplateFaults.Of(type, template));
        return new(Sample.Project, type, template);
    }

    [Fact]
    public void An_item_goes_only_where_a_transition_leads_and_only_by_whom_it_may() => Prop.ForAll(Stories, story =>
    {
        var flow = Flow(story);
        var item = flow.Item();
        Assert.Equal("s0", item.Status);
        for (var i = 0; i < story.Steps.Length; i++)
        {
            var (way, who) = (story.Steps[i].Way, People[story.Steps[i].Who]);
            var fields = who is "bob" ? new[] { Sample.Set("field_658c22", "x") } : [];
            var (events, error) = flow.Decide(item, new ProjectCommand.ChangeState(who, Sample.Now + i + 1, way, fields, []), Sample.Knows);
            var after = events.Aggregate(item, WorkItems.Apply);
            var known = flow.Template.Transitions.FirstOrDefault(t => t.Id == way);
            if (error is not null)
            {
                Assert.Same(item, after);
                Assert.Contains(error.Code, new[] { 30012, 10002, 20038 });
                if (known is null) Assert.Equal(30012, error.Code);
                else if (known.From != item.Status || known.From == "s1" && story.Guard == 1 && who != "boss") Assert.Equal(10002, error.Code);
                else Assert.Equal((20038, $"s{story.States - 1}", false), (error.Code, known.To, item.Fields.ContainsKey("field_658c22")));
            }
            else
            {
                Assert.Equal((known!.From, known.To), (item.Status, after.Status));
                Assert.True(known.From != "s1" || story.Guard == 0 || who == "boss");
                Assert.Equal(item.Statuses, after.Statuses.SkipLast(1));
                Assert.Equal(after.Status == $"s{story.States - 1}", after.FinishedAt is not null);
                Assert.Single(flow.Template.States, s => after.StandingOf(s) is NodeStatus.InProgress);
            }
            item = after;
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Nothing_of_a_node_flow_is_there()
    {
        var flow = Flow(new(3, [], 0, []));
        var item = flow.Item();
        foreach (var command in (ProjectCommand[])[
            new ProjectCommand.Confirm("ann", Sample.Now, "s0", NodePatch.Nothing), new ProjectCommand.RollBack("ann", Sample.Now, "s0", "x", NodePatch.Nothing),
            new ProjectCommand.UpdateNode("ann", Sample.Now, "s0", NodePatch.Nothing), new ProjectCommand.CreateSubTask("ann", Sample.Now, "s0", 1, "x", SubTaskPatch.Nothing)])
            Assert.Equal(ProjectErrors.WorkflowBroken, flow.Decide(item, command, Sample.Knows).Error);
        Assert.Equal(ProjectErrors.OnlyNodeFlows, flow.Decide(item, new ProjectCommand.Abort("ann", Sample.Now, "x", null), Sample.Knows).Error);
        Assert.Equal(ProjectErrors.IsNodeFlow, Sample.Flow().Decide(Sample.Flow().Item(), new ProjectCommand.ChangeState("ann", Sample.Now, 1, [], []), Sample.Knows).Error);
    }
}
