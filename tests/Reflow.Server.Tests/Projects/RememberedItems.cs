using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Core.Projects;
using Reflow.Server.Store;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>
/// An item is remembered as the change made it, and not read again until another changes it. So whatever a change makes must read from the store as the same,
/// or a server would go on otherwise after a restart.
/// </summary>
public class RememberedItems
{
    const int Steps = 600;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_change_makes_is_remembered_and_reads_the_same()
    {
        await using var reflow = await TestReflow.Start();
        var random = new Random(3);
        await SearchLaws.Furnish(reflow, random);
        var projects = new ProjectStore(reflow.Db, new(reflow.Clock), reflow.Clock);
        var known = await reflow.Db.Read(Demo.Tenant, async session =>
        {
            List<WorkItem> items = [];
            foreach (var id in await session.Query("select id from work_item where tenant = $1 and is_deleted = 0 and type_key = 'story'", r => r.GetInt64(0)))
                items.Add((await ProjectStore.Load(session, id))!);
            return items;
        }, Ct);
        HashSet<string> made = [];
        for (var step = 0; step < Steps; step++)
        {
            reflow.Clock.Advance(TimeSpan.FromSeconds(1));
            var at = random.Next(known.Count);
            var command = Command(random, known[at], reflow.Clock.GetUtcNow().ToUnixTimeMilliseconds(), projects.NewId());
            var changed = await projects.Change(Demo.Tenant, known[at].ProjectKey, known[at], command, _ => true, new Actor.User("director"), "project.node.operate", Ct);
            if (changed.Item is not { } item) continue;
            made.Add(command.GetType().Name);
            var (remembered, read) = await reflow.Db.Read(Demo.Tenant, async session => (await projects.Committed(session, item.Id), await ProjectStore.Load(session, item.Id)), Ct);
            Assert.Same(item, remembered);
            Assert.NotSame(item, read);
            // The one looks at all there is, the other at the order, too.
            Assert.Equivalent(read, item, strict: true);
            Assert.Equal(Text(read!), Text(item));
            known[at] = item;
        }
        Assert.Equal(
            ["Abort", "Confirm", "CreateSubTask", "Freeze", "RecordHours", "Restore", "Review", "RollBack", "SetTimes", "UpdateFields", "UpdateNode"],
            made.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_deleted_or_forgotten_is_remembered_no_more()
    {
        await using var reflow = await TestReflow.Start();
        var projects = new ProjectStore(reflow.Db, new(reflow.Clock), reflow.Clock);
        var item = (await Committed(await Story(reflow)))!;
        item = (await Do(new ProjectCommand.Freeze(Director, 1, true))).Item!;
        projects.Forget();
        Assert.NotSame(item, await Committed(item.Id));
        Assert.True((await Do(new ProjectCommand.Delete(Director, 2))).Item!.Deleted);
        Assert.Null(await Committed(item.Id));

        Task<WorkItem?> Committed(long id) => reflow.Db.Read(Demo.Tenant, session => projects.Committed(session, id), Ct);
        Task<ItemChange> Do(ProjectCommand command) => projects.Change(Demo.Tenant, item.ProjectKey, item, command, _ => true, new Actor.User("director"), "project.work_item.freeze", Ct);
    }

    static string Text(WorkItem item) => JsonSerializer.Serialize(item, ProjectJson.Stored.WorkItem);

    static ProjectCommand Command(Random random, WorkItem item, long now, long id)
    {
        T Any<T>(params T[] of) => of[random.Next(of.Length)];
        var node = Any([.. item.Nodes.Select(n => n.Key)]);
        var of = new NodePatch
        {
            Owners = Any<IReadOnlyList<string>?>(null, [], [Manager, Director]),
            Schedule = Any(null, new SchedulePatch { Points = 1.50m, EstimateStart = Start, EstimateEnd = End }),
            Fields = Any<IReadOnlyList<FieldValuePair>>([], [new("field_ready", null, new FieldValue.Flag(true))]),
            RoleAssignee = Any<IReadOnlyList<RoleOwner>>([], [new("PM", [Manager])], [new("PM", [])]),
        };
        return random.Next(14) switch
        {
            0 or 1 => new ProjectCommand.Confirm(Director, now, node, of),
            2 => new ProjectCommand.Confirm(Director, now, node, NodePatch.Nothing),
            3 or 4 => new ProjectCommand.RollBack(Director, now, node, "not \"yet\" ☃ <b>", NodePatch.Nothing),
            5 => new ProjectCommand.UpdateNode(Director, now, node, of),
            6 or 7 => new ProjectCommand.UpdateFields(Director, now,
            [
                Any<FieldValuePair>(
                    new("name", null, new FieldValue.Text("改名 \u0001\u2028 'x' \\")),
                    new("field_budget", null, new FieldValue.Number(2.500m)),
                    new("field_tags", null, new FieldValue.Items([new FieldValue.Text("web"), new FieldValue.Text("app")])),
                    new("field_tags", null, null),
                    new("field_urgent", null, new FieldValue.Flag(random.Next(2) == 0)),
                    new("field_reviewers", null, new FieldValue.Items([new FieldValue.Text(Manager)])))
            ]),
            8 => new ProjectCommand.CreateSubTask(Director, now, node, id, "check", new() { Note = "n", Assignee = [Manager], Schedule = new() { Points = 2 } }),
            9 => new ProjectCommand.RecordHours(Director, now, [new(id, node, null, 1.5m, "worked", now)]),
            10 => new ProjectCommand.SetTimes(Director, now, node, now - 1000, null),
            11 => new ProjectCommand.Review(Director, now, node, true, "", "well done", false),
            12 => new ProjectCommand.Freeze(Director, now, random.Next(2) == 0),
            _ => item.Aborted is null ? new ProjectCommand.Abort(Director, now, "why", null) : new ProjectCommand.Restore(Director, now, "on", null),
        };
    }
}
