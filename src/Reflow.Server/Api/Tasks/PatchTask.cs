using Reflow.Core;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>PATCH /open-apis/task/v1/tasks/:task_id (contracts: task §2.6): only what <c>update_fields</c> names changes, all of it or nothing; what is named and not sent is cleared.</summary>
static class PatchTask
{
    const int MostFields = 100, MostIds = 100;

    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.patch", call => Handle(call, tasks));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks)
    {
        var (ids, _) = UserIds.Of(call);
        var patch = Read(call.Body);
        if (call.Body.Refusal is { } bad) return bad;
        var (task, _, error) = await tasks.Change(
            call.Caller.Tenant, call.Path("task_id"), session => Resolve(session, call.Caller, ids!, patch), call.Caller.Actor, call.Now, call.Operation.Name, call.Aborted);
        return error is not null ? error : TaskJson.Reply(task!, ids!);
    }

    // What is not named is not even looked at.
    static TaskPatch Read(Input body)
    {
        var fields = body.Texts("update_fields", MostFields);
        if (!body.Has("task")) body.Violation("task", "", "task is required");
        var task = body.Object("task");
        var isDue = fields.Contains("due") && task.Has("due");
        var due = isDue ? task.Object("due") : null;
        return new(fields, new()
        {
            Summary = Text("summary"),
            RichSummary = Text("rich_summary"),
            Description = Text("description"),
            RichDescription = Text("rich_description"),
            Extra = Text("extra"),
            Custom = Text("custom"),
            DueTime = due?.Id("time"),
            DueTimezone = due?.Text("timezone"),
            DueIsAllDay = due?.Flag("is_all_day") ?? false,
            RepeatRule = Text("repeat_rule"),
            Collaborators = People("collaborator_ids"),
            Followers = People("follower_ids"),
        });

        string Text(string name) => fields.Contains(name) ? task.Text(name) ?? "" : "";

        IReadOnlyList<string> People(string name) => fields.Contains(name) ? task.Texts(name, MostIds) : [];
    }

    static async ValueTask<(TaskCommand?, Error?)> Resolve(Session session, Caller caller, UserIds ids, TaskPatch patch)
    {
        var (collaborators, error) = await DirectoryStore.Resolve(session, caller, ids.Type, Named(patch.Sent.Collaborators));
        if (error is not null) return (null, error);
        (var followers, error) = await DirectoryStore.Resolve(session, caller, ids.Type, Named(patch.Sent.Followers));
        if (error is not null) return (null, error);
        return (new TaskCommand.Patch(patch with
        {
            Sent = patch.Sent with { Collaborators = collaborators, Followers = followers },
            HasEmptyCollaborator = patch.Sent.Collaborators.Contains(""),
            HasEmptyFollower = patch.Sent.Followers.Contains(""),
        }), null);
    }

    static IReadOnlyList<string> Named(IReadOnlyList<string> ids) => ids.Contains("") ? [.. ids.Where(id => id.Length > 0)] : ids;
}
