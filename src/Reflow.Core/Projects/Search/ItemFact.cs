using System.Diagnostics;

namespace Reflow.Core.Projects.Search;

/// <summary>
/// One thing that is true of an item and can be searched: a text or a number under a key. The store keeps them in rows beside the item, in the item's own
/// transaction; what an item's own row says (id, status, times, creator) is no fact.
/// </summary>
/// <param name="Key">A field's key, or one of <see cref="ItemFacts"/>.</param>
/// <param name="Row">The row of a compound field that it belongs to, from 1; 0 outside of one.</param>
/// <param name="At">Its place among those of the same key and row.</param>
/// <param name="Text">A text, an option's id, a user key; null for a number.</param>
/// <param name="Number">A number, Unix milliseconds, an item's id, 0 or 1; null for a text.</param>
public sealed record ItemFact(string Key, int Row, int At, string? Text, double? Number)
{
    /// <summary>The text as <see cref="ItemTest.Contains"/> looks at it: without regard to case.</summary>
    public string? Folded => Text is null ? null : ItemFacts.Fold(Text);
}

/// <summary>Which facts there are about an item (contract project §2.3, fixed keys of search).</summary>
public static class ItemFacts
{
    /// <summary>The title.</summary>
    public const string Name = "name";
    /// <summary>The template's id.</summary>
    public const string Template = "template";
    /// <summary>Everybody who has to do with it: its creator, its roles, the owners of its nodes.</summary>
    public const string People = "people";
    /// <summary>The names of the nodes in progress.</summary>
    public const string CurrentNodes = "current_nodes";
    /// <summary>The names of all nodes that are there.</summary>
    public const string AllStates = "all_states";
    /// <summary>When it was finished.</summary>
    public const string FinishTime = "finish_time";

    // A field of the same key would be mistaken for them.
    static readonly HashSet<string> Own = [Name, Template, People, CurrentNodes, AllStates, FinishTime];

    /// <summary>The members of a role.</summary>
    public static string Role(string key) => "role/" + key;
    /// <summary>The owners of the nodes with a name.</summary>
    public static string Owners(string node) => "owners/" + node;
    /// <summary>When a node with this name arrived.</summary>
    public static string Began(string node) => "began/" + node;
    /// <summary>When a node with this name was done.</summary>
    public static string Ended(string node) => "ended/" + node;

    /// <summary>A field inside the rows of a compound field.</summary>
    public static string Of(string compound, string field) => compound + "/" + field;

    /// <summary>A text as searches for a part of it compare: without regard to case.</summary>
    public static string Fold(string text) => text.ToLowerInvariant();

    /// <summary>Whether an event may change a fact about its item; after one that may not, nothing need be looked at.</summary>
    public static bool Concern(ProjectEvent e) => e is ProjectEvent.Created or ProjectEvent.Deleted or ProjectEvent.Renamed or ProjectEvent.FieldChanged or ProjectEvent.RoleChanged
        or ProjectEvent.StatusChanged or ProjectEvent.Finished or ProjectEvent.Reopened or ProjectEvent.OwnersChanged or ProjectEvent.NodeReached or ProjectEvent.NodePassed
        or ProjectEvent.NodeRolledBack or ProjectEvent.NodeReset or ProjectEvent.NodeTimed;

    /// <summary>All facts about an item that its rules are known of.</summary>
    public static IReadOnlyList<ItemFact> Of(NodeFlow flow, WorkItem item)
    {
        var template = flow.Template.Nodes;
        var (shown, there) = (new bool[template.Count], new Node?[template.Count]);
        for (var i = 0; i < there.Length; i++) there[i] = (shown[i] = NodeFlow.Applies(item, template[i])) ? item.NodeOf(template[i].Key) : null;
        List<ItemFact> facts = new(2 * item.Fields.Count + 4 * there.Length);
        HashSet<string> said = [];
        var at = 0;
        Number(Template, item.TemplateId);
        if (item.FinishedAt is { } finished) Number(FinishTime, finished);
        facts.Add(new(Name, 0, 0, item.Name, null));
        Begin();
        Text(People, item.CreatedBy);
        foreach (var role in item.RoleOwners) Texts(People, role.Owners ?? []);
        foreach (var node in item.Nodes) Texts(People, node.Owners);
        foreach (var role in item.RoleOwners)
        {
            Begin();
            Texts(Role(role.Role), role.Owners ?? []);
        }
        foreach (var name in flow.Names)
        {
            Begin();
            foreach (var place in name.Places) Texts(name.Owners, there[place]?.Owners ?? []);
            Begin();
            foreach (var place in name.Places) Time(name.Began, there[place]?.BeganAt);
            Begin();
            foreach (var place in name.Places) Time(name.Ended, there[place]?.FinishedAt);
        }
        foreach (var state in flow.Template.States)
        {
            // An item may come to a state again: the last time counts.
            var last = item.Statuses.Count - 1;
            while (last >= 0 && item.Statuses[last].Key != state.Key) last--;
            if (last >= 0) Number(Began(state.Name), item.Statuses[last].At);
            if (last >= 0 && last + 1 < item.Statuses.Count) Number(Ended(state.Name), item.Statuses[last + 1].At);
        }
        Begin();
        for (var i = 0; i < there.Length; i++)
            if (shown[i]) Text(AllStates, template[i].Name);
        foreach (var state in flow.Template.States) Text(AllStates, state.Name);
        Begin();
        for (var i = 0; i < there.Length; i++)
            if (there[i]?.Status is NodeStatus.InProgress) Text(CurrentNodes, template[i].Name);
        foreach (var state in flow.Template.States)
            if (state.Key == item.Status) Text(CurrentNodes, state.Name);
        foreach (var (key, value) in item.Fields)
            if (!Own.Contains(key)) Add(facts, key, 0, value);
        return [.. facts.DistinctBy(f => (f.Key, f.Row, f.At))];

        // What is said under one key, each text once.
        void Begin()
        {
            said.Clear();
            at = 0;
        }

        void Text(string key, string text)
        {
            if (said.Add(text)) facts.Add(new(key, 0, at++, text, null));
        }

        void Texts(string key, IReadOnlyList<string> texts)
        {
            foreach (var text in texts) Text(key, text);
        }

        void Time(string key, long? time)
        {
            if (time is { } ms) facts.Add(new(key, 0, at++, null, ms));
        }

        void Number(string key, double number) => facts.Add(new(key, 0, 0, null, number));
    }

    static void Add(List<ItemFact> facts, string key, int row, FieldValue? value)
    {
        var at = 0;
        Put(value);

        void Put(FieldValue? one)
        {
            switch (one)
            {
                case null: break;
                case FieldValue.Text text: facts.Add(new(key, row, at++, text.Value, null)); break;
                case FieldValue.Number number: facts.Add(new(key, row, at++, null, (double)number.Value)); break;
                case FieldValue.Flag flag: facts.Add(new(key, row, at++, null, flag.Value ? 1 : 0)); break;
                case FieldValue.Items rows when rows.Values is [FieldValue.Items, ..]: Compound(facts, key, rows); break;
                case FieldValue.Items blocks when blocks.Values is [FieldValue.Members first, ..] && first["value"] is null: facts.Add(new(key, row, at++, Plain(blocks), null)); break;
                case FieldValue.Items items:
                    foreach (var item in items.Values) Put(item);
                    break;
                // An option; in a tree, each level of the branch.
                case FieldValue.Members { Values: var members } when members.ContainsKey("value"):
                    Put(members["value"]);
                    Put(members.GetValueOrDefault("children"));
                    break;
                case FieldValue.Members schedule: Put(schedule["start_time"]); break;
                default: throw new UnreachableException();
            }
        }
    }

    // A fact for each row, so that a row can be told from the others; and the row's own.
    static void Compound(List<ItemFact> facts, string key, FieldValue.Items rows)
    {
        for (var i = 0; i < rows.Values.Count; i++)
        {
            facts.Add(new(key, i + 1, 0, null, i + 1));
            if (rows.Values[i] is not FieldValue.Items pairs) continue;
            foreach (var pair in pairs.Values.OfType<FieldValue.Members>().Where(p => p["field_key"] is FieldValue.Text).DistinctBy(p => p["field_key"]))
                if (pair["field_value"] is not FieldValue.Items { Values: [FieldValue.Items, ..] }) Add(facts, Of(key, ((FieldValue.Text)pair["field_key"]!).Value), i + 1, pair["field_value"]);
        }
    }

    /// <summary>The words of a rich text, without its form.</summary>
    public static string Plain(FieldValue? value) => value switch
    {
        FieldValue.Items items => string.Join('\n', items.Values.Select(Plain).Where(t => t.Length > 0)),
        FieldValue.Members members => string.Concat(members.Values.Where(m => m.Key is "text" or "content" or "children").Select(m => Plain(m.Value))),
        FieldValue.Text text => text.Value,
        _ => "",
    };
}

/// <summary>Nodes of one name, which are one to a search.</summary>
/// <param name="Owners">The key of their owners.</param>
/// <param name="Began">The key of the times at which they arrived.</param>
/// <param name="Ended">The key of the times at which they were done.</param>
/// <param name="Places">Where they stand in the template.</param>
sealed record NodeName(string Owners, string Began, string Ended, IReadOnlyList<int> Places)
{
    /// <summary>The names of a template's nodes, in the order of the template.</summary>
    public static IReadOnlyList<NodeName> Of(Template template) =>
        [.. template.Nodes.Select((node, place) => (node.Name, place)).GroupBy(node => node.Name, (name, of) => new NodeName(ItemFacts.Owners(name), ItemFacts.Began(name), ItemFacts.Ended(name), [.. of.Select(node => node.place)]))];
}
