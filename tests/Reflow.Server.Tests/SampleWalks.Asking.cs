using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Who is asked, and in which order: the samples of modes, conditions, copies and forms.</summary>
static partial class SampleWalks
{
    static readonly Dictionary<string, Func<SampleFlow, Task>> Asking = new()
    {
        ["countersign"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara", "dan", "eva");
            await flow.Agree("eva", "cara");
            await flow.Waits("dan");
            await flow.RollBack("dan", "Start");
            await flow.Waits("amy");
            await flow.Agree("amy");
            await flow.Waits("cara", "dan", "eva");
            await flow.Agree("cara", "dan", "eva");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Agree("cara");
            await flow.Reject("dan");
            await flow.Stands("rejected");
        },
        ["any-one"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara", "dan");
            await flow.Agree("dan");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Reject("cara");
            await flow.Stands("rejected");
        },
        ["ratio"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara", "dan", "eva");
            await flow.Agree("cara");
            await flow.Reject("dan");
            await flow.Waits("eva");
            await flow.Agree("eva");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Reject("cara");
            await flow.Waits("dan", "eva");
            await flow.Reject("dan");
            await flow.Stands("rejected");
        },
        ["sequential"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara");
            await flow.Agree("cara");
            await flow.Waits("dan");
            await flow.RollBack("dan", "Start");
            await flow.Agree("amy");
            await flow.Waits("cara");
            await flow.Agree("cara", "dan");
            await flow.Waits("eva");
            await flow.Agree("eva");
            await flow.Stands("agreed");
        },
        ["add-assignee"] = async flow =>
        {
            await flow.Start();
            await flow.Add("ben", "currentAndAddAssign", "cara");
            await flow.Waits("ben", "cara");
            await flow.Agree("cara");
            await flow.Waits("ben");
            await flow.Add("ben", "afterAndAddAssign", "dan");
            await flow.Waits("dan");
            await flow.Agree("dan");
            await flow.Waits("eva");
            await flow.RollBack("eva", "Review");
            await flow.Waits("ben");
            await flow.Agree("ben", "eva");
            await flow.Stands("agreed");
        },
        ["transfer"] = async flow =>
        {
            await flow.Start();
            var task = await flow.Task("ben");
            await flow.Transfer("ben", "cara");
            await flow.Waits("cara");
            Assert.Equal(task, await flow.Task("cara"));
            await flow.Agree("cara");
            await flow.Waits("eva");
            await flow.RollBack("eva", "Manager");
            await flow.Waits("cara");
            await flow.Agree("cara", "eva");
            await flow.Stands("agreed");
        },
        ["cc"] = async flow =>
        {
            await flow.Start();
            await flow.Told("cara", 0);
            await flow.Copy("ben", "dan");
            await flow.Told("dan", 1);
            await flow.Agree("ben");
            await flow.Told("cara", 1);
            await flow.Waits("eva");
            await flow.Offers("eva", "Start", "Manager");
            await flow.RollBack("eva", "Manager");
            await flow.Told("cara", 1);
            await flow.Agree("ben");
            await flow.Told("cara", 2);
            await flow.Agree("eva");
            await flow.Stands("agreed");
        },
        ["withdraw"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara", "dan");
            await flow.Agree("cara");
            var task = await flow.Task("dan");
            Assert.Equal(2320001, (await flow.Cancel("dan")).Code);
            await flow.Waits("dan");
            (await flow.Cancel("amy")).Ok();
            await flow.Stands("canceled");
            Assert.Equal(2320001, (await flow.Vote("agree", task, "dan")).Code);
            Assert.Equal(2320001, (await flow.Cancel("amy")).Code);
        },
        ["exclusive"] = async flow =>
        {
            await flow.Start("""{"amount":10001,"kind":"goods"}""");
            await flow.Agree("ben");
            await flow.Waits("eva");
            await flow.RollBack("eva", "Manager");
            await flow.Agree("ben", "eva");
            await flow.Stands("agreed");
            await flow.Start("""{"amount":10000,"kind":"contract"}""");
            await flow.Waits("dan");
            await flow.Agree("dan");
            await flow.Waits("cara");
            await flow.Agree("cara");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Agree("ben");
            await flow.Stands("agreed");
        },
        ["inclusive"] = async flow =>
        {
            await flow.Start("""{"amount":20000,"contract":true}""");
            await flow.Waits("cara", "dan");
            await flow.Agree("cara", "dan");
            await flow.RollBack("eva", "Legal");
            await flow.Waits("dan");
            await flow.Agree("dan", "eva");
            await flow.Stands("agreed");
            await flow.Start("""{"amount":1,"contract":true}""");
            await flow.Waits("dan");
            await flow.Agree("dan");
            await flow.Waits("eva");
            await flow.Start();
            await flow.Waits("ben");
        },
        ["fill"] = async flow =>
        {
            await flow.Start("""{"title":"年会"}""");
            await flow.Waits("cara");
            Assert.Equal(["Field 'amount' of params is not a number of at most 28 digits.", "Field 'hotel' of params is not a text."], (await flow.Submit("cara", new { amount = "a lot", hotel = 5 })).Faults());
            (await flow.Submit("cara", new { amount = 60_000, hotel = "西湖" })).Ok();
            await flow.Waits("eva");
            await flow.Shows("年会", "60000", "西湖");
            Assert.Equal(400, (await flow.Submit("eva", new { amount = 1 })).Status);
            await flow.RollBack("eva", "Budget");
            await flow.Waits("cara");
            await flow.Shows("年会", "60000", "西湖");
            (await flow.Submit("cara", new { amount = 20_000 })).Ok();
            await flow.Waits("ben");
            await flow.RollBack("ben", "Start");
            (await flow.Submit("amy", new { title = "年会与颁奖", amount = (int?)null })).Ok();
            await flow.Shows("年会与颁奖", "", "西湖");
            (await flow.Submit("cara", new { amount = 30_000 })).Ok();
            await flow.Agree("ben");
            await flow.Stands("agreed");
        },
    };
}
