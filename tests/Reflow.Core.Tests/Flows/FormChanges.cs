using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

/// <summary>A fill node collects data, and so does a start that is submitted again (contracts/apaas §3.6, §3.14).</summary>
public class FormChanges
{
    // The amount decides whether the director is asked.
    static readonly FlowDefinition Fill = Samples.When(Samples.Of(
        [new FlowNode.Start("start"), Samples.Ask("fill", "a") with { Kind = TaskKind.Fill }, new FlowNode.Gateway("size", Gate.Exclusive), Samples.Ask("director", "d"), Samples.Ask("last", "z"), new FlowNode.End("end")],
        "start-fill", "fill-size", "size-director", "size-last", "director-last", "last-end"), "size-director", "large");

    [Fact]
    public void Conditions_see_what_was_filled_in()
    {
        var world = Start();
        Assert.Null(Submit(world, "fill", "a", """{"large":true}"""));
        Assert.Equal(["director"], world.Nodes);
        Assert.Equal("""{"large":true}""", world.State.Instance.Form);
    }

    [Fact]
    public void A_rollback_keeps_the_form()
    {
        var world = Start();
        Assert.Null(Submit(world, "fill", "a", """{"large":true}"""));
        world.RollBack("director", "start");
        Assert.Equal("""{"large":true}""", world.State.Instance.Form);
        Assert.Null(Submit(world, "start", "initiator", """{"large":false}"""));
        Assert.Equal("""{"large":false}""", world.State.Instance.Form);
    }

    [Fact]
    public void An_approval_changes_no_form()
    {
        var world = Start().Agree("fill");
        Assert.Equal($"Task {world.At("last").Id} asks for a decision; the form is filled in on fill and start tasks.", Submit(world, "last", "z", "{}")?.Reason);
    }

    [Fact]
    public void Everything_that_does_not_fit_the_form_is_told_at_once() =>
        Assert.Equal("Field 'left' of params is not true or false. Field 'people' of params is not a list of user ids.", Submit(Start(), "fill", "a", """{"left":1,"people":"a"}""")?.Reason);

    [Fact]
    public void Only_whose_turn_it_is_fills_in() => Assert.Equal("'d' is no assignee of task 1000000000000003.", Submit(Start(), "fill", "d", "{}")?.Reason);

    [Theory]
    [InlineData("""{"a":1,"left":true}""", """{"left":false}""", """{"a":1,"left":false}""")]
    [InlineData("""{"left":true,"right":true}""", """{"left":null}""", """{"right":true}""")]
    [InlineData("""{}""", """{"people":["x"],"people":["y"],"a":1}""", """{"people":["y"]}""")]
    public void Members_that_are_not_sent_stay(string form, string changes, string then)
    {
        using var sent = System.Text.Json.JsonDocument.Parse(changes);
        Assert.Equal(then, FormValues.With(Fill, form, sent.RootElement));
    }

    static World Start()
    {
        var world = new World(Fill);
        world.Holds = text => world.Net.Holds(text, FormValues.Read(Fill, world.Form).Conditions);
        return world.Start();
    }

    static Error? Submit(World world, string node, string by, string form)
    {
        world.Form = form;
        return world.Do(new FlowCommand.Submit(world.At(node).Id, by, form, null));
    }
}
