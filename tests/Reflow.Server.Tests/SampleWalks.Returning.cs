using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Where work goes back to and how it goes on: the samples of rollback.</summary>
static partial class SampleWalks
{
    static readonly Dictionary<string, Func<SampleFlow, Task>> Returning = new()
    {
        ["rollback-start"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben");
            await flow.Offers("cara", "Start");
            await flow.RollBack("cara", "Start");
            await flow.Waits("amy");
            await flow.Agree("amy");
            await flow.Waits("ben");
            await flow.Agree("ben", "cara");
            await flow.Stands("agreed");
        },
        ["rollback-previous"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben");
            await flow.Offers("cara", "Manager");
            await flow.Agree("cara", "dan");
            await flow.Offers("eva", "Finance", "Legal");
            await flow.RollBack("eva", "Legal");
            await flow.Waits("dan");
            await flow.Offers("dan", "Manager");
            await flow.Agree("dan", "eva");
            await flow.Stands("agreed");
        },
        ["rollback-any"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben", "cara");
            await flow.Offers("eva", "Start", "Manager", "Finance");
            await flow.RollBack("eva", "Manager");
            await flow.Waits("ben");
            await flow.Offers("ben", "Start");
            await flow.Agree("ben");
            await flow.Waits("cara");
            await flow.Agree("cara", "eva");
            await flow.Stands("agreed");
        },
        ["rollback-direct"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben", "cara");
            var task = await flow.Task("eva");
            await flow.RollBack("eva", "Manager");
            await flow.Waits("ben");
            await flow.Agree("ben");
            await flow.Waits("eva");
            Assert.NotEqual(task, await flow.Task("eva"));
            await flow.Offers("eva", "Start", "Manager", "Finance");
            await flow.Agree("eva");
            await flow.Stands("agreed");
        },
        ["rollback-keep"] = async flow =>
        {
            await flow.ToTheDirector();
            await flow.RollBack("eva", "Finance");
            await flow.Waits("cara");
            await flow.Agree("cara");
            await flow.Waits("fay");
            await flow.Agree("fay");
            await flow.Waits("eva");
            await flow.Agree("eva");
            await flow.Stands("agreed");

            // Within a branch, while the other is under way: that one is not touched.
            await flow.Start();
            await flow.Agree("ben", "cara");
            var legal = await flow.Task("dan");
            await flow.Offers("fay", "Start", "Manager", "Finance");
            await flow.RollBack("fay", "Finance");
            await flow.Waits("cara", "dan");
            Assert.Equal(legal, await flow.Task("dan"));

            // To before the fork: every branch goes.
            await flow.RollBack("cara", "Manager");
            await flow.Waits("ben");
            await flow.Agree("ben");
            await flow.Waits("cara", "dan");
            Assert.NotEqual(legal, await flow.Task("dan"));
        },
        ["rollback-rerun"] = async flow =>
        {
            await flow.ToTheDirector();
            await flow.RollBack("eva", "Payment");
            await flow.Waits("cara", "dan");
            await flow.Agree("dan", "cara");
            await flow.Waits("fay");

            // No join is undone within a branch, so only the branch is done again.
            await flow.RollBack("fay", "Finance");
            await flow.Waits("cara");
            await flow.Agree("cara", "fay", "eva");
            await flow.Stands("agreed");
        },
    };
}
