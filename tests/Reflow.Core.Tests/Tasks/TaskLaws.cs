using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Xunit;

namespace Reflow.Core.Tests.Tasks;

/// <summary>What holds for every task after any run of commands by anybody, beside a model of it that is only sets and numbers.</summary>
public class TaskLaws
{
    const string Complete = "task.v1.task.complete", Uncomplete = "task.v1.task.uncomplete";
    static readonly Actor Creator = new Actor.App("cli_a"), Collaborator = new Actor.User("u1"), Follower = new Actor.User("u2"), Stranger = new Actor.User("u3"), OtherApp = new Actor.App("cli_b");
    static readonly Actor[] Everybody = [Creator, Collaborator, Follower, Stranger, OtherApp];
    static readonly TaskSettings Settings = new(Zones.Find) { MostFollowers = 4 };

    static readonly TaskItem New = Create(new() { Summary = "x", PlatformName = "{}", DueTime = "100000", Collaborators = ["u1"], Followers = ["u2"] });

    static readonly Arbitrary<(int Who, bool Complete)[]> Runs = Arb.From(
        Gen.Zip(Gen.Choose(0, 4), ArbMap.Default.GeneratorFor<bool>()).ArrayOf(),
        run => run.Select((_, left) => run.Where((_, i) => i != left).ToArray()));

    [Fact]
    public void The_last_allowed_command_decides_and_its_first_moment_stays() => Prop.ForAll(Runs, run =>
    {
        var (task, now, completedAt) = (New, 1000L, 0L);
        foreach (var (who, complete) in run)
        {
            now += 1000;
            var before = task;
            var decision = task.Decide(complete ? new TaskCommand.Complete() : new TaskCommand.Uncomplete(), By(Everybody[who], complete ? Complete : Uncomplete, now));
            task = decision.Aggregate(task, TaskRules.Apply);
            var allowed = who <= 1;
            if (decision.Error is null != allowed) return false;
            if (!allowed && task != before) return false;
            if (allowed) completedAt = complete ? (completedAt == 0 ? now : completedAt) : 0;
            if (task.CompletedAt != completedAt || task.IsComplete != (completedAt != 0)) return false;
            if (task.Version - before.Version != decision.Events.Count || decision.Events.Count > 1) return false;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    /// <summary>What somebody may do to a task, drawn small so that it meets itself often.</summary>
    static readonly Gen<TaskCommand> Commands = Gen.OneOf(
        Gen.Constant((TaskCommand)new TaskCommand.Complete()),
        Gen.Constant((TaskCommand)new TaskCommand.Uncomplete()),
        from role in Roles from users in Users select (TaskCommand)new TaskCommand.AddMembers(role, users),
        from role in Roles from user in User select (TaskCommand)new TaskCommand.RemoveMember(role, user),
        from role in Roles from users in Users select (TaskCommand)new TaskCommand.RemoveMembers(role, users),
        from id in Gen.Choose(1, 1_000_000) from minutes in Gen.Choose(-3, 3) select (TaskCommand)new TaskCommand.AddReminder(id, minutes),
        Gen.Choose(0, 3).Select(at => (TaskCommand)new TaskCommand.RemoveReminder(-at)),
        from users in Users select (TaskCommand)new TaskCommand.Patch(new(["collaborator_ids"], new() { Collaborators = users })),
        from due in Gen.Elements("100000", "1", "301") select (TaskCommand)new TaskCommand.Patch(new(["due"], new() { DueTime = due })),
        Gen.Constant((TaskCommand)new TaskCommand.Patch(new(["summary"], new() { Summary = "y" }))));

    static Gen<TaskRole> Roles => Gen.Elements(TaskRole.Collaborator, TaskRole.Follower);

    static Gen<string> User => Gen.Choose(1, 6).Select(i => $"u{i}");

    static Gen<string[]> Users => Gen.Choose(0, 3).SelectMany(count => User.ArrayOf(count));

    static readonly Arbitrary<(Actor Who, TaskCommand Command)[]> Anything = Arb.From(
        Gen.Zip(Gen.OneOf(Gen.Constant(Creator), Gen.Constant(OtherApp), User.Select(user => (Actor)new Actor.User(user))), Commands).ArrayOf(),
        run => run.Select((_, left) => run.Where((_, i) => i != left).ToArray()));

    // Time between two commands, ms: some runs come to the very moment of a reminder, and past it.
    const long Step = 20_000;

    static readonly Arbitrary<long> Moments = Gen.Choose(0, 4).Select(steps => steps * Step).ToArbitrary();

    // What a timer does as soon as the moment is there.
    static TaskItem Reminded(TaskItem task, long now) => task.RemindAt != 0 && task.RemindAt <= now ? task.Apply(new TaskEvent.Reminded(now)) : task;

    [Fact]
    public void A_task_is_what_the_model_says_whoever_does_what() => Prop.ForAll(Anything, run =>
    {
        var (task, now) = (New, 1000L);
        var (collaborators, followers, minutes, completedAt, due) = (new List<string> { "u1" }, new List<string> { "u2" }, new List<(long Id, int Minutes)>(), 0L, 100_000L);
        foreach (var (who, drawn) in run)
        {
            task = Reminded(task, now += Step);
            // A reminder's id grows; one that is to go is named by its place.
            var command = drawn switch
            {
                TaskCommand.AddReminder add => add with { Id = now },
                TaskCommand.RemoveReminder remove => new TaskCommand.RemoveReminder(-remove.Id < minutes.Count ? minutes[(int)-remove.Id].Id : 0),
                _ => drawn,
            };
            var user = (who as Actor.User)?.UserId;
            var (edits, reads) = (who == Creator || user is not null && collaborators.Contains(user), who == Creator || user is not null && (collaborators.Contains(user) || followers.Contains(user)));
            var leaves = reads && command switch
            {
                TaskCommand.RemoveMember { Role: TaskRole.Follower } c => c.UserId == user,
                TaskCommand.RemoveMembers { Role: TaskRole.Follower } c => c.UserIds is not [] && c.UserIds.All(id => id == user),
                _ => false,
            };
            var before = task;
            var decision = task.Decide(command, By(who, "task.v1.task.patch", now));
            task = decision.Aggregate(task, TaskRules.Apply);
            if (!edits && !leaves)
            {
                if (decision.Error?.Code != (reads || command is not (TaskCommand.Complete or TaskCommand.Uncomplete) ? 1470404 : 1470432) || task != before) return false;
                continue;
            }
            var list = Role(command) is TaskRole.Follower ? followers : collaborators;
            int? refusal = null;
            switch (command)
            {
                case TaskCommand.Complete: completedAt = completedAt == 0 ? now : completedAt; break;
                case TaskCommand.Uncomplete: completedAt = 0; break;
                case TaskCommand.AddMembers c:
                    var added = c.UserIds.Distinct().Where(id => !list.Contains(id)).ToList();
                    refusal = c.Role is TaskRole.Follower
                        ? c.UserIds is [] ? 1470412 : added is [] ? 1470430 : list.Count + added.Count > 4 ? 1470428 : null
                        : c.UserIds is [] ? 1470400 : added is [] ? 1470431 : null;
                    if (refusal is null) list.AddRange(added);
                    break;
                case TaskCommand.RemoveMember c: refusal = list.Remove(c.UserId) ? null : c.Role is TaskRole.Follower ? 1470710 : 1470700; break;
                case TaskCommand.RemoveMembers c: list.RemoveAll(c.UserIds.Contains); break;
                case TaskCommand.AddReminder c:
                    refusal = minutes.Any(one => one.Minutes == c.Minutes) ? 1470420 : minutes.Count == 10 ? 1470427 : (due - c.Minutes * 60) * 1000 < now ? 1470400 : null;
                    if (refusal is null) minutes.Add((c.Id, c.Minutes));
                    break;
                case TaskCommand.RemoveReminder c: refusal = minutes.RemoveAll(one => one.Id == c.Id) == 1 ? null : 1470720; break;
                case TaskCommand.Patch { What.Fields: ["collaborator_ids"] } c: collaborators = [.. collaborators.Where(c.What.Sent.Collaborators.Contains), .. c.What.Sent.Collaborators.Distinct().Except(collaborators)]; break;
                case TaskCommand.Patch { What.Fields: ["due"] } c: due = long.Parse(c.What.Sent.DueTime!, System.Globalization.CultureInfo.InvariantCulture); break;
            }
            if (decision.Error?.Code != refusal) return false;
            if (!task.Collaborators.SequenceEqual(collaborators) || !task.Followers.SequenceEqual(followers)) return false;
            if (task.CompletedAt != completedAt || !task.Reminders.Select(one => one.Minutes).SequenceEqual(minutes.Select(one => one.Minutes))) return false;
            // It reminds at the first reminder's moment or not at all, and never once that is past, or while it is done.
            if (task.RemindAt != 0 && (completedAt != 0 || minutes is [] || task.RemindAt != (due - minutes[0].Minutes * 60) * 1000)) return false;
            if (task.RemindAt != before.RemindAt && task.RemindAt != 0 && task.RemindAt < now) return false;
            if (task.RemindAt == 0 && completedAt == 0 && minutes is not [] && (due - minutes[0].Minutes * 60) * 1000 > now) return false;
            // What the notices tell is what changed, and nothing is told of what did not.
            if (TaskNotice.Of(task, decision.Events).Count != 2 * decision.Events.Count(e => e is not TaskEvent.MembersRemoved || !decision.Events.Any(other => other is TaskEvent.MembersAdded))) return false;
        }
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Completing_and_taking_it_back_changes_nothing_but_when_it_was_changed() => Prop.ForAll(Anything, Moments, (run, later) =>
    {
        var (task, now) = (New, 1000L);
        foreach (var (_, command) in run)
        {
            task = Reminded(task, now += Step);
            task = task.Decide(command, By(Creator, Complete, now)).Aggregate(task, TaskRules.Apply);
        }
        task = Reminded(task, now);
        if (task.IsComplete) return true;
        var done = task.Decide(new TaskCommand.Complete(), By(Creator, Complete, now)).Aggregate(task, TaskRules.Apply);
        var open = done.Decide(new TaskCommand.Uncomplete(), By(Creator, Uncomplete, now + later)).Aggregate(done, TaskRules.Apply);
        // A moment that passes while it is done passes for good.
        var remindAt = task.RemindAt < now + later ? 0 : task.RemindAt;
        return open with { Version = task.Version, UpdatedAt = task.UpdatedAt } == task with { RemindAt = remindAt } && open.Version == task.Version + 2;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_task_that_repeats_is_followed_by_its_copy_and_repeats_no_more()
    {
        var task = Create(new() { Summary = "x", PlatformName = "{}", DueTime = "100000", DueTimezone = "Europe/Berlin", RepeatRule = "FREQ=DAILY;COUNT=2", Collaborators = ["u1"], Followers = ["u2"] });
        task = task.Decide(new TaskCommand.AddReminder(1, 30), By(Creator, Complete, 2000)).Aggregate(task, TaskRules.Apply);
        var events = task.Decide(new TaskCommand.Complete("copy"), By(Creator, Complete, 5000)).Events;
        var copy = Assert.IsType<TaskEvent.Repeated>(events[1]).Copy!;
        var done = events.Aggregate(task, TaskRules.Apply);
        Assert.Equal((null, "copy", 5000L, 0L), (done.Content.RepeatRule, done.NextId, done.CompletedAt, done.RemindAt));
        Assert.Equal(task.Content with { RepeatRule = "FREQ=DAILY;COUNT=1", Due = task.Content.Due! with { Time = 186_400 } }, copy.Content);
        Assert.Equal((task.Creator, task.Source, task.Collaborators, task.Followers, task.Reminders), (copy.Creator, copy.Source, copy.Collaborators, copy.Followers, copy.Reminders));
        Assert.Equal((1L, 5000L, 5000L, 0L, 184_600_000L, null), (copy.Version, copy.CreatedAt, copy.UpdatedAt, copy.CompletedAt, copy.RemindAt, copy.NextId));
        var last = copy.Decide(new TaskCommand.Complete("none"), By(Creator, Complete, 6000)).Aggregate(copy, TaskRules.Apply);
        Assert.Equal((null, null), (last.Content.RepeatRule, last.NextId));
        var open = done.Decide(new TaskCommand.Uncomplete(), By(Creator, Uncomplete, 7000)).Aggregate(done, TaskRules.Apply);
        Assert.Equal((null, "copy"), (open.Content.RepeatRule, open.NextId));
    }

    [Fact]
    public void The_same_due_time_once_more_changes_no_reminder()
    {
        const long moment = 100_000_000;
        var task = New.Decide(new TaskCommand.AddReminder(1, 0), By(Creator, Complete, 2000)).Aggregate(New, TaskRules.Apply);
        TaskItem Due(TaskItem before, string due, long now) =>
            before.Decide(new TaskCommand.Patch(new(["due"], new() { DueTime = due })), By(Creator, "task.v1.task.patch", now)).Aggregate(before, TaskRules.Apply);
        Assert.Equal(0, Due(Reminded(task, moment), "100000", moment).RemindAt);
        // A timer may be late.
        Assert.Equal(moment, Due(task, "100000", moment + 500).RemindAt);
        Assert.Equal(2 * moment, Due(Reminded(task, moment), "200000", moment).RemindAt);
        var skipped = task with { Content = task.Content with { Due = task.Content.Due! with { WallTime = 9000 } } };
        Assert.Equal((9000, null), (Due(skipped, "100000", 3000).Content.Due!.WallTime, Due(skipped, "200000", 3000).Content.Due!.WallTime));
    }

    [Fact]
    public void A_whole_days_reminder_counts_from_midnight_where_the_task_is()
    {
        var task = Create(new() { Summary = "x", PlatformName = "{}", DueTime = "86400", DueIsAllDay = true, DueTimezone = "America/New_York" });
        task = task.Decide(new TaskCommand.AddReminder(1, 60), By(Creator, Complete, 2000)).Aggregate(task, TaskRules.Apply);
        Assert.Equal((86_400 + 5 * 3600 - 3600) * 1000, task.RemindAt);
    }

    [Fact]
    public void Followers_and_strangers_are_refused_in_the_words_of_each_operation()
    {
        Assert.Equal(new(1470404, 400, "be refused to create or update task"), Refusal(Follower, new TaskCommand.Uncomplete(), Uncomplete));
        Assert.Equal(new(1470404, 400, "Be refused to update task, possibly due to lack of permission."), Refusal(Follower, new TaskCommand.Complete(), Complete));
        Assert.Equal(new(1470432, 400, "have no permission to get task"), Refusal(Stranger, new TaskCommand.Uncomplete(), Uncomplete));
        Assert.Equal(new(1470432, 400, "No permission to get the task."), Refusal(OtherApp, new TaskCommand.Complete(), Complete));
    }

    [Fact]
    public void Nobody_is_twice_among_the_collaborators_or_followers_but_may_be_both()
    {
        var task = Create(new() { Summary = "x", PlatformName = "{}", Collaborators = ["a", "b", "a"], Followers = ["a", "a"] });
        Assert.Equal(["a", "b"], task.Collaborators);
        Assert.Equal(["a"], task.Followers);
        Assert.Equal(Relation.Collaborator, task.RelationOf(new Actor.User("a")));
    }

    static TaskItem Create(TaskDraft draft) => Assert.IsType<TaskEvent.Created>(Assert.Single(TaskRules.Create(draft, "id", By(Creator, "task.v1.task.create", 1000)))).Task;

    static TaskCall By(Actor actor, string operation, long now) => new(actor, now, operation, Settings);

    static TaskRole Role(TaskCommand command) => command switch
    {
        TaskCommand.AddMembers c => c.Role,
        TaskCommand.RemoveMember c => c.Role,
        TaskCommand.RemoveMembers c => c.Role,
        _ => TaskRole.Collaborator,
    };

    static Error? Refusal(Actor by, TaskCommand command, string operation) => New.Decide(command, By(by, operation, 5000)).Error is { } error ? error with { Reason = null } : null;
}
