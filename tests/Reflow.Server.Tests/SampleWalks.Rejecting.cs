namespace Reflow.Server.Tests;

/// <summary>What a rejection does: the samples of each.</summary>
static partial class SampleWalks
{
    static readonly Dictionary<string, Func<SampleFlow, Task>> Rejecting = new()
    {
        ["reject-end"] = async flow =>
        {
            await flow.Start();
            await flow.Reject("ben");
            await flow.Stands("rejected");
            await flow.Start();
            await flow.Agree("ben");
            await flow.Reject("eva");
            await flow.Stands("rejected");
        },
        ["reject-start"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben");
            await flow.Reject("eva");
            await flow.Waits("amy");
            await flow.Agree("amy");
            await flow.Waits("ben");
            await flow.Agree("ben", "eva");
            await flow.Stands("agreed");
        },
        ["reject-node"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben", "cara");
            await flow.Reject("eva");
            await flow.Waits("ben");
            await flow.Agree("ben");
            await flow.Waits("cara");
            await flow.Agree("cara", "eva");
            await flow.Stands("agreed");
        },
        ["reject-branch"] = async flow =>
        {
            await flow.Start();
            await flow.Reject("cara");
            await flow.Waits("dan");
            await flow.Agree("dan");
            await flow.Offers("eva", "Start", "Legal");
            await flow.RollBack("eva", "Legal");
            await flow.Waits("dan");
            await flow.Reject("dan");
            await flow.Stands("rejected");
        },
        ["reject-follow"] = async flow =>
        {
            await flow.Start();
            await flow.Reject("ben");
            await flow.Waits("eva");
            await flow.Offers("eva", "Start", "Manager");
            await flow.RollBack("eva", "Manager");
            await flow.Waits("ben");
            await flow.Reject("ben");
            await flow.Agree("eva");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Agree("ben");
            await flow.Stands("agreed");
        },
    };
}
