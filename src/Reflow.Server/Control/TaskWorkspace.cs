using System.Globalization;
using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>A task of Task v1 in a workspace file. It is work, not a definition: it is created once and from then on belongs to those who work on it.</summary>
/// <param name="Place">Where it stands in the file.</param>
/// <param name="Id">Its id on the wire.</param>
/// <param name="Creator">The app or member that made it.</param>
/// <param name="Draft">What its author wrote; its due time is in <paramref name="Due"/>.</param>
/// <param name="Due">When it should be done; null when not said.</param>
/// <param name="CreateTime">When it was made; null for when the file is applied.</param>
/// <param name="CompleteTime">When it was done; null while it is open.</param>
public sealed record TaskWorkspace(WorkspacePlace Place, string Id, Actor Creator, TaskDraft Draft, Moment? Due, Moment? CreateTime, Moment? CompleteTime)
{
    const string Create = "task.v1.task.create", Complete = "task.v1.task.complete";
    static readonly TaskSettings Settings = new(Timezones.Find);

    internal static IReadOnlyList<TaskWorkspace> Read(YamlSection tenant) => [.. tenant.Sections("tasks").Select(ReadTask)];

    /// <summary>Creates the tasks that are not there; those that are, deleted ones too, stay as they are.</summary>
    internal static async ValueTask Apply(IReadOnlyList<TaskWorkspace> tasks, Applying applying)
    {
        foreach (var task in tasks)
        {
            var known = await applying.Session.Find("select id from task where tenant = $1 and id = $2", r => r.GetString(0), task.Id) is not null;
            if (!known) await task.Insert(applying);
            applying.Count("tasks", known ? Outcome.Unchanged : Outcome.Created);
        }
    }

    async ValueTask Insert(Applying applying)
    {
        var created = CreateTime?.At(applying.Now) ?? applying.Now;
        var decision = TaskRules.Create(At(applying.Now), Id, new(Creator, created, Create, Settings));
        if (decision.Error is { } error)
        {
            applying.Fault(Place, error.Message);
            return;
        }
        var task = await TaskStore.Insert(applying.Session, decision.Events, Creator.ToString()!, created, Create);
        if (CompleteTime is not { } moment) return;
        var completed = Math.Max(moment.At(applying.Now), created);
        // A task that is done already when the file is applied lets none follow: the file says what there is.
        var completion = task.Decide(new TaskCommand.Complete(), new(Creator, completed, Complete, Settings));
        await TaskStore.Save(applying.Session, task, completion.Events, Creator.ToString()!, completed, Complete);
    }

    TaskDraft At(long now) => Due is { } due ? Draft with { DueTime = Math.Max(due.At(now) / 1000, 1).ToString(CultureInfo.InvariantCulture) } : Draft;

    static TaskWorkspace ReadTask(YamlSection section)
    {
        var id = section.RequiredText("task_id", TextFormat.Uuid);
        section.DeclareEverywhere("task", "task_id", id);
        var due = section.Section("due");
        var origin = section.Section("origin");
        var href = origin.Section("href");
        var names = origin.TextMap("platform_i18n_name").ToDictionary();
        if (names.Count == 0) names = new() { ["en_us"] = "Reflow", ["zh_cn"] = "Reflow" };
        var draft = new TaskDraft
        {
            Summary = section.Text("summary") ?? "",
            RichSummary = section.Text("rich_summary") ?? "",
            Description = section.Text("description") ?? "",
            RichDescription = section.Text("rich_description") ?? "",
            Extra = section.Text("extra") ?? "",
            Custom = section.Json("custom") ?? "",
            DueTimezone = due.Text("timezone"),
            DueIsAllDay = due.Flag("is_all_day"),
            PlatformName = JsonSerializer.Serialize(names, StoreJson.Readable.DictionaryStringString),
            Url = href.Text("url"),
            UrlTitle = href.Text("title"),
            CanEdit = section.Flag("can_edit"),
            RepeatRule = section.Text("repeat_rule") ?? "",
            Collaborators = section.References("user", "collaborators", 100),
            Followers = section.References("user", "followers", 100),
        };
        var time = due.RequiredTime("time");
        var task = new TaskWorkspace(section.Place, id, ReadCreator(section), draft, due.IsPresent ? time : null, section.Time("create_time"), section.Time("complete_time"));
        // A due time counted from the moment of applying is a valid one at any moment.
        if (task.At(0).Check(new(task.Creator, 0, Create, Settings)).Error is { } error) section.Fault(error.Message);
        return task;
    }

    static Actor ReadCreator(YamlSection section)
    {
        var creator = section.RequiredSection("creator");
        var (app, user) = (creator.Reference("app", "app"), creator.Reference("user", "user"));
        if (creator.IsPresent && app is null == user is null) creator.Fault("is either an app or a user.");
        return app is not null ? new Actor.App(app) : new Actor.User(user ?? "");
    }
}
