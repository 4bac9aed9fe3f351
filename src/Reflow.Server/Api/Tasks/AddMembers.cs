using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>POST /open-apis/task/v1/tasks/:task_id/collaborators and …/followers (contracts: task §2.8, §2.9): those who are there already are passed over.</summary>
static class AddMembers
{
    const int MostIds = 100;

    public static void Serve(Routes routes, TaskStore tasks)
    {
        routes.Serve("task.v1.task.collaborator.create", call => Handle(call, tasks, TaskRole.Collaborator));
        routes.Serve("task.v1.task.follower.create", call => Handle(call, tasks, TaskRole.Follower));
    }

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks, TaskRole role)
    {
        var (ids, _) = UserIds.Of(call);
        // The single id is from before there were lists; some send both.
        var one = call.Body.Text("id") is { Length: > 0 } id ? id : null;
        IReadOnlyList<string> asked = [.. one is null ? [] : new[] { one }, .. call.Body.Texts("id_list", MostIds)];
        if (call.Body.Refusal is { } bad) return bad;
        var (_, events, error) = await tasks.Change(
            call.Caller.Tenant, call.Path("task_id"), session => Resolve(session, call.Caller, ids!, role, asked), call.Caller.Actor, call.Now, call.Operation.Name, call.Aborted);
        return error is not null ? error : Answer(role, one, events.OfType<TaskEvent.MembersAdded>().SelectMany(added => added.UserIds), ids!);
    }

    static async ValueTask<(TaskCommand?, Error?)> Resolve(Session session, Caller caller, UserIds ids, TaskRole role, IReadOnlyList<string> asked)
    {
        var people = asked.Where(id => id.Length > 0 && !IsApp(caller, id)).ToList();
        var (userIds, error) = await DirectoryStore.Resolve(session, caller, ids.Type, role is TaskRole.Follower ? people : asked);
        return (new TaskCommand.AddMembers(role, userIds, NamesNobody: people.Count < asked.Count), error);
    }

    static bool IsApp(Caller caller, string id) => id == Identities.OpenId(caller.Tenant, caller.AppId, new Actor.App(caller.AppId)) || id.StartsWith("cli_", StringComparison.Ordinal);

    static Reply Answer(TaskRole role, string? asked, IEnumerable<string> added, UserIds ids) => Reply.Object(json =>
    {
        json.WriteStartObject(role switch { TaskRole.Collaborator => "collaborator", TaskRole.Follower => "follower" });
        if (asked is not null) json.WriteString("id"u8, asked);
        TaskJson.WriteIds(json, "id_list", added, ids);
        json.WriteEndObject();
    });
}
