using Reflow.Server.Gateway;
using Xunit;
using static Reflow.Server.Tests.Tasks.TaskDesk;

namespace Reflow.Server.Tests.Tasks;

/// <summary>What each operation on tasks answers when the machine is at fault or at its limit (contracts: task §3, §4): the rows of the contract that no request alone can show.</summary>
public class TaskFaults
{
    static readonly Operation[] All = [.. Contract.Operations.Where(operation => operation.Family is Family.Tasks && operation.Served)];

    static bool IsWrite(Operation operation) => operation.Method is not "GET";

    [Fact]
    public async Task A_store_that_fails_is_told_in_the_operations_own_words()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(Start + 3600);
        await reflow.Db.ChangeSystem(async s => { await s.Script("alter table task_member rename to lost; alter table task_comment rename to lost_too"); return 0; }, TestContext.Current.CancellationToken);
        foreach (var operation in All)
        {
            var row = Rows(operation).SingleOrDefault(row => row["when"] == "The server failed inside.");
            var answer = await reflow.Send(await Call(reflow, operation, id));
            Assert.Equal((operation.Name, row?["http"] ?? "500", row?["code"] ?? "2200", row?["msg"] ?? "internal error"), (operation.Name, $"{answer.Status}", $"{answer.Code}", answer.Message));
        }
    }

    [Fact]
    public async Task When_too_many_changes_wait_each_operation_says_so_and_reads_go_on()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { Store = new(WaitingChanges: 1) });
        var (id, other) = (await reflow.NewTask(Start + 3600), await reflow.NewTask());
        await using var held = await Held.Writer(reflow.Db);
        var waiting = reflow.On(other, "POST", "/complete");
        await held.Waiting(1);
        foreach (var operation in All)
        {
            var answer = await reflow.Send(await Call(reflow, operation, id));
            if (!IsWrite(operation))
            {
                Assert.NotEqual(1470450, answer.Code);
                continue;
            }
            var row = Assert.Single(Rows(operation), row => row["code"] == "1470450");
            Assert.Equal((operation.Name, row["http"], 1470450, row["msg"]), (operation.Name, $"{answer.Status}", answer.Code, answer.Message));
        }
        held.Release();
        (await waiting).Ok();
    }

    [Fact]
    public async Task Another_change_of_the_same_task_is_waited_for_half_a_second()
    {
        await using var reflow = await TestReflow.Start();
        var (id, other) = (await reflow.NewTask(Start + 3600), await reflow.NewTask());
        await using var held = await Held.Writer(reflow.Db);
        var first = reflow.On(id, "POST", "/complete");
        await held.Waiting(1);
        foreach (var operation in All.Where(operation => Rows(operation).Any(row => row["code"] == "1470451")))
        {
            var timers = reflow.Clock.Timers;
            var second = reflow.Send(await Call(reflow, operation, id));
            await Held.Until(() => reflow.Clock.Timers > timers, "the second change of the task waits for the first");
            reflow.Clock.Advance(TimeSpan.FromMilliseconds(499));
            Assert.False(second.IsCompleted);
            reflow.Clock.Advance(TimeSpan.FromMilliseconds(1));
            var answer = await second;
            var row = Assert.Single(Rows(operation), row => row["code"] == "1470451");
            Assert.Equal((operation.Name, row["http"], 1470451, row["msg"]), (operation.Name, $"{answer.Status}", answer.Code, answer.Message));
        }
        var elsewhere = reflow.On(other, "POST", "/complete");
        held.Release();
        (await first).Ok();
        (await elsewhere).Ok();
    }

    static IEnumerable<IReadOnlyDictionary<string, string>> Rows(Operation operation) => Contract.Rows("errors.tsv").Where(row => row["operation"] == operation.Name);

    static async Task<Request> Call(TestReflow reflow, Operation operation, string id)
    {
        var path = operation.Path.Replace(":task_id", id).Replace(":collaborator_id", "u_x").Replace(":follower_id", "u_x").Replace(":reminder_id", "1").Replace(":comment_id", "1");
        object? body = operation.Name switch
        {
            "task.v1.task.create" => new { summary = "x", origin = new { platform_i18n_name = "{}" }, collaborator_ids = await reflow.UserIds("1002") },
            "task.v1.task.patch" => new { task = new { summary = "y" }, update_fields = new[] { "summary" } },
            "task.v1.task.reminder.create" => new { relative_fire_minute = 1 },
            _ when operation.Name.Contains("comment", StringComparison.Ordinal) => new { content = "x" },
            _ => new { id_list = await reflow.UserIds("1002") },
        };
        path = path.Replace("u_x", await reflow.UserId("1002"));
        return new(operation.Method, path + ByUserId, operation.Method is "GET" ? null : body, await reflow.Token());
    }
}
