using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>
/// What applying a template gave, as the rows that it left: tenants that are made like it in the same second take them as they are, and nothing is decided again (ADR 17).
/// People, apps and plugins are not among them: what those are known by hangs on the tenant.
/// </summary>
/// <param name="template">What was applied.</param>
/// <param name="withWork">Whether with its work.</param>
/// <param name="at">When, Unix ms by the server's clock.</param>
sealed class PlayedTemplate(WorkspaceTenant template, bool withWork, long at)
{
    // More than a template for tests has. What is larger is applied each time: its rows would fill the memory, and a change of many rows holds up others.
    const int MostRows = 5_000;

    // All that definitions and work are written to.
    static readonly string[] Tables =
    [
        "flow", "flow_firing", "flow_history", "flow_inbox", "flow_instance", "flow_role", "flow_task", "flow_undone", "history", "outbox", "project", "project_template", "report", "report_content", "report_draft", "report_filing",
        "report_form", "report_reader", "report_rule", "report_settings", "report_view", "task", "task_comment", "task_member",
    ];

    IReadOnlyList<string> names = [];
    IReadOnlyList<Table>? tables;

    /// <summary>Whether a tenant can be made of it now, Unix ms: times that count from then are the same to the second.</summary>
    public bool Serves(WorkspaceTenant wanted, bool wantedWithWork, long now) => tables is not null && ReferenceEquals(wanted, template) && wantedWithWork == withWork && now / 1000 == at / 1000;

    /// <summary>Takes what there is in a tenant to which the template was applied, in the change that did it.</summary>
    public async ValueTask Take(SystemSession system, WorkspaceTenant tenant)
    {
        names = [.. tenant.Names];
        var found = (await StoreTable.All(system)).Where(table => Tables.Contains(table.Name)).Select(table => new Table(table.Name, table.Columns)).ToList();
        await system.For(tenant.Key).Together([.. found.Select(table => (Func<ValueTask>)(() => table.Read(system.For(tenant.Key), names)))]);
        tables = found.Sum(table => table.Rows.Count) > MostRows ? null : found;
    }

    /// <summary>Makes another tenant like it, under ids and secrets that nobody can have.</summary>
    public async ValueTask<bool> Copy(Session session, WorkspaceTenant tenant, long now)
    {
        await tenant.ApplyPeople(new(session, now, new(), [], isFresh: true), (_, _) => new((string?)null));
        (string From, string To)[] renamed = [.. names.Zip(tenant.Names)];
        foreach (var table in tables!)
            foreach (var (values, isNamed) in table.Rows)
                await session.Write(table.Insert, isNamed ? Array.ConvertAll(values, value => Renamed(value, renamed)) : values);
        return true;
    }

    static object? Renamed(object? value, (string From, string To)[] names) =>
        value is string text ? names.Aggregate(text, (made, name) => made.Replace(name.From, name.To, StringComparison.Ordinal)) : value;

    /// <param name="name">Its name.</param>
    /// <param name="columns">Its columns, the first of which is the tenant.</param>
    sealed class Table(string name, IReadOnlyList<string> columns)
    {
        public string Insert { get; } = StoreTable.Insert(name, columns);

        /// <summary>The values of each row but the tenant, and whether a name is among them.</summary>
        public IReadOnlyList<(object?[] Values, bool IsNamed)> Rows { get; private set; } = [];

        public async ValueTask Read(Session session, IReadOnlyList<string> names) => Rows = await session.Query($"/* template */ select {string.Join(", ", columns)} from {name} where tenant = $1", r =>
        {
            var values = new object?[columns.Count - 1];
            for (var i = 0; i < values.Length; i++) values[i] = r.IsDBNull(i + 1) ? null : r.GetValue(i + 1);
            return (values, values.Any(value => value is string text && names.Any(name => text.Contains(name, StringComparison.Ordinal))));
        });
    }
}
