using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Control;

namespace Reflow.Server.Store;

/// <summary>Spaces, templates and work items on disk. An item is one row with a document; definitions are remembered until their version changes.</summary>
public sealed class ProjectStore(Db db, Ids ids, TimeProvider clock)
{
    const int MostRemembered = 1000;

    readonly KeyedLocks<(string Tenant, long Id)> inTransition = new(clock);
    // A version of an item never changes, so that one which was read already is not read again: a reader asks for the version, and for the document only if it is another.
    readonly Remembered<(string Tenant, long Id), WorkItem> items = new(MostRemembered);
    readonly Remembered<(string Tenant, string Key, long Version), Space> spaces = new(MostRemembered);
    readonly Remembered<(string Tenant, string Key, long Version, long Template, int TemplateVersion), NodeFlow> flows = new(MostRemembered);

    /// <summary>Told when there is a batch update to do.</summary>
    internal Action BatchAdded { private get; set; } = () => { };

    /// <summary>Makes an id for an item, a subtask or a record.</summary>
    public long NewId() => ids.Number();

    /// <summary>Forgets the definitions that were read, for data that was replaced.</summary>
    public void Forget()
    {
        items.Forget();
        spaces.Forget();
        flows.Forget();
    }

    /// <summary>Reads in one moment.</summary>
    public Task<T> Read<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) => db.Read(tenant, work, ct);

    /// <inheritdoc cref="Db.ReadBriefly"/>
    public Task<T> ReadBriefly<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) => db.ReadBriefly(tenant, work, ct);

    /// <summary>Changes what is no part of an item, in one transaction.</summary>
    public Task<T> Write<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) => db.Change(tenant, work, ct);

    /// <summary>Says that a batch update is on disk.</summary>
    public void DoBatches() => BatchAdded();

    /// <summary>Which of these texts are user keys of the tenant, as a question the rules can ask.</summary>
    public static async ValueTask<Func<string, bool>> Users(Session session, IReadOnlyCollection<string> texts)
    {
        if (texts.Count == 0) return _ => false;
        var known = await session.Query($"select user_key from member where tenant = $1 and user_key in ({session.Engine.TextsOf("$2")})", r => r.GetString(0),
            JsonSerializer.Serialize([.. texts], StoreJson.Default.StringArray));
        return known.ToHashSet().Contains;
    }

    /// <summary>
    /// Writes a space as the workspace has it. A template that differs from its newest version becomes a new version; items go on with theirs.
    /// </summary>
    /// <param name="session">The change's session.</param>
    /// <param name="project">The space.</param>
    /// <param name="isNew">Whether it is known that the tenant has no spaces yet.</param>
    internal static async ValueTask<Outcome> Put(Session session, Project project, bool isNew = false)
    {
        var bare = project with { Types = [.. project.Types.Select(t => t with { Templates = [] })] };
        var doc = JsonSerializer.Serialize(bare, ProjectJson.Stored.Project);
        string? known = null;
        var changed = false;
        await session.Each(
        [
            async () => known = isNew ? null : await session.Find("select doc from project where tenant = $1 and project_key = $2", r => r.GetString(0), project.Key),
            .. project.Types.SelectMany(type => type.Templates, (type, template) => (Func<ValueTask>)(async () =>
            {
                if (await Put(session, project, type, template, isNew)) changed = true;
            })),
        ]);
        changed |= known != doc;
        if (changed)
            await session.Write("""
                insert into project (tenant, project_key, simple_name, version, doc) values ($1, $2, $3, 1, $4)
                on conflict (tenant, project_key) do update set simple_name = excluded.simple_name, version = project.version + 1, doc = excluded.doc
                """, project.Key, project.SimpleName, doc);
        return known is null ? Outcome.Created : changed ? Outcome.Changed : Outcome.Unchanged;
    }

    /// <summary>Writes a template as the next version unless the newest is the same; false then.</summary>
    static async ValueTask<bool> Put(Session session, Project project, WorkItemType type, Template template, bool isNew)
    {
        var newest = isNew ? null : await session.Find(
            "select version, doc from project_template where tenant = $1 and project_key = $2 and template_id = $3 order by version desc limit 1",
            r => new Row(r.GetInt64(0), r.GetString(1)), project.Key, template.Id);
        // Compared as it would be written today: an older Reflow may have left out what it did not know.
        if (newest is not null && Written(Stored(newest.Doc)) == Written(template with { Version = (int)newest.Version })) return false;
        var version = (newest?.Version ?? 0) + 1;
        await session.Write("insert into project_template (tenant, project_key, type_key, template_id, version, doc) values ($1, $2, $3, $4, $5, $6)",
            project.Key, type.Key, template.Id, version, Written(template with { Version = (int)version }));
        return true;
    }

    /// <summary>The space with this key or simple name; null when the tenant has none.</summary>
    public async ValueTask<Space?> Find(Session session, string keyOrName)
    {
        var at = await session.Find("select project_key, version from project where tenant = $1 and (project_key = $2 or simple_name = $2) limit 1",
            r => new Row(r.GetInt64(1), r.GetString(0)), keyOrName);
        return at is null ? null : await spaces.Find((session.Tenant, at.Doc, at.Version), (session, at), static async asked => await Load(asked.session, asked.at));
    }

    /// <summary>The rules of a template version in a space; null when the space no longer has the type or the version.</summary>
    public ValueTask<NodeFlow?> FlowOf(Session session, Space space, string type, long template, int version) =>
        flows.Find((session.Tenant, space.Project.Key, space.Version, template, version), (session, space, type, template, version), static async asked =>
        {
            var (session, space, type, template, version) = asked;
            if (space.Project.Types.FirstOrDefault(t => t.Key == type) is not { } known) return null;
            if (known.Templates.FirstOrDefault(t => t.Id == template && t.Version == version) is { } newest) return new(space.Project, known, newest);
            var doc = await session.Find("select doc from project_template where tenant = $1 and project_key = $2 and template_id = $3 and version = $4",
                r => r.GetString(0), space.Project.Key, template, version);
            return doc is null ? null : new(space.Project, known, ItemConditions.Bind(known.Fields, Stored(doc)));
        });

    static async ValueTask<Space> Load(Session session, Row at)
    {
        var doc = await session.Find("select doc from project where tenant = $1 and project_key = $2", r => r.GetString(0), at.Doc);
        var project = JsonSerializer.Deserialize(doc!, ProjectJson.Stored.Project)!;
        var templates = await session.Query("""
            select type_key, doc from project_template t where tenant = $1 and project_key = $2
            and version = (select max(version) from project_template n where n.tenant = t.tenant and n.project_key = t.project_key and n.template_id = t.template_id)
            order by template_id
            """, r => (Type: r.GetString(0), Doc: r.GetString(1)), at.Doc);
        return new(project with
        {
            Types = [.. project.Types.Select(type => type with
            {
                Fields = ItemConditions.Bind(type.Fields),
                Templates = [.. templates.Where(t => t.Type == type.Key).Select(t => ItemConditions.Bind(type.Fields, Stored(t.Doc))).Where(t => !t.Deleted)],
            })],
        }, at.Version);
    }

    /// <summary>An item that is not deleted, as it is committed; null when there is none. Not within changes: what those see may be taken back, and would be remembered.</summary>
    public ValueTask<WorkItem?> Committed(Session session, long id) =>
        items.Renew((session.Tenant, id), (session, id), static (asked, known) => Load(asked.session, asked.id, known));

    /// <summary>An item that is not deleted; null when there is none.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="id">Which.</param>
    /// <param name="known">The item as it was committed at some time: answered if it is still so.</param>
    public static async ValueTask<WorkItem?> Load(Session session, long id, WorkItem? known = null) =>
        await session.Find("select version, case when version = $3 then null else doc end from work_item where tenant = $1 and id = $2 and is_deleted = 0",
            r => r.IsDBNull(1) ? known : JsonSerializer.Deserialize(r.GetString(1), ProjectJson.Stored.WorkItem)! with { Version = r.GetInt64(0) }, id, known?.Version ?? 0);

    /// <summary>Creates an item and answers it.</summary>
    public Task<(WorkItem? Item, Error? Error)> Create(string tenant, NodeFlow flow, ProjectCommand.Create command, Func<string, bool> knows, Actor by, string operation, CancellationToken ct)
    {
        var decision = flow.Decide(null, command, knows);
        if (decision.Error is not null) return Task.FromResult<(WorkItem?, Error?)>((null, decision.Error));
        var item = decision.Aggregate((WorkItem)null!, WorkItems.Apply);
        return db.Change<(WorkItem?, Error?)>(tenant, async session =>
        {
            await session.Write("""
                insert into work_item (tenant, id, project_key, type_key, version, name, status, created_by, created_at, updated_at, doc)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                """, item.Id, item.ProjectKey, item.TypeKey, item.Version, item.Name, item.Status, item.CreatedBy, item.CreatedAt, item.UpdatedAt, Written(item));
            await SubTaskRows.Put(session, item);
            await ItemFactRows.Keep(session, flow, null, item);
            await Record(session, null, item, by, operation, decision);
            return (item, null);
        }, ct);
    }

    /// <summary>
    /// Changes an item: load, decide, save and record in one transaction. Whoever wants to move it while another moves it is refused at once
    /// (row 19) and nothing waits; what moves nothing only takes its turn (contracts: project §4.2).
    /// </summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="project">The key of its space.</param>
    /// <param name="known">The item as it was read before.</param>
    /// <param name="command">What to do.</param>
    /// <param name="knows">Which user keys there are.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="operation">The operation's name in the contract.</param>
    /// <param name="ct">Gives up while it has not begun.</param>
    public async Task<ItemChange> Change(string tenant, string project, WorkItem known, ProjectCommand command, Func<string, bool> knows, Actor by, string operation, CancellationToken ct)
    {
        if (!command.IsTransition) return await Do();
        using var place = await inTransition.Enter((tenant, known.Id), TimeSpan.Zero, ct);
        return place is null ? ProjectErrors.InTransition : await Do();

        async Task<ItemChange> Do()
        {
            var remember = items.Later((tenant, known.Id));
            var changed = await db.ChangeGuarded(tenant, session => Change(session, project, known.Id, command, knows, by, operation, known), ct);
            if (changed.Item is { } item) remember(item);
            return changed;
        }
    }

    /// <summary>As the other <c>Change</c>, beside what else a transaction does.</summary>
    public async ValueTask<ItemChange> Change(Session session, string project, long id, ProjectCommand command, Func<string, bool> knows, Actor by, string operation, WorkItem? known = null)
    {
        WorkItem? loaded = null;
        Space? found = null;
        await session.Together(async () => loaded = await Load(session, id, known), async () => found = await Find(session, project));
        if (loaded is not { } item || found is not { } space) return ProjectErrors.WorkItemNotFound;
        if (await FlowOf(session, space, item.TypeKey, item.TemplateId, item.TemplateVersion) is not { } flow) return ProjectErrors.WorkflowBroken;
        var decision = flow.Decide(item, command, knows);
        if (decision.Error is { } error) return new(error) { Unmet = command is ProjectCommand.Confirm confirm ? flow.Unmet(item, confirm, knows) : [] };
        if (decision.Events.Count == 0) return new(null);
        var changed = decision.Aggregate(item, WorkItems.Apply) with { Version = item.Version + 1 };
        await Save(session, changed);
        if (decision.Any(SubTaskRows.Concern)) await SubTaskRows.Put(session, changed);
        if (decision.Any(ItemFacts.Concern)) await ItemFactRows.Keep(session, flow, item, changed);
        await Record(session, item, changed, by, operation, decision);
        return new(null) { Item = changed };
    }

    /// <summary>Notes that a token sent this <c>X-IDEM-UUID</c> to this operation; false when it had done so before.</summary>
    public Task<bool> First(string tenant, string token, string operation, string uuid, long now, CancellationToken ct) => db.Change(tenant, async session =>
    {
        await session.Write("delete from idempotency where tenant = $1 and at < $2", now - 24 * 60 * 60 * 1000L);
        return await session.Execute("insert into idempotency (tenant, token, operation, uuid, at) values ($1, $2, $3, $4, $5) on conflict do nothing", token, operation, uuid, now) == 1;
    }, ct);

    static async ValueTask Save(Session session, WorkItem item)
    {
        await session.WriteOne(
            "update work_item set version = $3, name = $4, status = $5, updated_at = $6, is_aborted = $7, is_deleted = $8, doc = $9 where tenant = $1 and id = $2 and version = $3 - 1",
            item.Id, item.Version, item.Name, item.Status, item.UpdatedAt, item.Aborted is null ? 0 : 1, item.Deleted ? 1 : 0, Written(item));
    }

    static ValueTask Record(Session session, WorkItem? before, WorkItem item, Actor by, string operation, Decision<ProjectEvent> decision) =>
        History.Append(session, "item", $"{item.Id}", item.Version, item.UpdatedAt, by.ToString(), operation, ProjectHistory.Written(before, decision));

    static string Written(Template template) => JsonSerializer.Serialize(template, ProjectJson.Stored.Template);

    static string Written(WorkItem item) => JsonSerializer.Serialize(item, ProjectJson.Stored.WorkItem);

    static Template Stored(string template) => JsonSerializer.Deserialize(template, ProjectJson.Stored.Template)!;

    sealed record Row(long Version, string Doc);
}

/// <summary>What became of a change of an item.</summary>
/// <param name="Error">Why it was refused; null when it was not.</param>
public sealed record ItemChange(Error? Error)
{
    /// <summary>The item as the change makes it; null when nothing changed.</summary>
    public WorkItem? Item { get; init; }

    /// <summary>All that a refused confirm would still need, when it was refused for the first of these.</summary>
    public IReadOnlyList<Need> Unmet { get; init; } = [];

    /// <summary>A change that was refused.</summary>
    public static implicit operator ItemChange(Error error) => new(error);
}

/// <summary>A space as it was at one version.</summary>
/// <param name="Project">Its definitions.</param>
/// <param name="Version">Grows with each change of them.</param>
public sealed record Space(Project Project, long Version)
{
    /// <summary>Whether it is one of these, named by key or simple name; <c>*</c> is all.</summary>
    public bool IsAmong(IReadOnlyList<string> names) => names.Contains("*") || names.Contains(Project.Key) || names.Contains(Project.SimpleName);
}
