using System.Globalization;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>Which item a call means: its space, its type where the call says it, its id.</summary>
/// <param name="Space">A <c>project_key</c> or a simple name.</param>
/// <param name="Type">The <c>work_item_type_key</c>; null when any will do.</param>
/// <param name="Id">The id as it came.</param>
sealed record ItemPath(string Space, string? Type, string Id)
{
    /// <summary>The item of a body.</summary>
    public static ItemPath In(Input body) => new(body.Word("project_key") ?? "", body.Word("work_item_type_key"), body.Says("work_item_id") ? body.Id("work_item_id") ?? "" : "");

    /// <summary>The item of a path.</summary>
    public static ItemPath Of(Call call) => new(call.Path("project_key"), call.Path("work_item_type_key"), call.Path("work_item_id"));
}

/// <summary>An item with its space and its rules.</summary>
/// <param name="Space">The space.</param>
/// <param name="Item">The item.</param>
/// <param name="Flow">Its rules; null when the space no longer has them.</param>
sealed record FoundItem(Space Space, WorkItem Item, NodeFlow? Flow);

/// <summary>The steps that calls about items share, in the order of contracts project §3.3: space, parameters, item, then the change under its lock.</summary>
static class ItemCall
{
    /// <summary>The space of a call, if the plugin is installed there and the user works there (step 4).</summary>
    public static async ValueTask<(Space? Space, Error? Error)> Space(Session session, ProjectStore projects, Call call, string keyOrName) =>
        Allowed(await projects.Find(session, keyOrName), call, keyOrName);

    static (Space? Space, Error? Error) Allowed(Space? found, Call call, string keyOrName)
    {
        if (found is not { } space) return (null, ProjectErrors.TokenNotPermitted.Because($"There is no space \"{keyOrName}\"."));
        if (!space.IsAmong(call.Caller.Spaces)) return (null, ProjectErrors.TokenNotPermitted.Because($"The plugin is not installed in {space.Project.SimpleName}."));
        var user = ProjectDoor.UserKey(call);
        return space.Project.Has(user) ? (space, null) : (null, ProjectErrors.NoProjectPermission.Because($"{user} is no member of {space.Project.SimpleName}."));
    }

    /// <summary>The spaces that a call names, each once and each allowed as by <see cref="Space"/>; all that the caller may enter when it names none.</summary>
    public static async ValueTask<(IReadOnlyList<Space> Spaces, Error? Error)> Spaces(Session session, ProjectStore projects, ProjectCatalog catalog, Call call, IReadOnlyList<string> names)
    {
        if (names.Count == 0) return ([.. (await catalog.Installed(session, call.Caller.Spaces)).Where(space => space.Project.Has(ProjectDoor.UserKey(call)))], null);
        List<Space> spaces = [];
        foreach (var name in names)
        {
            var (space, refused) = await Space(session, projects, call, name);
            if (refused is not null) return ([], refused);
            if (!spaces.Contains(space!)) spaces.Add(space!);
        }
        return (spaces, null);
    }

    /// <summary>The item of a call that only reads, in a space that <see cref="Space"/> allowed (step 6, rows 13 and 20014).</summary>
    public static async ValueTask<(FoundItem? Found, Error? Error)> Item(Session session, ProjectStore projects, Space space, ItemPath path) =>
        await Item(session, projects, space, path, await Loaded(path, id => projects.Committed(session, id)));

    static async ValueTask<WorkItem?> Loaded(ItemPath path, Func<long, ValueTask<WorkItem?>> load) =>
        long.TryParse(path.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? await load(id) : null;

    static async ValueTask<(FoundItem? Found, Error? Error)> Item(Session session, ProjectStore projects, Space space, ItemPath path, WorkItem? loaded)
    {
        if (loaded is not { } item) return (null, ProjectErrors.WorkItemNotFound);
        if (path.Type is not null && item.TypeKey != path.Type) return (null, ProjectErrors.WorkItemNotFound.Because($"The item is of type {item.TypeKey}."));
        if (item.ProjectKey != space.Project.Key) return (null, ProjectErrors.ProjectMismatch);
        return (new(space, item, await projects.FlowOf(session, space, item.TypeKey, item.TemplateId, item.TemplateVersion)), null);
    }

    /// <summary>The item of a call, with its space: steps 4 to 6.</summary>
    static async ValueTask<(FoundItem? Found, Error? Error)> Found(Session session, Call call, ProjectStore projects, ItemPath path, Error? wrong, bool changes = false)
    {
        Space? known = null;
        WorkItem? item = null;
        await session.Together(async () => known = await projects.Find(session, path.Space), async () => item = await Loaded(path, id => changes ? ProjectStore.Load(session, id) : projects.Committed(session, id)));
        var (space, refused) = Allowed(known, call, path.Space);
        return (refused ?? wrong) is { } early ? (null, early) : await Item(session, projects, space!, path, item);
    }

    /// <summary>Reads an item: space, parameters, item, then what the operation makes of it.</summary>
    public static Task<Reply> Read(Call call, ProjectStore projects, ItemPath path, Error? wrong, Func<Session, FoundItem, ValueTask<Reply>> then) =>
        projects.Read<Reply>(call.Caller.Tenant, session => Then(session, call, projects, path, wrong, then), call.Aborted);

    /// <summary>As <see cref="Read"/>, for what asks for few rows: see <see cref="Db.ReadBriefly"/>.</summary>
    public static Task<Reply> ReadBriefly(Call call, ProjectStore projects, ItemPath path, Error? wrong, Func<Session, FoundItem, ValueTask<Reply>> then) =>
        projects.ReadBriefly<Reply>(call.Caller.Tenant, session => Then(session, call, projects, path, wrong, then), call.Aborted);

    /// <summary>As <see cref="Read"/>, and may change what is no part of the item.</summary>
    public static Task<Reply> Write(Call call, ProjectStore projects, ItemPath path, Error? wrong, Func<Session, FoundItem, ValueTask<Reply>> then) =>
        projects.Write<Reply>(call.Caller.Tenant, session => Then(session, call, projects, path, wrong, then, changes: true), call.Aborted);

    static async ValueTask<Reply> Then(Session session, Call call, ProjectStore projects, ItemPath path, Error? wrong, Func<Session, FoundItem, ValueTask<Reply>> then, bool changes = false)
    {
        var (found, refused) = await Found(session, call, projects, path, wrong, changes);
        return refused is not null ? refused : await then(session, found!);
    }

    /// <summary>
    /// Changes an item. Everything that can be refused without the lock is refused before it, so that a wrong request never hears of a transition;
    /// the rules look again once they have it.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="projects">The store.</param>
    /// <param name="path">Which item.</param>
    /// <param name="wrong">What is wrong with the parameters.</param>
    /// <param name="node">The node that must be the item's; null for none.</param>
    /// <param name="command">What is wanted; null when <paramref name="wrong"/> is not.</param>
    public static async ValueTask<Reply> Change(Call call, ProjectStore projects, ItemPath path, Error? wrong, string? node, ProjectCommand? command)
    {
        var (found, knows, refused) = await projects.ReadBriefly<(FoundItem?, Func<string, bool>?, Error?)>(call.Caller.Tenant, async session =>
        {
            var (item, early) = await Found(session, call, projects, path, wrong);
            if (early is not null) return (null, null, early);
            if (item!.Flow is not { } flow) return (null, null, ProjectErrors.WorkflowBroken);
            // A terminated item may still be aborted (and refused), restored and deleted; those look for themselves.
            if (command is not (ProjectCommand.Abort or ProjectCommand.Restore or ProjectCommand.Delete) && flow.Precheck(item.Item, node) is { } not) return (null, null, not);
            return (item, await ProjectInput.Users(session, call, []), null);
        }, call.Aborted);
        if (refused is not null) return refused;
        var changed = await projects.Change(call.Caller.Tenant, found!.Space.Project.Key, found.Item, command!, knows!, call.Caller.Actor, call.Operation.Name, call.Aborted);
        return changed.Error is not { } not ? Reply.Empty
            : not == ProjectErrors.InTransition ? new Refusal(not) { Headers = [new("Retry-After", "2")] }
            : new Refusal(not) { Details = [.. changed.Unmet.Select(n => new RefusalDetail(n.Refusal, Word(n.Kind), n.Key))] };
    }

    static string Word(NeedKind kind) => kind switch
    {
        NeedKind.Role => "role",
        NeedKind.Owner => "owner",
        NeedKind.Schedule => "schedule",
        NeedKind.DueTime => "due_time",
        NeedKind.Points => "points",
        NeedKind.Field => "field",
        NeedKind.Option => "option",
        NeedKind.Signal => "signal",
        NeedKind.ActualHours => "actual_hours",
        NeedKind.SubTask => "sub_task",
    };
}
