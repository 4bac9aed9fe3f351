using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>Requests of node operate that are wrong in two ways at once: the earlier check answers (contracts: project §3.3), and nothing changes.</summary>
public class CheckOrder
{
    const string Operate = "project.node.operate";
    static readonly object JustConfirm = new { action = "confirm" }, NoAction = new { };

    public static TheoryData<Refused> All =>
    [
        // 1-3: the body, the token, the user, the repetition.
        new Refused("no JSON and no token", Operate, 9999, async r => (await Call(r, Node(1, "doing"), "{")) with { Headers = [] }),
        new Refused("no token and no space", Operate, 10021, async r => (await Call(r, None, JustConfirm)) with { Headers = [] }),
        new Refused("a token that never was and no user", Operate, 10211, async r => (await Call(r, None, JustConfirm)) with { Headers = [("X-PLUGIN-TOKEN", "p-g1" + new string('a', 40))] }) { Message = "Token Info Is Invalid" },
        new Refused("no user and no space", Operate, 20039, async r => (await Call(r, None, JustConfirm)) with { Headers = [("X-PLUGIN-TOKEN", await Token(r))] }),
        new Refused("a user whom nobody knows and no space", Operate, 20042, async r => await Call(r, None, JustConfirm, "1")),
        new Refused("a repetition and no space", Operate, 10430, async r =>
        {
            var request = await Call(r, None, JustConfirm);
            request = request with { Headers = [.. request.Headers, ("X-IDEM-UUID", "once")] };
            await r.Send(request);
            return request;
        }),
        // 4-9: the space, the action, the item, its flow, its end, the node.
        new Refused("no space and no action", Operate, 10301, async r => await Call(r, None, NoAction)),
        new Refused("no member and no action", Operate, 10404, async r => await Call(r, $"{Board}/workflow/story/1/node/start/operate", NoAction)),
        new Refused("no action and no item", Operate, 20005, async r => await Call(r, Node(1, "doing"), NoAction)),
        new Refused("an action that is none and no item", Operate, 20006, async r => await Call(r, Node(1, "doing"), new { action = "x" })),
        new Refused("another type and a terminated item", Operate, 30005, async r => await Call(r, $"{Space}/workflow/bug/{await Aborted(r)}/node/doing/operate", JustConfirm)),
        new Refused("another space and no such node", Operate, 20014, async r => await Call(r, Node(await Story(r, 200001, Board, Manager), "nowhere"), JustConfirm)),
        new Refused("no nodes and a node that is none", Operate, 50006, async r => await Call(r, $"{Space}/workflow/bug/{await StateFlows.Bug(r)}/node/nowhere/operate", JustConfirm)) { Message = "workflow err" },
        new Refused("a terminated item and a node that is none", Operate, 20007, async r => await Call(r, Node(await Aborted(r), "nowhere"), JustConfirm)) { Message = "WorkItem Is Already Aborted" },
        new Refused("a node that is none and a frozen item", Operate, 20018, async r => await Call(r, Node(await Frozen(r), "nowhere"), JustConfirm)),
        // 11-12: the right to it, where the node stands.
        new Refused("a frozen item and a node that has not arrived", Operate, 10002, async r => await Call(r, Node(await Frozen(r), "test"), JustConfirm)),
        new Refused("no right and a node that has not arrived", Operate, 10001, async r =>
            await Call(r, Node(await Story(r, 100002, Space, Initiator, new { field_key = "priority", field_value = "p0" }), "approve"), JustConfirm)),
        At("not arrived and a role that is none", 20016, "test", new { action = "confirm", role_assignee = NoRole }),
        At("not completed and a role that is none", 20037, "doing", new { action = "rollback", rollback_reason = "x", role_assignee = NoRole }),
        // 13: roles, owners, schedules, fields.
        At("a role and an owner that are none", 20041, "doing", new { action = "confirm", role_assignee = NoRole, node_owners = Nobody }),
        At("an owner that is none and a time in seconds", 30006, "doing", new { action = "confirm", node_owners = Nobody, node_schedule = new { estimate_start_date = 1 } }),
        At("a time in seconds and a field that is none", 20013, "doing", new { action = "confirm", node_schedule = new { estimate_start_date = 1 }, fields = NoField }),
        At("a field that is none and empty gates", 30009, "doing", new { action = "confirm", fields = NoField }),
        // 14-15: gates, then interceptors.
        new Refused("no due time and an interceptor", Operate, 20038, async r =>
        {
            var id = await Story(r, 100002);
            await Confirm(r, id, "fix");
            await Confirm(r, id, "verify");
            await Do(r, Item(id, "/workflow/task"), new { node_id = "ship", name = "x", schedule = new { points = 3 } });
            await Do(r, Item(id), new { update_fields = new[] { new { field_key = "priority", field_value = "p0" } } }, method: "PUT");
            return await Call(r, Node(id, "approve"), JustConfirm, Director);
        }) { Message = "Required Field Is Not Set", Detail = "Milestone due time is required" },
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task The_earlier_wrong_answers(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    const string None = "/open_api/nospace/workflow/story/1/node/doing/operate";

    static object NoRole => new[] { new { role = "CEO", owners = Nobody } };

    static string[] Nobody => ["7000000000000009999"];

    static object NoField => new[] { new { field_key = "nothing", field_value = "x" } };

    static Refused At(string name, int code, string node, object body) => new(name, Operate, code, async reflow => await Call(reflow, Node(await Story(reflow), node), body));

    static async Task<long> Aborted(TestReflow reflow)
    {
        var id = await Story(reflow);
        await Do(reflow, Item(id, "/abort"), new { is_aborted = true, reason = "x" }, method: "PUT");
        return id;
    }

    static async Task<long> Frozen(TestReflow reflow)
    {
        var id = await Story(reflow);
        await Do(reflow, "/open_api/work_item/freeze", new { project_key = "demo", work_item_id = id, is_frozen = true }, method: "PUT");
        return id;
    }
}
