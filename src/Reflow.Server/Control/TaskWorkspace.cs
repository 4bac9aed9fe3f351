using System.Globalization;
using System.Text.Json;
using Reflow.Core;
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
/// <param name="Reminders">So many minutes before the due time each, after it when negative.</param>
/// <param name="Comments">What was said about it.</param>
public sealed record TaskWorkspace(
    WorkspacePlace Place, string Id, Actor Creator, TaskDraft Draft, Moment? Due, Moment? CreateTime, Moment? CompleteTime,
    IReadOnlyList<int> Reminders, IReadOnlyList<TaskCommentWorkspace> Comments)
{
    const string Create = "task.v1.task.create", Complete = "task.v1.task.complete", Remind = "task.v1.task.reminder.create", Fire = "task.timer.remind";
    static readonly TaskSettings Settings = new(Timezones.Find);

    internal static IReadOnlyList<TaskWorkspace> Read(YamlSection tenant) => [.. tenant.Sections("tasks").Select(ReadTask)];

    /// <summary>Creates the tasks that are not there; those that are, deleted ones too, stay as they are.</summary>
    internal static ValueTask Apply(IReadOnlyList<TaskWorkspace> tasks, Applying applying) =>
        applying.Each(tasks, async task =>
        {
            var known = !applying.IsNew && await applying.Session.Find("select id from task where tenant = $1 and id = $2", r => r.GetString(0), task.Id) is not null;
            if (!known) await task.Insert(applying);
            applying.Count("tasks", known ? Outcome.Unchanged : Outcome.Created);
        });

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
        for (var i = 0; i < Reminders.Count; i++)
        {
            var added = (TaskEvent.ReminderAdded)Decide(task, i).Events[0];
            task = await TaskStore.Save(applying.Session, task, [added with { At = created }], Creator.ToString()!, created, Remind);
        }
        foreach (var comment in Comments) await comment.Insert(applying.Session, task, applying.Now);
        var completed = CompleteTime is { } moment ? Math.Max(moment.At(applying.Now), created) : (long?)null;
        // What was due before the file came has fired.
        if (task.RemindAt != 0 && task.RemindAt < (completed ?? applying.Now))
        {
            var fired = Math.Max(task.RemindAt, created);
            task = await TaskStore.Save(applying.Session, task, [new TaskEvent.Reminded(fired)], TaskStore.Clock, fired, Fire);
        }
        if (completed is not { } end) return;
        // A task that is done already when the file is applied lets none follow: the file says what there is.
        var completion = task.Decide(new TaskCommand.Complete(), new(Creator, end, Complete, Settings));
        await TaskStore.Save(applying.Session, task, completion.Events, Creator.ToString()!, end, Complete);
    }

    // Its number is below those that calls give, so that the file's first is the first. However long ago its moment was: the file may say what was.
    Decision<TaskEvent> Decide(TaskItem task, int i) => task.Decide(new TaskCommand.AddReminder(i + 1, Reminders[i]), new(Creator, long.MinValue, Remind, Settings));

    TaskDraft At(long now) => Due is { } due ? Draft with { DueTime = Math.Max(due.At(now) / 1000, 1).ToString(CultureInfo.InvariantCulture) } : Draft;

    static TaskWorkspace ReadTask(YamlSection section)
    {
        var id = section.RequiredText("task_id", TextFormat.Uuid);
        section.DeclareEverywhere("task", "task_id", id);
        var due = section.Section("due");
        var origin = section.Section("origin");
        var href = origin.Section("href");
        var names = origin.TextMap("platform_i18n_name").ToDictionary();
        if (!origin.Has("platform_i18n_name")) names = new() { ["en_us"] = "Reflow", ["zh_cn"] = "Reflow" };
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
        var creator = ReadActor(section, "creator") ?? new Actor.User("");
        var reminders = section.Sections("reminders", TaskSettings.MostReminders);
        var comments = TaskCommentWorkspace.ReadAll(section);
        var task = new TaskWorkspace(section.Place, id, creator, draft, due.IsPresent ? time : null, section.Time("create_time"), section.Time("complete_time"),
            [.. reminders.Select(reminder => (int)reminder.RequiredInteger("relative_fire_minute", int.MinValue, int.MaxValue))], comments);
        task.Check(section, reminders);
        return task;
    }

    // A due time counted from the moment of applying is a valid one at any moment.
    void Check(YamlSection section, IReadOnlyList<YamlSection> reminders)
    {
        var decision = TaskRules.Create(At(0), Id, new(Creator, 0, Create, Settings));
        if (decision.Error is { } error)
        {
            section.Fault(error.Message);
            return;
        }
        var task = decision.Events.Aggregate((TaskItem?)null, TaskRules.Apply)!;
        for (var i = 0; i < Reminders.Count; i++)
        {
            var (events, fault) = Decide(task, i);
            if (fault is not null) reminders[i].Fault(fault.Message);
            else task = events.Aggregate(task, TaskRules.Apply);
        }
    }

    /// <summary>An app or a user of the same tenant in the file; null when it says neither, or both.</summary>
    internal static Actor? ReadActor(YamlSection section, string name)
    {
        var actor = section.RequiredSection(name);
        var (app, user) = (actor.Reference("app", "app"), actor.Reference("user", "user"));
        if (actor.IsPresent && app is null == user is null) actor.Fault("is either an app or a user.");
        return app is not null ? new Actor.App(app) : user is not null ? new Actor.User(user) : null;
    }
}
