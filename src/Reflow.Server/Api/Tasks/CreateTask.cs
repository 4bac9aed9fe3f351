using Reflow.Core;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>POST /open-apis/task/v1/tasks (contracts: task §2.2).</summary>
static class CreateTask
{
    const int MostIds = 100;

    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.create", call => Handle(call, tasks));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks)
    {
        var (ids, _) = UserIds.Of(call);
        var draft = Read(call.Body);
        if (call.Body.Refusal is { } bad) return bad;
        var (task, error) = await tasks.Create(call.Caller.Tenant, call.Caller.Actor, call.Now, call.Operation.Name, session => Resolve(session, call.Caller, ids!, draft), call.Aborted);
        return error is not null ? error : TaskJson.Reply(task!, ids!);
    }

    static TaskDraft Read(Input body)
    {
        var due = body.Object("due");
        var origin = body.Object("origin");
        if (!body.Has("origin")) body.Violation("origin", "", "origin is required");
        var href = origin.Object("href");
        return new()
        {
            Summary = body.Text("summary") ?? "",
            RichSummary = body.Text("rich_summary") ?? "",
            Description = body.Text("description") ?? "",
            RichDescription = body.Text("rich_description") ?? "",
            Extra = body.Text("extra") ?? "",
            Custom = body.Text("custom") ?? "",
            DueTime = due.Id("time"),
            DueTimezone = due.Text("timezone"),
            DueIsAllDay = due.Flag("is_all_day"),
            PlatformName = body.Has("origin") ? origin.RequiredText("platform_i18n_name") : "",
            Url = href.Text("url"),
            UrlTitle = href.Text("title"),
            CanEdit = body.Flag("can_edit"),
            RepeatRule = body.Text("repeat_rule") ?? "",
            Collaborators = body.Texts("collaborator_ids", MostIds),
            Followers = body.Texts("follower_ids", MostIds),
        };
    }

    static async ValueTask<(TaskDraft, Error?)> Resolve(Session session, Caller caller, UserIds ids, TaskDraft draft)
    {
        var (collaborators, error) = await DirectoryStore.Resolve(session, caller, ids.Type, draft.Collaborators);
        if (error is not null) return (draft, error);
        (var followers, error) = await DirectoryStore.Resolve(session, caller, ids.Type, draft.Followers);
        return (draft with { Collaborators = collaborators, Followers = followers }, error);
    }
}
