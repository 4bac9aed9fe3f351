using System.Globalization;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>GET /open-apis/task/v1/tasks (contracts: task §2.5): under a tenant token the tasks that the app made, under a user token all that the member may read; newest first.</summary>
static class ListTasks
{
    const long LastSecond = 253_402_300_799;

    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.list", call => Handle(call, tasks));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks)
    {
        var (ids, _) = UserIds.Of(call);
        var size = Paging.Size(call, Paging.MostItems, out var tooLarge);
        var (from, to) = (Second(call, "start_create_time", 0), Second(call, "end_create_time", LastSecond));
        var completed = Flag(call, "task_completed");
        if (call.Body.Refusal is { } bad) return bad;
        if (tooLarge) return TaskErrors.PageTooLarge;
        var list = $"{call.Operation.Name} {call.Caller.Tenant} {call.Caller.Actor}";
        var before = TaskFilter.Start;
        if (call.Query("page_token") is { } token)
        {
            if (PageToken.Read(list, token) is not { } place) return TaskErrors.BadPageToken;
            before = place;
        }
        var filter = new TaskFilter(call.Caller.Actor, from * 1000, to * 1000 + 999, completed, before);
        var page = await tasks.ReadBriefly(call.Caller.Tenant, session => TaskPages.Page(session, filter, size), call.Aborted);
        return Paging.Reply(page, size, task => PageToken.Write(list, task.CreatedAt, task.Id), (json, task) => TaskJson.Write(json, task, ids!));
    }

    static long Second(Call call, string name, long otherwise)
    {
        if (call.Query(name) is not { } text) return otherwise;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var second)) return Math.Min(second, LastSecond);
        call.Body.Violation(name, text, $"{name} is a Unix second");
        return otherwise;
    }

    // The Python SDK writes True and False.
    static bool? Flag(Call call, string name)
    {
        if (call.Query(name) is not { } word) return null;
        if (bool.TryParse(word, out var flag)) return flag;
        call.Body.Violation(name, word, $"{name} is optional, options: [true,false]");
        return null;
    }
}
