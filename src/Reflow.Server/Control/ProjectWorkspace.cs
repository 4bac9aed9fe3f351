using System.Text.Json;
using Reflow.Core.Conditions;
using Reflow.Core.Projects;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>The spaces of Feishu Project in a workspace file. People are named by <c>user_id</c> there and by <c>user_key</c> from then on.</summary>
public static class ProjectWorkspace
{
    static readonly TextFormat ProjectKey = TextFormat.Of("^[0-9a-f]{24}$", "24 lower-case hexadecimal digits");
    internal static readonly TextFormat Permitted = TextFormat.Of(@"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}$", "a role key, or one of " + string.Join(", ", Permission.Words));

    internal static IReadOnlyList<Project> Read(YamlSection tenant, DirectoryWorkspace directory)
    {
        var keys = directory.Users.Where(u => u.UserKey is not null).GroupBy(u => u.Id).ToDictionary(g => g.Key, g => g.First().UserKey!);
        return [.. tenant.Sections("projects").Select(project => ReadProject(project, new People(keys)))];
    }

    /// <summary>Writes the spaces; what differs of a template becomes its next version.</summary>
    internal static async ValueTask Apply(IReadOnlyList<Project> projects, Applying applying)
    {
        await applying.Each(projects, async project => applying.Count("projects", await ProjectStore.Put(applying.Session, project, applying.IsNew)));
    }

    static Project ReadProject(YamlSection section, People people)
    {
        var (key, simpleName) = (section.RequiredText("project_key", ProjectKey), section.RequiredText("simple_name", TextFormat.Key));
        section.Declare("project", "project_key", key);
        section.Declare("project", "simple_name", simpleName);
        return new(key, simpleName, section.RequiredText("name"))
        {
            Administrators = people.Read(section, "administrators"),
            Members = people.Read(section, "members"),
            Teams = [.. section.Sections("teams").Select(team => new Team(team.RequiredInteger("team_id", 1, 9_007_199_254_740_991), team.RequiredText("name"),
                people.Read(team, "members"), people.Read(team, "administrators")))],
            Businesses = ReadBusinesses(section, people),
            Types = [.. section.Sections("types").Select(type => ReadType(type, people))],
            Interceptors = [.. section.Sections("interceptors").Select(ReadInterceptor)],
        };
    }

    // A list with parents, not a tree: a file stays flat however deep the lines are.
    static List<Business> ReadBusinesses(YamlSection section, People people)
    {
        var lines = section.Sections("businesses").Select(line => (Section: line, Parent: line.Text("parent", TextFormat.Key), Line: new Business(line.RequiredText("business_id", TextFormat.Key), line.RequiredText("name"))
        {
            Labels = line.Texts("labels"),
            RoleOwners = [.. line.Sections("role_owners").Select(r => new RoleOwner(r.RequiredText("role", TextFormat.Key), people.Read(r, "owners")))],
            Watchers = people.Read(line, "watchers"),
            Masters = people.Read(line, "masters"),
            Disabled = line.Flag("disabled"),
        })).ToList();
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines.Take(i).Any(l => l.Line.Id == lines[i].Line.Id)) lines[i].Section.Fault("business_id", $"{lines[i].Line.Id} is another business line's.");
            // Only lines that stand before it can be above it, so that nothing stands under itself.
            if (lines[i].Parent is { } parent && lines.Take(i).All(l => l.Line.Id != parent)) lines[i].Section.Fault("parent", $"No business line before this one is {parent}.");
        }
        return Below(null, after: -1);

        List<Business> Below(string? parent, int after) =>
            [.. lines.Select((l, i) => (l.Line, l.Parent, At: i)).Where(l => l.At > after && l.Parent == parent).Select(l => l.Line with { Children = Below(l.Line.Id, l.At) })];
    }

    static Interceptor ReadInterceptor(YamlSection section)
    {
        var words = Enum.GetValues<PluginEvent>().ToDictionary(Word);
        List<PluginEvent> events = [];
        foreach (var word in section.Texts("events"))
            if (words.TryGetValue(word, out var known)) events.Add(known);
            else section.Fault("events", $"{word} is no event; there are {string.Join(", ", words.Keys)}.");
        return new(events)
        {
            Type = section.Text("type", TextFormat.Key),
            Template = section.Integer("template", 1),
            Nodes = section.Texts("nodes", TextFormat.Key),
        };
    }

    static WorkItemType ReadType(YamlSection section, People people)
    {
        var key = section.RequiredText("type_key", TextFormat.Key);
        var sections = section.Sections("fields");
        List<Field> fields = [.. sections.Select(FieldFormat.Read)];
        foreach (var twice in fields.Concat(fields.SelectMany(f => f.Fields)).SelectMany(f => new[] { f.Key, f.Alias }).OfType<string>().GroupBy(k => k).Where(g => g.Count() > 1))
            section.Fault("fields", $"{twice.Key} is the key or alias of two fields.");
        fields = FieldFormat.ReadConditions(sections, fields);
        List<Role> roles = [.. section.Sections("roles").Select(role => ReadRole(role, people))];
        foreach (var twice in roles.GroupBy(r => r.Key).Where(g => g.Count() > 1)) section.Fault("roles", $"{twice.Key} is there twice.");
        var statuses = section.Sections("statuses").Select(s => new ItemStatus(s.RequiredText("status_key", TextFormat.Key), s.RequiredText("name")) { Archived = s.Flag("archived") }).ToList();
        var type = new WorkItemType(key, section.RequiredText("name"))
        {
            ApiName = section.Text("api_name", TextFormat.Key) ?? key,
            Disabled = section.Flag("disabled"),
            Flow = section.OneOf<FlowMode>("flow", Word) ?? FlowMode.Node,
            Description = section.Text("description") ?? "",
            Pinned = section.Flag("pinned"),
            ScheduleField = OfType("schedule_field", FieldType.Schedule),
            EstimateField = OfType("estimate_field", FieldType.Number),
            ActualTimeField = OfType("actual_time_field", FieldType.Number),
            BelongRoles = section.Texts("belong_roles", TextFormat.Key),
            Fields = fields,
            Roles = roles,
        };
        foreach (var nobody in type.BelongRoles.Where(r => type.RoleOf(r) is null)) section.Fault("belong_roles", $"The type has no role {nobody}.");
        if (statuses.Count > 0) type = type with { Statuses = statuses };
        return type with { Templates = [.. section.Sections("templates").Select(template => ReadTemplate(template, type, people))] };

        string? OfType(string name, FieldType kind)
        {
            var field = section.Text(name, TextFormat.Key);
            if (field is not null && fields.All(f => f.Key != field || f.Type != kind)) section.Fault(name, $"The type has no field {field} of type {kind.Wire()}.");
            return field;
        }
    }

    static Role ReadRole(YamlSection section, People people) => new(section.RequiredText("role_key", TextFormat.Key), section.RequiredText("name"))
    {
        Labels = Labels(section),
        Assign = section.OneOf<MemberAssign>("assign", Word) ?? MemberAssign.Manual,
        Members = people.Read(section, "members"),
        Required = section.Flag("required"),
        Several = section.Flag("several", otherwise: true),
    };

    static Template ReadTemplate(YamlSection section, WorkItemType type, People people)
    {
        var options = section.Section("options");
        var schema = ItemConditions.Schema(type.Fields);
        var template = new Template(section.RequiredInteger("template_id", 1, 9_007_199_254_740_991), section.RequiredText("name"),
            [.. section.Sections("nodes").Select(node => ReadNode(node, type, schema, people))],
            [.. section.Sections("connections").Select(c => new Connection(c.RequiredText("from", TextFormat.Key), c.RequiredText("to", TextFormat.Key)))])
        {
            Disabled = section.Flag("disabled"),
            States = [.. section.Sections("states").Select(state => ReadState(state, type, schema))],
            Transitions = [.. section.Sections("transitions").Select(t =>
                new Transition(t.RequiredInteger("transition_id", 1), t.RequiredText("from", TextFormat.Key), t.RequiredText("to", TextFormat.Key)))],
            Options = new()
            {
                ForceComplete = options.Flag("force_complete"),
                EarlySubTasks = options.Flag("early_sub_tasks"),
                ResetSubTasks = options.OneOf<SubTaskReset>("reset_sub_tasks", Word) ?? SubTaskReset.None,
                ClearReview = options.Flag("clear_review"),
                MaxRollbackDepth = (int?)options.Integer("max_rollback_depth", 0, 1000),
            },
        };
        section.Declare("template", "template_id", $"{template.Id}");
        foreach (var fault in TemplateFaults.Of(type, template)) section.Fault($"{fault.Path}: {fault.Message}");
        return template;
    }

    static TemplateNode ReadNode(YamlSection section, WorkItemType type, ConditionSchema schema, People people)
    {
        When? Condition(YamlSection at, string name) => ReadCondition(at, name, type, schema);
        var done = section.Texts("done_operation_role", Permitted);
        return new(section.RequiredText("state_key", TextFormat.Key), section.RequiredText("name"))
        {
            Labels = Labels(section),
            PassMode = section.OneOf<PassMode>("pass_mode", Word) ?? PassMode.Single,
            OwnerUsage = section.OneOf<OwnerUsage>("owner_usage", Word) ?? OwnerUsage.Manual,
            OwnerRoles = section.Texts("owner_roles", TextFormat.Key),
            Owners = people.Read(section, "owners"),
            OwnerRules = [.. section.Sections("owner_rules").Select(r => new OwnerRule(Condition(r, "when"), people.Read(r, "owners"), r.Texts("owner_roles", TextFormat.Key)))],
            NeedSchedule = section.Flag("need_schedule"),
            DifferentSchedule = section.Flag("different_schedule"),
            DoneAllocateOwner = section.Flag("done_allocate_owner"),
            DoneSchedule = section.Flag("done_schedule"),
            DoneActualPoint = section.Flag("done_actual_point"),
            DoneFinishTime = section.Flag("done_finish_time"),
            Milestone = section.Flag("milestone"),
            DoneOperationRoles = done.Count == 0 ? [Permission.Anybody] : done,
            EnableRollback = section.Flag("enable_rollback", otherwise: true),
            BelongStatus = section.Text("belong_status", TextFormat.Key),
            Visible = Condition(section, "visible_when"),
            Conclusions = [.. section.Sections("conclusions").Select(c => new Option(c.RequiredText("value", TextFormat.Key), c.RequiredText("label")) { Labels = Labels(c) })],
            Form = ReadForm(section, type, schema),
            Tasks = [.. section.Sections("sub_tasks").Select(task => new TaskConf(task.RequiredText("id", TextFormat.Key), task.RequiredText("name"))
            {
                PassMode = task.OneOf<TaskPassMode>("pass_mode", Word) ?? TaskPassMode.Manual,
                Blocking = task.Flag("blocking"),
                DeliverableField = task.Text("deliverable_field", TextFormat.Key),
                Assignee = people.Read(task, "assignee"),
            })],
        };
    }

    static TemplateState ReadState(YamlSection section, WorkItemType type, ConditionSchema schema)
    {
        var authorized = section.Texts("authorized_roles", Permitted);
        return new(section.RequiredText("state_key", TextFormat.Key), section.RequiredText("name"))
        {
            Labels = Labels(section),
            Kind = section.OneOf<StateKind>("kind", Word) ?? StateKind.Process,
            AuthorizedRoles = authorized.Count == 0 ? [Permission.Anybody] : authorized,
            Form = ReadForm(section, type, schema),
        };
    }

    static IReadOnlyList<FormItem> ReadForm(YamlSection section, WorkItemType type, ConditionSchema schema) => [.. section.Sections("form").Select(line =>
    {
        var (field, role) = (line.Text("field", TextFormat.Key), line.Text("role", TextFormat.Key));
        if (field is null == role is null) line.Fault("is either a field or a role.");
        FormItem item = role is null ? new FormItem.OfField(field ?? "") : new FormItem.OfRole(role);
        return item with
        {
            Required = line.OneOf<Requirement>("required", Word) ?? Requirement.No,
            RequiredIf = ReadCondition(line, "required_when", type, schema),
            Visible = ReadCondition(line, "visible_when", type, schema),
        };
    })];

    static When? ReadCondition(YamlSection section, string name, WorkItemType type, ConditionSchema schema) =>
        section.Condition(name, schema) is { } condition ? ItemConditions.Of(type.Fields, condition) : null;

    internal static Dictionary<string, string> Labels(YamlSection section) => section.Label("i18n_name").ToDictionary(l => Languages.Locale(l.Language), l => l.Text);

    static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The user keys of the tenant's users.</summary>
    sealed class People(Dictionary<string, string> keys)
    {
        public IReadOnlyList<string> Read(YamlSection section, string name)
        {
            List<string> found = [];
            foreach (var user in section.References("user", name))
                if (keys.TryGetValue(user, out var key)) found.Add(key);
                else section.Fault(name, $"The user {user} has no user_key and so takes no part in Feishu Project.");
            return found;
        }
    }
}
